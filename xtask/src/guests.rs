//! Builds the components: the plugins, and the guests that only tests load.
//!
//! A component is put in its place whole or not at all. Nothing else in `plugins/` may be touched: a user's own plugins lie there too.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, bail};
use net_scout_tests::places;

use crate::command;
use crate::toolchain::{TARGET, Toolchain};

/// The package whose examples are the test guests, in `tests/guests`.
const TEST_PACKAGE: &str = "net-scout-test-guests";

/// The folders in `plugins/` that are packages and no components.
const LIBRARIES: [&str; 2] = ["algorithms", "sdk"];

/// The packages that are components and cannot be tested natively.
pub(crate) fn packages() -> anyhow::Result<Vec<String>> {
    let mut packages = plugins()?;
    packages.push(TEST_PACKAGE.to_owned());
    Ok(packages)
}

/// Builds everything in one cargo call, which builds the standard library once, and puts the components in their places.
pub(crate) fn build() -> anyhow::Result<()> {
    let plugins = plugins()?;
    let tests = test_guests()?;
    let toolchain = Toolchain::find()?;
    toolchain.claim()?;
    let mut cargo = toolchain.cargo_build()?;
    for plugin in &plugins {
        cargo.args(["--package", plugin]);
    }
    if tests.is_empty() {
        cargo.arg("--lib");
    } else {
        cargo.args(["--package", TEST_PACKAGE, "--lib", "--examples"]);
    }
    command::run(&mut cargo, "see the errors of the compiler above")?;

    let built = places::guest_target().join(TARGET).join("guest");
    for plugin in &plugins {
        put(&built, plugin, &places::plugins())?;
    }
    for test in &tests {
        put(&built.join("examples"), test, &places::test_guests())?;
    }
    eprintln!("built {} plugins in {} and {} test guests", plugins.len(), places::plugins().display(), tests.len());
    Ok(())
}

/// Builds the components and the program, and lets it grant the project's own plugins what they ask for. What else lies in the folder
/// is left to whoever put it there.
pub(crate) fn build_all() -> anyhow::Result<()> {
    build()?;
    command::build_host()?;
    approve()
}

/// The same with a program that is compiled quickly, for the loop of a developer.
pub(crate) fn build_quick() -> anyhow::Result<()> {
    build()?;
    command::run(&mut command::quick(&["build", "--package", "net-scout"]), "see the errors of the compiler above")?;
    approve()
}

/// Grants them what they ask for. What that is stands in their sources: it is shown only where something failed.
fn approve() -> anyhow::Result<()> {
    let mut approve = Command::new(places::binary());
    approve.args(["plugin", "approve", "--yes", "--plugins"]).arg(places::plugins());
    let plugins = plugins()?;
    approve.args(plugins.iter().map(|name| format!("{name}.wasm")));
    let ended = approve.output().with_context(|| command::start_failed(&approve))?;
    if !ended.status.success() {
        bail!(
            "the plugins could not be approved:\n{}{}",
            String::from_utf8_lossy(&ended.stdout),
            String::from_utf8_lossy(&ended.stderr)
        );
    }
    eprintln!("approved {} plugins", plugins.len());
    Ok(())
}

/// Every folder in `plugins/` that is a package, but the libraries. The package has the folder's name.
pub(crate) fn plugins() -> anyhow::Result<Vec<String>> {
    let folder = places::plugins();
    let mut names = entries(&folder)?;
    names.retain(|name| !LIBRARIES.contains(&name.as_str()) && folder.join(name).join("Cargo.toml").is_file());
    if names.is_empty() {
        bail!("{} holds no plugin with a Cargo.toml", folder.display());
    }
    Ok(names)
}

/// Every example of the test guests' package: `name.rs`, or `name/main.rs`.
fn test_guests() -> anyhow::Result<Vec<String>> {
    let folder = places::root().join("tests/guests/examples");
    let names = entries(&folder)?.into_iter().filter_map(|name| match name.strip_suffix(".rs") {
        Some(stem) => Some(stem.to_owned()),
        None => folder.join(&name).join("main.rs").is_file().then_some(name),
    });
    Ok(names.collect())
}

/// The names in a folder, sorted; none where there is no such folder.
fn entries(folder: &Path) -> anyhow::Result<Vec<String>> {
    let listed = match fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        listed => listed.with_context(|| format!("failed to list {}", folder.display()))?,
    };
    let mut names = Vec::new();
    for entry in listed {
        let entry = entry.with_context(|| format!("failed to list {}", folder.display()))?;
        names.extend(entry.file_name().into_string());
    }
    names.sort();
    Ok(names)
}

/// Copies a component to `<folder>/<name>.wasm`. Cargo calls the file by the crate's name, with underscores.
fn put(built: &Path, name: &str, folder: &Path) -> anyhow::Result<()> {
    let from = built.join(format!("{}.wasm", name.replace('-', "_")));
    let partial = folder.join(format!(".{name}.wasm.partial"));
    let to = folder.join(format!("{name}.wasm"));
    fs::create_dir_all(folder).with_context(|| format!("failed to create {}", folder.display()))?;
    fs::copy(&from, &partial).with_context(|| {
        format!("failed to copy {} to {}: the crate type of `{name}` must be cdylib", from.display(), partial.display())
    })?;
    fs::rename(&partial, &to).with_context(|| format!("failed to put {} in its place", to.display()))
}
