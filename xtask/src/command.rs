//! Runs other programs. Each is shown before it runs, and one that fails says which it was and what to do.

use std::ffi::OsStr;
use std::io::{ErrorKind, IsTerminal as _};
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};
use net_scout_tests::places;

use crate::edges;

/// A cargo that works in the workspace and in the target folder that [`places`] names.
pub(crate) fn cargo(words: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(words).current_dir(places::root()).env("CARGO_TARGET_DIR", places::target());
    // `cargo run` describes xtask in these. Build scripts would take them for their own and run again.
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")) {
            command.env_remove(name);
        }
    }
    command
}

/// A cargo for the loop of a developer: it takes the dependencies of the release build as they are, and compiles the crates of the host
/// incrementally and without much optimisation.
pub(crate) fn quick(words: &[&str]) -> Command {
    let mut command = cargo(words);
    command.args(["--release", "--locked"]).env("CARGO_INCREMENTAL", "1");
    for package in edges::crates() {
        command.arg("--config").arg(format!("profile.release.package.{package}.opt-level=1"));
    }
    command
}

/// Builds the program, together with what makes its dependencies the same as those of the tests: else each of them is compiled twice.
pub(crate) fn build_host() -> anyhow::Result<()> {
    let packages = ["--package", "net-scout", "--package", "net-scout-sdk", "--package", "xtask"];
    run(cargo(&["build", "--release", "--locked"]).args(packages), "see the errors of the compiler above")
}

/// Runs it to its end, with its output shown. `advice` says what to do where it fails.
pub(crate) fn run(command: &mut Command, advice: &str) -> anyhow::Result<()> {
    show(command);
    let status = command.status().with_context(|| start_failed(command))?;
    if !status.success() {
        bail!("`{}` failed ({status}): {advice}", text(command));
    }
    Ok(())
}

/// The output of a short question to another program, without the white space around it; none where there is no such program or it refuses.
pub(crate) fn answer(program: &str, words: &[&str]) -> anyhow::Result<Option<String>> {
    let output = match Command::new(program).args(words).current_dir(places::root()).stderr(Stdio::null()).output() {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        output => output.with_context(|| format!("failed to start `{program} {}`", words.join(" ")))?,
    };
    Ok(output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned()))
}

/// Makes sure that there is a Python, which the tests' oracle and the benchmark's baseline are written in. Returns the interpreter itself:
/// what is called `python3` may be a script that looks for it, which would count as its running time.
pub(crate) fn python() -> anyhow::Result<String> {
    let look = || answer("python3", &["-c", "import sqlite3, sys; print(sys.executable)"]);
    if let Some(python) = look()? {
        return Ok(python);
    }
    install(&["python3"])?;
    look()?.context("python3 or its module sqlite3 is missing: install Python 3.7 or later, built with SQLite")
}

/// Makes sure of the programs that enrichers run. Each is in the package of its name.
pub(crate) fn programs() -> anyhow::Result<()> {
    for program in ["whois", "traceroute"] {
        if answer(program, &["--version"])?.is_none() {
            install(&[program])?;
        }
    }
    Ok(())
}

/// Installs Debian packages where that is allowed, else says how.
pub(crate) fn install(packages: &[&str]) -> anyhow::Result<()> {
    let packages = packages.join(" ");
    let by_hand =
        format!("run `apt-get update && apt-get install -y --no-install-recommends {packages}` as root, then try again");
    if answer("apt-get", &["--version"])?.is_none() {
        bail!("{packages}: missing, and there is no apt-get to install it; on Debian {by_hand}");
    }
    if answer("id", &["-u"])?.as_deref() != Some("0") {
        bail!("{packages}: missing; {by_hand}");
    }
    let apt = |words: &[&str]| {
        let mut command = Command::new("apt-get");
        command.args(words).env("DEBIAN_FRONTEND", "noninteractive");
        command
    };
    run(&mut apt(&["update"]), "check the network and /etc/apt/sources.list")?;
    let mut command = apt(&["install", "-y", "--no-install-recommends"]);
    run(command.args(packages.split(' ')), "check that the packages exist in this release of Debian")
}

/// Shows a command on standard error, dim on a terminal.
pub(crate) fn show(command: &Command) {
    let plain = !std::io::stderr().is_terminal() || std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let (begin, end) = if plain { ("", "") } else { ("\x1b[2m", "\x1b[0m") };
    eprintln!("{begin}$ {}{end}", text(command));
}

/// What to say where a program cannot even be started.
pub(crate) fn start_failed(command: &Command) -> String {
    format!("failed to start `{}`: is {} installed?", text(command), command.get_program().to_string_lossy())
}

/// The command as one could type it in the workspace's folder.
fn text(command: &Command) -> String {
    let root = format!("{}/", places::root().display());
    let word = |word: &OsStr| {
        let word = word.to_string_lossy();
        let word = word.strip_prefix(&root).unwrap_or(&word);
        let quoted = word.is_empty() || word.contains(|letter: char| letter.is_whitespace() || "\"'$&|;<>()*".contains(letter));
        if quoted { format!("'{}'", word.replace('\'', "'\\''")) } else { word.to_owned() }
    };
    let program = command.get_program().to_string_lossy();
    // The full path of a toolchain's cargo says nothing to a reader.
    let program = if program.ends_with("/cargo") { "cargo".into() } else { word(command.get_program()) };
    std::iter::once(program).chain(command.get_args().map(word)).collect::<Vec<_>>().join(" ")
}
