//! The files of packages in one folder, as `packaging/files` names them: what stands in `packaging/`, and what the program itself writes, its
//! manual pages, completions and configuration.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail};
use net_scout_tests::places;

use super::crates::Crates;
use super::files::{File, names, output};
use super::{Options, empty, files, manifest, sbom};
use crate::command;

/// The list of components.
pub(super) const SBOM: &str = "net-scout.cdx.json";
const LICENCES: &str = "third-party-licences.txt";
/// The shells whose completions a package holds.
const SHELLS: [&str; 3] = ["bash", "fish", "zsh"];
/// The machines that a program may be for: the number in its header, what systems with RPM call it, and what Debian does.
const MACHINES: [(u16, &str, &str); 2] = [(62, "x86_64", "amd64"), (183, "aarch64", "arm64")];

/// The folder, and what is known of the program.
pub(super) struct Stage {
    folder: PathBuf,
    pub(super) version: &'static str,
    /// The time of everything in a package, in seconds since 1970.
    pub(super) epoch: String,
    /// Of the kernel: `x86_64`.
    pub(super) machine: &'static str,
    debian: &'static str,
    pub(super) files: Vec<File>,
}

impl Stage {
    /// Makes it anew.
    pub(super) fn make(binary: &Path, options: &Options) -> anyhow::Result<Self> {
        let packaging = places::root().join("packaging");
        let list = read(&packaging.join("files"))?;
        let (machine, debian) = machine(binary)?;
        let folder = places::target().join("package");
        let files = files::parse(&list)?;
        let stage = Self { folder, version: env!("CARGO_PKG_VERSION"), epoch: options.epoch.clone(), machine, debian, files };
        empty(&stage.folder)?;
        let mut copy = Command::new("cp");
        command::run(copy.arg("--recursive").arg(packaging.join(".")).arg(&stage.folder), "look at packaging/")?;
        let mut strip = Command::new("strip");
        strip.args(["--strip-all", "-o"]).arg(stage.path("net-scout")).arg(binary);
        command::run(&mut strip, "install binutils")?;
        stage.written_by_the_program()?;
        stage.texts(&options.maintainer)?;
        stage.compress()?;
        Ok(stage)
    }

    /// A file of it.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// What Debian calls the machine.
    pub(super) fn debian(&self) -> &'static str {
        self.debian
    }

    /// A tool that works in the folder and takes the time from the stage.
    pub(super) fn reproducible<'a>(&self, program: &'a mut Command) -> &'a mut Command {
        program.current_dir(&self.folder).env("SOURCE_DATE_EPOCH", &self.epoch).env("LC_ALL", "C.UTF-8").env("TZ", "UTC")
    }

    /// What the program says of itself: no configuration and no home of this machine is in it.
    fn written_by_the_program(&self) -> anyhow::Result<()> {
        let run = |words: &[&str]| {
            let mut program = Command::new(self.path("net-scout"));
            output(program.args(words).env_clear().env("HOME", "/root").current_dir(&self.folder))
        };
        run(&["man", "man"])?;
        self.write("net-scout.toml", &run(&["config", "--template"])?)?;
        fs::create_dir(self.path("completions")).context("failed to make a folder")?;
        for shell in SHELLS {
            self.write(&format!("completions/{shell}"), &run(&["completions", shell])?)?;
        }
        Ok(())
    }

    /// What is written of the project.
    fn texts(&self, maintainer: &str) -> anyhow::Result<()> {
        let licence = read(&places::root().join("LICENSE"))?;
        self.write("LICENSE", licence.as_bytes())?;
        let indented: String =
            licence.trim_end().lines().map(|line| if line.is_empty() { " .\n".into() } else { format!(" {line}\n") }).collect();
        let copyright = read(&self.path("copyright"))?;
        self.write("copyright", copyright.replace("@LICENCE@\n", &indented).as_bytes())?;
        self.write("changelog", read(&places::root().join("CHANGELOG.md"))?.as_bytes())?;
        let time =
            output(Command::new("date").args(["--utc", "--rfc-email", &format!("--date=@{}", self.epoch)]).env("LC_ALL", "C"))?;
        let (version, time) = (self.version, String::from_utf8_lossy(&time));
        let changes = format!(
            "net-scout ({version}-1) unstable; urgency=medium\n\n  * Version {version}: see changelog.gz.\n\n -- {maintainer}  {}\n",
            time.trim()
        );
        self.write("changelog.Debian", changes.as_bytes())?;
        let template = read(&self.path("manifest.toml"))?;
        self.write("Cargo.toml", manifest::manifest(&template, &self.files, version, maintainer).as_bytes())?;
        // A manifest must have something to build.
        fs::create_dir(self.path("src")).context("failed to make a folder")?;
        self.write("src/lib.rs", b"")?;
        let crates = Crates::read(self.machine)?;
        self.write(LICENCES, crates.licences()?.as_bytes())?;
        self.write(SBOM, sbom::write(&crates, self)?.as_bytes())
    }

    /// Compresses what packages hold compressed.
    fn compress(&self) -> anyhow::Result<()> {
        let pages = names(&self.path("man"))?.into_iter().map(|name| format!("man/{name}"));
        let mut gzip = Command::new("gzip");
        gzip.args(["-9", "--no-name"]).args(pages).args(["changelog", LICENCES]).current_dir(&self.folder);
        output(&mut gzip).map(drop)
    }

    fn write(&self, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
        let path = self.path(name);
        fs::write(&path, bytes).with_context(|| format!("failed to write {}", path.display()))?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644))
            .with_context(|| format!("failed to make {} readable", path.display()))
    }
}

/// A text file.
pub(super) fn read(path: &Path) -> anyhow::Result<String> {
    fs::read_to_string(path).with_context(|| format!("failed to read {}", path.display()))
}

/// What machine a program is for: it must be this one, for the program is asked for its pages.
fn machine(binary: &Path) -> anyhow::Result<(&'static str, &'static str)> {
    let shown = binary.display();
    let bytes = fs::read(binary).with_context(|| format!("failed to read {shown}: build it, or name another with --binary"))?;
    let number = bytes.get(18..20).filter(|_| bytes.starts_with(b"\x7fELF")).map(|two| u16::from_le_bytes([two[0], two[1]]));
    let known = MACHINES.into_iter().find(|(machine, ..)| Some(*machine) == number);
    match known {
        Some((_, machine, debian)) if machine == std::env::consts::ARCH => Ok((machine, debian)),
        Some((_, machine, _)) => {
            bail!("{shown} is for {machine}: make its packages on such a machine, for it is asked for its pages")
        }
        None => bail!("{shown} is not a program for Linux on x86-64 or ARM64"),
    }
}

/// The time of a release: `SOURCE_DATE_EPOCH`, else that of the last commit.
pub(super) fn epoch() -> anyhow::Result<String> {
    let given = std::env::var("SOURCE_DATE_EPOCH").ok();
    let epoch = match given {
        Some(epoch) => Some(epoch),
        None => command::answer("git", &["log", "-1", "--format=%ct"])?,
    };
    let epoch = epoch.context("there is no commit to take the time from: set SOURCE_DATE_EPOCH to seconds since 1970")?;
    match epoch.parse::<u32>() {
        Ok(_) => Ok(epoch),
        Err(_) => bail!("SOURCE_DATE_EPOCH is `{epoch}`, which is not a number of seconds since 1970"),
    }
}
