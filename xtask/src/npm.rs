//! Packages of npm, as a lock file pins them.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Context as _;

use crate::command;

/// What the packages were installed from, beside them.
pub(crate) const INSTALLED: &str = "installed-lock.json";
/// What says which.
const PROJECT: [&str; 2] = ["package.json", "package-lock.json"];

/// Installs what a project names into a folder, unless that was done. npm's own record is not asked: it needs half a second to answer.
pub(crate) fn install(project: &Path, folder: &Path) -> anyhow::Result<()> {
    let lock = project.join(PROJECT[1]);
    let wanted = fs::read(&lock).with_context(|| format!("failed to read {}", lock.display()))?;
    let installed = folder.join(INSTALLED);
    if fs::read(&installed).is_ok_and(|found| found == wanted) {
        return Ok(());
    }
    fs::create_dir_all(folder).with_context(|| format!("failed to create {}", folder.display()))?;
    for file in PROJECT {
        fs::copy(project.join(file), folder.join(file))
            .with_context(|| format!("failed to copy {file} to {}", folder.display()))?;
    }
    let mut npm = Command::new("npm");
    npm.args(["install", "--silent", "--no-audit", "--no-fund"]).current_dir(folder);
    command::run(&mut npm, "check the network, and npm's registry with `npm config get registry`")?;
    fs::write(&installed, wanted).with_context(|| format!("failed to write {}", installed.display()))
}
