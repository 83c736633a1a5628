//! Where things are in the workspace. The tests and `cargo xtask` must never spell out such a path themselves.

use std::path::{Path, PathBuf};

/// The workspace's folder.
#[must_use]
pub fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here)
}

/// The plugins and, once built, their components.
#[must_use]
pub fn plugins() -> PathBuf {
    root().join("plugins")
}

/// Cargo's target folder: `CARGO_TARGET_DIR`, or `target`. A relative one counts from the workspace's folder, for a test runs in its
/// package's folder and would otherwise miss it.
#[must_use]
pub fn target() -> PathBuf {
    let named = std::env::var_os("CARGO_TARGET_DIR").filter(|folder| !folder.is_empty());
    root().join(named.unwrap_or_else(|| "target".into()))
}

/// The target folder of the guests. It is their own, because their toolchain may be another.
#[must_use]
pub fn guest_target() -> PathBuf {
    target().join("guests")
}

/// The components that only tests load.
#[must_use]
pub fn test_guests() -> PathBuf {
    guest_target().join("tests")
}

/// The horizontal scan in other languages, a folder for each.
#[must_use]
pub fn examples() -> PathBuf {
    plugins().join("examples")
}

/// What is made of guests in other languages than Rust: a folder for each language, and the tools that were fetched for it.
#[must_use]
pub fn languages() -> PathBuf {
    guest_target().join("languages")
}

/// A component in another language than Rust, such as `c` or `javascript`.
#[must_use]
pub fn language_guest(language: &str, name: &str) -> PathBuf {
    languages().join(language).join(format!("{name}.wasm"))
}

/// The sources of the guests in these languages that only tests load.
#[must_use]
pub fn language_sources() -> PathBuf {
    root().join("tests").join("guests").join("languages")
}

/// The Python environment in which the tools from PyPI are.
#[must_use]
pub fn python_tools() -> PathBuf {
    languages().join("venv")
}

/// The folder in which npm put `node_modules`.
#[must_use]
pub fn node_tools() -> PathBuf {
    languages().join("node")
}

/// What was unpacked of Debian's packages, as from the root of a file system.
#[must_use]
pub fn debian() -> PathBuf {
    target().join("debian")
}

/// The schemas of others that alerts are held against, and what checks them.
#[must_use]
pub fn validators() -> PathBuf {
    target().join("validators")
}

/// What drives the browser in the tests of the pages.
#[must_use]
pub fn browser_steps() -> PathBuf {
    root().join("tests/web")
}

/// Where its packages of npm are.
#[must_use]
pub fn browser_tools() -> PathBuf {
    target().join("tools/browser")
}

/// What a project in Rust needs in its environment to be built on this machine, a `NAME=VALUE` a line. See [`crate::projects`].
#[must_use]
pub fn rust_environment() -> PathBuf {
    languages().join("rust.env")
}

/// What the C SDK has of `wit-bindgen`, a folder for each world.
#[must_use]
pub fn c_bindings() -> PathBuf {
    plugins().join("sdk").join("c").join("bindings")
}

/// The SDK for JavaScript.
#[must_use]
pub fn javascript_sdk() -> PathBuf {
    plugins().join("sdk").join("javascript")
}

/// The description of all interfaces.
#[must_use]
pub fn wit() -> PathBuf {
    root().join("wit")
}

/// The files of a project in `javascript` or `typescript` that are the same for rules and enrichers.
#[must_use]
pub fn node_project(language: &str) -> PathBuf {
    plugins().join("templates").join(language).join("both")
}

/// The program.
#[must_use]
pub fn binary() -> PathBuf {
    target().join("release").join("net-scout")
}

/// The independent computation of the three original rules. See [`crate::oracle`].
#[must_use]
pub fn oracle_script() -> PathBuf {
    root().join("tests").join("oracle.py")
}

/// What the original program does in a scan, for the benchmark.
#[must_use]
pub fn baseline_script() -> PathBuf {
    root().join("tests").join("baseline.py")
}
