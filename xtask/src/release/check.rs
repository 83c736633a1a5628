//! `cargo xtask packages`: makes all packages of the program that is built, twice, and looks at them: the same to the byte, nothing in them but
//! what is listed, fields that are right, units that systemd takes and finds tight enough.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail};
use net_scout_tests::places;

use super::files::{Kind, names, of, output};
use super::stage::Stage;
use super::{MAINTAINER, NOWHERE, Options, SUMS, debian, make};
use crate::arguments::Arguments;
use crate::command;

/// The most exposure that a unit may have, in tenths, as `systemd-analyze security` counts.
const EXPOSURE: &str = "20";
const UNITS: [&str; 2] = ["net-scout.service", "net-scout-once.service"];

/// Checks the packages; with a folder, also in a Debian of their own.
pub(crate) fn run(words: Vec<String>) -> anyhow::Result<()> {
    let mut arguments = Arguments::new(words);
    let debian: Option<PathBuf> = arguments.take("--debian", "the path of a folder that is not there")?;
    arguments.finish()?;
    let folder = places::target().join("packages");
    let twice = [folder.join("once"), folder.join("again")];
    // Somebody may commit meanwhile.
    let epoch = super::stage::epoch()?;
    let make_in = |output: &PathBuf| {
        let (url, maintainer, epoch, output) = (NOWHERE.to_owned(), MAINTAINER.to_owned(), epoch.clone(), output.clone());
        make(&places::binary(), &Options { binary: None, target: None, output, key: None, url, maintainer, epoch })
    };
    make_in(&twice[0])?;
    let stage = make_in(&twice[1])?;
    let [sums, again] = twice.each_ref().map(|folder| super::stage::read(&folder.join(SUMS)));
    let (sums, again) = (sums?, again?);
    if sums != again {
        bail!("two packagings of one program differ:\n{sums}\n{again}");
    }
    let made = names(&twice[1])?;
    let deb = made.iter().find(|name| name.ends_with(".deb")).map(|name| twice[1].join(name)).context("there is no .deb")?;
    contents(&deb, &stage)?;
    fields(&deb, &stage)?;
    units(&stage)?;
    lintian(&deb)?;
    container(&stage)?;
    eprintln!(
        "{} files, twice the same; the package for Debian holds what packaging/files lists; its units are as tight as they should be",
        made.len()
    );
    match debian {
        Some(folder) => debian::install_and_purge(&deb, &folder),
        None => Ok(()),
    }
}

/// What is in the package: each path with its mode and owner.
fn contents(deb: &Path, stage: &Stage) -> anyhow::Result<()> {
    let listed = output(Command::new("dpkg-deb").arg("--contents").arg(deb))?;
    let listed = String::from_utf8_lossy(&listed);
    let mut there = BTreeSet::new();
    for line in listed.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let (Some(mode), Some(owner), Some(path)) = (words.first(), words.get(1), words.get(5)) else {
            bail!("`{line}` is not a line of dpkg-deb")
        };
        if !matches!(*owner, "root/root" | "0/0") {
            bail!("{path} in the package belongs to {owner}");
        }
        if !mode.starts_with('d') {
            there.insert(format!("{mode} {}", path.trim_start_matches("./")));
        }
    }
    let mut listed = BTreeSet::from(["-rw-r--r-- usr/share/doc/net-scout/changelog.Debian.gz".to_owned()]);
    for file in of(&stage.files, Kind::Debian) {
        let mode = if file.mode == "755" { "-rwxr-xr-x" } else { "-rw-r--r--" };
        match file.source.strip_suffix("*.gz") {
            Some(folder) => listed.extend(names(&stage.path(folder))?.iter().map(|name| format!("{mode} {}{name}", file.place))),
            None => drop(listed.insert(format!("{mode} {}", file.place))),
        }
    }
    if there != listed {
        let only = |one: &BTreeSet<String>, other| one.difference(other).cloned().collect::<Vec<_>>().join("\n  ");
        bail!(
            "the package for Debian holds and is not to hold:\n  {}\nand lacks:\n  {}",
            only(&there, &listed),
            only(&listed, &there)
        );
    }
    Ok(())
}

fn fields(deb: &Path, stage: &Stage) -> anyhow::Result<()> {
    let field = |name: &str| {
        output(Command::new("dpkg-deb").arg("--field").arg(deb).arg(name))
            .map(|text| String::from_utf8_lossy(&text).trim().to_owned())
    };
    let expected = [
        ("Package", "net-scout".to_owned()),
        ("Version", format!("{}-1", stage.version)),
        ("Architecture", stage.debian().to_owned()),
        ("Section", "net".to_owned()),
    ];
    for (name, value) in expected {
        let there = field(name)?;
        if there != value {
            bail!("{name} of the package is `{there}`, not `{value}`");
        }
    }
    let depends = field("Depends")?;
    if !depends.contains("libc6 (>= ") {
        bail!("Depends of the package is `{depends}`: the version of the C library is missing; install dpkg-dev, which finds it");
    }
    let conffiles = output(Command::new("dpkg-deb").arg("--info").arg(deb).arg("conffiles"))?;
    let conffiles = String::from_utf8_lossy(&conffiles);
    if conffiles.trim() != "/etc/net-scout.toml" {
        bail!("the package's files of configuration are `{}`", conffiles.trim());
    }
    Ok(())
}

/// Lets systemd read the units and count what they leave open.
fn units(stage: &Stage) -> anyhow::Result<()> {
    if command::answer("systemd-analyze", &["--version"])?.is_none() {
        eprintln!("there is no systemd-analyze: the units are not checked");
        return Ok(());
    }
    for unit in UNITS {
        let mut security = Command::new("systemd-analyze");
        security.args(["security", "--no-pager", "--offline=true", "--threshold", EXPOSURE]).arg(stage.path(unit));
        output(&mut security).with_context(|| format!("{unit} leaves too much open"))?;
    }
    // Its program is not installed here: another one that is stands for it.
    let folder = stage.path("units");
    super::empty(&folder)?;
    let mut verify = Command::new("systemd-analyze");
    verify.args(["verify", "--man=no"]);
    for unit in UNITS.into_iter().chain(["net-scout.timer"]) {
        let text = super::stage::read(&stage.path(unit))?.replace("/usr/bin/net-scout", "/bin/true");
        fs::write(folder.join(unit), text).with_context(|| format!("failed to write {unit}"))?;
        verify.arg(folder.join(unit));
    }
    output(&mut verify).map(drop).context("systemd does not take a unit")
}

/// What Debian's checker says. Only its errors count.
fn lintian(deb: &Path) -> anyhow::Result<()> {
    if command::answer("lintian", &["--version"])?.is_none() {
        eprintln!("there is no lintian: the package is not checked by it");
        return Ok(());
    }
    let mut lintian = Command::new("lintian");
    command::run(
        lintian.args(["--fail-on", "error", "--allow-root"]).arg(deb),
        "mend the errors, or say in packaging/debian/lintian-overrides why not",
    )
}

/// Starts the program in the root of its image, where nothing else is.
fn container(stage: &Stage) -> anyhow::Result<()> {
    if command::answer("id", &["-u"])?.as_deref() != Some("0") {
        eprintln!("only root may change the root: the program is not started in that of its image");
        return Ok(());
    }
    let root = stage.path("container/rootfs");
    output(Command::new("chroot").arg("--userspec=65532:65532").arg(root).args(["/usr/bin/net-scout", "--version"]))
        .map(drop)
        .context("the program does not start in the root of its image")
}

#[cfg(test)]
mod tests {
    use net_scout_tests::places;

    use crate::release::files::{Kind, of, parse};
    use crate::release::stage::read;

    fn packaging(name: &str) -> String {
        read(&places::root().join("packaging").join(name)).expect("a file of packaging/")
    }

    #[test]
    fn every_unit_is_listed_and_all_are_as_tight() {
        let files = parse(&packaging("files")).expect("the list");
        for kind in [Kind::Debian, Kind::Rpm] {
            for unit in ["net-scout.service", "net-scout-once.service", "net-scout.timer"] {
                assert!(
                    of(&files, kind).any(|file| file.place == format!("usr/lib/systemd/system/{unit}")),
                    "{kind:?} lacks {unit}"
                );
            }
        }
        // From the user on they are one text.
        let [service, once] = ["net-scout.service", "net-scout-once.service"].map(|unit| {
            let text = packaging(unit);
            let (_, rest) = text.split_once("\nUser=").expect("a user");
            rest.split("\n[Install]").next().expect("a part").trim().to_owned()
        });
        assert_eq!(service, once);
        assert!(!service.lines().any(|line| line.starts_with("MemoryDenyWriteExecute")), "plugins are machine code that is made");
    }
}
