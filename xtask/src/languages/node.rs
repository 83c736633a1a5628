//! The guests in JavaScript and TypeScript, and the packages of npm that they take.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;
use net_scout_tests::places;

use crate::languages::{FAILING, REACHING, WASI, folder, require};
use crate::{command, npm};

pub(super) fn build() -> anyhow::Result<()> {
    require(&[("node", "nodejs"), ("npm", "npm")])?;
    npm_packages()?;
    let tools = places::node_tools().join("node_modules").join(".bin");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(std::iter::once(tools).chain(std::env::split_paths(&path)));
    let path = path.context("failed to extend PATH")?;

    let out = PathBuf::from(folder("javascript")?);
    if !is_up_to_date("javascript", &["horizontal_scan", FAILING, REACHING, WASI]) {
        npm_run_build("javascript", &path, &out)?;
        sdk_build(&path, FAILING, "js", "rule", &out)?;
        sdk_build(&path, REACHING, "js", "enricher", &out)?;
        with_wasi(&path, &out)?;
    }
    let out = PathBuf::from(folder("typescript")?);
    if !is_up_to_date("typescript", &["horizontal_scan", FAILING]) {
        npm_run_build("typescript", &path, &out)?;
        sdk_build(&path, FAILING, "ts", "rule", &out)?;
    }
    Ok(())
}

/// Builds the example as a project is built.
fn npm_run_build(language: &str, path: &OsStr, out: &Path) -> anyhow::Result<()> {
    let mut npm = Command::new("npm");
    npm.args(["run", "--silent", "build"]).current_dir(places::examples().join(language));
    command::run(npm.env("PATH", path).env("OUT", out), "see the errors above")
}

/// Builds a guest that only tests load. TypeScript's compiler finds its configuration beside the sources.
fn sdk_build(path: &OsStr, guest: &str, extension: &str, world: &str, out: &Path) -> anyhow::Result<()> {
    let mut node = Command::new("node");
    let source = places::language_sources().join(guest).with_extension(extension);
    node.arg(places::javascript_sdk().join("build.js")).arg(source).args(["--world", world]);
    node.arg("--wit").arg(places::wit()).arg("--root").arg(places::root());
    node.arg("--output").arg(out.join(guest).with_extension("wasm"));
    command::run(node.env("PATH", path).current_dir(places::language_sources()), "see the errors above")
}

/// Builds a component that imports all of its world and WASI, as the tool by itself does.
fn with_wasi(path: &OsStr, out: &Path) -> anyhow::Result<()> {
    let mut tool = Command::new("componentize-qjs");
    tool.args(["--world", "rule", "--sync", "--wit"]).arg(places::wit()).arg("--module-root").arg(places::root());
    tool.arg("--js").arg(places::language_sources().join(WASI).with_extension("js"));
    tool.arg("--output").arg(out.join(WASI).with_extension("wasm"));
    command::run(tool.env("PATH", path), "see the errors above")
}

/// Whether the components of a language are newer than what they are made from. No two builds are alike, and the program keeps the compiled
/// code of every one.
fn is_up_to_date(language: &str, components: &[&str]) -> bool {
    let sources = [
        places::wit(),
        places::javascript_sdk(),
        places::examples().join(language),
        places::language_sources(),
        places::node_tools().join(npm::INSTALLED),
    ];
    components.iter().all(|name| is_newer(&places::language_guest(language, name), &sources).unwrap_or(false))
}

/// Whether a component is newer than these files, and those directly in these folders.
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

/// Installs what a project in TypeScript names, and so what one in JavaScript does.
fn npm_packages() -> anyhow::Result<()> {
    npm::install(&places::node_project("typescript"), &places::node_tools())
}
