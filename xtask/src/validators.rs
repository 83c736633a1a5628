//! The schemas of others that the tests hold alerts against: OCSF from PyPI, ECS from npm. They are pinned in `tests/validators` and stay below
//! `target/`. A set-up that is there is taken as it is; it is made anew where one of the pins changed.

use std::fs;
use std::process::Command;

use anyhow::Context as _;
use net_scout_tests::places;

use crate::{command, npm};

/// The files that say what is installed.
const PINS: [&str; 2] = ["requirements.txt", "package-lock.json"];
/// What the set-up was made from, in its folder.
const INSTALLED: &str = "installed";
/// Writes the fields of ECS as JSON.
const FIELDS: &str = "process.stdout.write(JSON.stringify(require('@elastic/ecs').EcsFlat))";

/// Installs them, unless that was done.
pub(crate) fn install() -> anyhow::Result<()> {
    let (from, to) = (places::root().join("tests/validators"), places::validators());
    let read = |name: &str| fs::read_to_string(from.join(name)).with_context(|| format!("failed to read {name}"));
    let wanted = PINS.iter().map(|name| read(name)).collect::<anyhow::Result<Vec<_>>>()?.concat();
    let installed = to.join(INSTALLED);
    if fs::read_to_string(&installed).is_ok_and(|found| found == wanted) {
        return Ok(());
    }
    npm::install(&from, &to)?;
    let venv = to.join("venv");
    command::run(Command::new("python3").args(["-m", "venv"]).arg(&venv), "install Python and python3-venv")?;
    let mut pip = Command::new(venv.join("bin/pip"));
    pip.args(["install", "--quiet", "--disable-pip-version-check", "--requirement"]).arg(from.join(PINS[0]));
    command::run(&mut pip, "check the network, and PyPI's registry with `pip config list`")?;
    let node = Command::new("node").args(["-e", FIELDS]).current_dir(&to).output().context("failed to start node")?;
    anyhow::ensure!(node.status.success(), "@elastic/ecs cannot be read: {}", String::from_utf8_lossy(&node.stderr));
    let fields = to.join("ecs.json");
    fs::write(&fields, node.stdout).with_context(|| format!("failed to write {}", fields.display()))?;
    fs::write(&installed, wanted).with_context(|| format!("failed to write {}", installed.display()))
}
