//! `cargo xtask release`: everything that is published of one program: packages for Debian and for systems with RPM, an archive with a
//! formula for Homebrew, the folder of a container image, what it is made of, checksums, and their signature.
//!
//! What is made of one program is the same to the byte whoever makes it: times come from `SOURCE_DATE_EPOCH`, or else the last commit, lists
//! are sorted, and files belong to root. No key is in the tree: who releases names one.

mod archive;
mod boot;
mod build;
mod check;
mod container;
mod crates;
mod debian;
mod files;
mod manifest;
mod sbom;
mod stage;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail};
use net_scout_tests::places;

use crate::arguments::Arguments;
use crate::{command, tools};
use stage::Stage;

pub(crate) use check::run as check;

/// What the archive of a release would be fetched from, for the formula, unless `--url` says it.
const NOWHERE: &str = "https://net-scout.invalid/releases";
/// Who stands in the package for Debian, unless `--maintainer` says it.
const MAINTAINER: &str = "The authors of net-scout <net-scout@packages.invalid>";
/// The largest program that is published, in bytes, stripped.
const LARGEST: u64 = 60_000_000;
/// The sums of all files, which are what is signed.
const SUMS: &str = "SHA256SUMS";

/// What a release is made of, and for whom.
struct Options {
    /// The program, not stripped; none to build it.
    binary: Option<PathBuf>,
    /// What it is built for; none for this machine with its C library.
    target: Option<String>,
    /// Where the files are put.
    output: PathBuf,
    /// The secret key of minisign.
    key: Option<PathBuf>,
    url: String,
    maintainer: String,
    /// The time of everything in a package, in seconds since 1970.
    epoch: String,
}

impl Options {
    fn read(words: Vec<String>) -> anyhow::Result<Self> {
        let mut arguments = Arguments::new(words);
        let options = Self {
            binary: arguments.take("--binary", "the path of the program")?,
            target: arguments.take("--target", "a target of rustc")?,
            output: arguments.take("--output", "the path of a folder")?.unwrap_or_else(|| places::target().join("dist")),
            key: arguments.take("--key", "the path of a secret key of minisign")?,
            url: arguments.take("--url", "an address")?.unwrap_or_else(|| NOWHERE.to_owned()),
            maintainer: arguments.take("--maintainer", "a name and a mail address")?.unwrap_or_else(|| MAINTAINER.to_owned()),
            epoch: stage::epoch()?,
        };
        arguments.finish()?;
        match &options.key {
            Some(key) if !key.is_file() => bail!("--key {}: there is no such file; `rsign generate` makes a key", key.display()),
            _ => Ok(options),
        }
    }
}

/// Makes a release.
pub(crate) fn run(words: Vec<String>) -> anyhow::Result<()> {
    let options = Options::read(words)?;
    let binary = match &options.binary {
        Some(binary) => binary.clone(),
        None => build::program(options.target.as_deref())?,
    };
    let stage = make(&binary, &options)?;
    let size = fs::metadata(stage.path("net-scout")).context("the stripped program is gone")?.len();
    if size > LARGEST {
        bail!(
            "the stripped program has {size} bytes, and {LARGEST} are the most that is published: one that is built without --binary is smaller; \
             else look at what was added"
        );
    }
    println!("\n{}:", options.output.display());
    for file in files::names(&options.output)? {
        let size = fs::metadata(options.output.join(&file)).map_or(0, |metadata| metadata.len());
        println!("  {:>7.1} MB  {file}", size as f64 / 1e6);
    }
    if options.key.is_none() {
        println!("\nnot signed: `--key FILE` names the secret key of minisign that signs {SUMS}");
    }
    Ok(())
}

/// Makes all files of a release in its folder, which is emptied.
fn make(binary: &Path, options: &Options) -> anyhow::Result<Stage> {
    let stage = Stage::make(binary, options)?;
    let output = &options.output;
    empty(output)?;
    let deb = output.join(format!("net-scout_{}-1_{}.deb", stage.version, stage.debian()));
    debian_package(&stage, &deb)?;
    rpm_package(&stage, &output.join(format!("net-scout-{}-1.{}.rpm", stage.version, stage.machine)))?;
    let archive = archive::make(&stage, output)?;
    archive::formula(&stage, output, &archive, &options.url)?;
    container::make(&stage, output)?;
    fs::copy(stage.path(stage::SBOM), output.join(stage::SBOM)).context("failed to copy the list of components")?;
    sums(output)?;
    if let Some(key) = &options.key {
        let mut rsign = Command::new(tools::RSIGN.program()?);
        rsign.arg("sign").arg("-s").arg(key).args(["-t", &format!("net-scout {}", stage.version), SUMS]).current_dir(output);
        command::run(&mut rsign, "check the key and its password")?;
    }
    Ok(stage)
}

fn debian_package(stage: &Stage, to: &Path) -> anyhow::Result<()> {
    let mut deb = Command::new(tools::CARGO_DEB.program()?);
    deb.args(["--no-build", "--no-strip", "--offline", "--quiet", "--output"]).arg(to);
    command::run(stage.reproducible(&mut deb), "see its message above; packaging/manifest.toml is what it reads")
}

fn rpm_package(stage: &Stage, to: &Path) -> anyhow::Result<()> {
    let mut rpm = Command::new(tools::CARGO_GENERATE_RPM.program()?);
    rpm.args(["--arch", stage.machine, "--output"]).arg(to);
    command::run(stage.reproducible(&mut rpm), "see its message above; packaging/manifest.toml is what it reads")
}

/// Writes the sums of what is in the folder.
fn sums(folder: &Path) -> anyhow::Result<()> {
    let names = files::names(folder)?;
    let sums = files::output(Command::new("sha256sum").arg("--").args(&names).current_dir(folder))?;
    fs::write(folder.join(SUMS), sums).with_context(|| format!("failed to write {SUMS}"))
}

/// Makes a folder, without what was in it.
fn empty(folder: &Path) -> anyhow::Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("failed to empty {}", folder.display()))?;
    }
    fs::create_dir_all(folder).with_context(|| format!("failed to create {}", folder.display()))
}
