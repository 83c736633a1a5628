//! Builds the guests in C, JavaScript and Python, and fetches what that takes, and a browser for the pages. Only the tests need them.
//!
//! Everything that is fetched from npm and PyPI stays below `target/`. The versions are those that the projects name which
//! `net-scout plugin new` makes.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;
use net_scout_tests::places;

use crate::command;
use crate::toolchain::Toolchain;

/// The guest whose errors a test looks at, beside the example.
const FAILING: &str = "failing";
/// The guest that is built with WASI, as the tools do unless they are told otherwise.
const WASI: &str = "wasi";
/// What the packages of npm were installed from, beside them.
const INSTALLED: &str = "installed-lock.json";

/// Builds the example and the failing guest of each language, and says how a project in Rust is built on this machine.
pub(crate) fn build_all() -> anyhow::Result<()> {
    rust()?;
    c()?;
    javascript()?;
    python()
}

/// A project outside the workspace is built by a plain cargo, which knows nothing of where the guests' toolchain is.
fn rust() -> anyhow::Result<()> {
    let environment = Toolchain::find()?.project_environment()?;
    let mut text = String::new();
    for (name, value) in environment {
        let value = value.to_str().with_context(|| format!("{name} is not text: {}", value.display()))?;
        text.push_str(&format!("{name}={value}\n"));
    }
    fs::create_dir_all(places::languages()).with_context(|| format!("failed to create {}", places::languages().display()))?;
    let file = places::rust_environment();
    fs::write(&file, text).with_context(|| format!("failed to write {}", file.display()))
}

fn c() -> anyhow::Result<()> {
    require(&[("clang", "clang"), ("make", "make")])?;
    make("c", &[])?;
    make("c", &failing("c"))
}

fn python() -> anyhow::Result<()> {
    require(&[("make", "make")])?;
    if command::answer("python3", &["-c", "import ensurepip, venv"])?.is_none() {
        command::install(&["python3-venv"])?;
    }
    let tools = format!("VENV={}", places::python_tools().display());
    make("python", std::slice::from_ref(&tools))?;
    make("python", &[failing("py"), vec![tools]].concat())
}

/// Builds in the example's folder, where another plugin is built by naming it.
fn make(language: &str, words: &[String]) -> anyhow::Result<()> {
    let mut make = Command::new("make");
    make.arg("--silent").arg("--directory").arg(places::examples().join(language)).args(words);
    make.arg(format!("OUT={}", folder(language)?));
    command::run(&mut make, "see the errors above")
}

/// The words that make a Makefile build the failing guest.
fn failing(extension: &str) -> Vec<String> {
    let source = places::language_sources().join(FAILING).with_extension(extension);
    vec![format!("NAME={FAILING}"), format!("SOURCE={}", source.display())]
}

fn javascript() -> anyhow::Result<()> {
    require(&[("node", "nodejs"), ("npm", "npm")])?;
    npm_packages(&places::javascript_project(), &places::node_tools())?;
    let out = folder("javascript")?;
    let components = ["horizontal_scan", FAILING, WASI].map(|name| places::language_guest("javascript", name));
    if components.iter().all(|component| is_newer(component, &javascript_sources()).unwrap_or(false)) {
        return Ok(());
    }
    let tools = places::node_tools().join("node_modules").join(".bin");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(std::iter::once(tools.clone()).chain(std::env::split_paths(&path)));
    let mut npm = Command::new("npm");
    npm.args(["run", "--silent", "build"]).current_dir(places::examples().join("javascript"));
    npm.env("PATH", path.context("failed to extend PATH")?).env("OUT", &out);
    command::run(&mut npm, "see the errors above")?;

    for (guest, wasi) in [(FAILING, ["--stub-wasi"].as_slice()), (WASI, &[])] {
        let mut tool = Command::new(tools.join("componentize-qjs"));
        tool.args(["--world", "rule", "--sync"])
            .args(wasi)
            .arg("--wit")
            .arg(places::wit())
            .arg("--module-root")
            .arg(places::root());
        tool.arg("--js").arg(places::language_sources().join(guest).with_extension("js"));
        tool.arg("--output").arg(Path::new(&out).join(guest).with_extension("wasm"));
        command::run(&mut tool, "see the errors above")?;
    }
    Ok(())
}

/// The folders that the components in JavaScript are made from, and what says that the tool is another one.
fn javascript_sources() -> [PathBuf; 5] {
    [
        places::wit(),
        places::javascript_sdk(),
        places::examples().join("javascript"),
        places::language_sources(),
        places::node_tools().join(INSTALLED),
    ]
}

/// Whether a component is newer than these files, and those directly in these folders. No two builds are alike, and the program keeps the
/// compiled code of every one.
fn is_newer(component: &Path, sources: &[PathBuf]) -> io::Result<bool> {
    let made = fs::metadata(component)?.modified()?;
    for source in sources {
        let inside = if source.is_dir() { fs::read_dir(source)?.collect::<io::Result<Vec<_>>>()? } else { Vec::new() };
        for path in inside.iter().map(fs::DirEntry::path).chain([source.clone()]) {
            if path.is_file() && fs::metadata(&path)?.modified()? > made {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

/// Fetches the browser that looks at the pages, and what drives it.
pub(crate) fn browser() -> anyhow::Result<()> {
    require(&[("chromium", "chromium"), ("node", "nodejs"), ("npm", "npm")])?;
    npm_packages(&places::browser_steps(), &places::browser_tools())
}

/// Installs what a project in JavaScript names, unless that was done. npm's own record is not asked: it needs half a second to answer.
fn npm_packages(from: &Path, to: &Path) -> anyhow::Result<()> {
    let wanted = fs::read(from.join("package-lock.json")).context("failed to read package-lock.json")?;
    let installed = to.join(INSTALLED);
    if fs::read(&installed).is_ok_and(|found| found == wanted) {
        return Ok(());
    }
    fs::create_dir_all(to).with_context(|| format!("failed to create {}", to.display()))?;
    for file in ["package.json", "package-lock.json"] {
        fs::copy(from.join(file), to.join(file)).with_context(|| format!("failed to copy {file} to {}", to.display()))?;
    }
    let mut npm = Command::new("npm");
    npm.args(["install", "--no-audit", "--no-fund"]).current_dir(to);
    command::run(&mut npm, "check the network, and npm's registry with `npm config get registry`")?;
    fs::write(&installed, wanted).with_context(|| format!("failed to write {}", installed.display()))
}

/// The folder for the components of a language.
fn folder(language: &str) -> anyhow::Result<String> {
    let folder = places::languages().join(language);
    fs::create_dir_all(&folder).with_context(|| format!("failed to create {}", folder.display()))?;
    folder.into_os_string().into_string().map_err(|name| anyhow::anyhow!("{} is not text, which make needs", name.display()))
}

/// Makes sure of programs, each with the package of Debian that has it.
fn require(programs: &[(&str, &str)]) -> anyhow::Result<()> {
    for (program, package) in programs {
        if command::answer(program, &["--version"])?.is_none() {
            command::install(&[package])?;
        }
    }
    Ok(())
}
