//! Servers of Debian that the tests send messages to: an MQTT broker and a logger. They are unpacked below `target/`, not installed: installing
//! them would start them, and put another logger in the place of the machine's own.

use std::fs;
use std::process::Command;

use anyhow::{Context as _, bail};
use net_scout_tests::debian::{PROGRAMS, program};
use net_scout_tests::places;

use crate::command;

/// The packages that have them.
const PACKAGES: [&str; 3] = ["mosquitto", "mosquitto-clients", "rsyslog"];

/// Makes sure of them.
pub(crate) fn unpack() -> anyhow::Result<()> {
    if PROGRAMS.iter().all(|name| program(name).is_some()) {
        return Ok(());
    }
    let packages = PACKAGES.join(" ");
    if command::answer("apt-get", &["--version"])?.is_none() {
        bail!("{packages}: missing, and there is no apt-get to fetch them with; install what your system calls them");
    }
    if command::answer("id", &["-u"])?.as_deref() == Some("0") {
        command::run(Command::new("apt-get").arg("update"), "check the network and /etc/apt/sources.list")?;
    }
    let (folder, archives) = (places::debian(), places::debian().join("archives"));
    fs::create_dir_all(archives.join("partial")).with_context(|| format!("failed to create {}", archives.display()))?;
    // It fetches what they need and this machine lacks, too, and needs no rights for that.
    let mut fetch = Command::new("apt-get");
    fetch.args(["install", "--yes", "--no-install-recommends", "--download-only", "-o", "Debug::NoLocking=1", "-o"]);
    fetch.arg(format!("Dir::Cache::archives={}/", archives.display())).args(PACKAGES);
    command::run(&mut fetch, &format!("run `apt-get update` as root, or install {packages}"))?;
    for entry in fs::read_dir(&archives).with_context(|| format!("failed to read {}", archives.display()))? {
        let file = entry?.path();
        if file.extension().is_some_and(|extension| extension == "deb") {
            command::run(Command::new("dpkg-deb").arg("--extract").arg(&file).arg(&folder), "remove it, and try again")?;
        }
    }
    fs::remove_dir_all(&archives).with_context(|| format!("failed to remove {}", archives.display()))?;
    match PROGRAMS.iter().find(|name| program(name).is_none()) {
        Some(name) => bail!("{name} is not in the packages {packages}: install it"),
        None => Ok(()),
    }
}
