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
