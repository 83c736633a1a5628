//! Checks by tools of others: codespell for the spelling of code and pages (`.codespellrc`), cargo-deny for what the project is built from
//! (`deny.toml`). One that is missing is installed below `target/`. Where that fails, as without a network, the check is left out with a word
//! about it, but not where the variable `CI` is set: there it is an error. The tools that make packages and the book are installed in the same
//! way when they are first used, and nothing is made without them.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;
use net_scout_tests::places;

use crate::command;

/// What is installed. Another version may know more words, or more lists.
const CODESPELL: &str = "codespell==2.4.1";
/// Not optimised: it then takes a minute and a half of processor time to build, and a second longer to run.
const CARGO_DENY: Tool = Tool { name: "cargo-deny", version: "0.20.2", features: &[], level: "0" };
/// Makes packages for Debian.
pub(crate) const CARGO_DEB: Tool = Tool { name: "cargo-deb", version: "3.8.0", features: &[], level: "1" };
/// Makes packages for systems with RPM.
pub(crate) const CARGO_GENERATE_RPM: Tool = Tool { name: "cargo-generate-rpm", version: "0.21.1", features: &[], level: "1" };
/// Signs as minisign does.
pub(crate) const RSIGN: Tool = Tool { name: "rsign2", version: "0.6.7", features: &[], level: "1" };
/// Makes the book. Without its server there is little to compile.
pub(crate) const MDBOOK: Tool =
    Tool { name: "mdbook", version: "0.5.4", features: &["--no-default-features", "--features", "search"], level: "1" };

/// A tool of crates.io, of one version: another may make something else.
pub(crate) struct Tool {
    name: &'static str,
    version: &'static str,
    features: &'static [&'static str],
    /// How much it is optimised.
    level: &'static str,
}

impl Tool {
    /// The tool, installed below the target folder where it is not there yet.
    pub(crate) fn program(&self) -> anyhow::Result<PathBuf> {
        let folder = places::target().join("tools");
        let program = folder.join("bin").join(if self.name == RSIGN.name { "rsign" } else { self.name });
        if !program.is_file() {
            eprintln!("{} {} is missing; it is installed below {}", self.name, self.version, folder.display());
            self.install(&folder)?;
        }
        Ok(program)
    }

    fn install(&self, folder: &Path) -> anyhow::Result<()> {
        // Its own target folder: it shares nothing with what is built here.
        let build = folder.join("build");
        let mut cargo = command::cargo(&["install", self.name, "--version", self.version, "--locked", "--debug"]);
        cargo.args(self.features).arg("--root").arg(folder).env("CARGO_TARGET_DIR", &build);
        cargo.env("CARGO_PROFILE_DEV_OPT_LEVEL", self.level).env("CARGO_PROFILE_DEV_DEBUG", "0");
        command::run(&mut cargo, "check the network")?;
        std::fs::remove_dir_all(&build).with_context(|| format!("failed to remove {}", build.display()))
    }
}

/// Checks the spelling.
pub(crate) fn spelling() -> anyhow::Result<()> {
    let folder = places::target().join("tools/python");
    let install = || {
        command::run(Command::new("python3").args(["-m", "venv"]).arg(&folder), "install Python and python3-venv")?;
        let mut pip = Command::new(folder.join("bin/pip"));
        command::run(pip.args(["install", "--quiet", "--retries", "0", CODESPELL]), "check the network")
    };
    let Some(program) = find("codespell", &folder, install)? else { return Ok(()) };
    command::run(Command::new(program).current_dir(places::root()), "mend the words, or add them to .codespellrc")
}

/// Checks licences, sources, and packages that stand in the tree twice.
pub(crate) fn dependencies() -> anyhow::Result<()> {
    let folder = places::target().join("tools");
    let Some(program) = find(CARGO_DENY.name, &folder, || CARGO_DENY.install(&folder))? else { return Ok(()) };
    let mut deny = Command::new(program);
    deny.args(["--locked", "check", "bans", "licenses", "sources"]).current_dir(places::root());
    command::run(&mut deny, "what is allowed is listed in deny.toml")
}

/// A tool in its folder, on the path, or after it was installed; none where it cannot be.
fn find(name: &str, folder: &Path, install: impl Fn() -> anyhow::Result<()>) -> anyhow::Result<Option<PathBuf>> {
    let own = folder.join("bin").join(name);
    if !own.is_file() {
        if command::answer(name, &["--version"])?.is_some() {
            return Ok(Some(name.into()));
        }
        eprintln!("{name} is missing; it is installed below {}", folder.display());
        match install() {
            Err(error) if std::env::var_os("CI").is_none() => {
                eprintln!("{name} cannot be installed, so its check is left out: {error:#}");
                return Ok(None);
            }
            result => result?,
        }
    }
    Ok(Some(own))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tool_that_cannot_be_installed_is_left_out() {
        let folder = tempfile::tempdir().expect("folder");
        let find = |install: &dyn Fn() -> anyhow::Result<()>| find("no-such-tool-anywhere", folder.path(), install);
        let refused = find(&|| anyhow::bail!("no network"));
        if std::env::var_os("CI").is_some() {
            assert!(refused.is_err());
        } else {
            assert_eq!(refused.expect("no error"), None);
        }
        let own = folder.path().join("bin/no-such-tool-anywhere");
        assert_eq!(find(&|| Ok(())).expect("installed"), Some(own));
    }
}
