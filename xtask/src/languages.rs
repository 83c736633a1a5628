//! Builds the guests in other languages than Rust, and fetches what that takes. Only the tests need them.
//!
//! Everything that is fetched from npm and PyPI stays below `target/`. The versions are those that the projects name which
//! `net-scout plugin new` makes.

mod make;
mod node;

use std::fs;

use anyhow::Context as _;
use net_scout_tests::places;

use crate::command;
use crate::toolchain::Toolchain;

/// The guest whose errors a test looks at, beside the example.
const FAILING: &str = "failing";
/// The enricher that calls every capability, in some languages.
const REACHING: &str = "reaching";
/// The guest that is built with WASI, as the tools do unless they are told otherwise.
const WASI: &str = "wasi";

/// Builds the example and the failing guest of each language, and says how a project in Rust is built on this machine.
pub(crate) fn build_all() -> anyhow::Result<()> {
    rust()?;
    make::build()?;
    node::build()
}

/// A project outside the workspace is built by a plain cargo, which knows nothing of where the guests' toolchain is.
fn rust() -> anyhow::Result<()> {
    let environment = Toolchain::find()?.project_environment()?;
    let mut text = String::new();
    for (name, value) in environment {
        let value = value.to_str().with_context(|| format!("{name} is not text: {}", value.display()))?;
        text.push_str(&format!("{name}={value}\n"));
    }
    fs::create_dir_all(places::languages()).with_context(|| format!("failed to create {}", places::languages().display()))?;
    let file = places::rust_environment();
    fs::write(&file, text).with_context(|| format!("failed to write {}", file.display()))
}

/// The folder for the components of a language.
fn folder(language: &str) -> anyhow::Result<String> {
    let folder = places::languages().join(language);
    fs::create_dir_all(&folder).with_context(|| format!("failed to create {}", folder.display()))?;
    folder.into_os_string().into_string().map_err(|name| anyhow::anyhow!("{} is not text, which make needs", name.display()))
}

/// Makes sure of programs, each with the package of Debian that has it.
pub(crate) fn require(programs: &[(&str, &str)]) -> anyhow::Result<()> {
    for (program, package) in programs {
        if command::answer(program, &["--version"])?.is_none() {
            command::install(&[package])?;
        }
    }
    Ok(())
}
