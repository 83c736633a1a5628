//! The archive for other systems: the program, its pages and completions below one folder, and a formula that puts them in their places.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Context as _;

use super::empty;
use super::files::{Kind, of, output};
use super::stage::{Stage, read};

/// Makes the archive in a folder. Returns its name.
pub(super) fn make(stage: &Stage, folder: &Path) -> anyhow::Result<String> {
    let name = format!("net-scout-{}-{}-linux", stage.version, stage.machine);
    let tree = stage.path("archive").join(&name);
    empty(&tree)?;
    for file in of(&stage.files, Kind::Archive) {
        let place = tree.join(file.place.strip_prefix("usr/").unwrap_or(&file.place));
        install(stage, &file.source, &place, &file.mode, file.place.ends_with('/'))?;
    }
    let archive = format!("{name}.tar.gz");
    // What compresses must not put a name or a time into the file.
    let packed = stage.path(&format!("{name}.tar"));
    let mut tar = Command::new("tar");
    tar.args([
        "--create",
        "--format=ustar",
        "--sort=name",
        "--owner=0",
        "--group=0",
        "--numeric-owner",
        "--mode=go-w",
        "--mtime",
    ]);
    tar.arg(format!("@{}", stage.epoch)).arg("--file").arg(&packed).arg("--directory").arg(stage.path("archive")).arg(&name);
    output(&mut tar)?;
    let compressed = output(Command::new("gzip").args(["-9", "--no-name", "--stdout"]).arg(&packed))?;
    fs::write(folder.join(&archive), compressed).with_context(|| format!("failed to write {archive}"))?;
    Ok(archive)
}

/// Copies files of the stage to their place.
pub(super) fn install(stage: &Stage, source: &str, place: &Path, mode: &str, is_folder: bool) -> anyhow::Result<()> {
    let sources = match source.strip_suffix("/*.gz") {
        Some(folder) => super::files::names(&stage.path(folder))?.into_iter().map(|name| stage.path(folder).join(name)).collect(),
        None => vec![stage.path(source)],
    };
    let mut install = Command::new("install");
    install.args(["-D", "--mode", mode]);
    if is_folder {
        install.arg("--target-directory").arg(place).args(sources);
    } else {
        install.args(sources).arg(place);
    }
    output(&mut install).map(drop)
}

/// Writes the formula for Homebrew beside the archive.
pub(super) fn formula(stage: &Stage, folder: &Path, archive: &str, url: &str) -> anyhow::Result<()> {
    let sum = output(Command::new("sha256sum").arg(folder.join(archive)))?;
    let sum = String::from_utf8_lossy(&sum);
    let machine = if stage.machine == "aarch64" { "arm64" } else { stage.machine };
    let text = read(&stage.path("net-scout.rb"))?
        .replace("@VERSION@", stage.version)
        .replace("@URL@", url.trim_end_matches('/'))
        .replace("@ARCHIVE@", archive)
        .replace("@SHA256@", sum.split_whitespace().next().unwrap_or_default())
        .replace("@ARCH@", machine);
    fs::write(folder.join("net-scout.rb"), text).context("failed to write net-scout.rb")
}
