//! Finds out how guests written in Rust can be built on this machine, and installs what is missing where that is possible.
//!
//! Rust's own standard library for WebAssembly is best. Where rustup cannot fetch it, Debian's compiler builds one from its sources. Either
//! way the `wasm-component-ld` that every rustup toolchain carries links straight to a component.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use net_scout_tests::places;

use crate::command;

/// The target of the guests. Without an operating system there is nothing to import but what the host gives.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// Where Debian's `rustc-web` puts its compiler.
const DEBIAN: &str = "/usr/bin/rustc";

/// The oldest compiler that the workspace takes.
const MINIMUM: (u32, u32) = (1, 95);

/// How long rustup may take to fetch the target. Without a network it may hang.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a folder of guests was built with, kept in that folder.
const MARKER: &str = ".toolchain";

/// A way to build guests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    /// The standard library comes with the toolchain.
    Toolchain,
    /// Debian's compiler and the sources that belong to it.
    Debian,
}

/// The compiler and the linker for guests.
#[derive(Debug)]
pub(crate) struct Toolchain {
    source: Source,
    /// What `rustc --version` says.
    version: String,
    /// The folder of `wasm-component-ld`.
    linkers: PathBuf,
}

impl Toolchain {
    /// Finds a way, first among what is there already, then by installing.
    pub(crate) fn find() -> anyhow::Result<Self> {
        let sysroot = command::answer("rustc", &["--print", "sysroot"])?
            .context("rustc is missing: install Rust with rustup (https://rustup.rs), which also brings the linker for guests")?;
        let verbose = command::answer("rustc", &["-vV"])?.unwrap_or_default();
        let host = verbose.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or_default();
        let libraries = Path::new(&sysroot).join("lib/rustlib");
        let linkers = libraries.join(host).join("bin");
        if !linkers.join("wasm-component-ld").is_file() {
            bail!(
                "{} has no wasm-component-ld, the linker for guests: install Rust with rustup (https://rustup.rs)",
                linkers.display()
            );
        }
        let own = || libraries.join(TARGET).is_dir();
        if !own() && !debian_is_there()? && !add_target()? {
            eprintln!(
                "rustup cannot fetch {TARGET}: taking Debian's compiler, which builds the standard library from its sources"
            );
            command::install(&["rustc-web", "rust-web-src"])?;
            if !debian_is_there()? {
                bail!(
                    "{DEBIAN} is still older than Rust {}.{}, or its sources are missing: run `rustup target add {TARGET}` where rustup \
                     can reach the network, or install newer packages rustc-web and rust-web-src",
                    MINIMUM.0,
                    MINIMUM.1
                );
            }
        }
        let (source, rustc) = if own() { (Source::Toolchain, "rustc") } else { (Source::Debian, DEBIAN) };
        let version = command::answer(rustc, &["--version"])?.unwrap_or_default();
        Ok(Self { source, version, linkers })
    }

    /// A `cargo build` for guests, in the folder for guests, to which the packages must be added.
    pub(crate) fn cargo_build(&self) -> anyhow::Result<Command> {
        let mut command = command::cargo(&["build", "--profile", "guest", "--locked", "--target", TARGET]);
        command.env("CARGO_TARGET_DIR", places::guest_target());
        // The linker runs wasm-ld, which lies in gcc-ld.
        command.env("PATH", path_with(&[self.linkers.join("gcc-ld")])?);
        command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", self.linkers.join("wasm-component-ld"));
        // Flags for this machine's programs would end up in the components, or break their link.
        command.env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS");
        match self.source {
            Source::Toolchain => command.env_remove("RUSTC"),
            // Only a nightly compiler builds a standard library, and one that is told to pass for it.
            Source::Debian => command.args(["-Z", "build-std=std,panic_abort"]).env("RUSTC", DEBIAN).env("RUSTC_BOOTSTRAP", "1"),
        };
        Ok(command)
    }

    /// What a project outside the workspace needs in its environment so that a plain `cargo build` makes its component here. Nothing where
    /// the toolchain has the target.
    pub(crate) fn project_environment(&self) -> anyhow::Result<Vec<(&'static str, OsString)>> {
        Ok(match self.source {
            Source::Toolchain => Vec::new(),
            Source::Debian => vec![
                ("RUSTC", DEBIAN.into()),
                ("RUSTC_BOOTSTRAP", "1".into()),
                ("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort".into()),
                ("PATH", path_with(&[self.linkers.clone(), self.linkers.join("gcc-ld")])?),
            ],
        })
    }

    /// Empties the guests' folder where another toolchain built them: what the two call by one name does not fit together.
    pub(crate) fn claim(&self) -> anyhow::Result<()> {
        let folder = places::guest_target();
        let marker = folder.join(MARKER);
        let mine = format!("{:?} {}\n", self.source, self.version);
        let old = fs::read_to_string(&marker).unwrap_or_default();
        if old == mine {
            return Ok(());
        }
        let built = folder.join(TARGET);
        if !old.is_empty() && built.exists() {
            eprintln!("guests were built with another toolchain ({}): building them anew", old.trim());
            fs::remove_dir_all(&built).with_context(|| format!("failed to empty {}", built.display()))?;
        }
        fs::create_dir_all(&folder).with_context(|| format!("failed to create {}", folder.display()))?;
        fs::write(&marker, mine).with_context(|| format!("failed to write {}", marker.display()))
    }
}

/// The search path with folders before it.
fn path_with(folders: &[PathBuf]) -> anyhow::Result<OsString> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::join_paths(folders.iter().cloned().chain(env::split_paths(&path))).context("failed to extend PATH")
}

/// Whether Debian's compiler is there, new enough and with its sources.
fn debian_is_there() -> anyhow::Result<bool> {
    let Some(sysroot) = command::answer(DEBIAN, &["--print", "sysroot"])? else {
        return Ok(false);
    };
    let version = command::answer(DEBIAN, &["--version"])?.unwrap_or_default();
    let sources = Path::new(&sysroot).join("lib/rustlib/src/rust/library/std/Cargo.toml");
    Ok(is_new_enough(&version) && sources.is_file())
}

fn is_new_enough(version: &str) -> bool {
    let mut numbers = version.split(|letter: char| !letter.is_ascii_digit()).filter_map(|number| number.parse().ok());
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) >= MINIMUM
}

/// Asks rustup for the target. False where there is no rustup, or it fails, or takes too long.
fn add_target() -> anyhow::Result<bool> {
    if command::answer("rustup", &["--version"])?.is_none() {
        return Ok(false);
    }
    let mut rustup = Command::new("rustup");
    rustup.args(["target", "add", TARGET]).current_dir(places::root()).stdin(Stdio::null());
    command::show(&rustup);
    let mut child = rustup.spawn().with_context(|| command::start_failed(&rustup))?;
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait().context("failed to wait for rustup")? {
            return Ok(status.success());
        }
        if begun.elapsed() > PATIENCE {
            eprintln!("rustup has not answered for {} seconds: stopping it", PATIENCE.as_secs());
            child.kill().context("failed to stop rustup")?;
            child.wait().context("failed to wait for rustup")?;
            return Ok(false);
        }
        thread::sleep(Duration::from_millis(50));
    }
}

#[cfg(test)]
mod tests {
    use super::is_new_enough;

    #[test]
    fn versions() {
        for version in ["rustc 1.95.0 (59807616e 2026-04-14)", "rustc 1.96.0 (built from a source tarball)", "rustc 2.0.0"] {
            assert!(is_new_enough(version), "{version}");
        }
        for version in ["rustc 1.63.0", "rustc 1.94.1", "", "rustc"] {
            assert!(!is_new_enough(version), "{version}");
        }
    }
}
