//! The browser that looks at the pages, and what drives it: chromium from Debian, playwright-core and axe-core from npm. The packages are
//! pinned in `tests/web` and stay below `target/`.

use std::fs;
use std::process::Command;

use anyhow::Context as _;
use net_scout_tests::places;

use crate::command;

/// What npm's packages were installed from, beside them.
const INSTALLED: &str = "installed-lock.json";

/// Installs them, unless that was done.
pub(crate) fn install() -> anyhow::Result<()> {
    for (program, package) in [("chromium", "chromium"), ("node", "nodejs"), ("npm", "npm")] {
        if command::answer(program, &["--version"])?.is_none() {
            command::install(&[package])?;
        }
    }
    let (from, to) = (places::browser_steps(), places::browser_tools());
    let wanted = fs::read(from.join("package-lock.json")).context("failed to read tests/web/package-lock.json")?;
    let installed = to.join(INSTALLED);
    if fs::read(&installed).is_ok_and(|found| found == wanted) {
        return Ok(());
    }
    fs::create_dir_all(&to).with_context(|| format!("failed to create {}", to.display()))?;
    for file in ["package.json", "package-lock.json"] {
        fs::copy(from.join(file), to.join(file)).with_context(|| format!("failed to copy {file} to {}", to.display()))?;
    }
    let mut npm = Command::new("npm");
    npm.args(["install", "--silent", "--no-audit", "--no-fund"]).current_dir(&to);
    command::run(&mut npm, "check the network, and npm's registry with `npm config get registry`")?;
    fs::write(&installed, wanted).with_context(|| format!("failed to write {}", installed.display()))
}
