//! The tests and the lints.

use net_scout_tests::places;

use crate::arguments::Arguments;
use crate::{browser, command, debian, edges, guests, languages, structure, tools, validators};

/// How many cases a longer run tries, unless it is told.
const CASES: u32 = 20_000;

/// Builds what the tests drive and runs every test, also after one that fails. The words go to `cargo test`.
pub(crate) fn test(words: &[String]) -> anyhow::Result<()> {
    command::python()?;
    command::programs()?;
    debian::unpack()?;
    guests::build_all()?;
    languages::build_all()?;
    validators::install()?;
    browser::install()?;
    let mut cargo = command::cargo(&["test", "--release", "--locked", "--workspace", "--no-fail-fast"]);
    for package in guests::packages()? {
        cargo.args(["--exclude", &package]);
    }
    cargo.args(words);
    command::run(&mut cargo, "see the failed tests above")
}

/// Builds what changed and runs the tests that the words choose, for somebody who is changing one part: the dependencies are those of the
/// release build, the crates of the host are compiled incrementally and without much optimisation.
pub(crate) fn quick(words: &[String]) -> anyhow::Result<()> {
    guests::build_quick()?;
    let mut cargo = command::quick(&["test"]);
    if words.is_empty() {
        cargo.arg("--workspace");
        for package in guests::packages()? {
            cargo.args(["--exclude", &package]);
        }
    }
    cargo.args(words);
    command::run(&mut cargo, "see the failed tests above")
}

/// Writes the snapshots of what users see anew: `git diff` then shows what changed.
pub(crate) fn snapshots() -> anyhow::Result<()> {
    guests::build_quick()?;
    let mut cargo =
        command::quick(&["test", "--package", "net-scout", "--package", "net-scout-tests", "--test", "it", "snapshots::"]);
    command::run(cargo.env("INSTA_UPDATE", "always").env("INSTA_FORCE_PASS", "1"), "see the failed tests above")
}

/// Tries for longer than a test run does: the properties of `host/net-scout/tests/properties.rs`, and what programs of others read of hostile
/// values (`tests/readers.py`), five for each case.
pub(crate) fn fuzz(words: Vec<String>) -> anyhow::Result<()> {
    let mut arguments = Arguments::new(words);
    let cases = arguments.take::<u32>("--cases", "a number")?.unwrap_or(CASES);
    arguments.finish()?;
    guests::build_all()?;
    let mut cargo =
        command::cargo(&["test", "--release", "--locked", "--package", "net-scout", "--test", "properties", "--test", "queries"]);
    command::run(cargo.env("PROPTEST_CASES", cases.to_string()), "the smallest case that fails stands above")?;
    let mut cargo = command::cargo(&["test", "--release", "--locked", "--lib"]);
    for package in ["net-scout", "net-scout-notify", "net-scout-report"] {
        cargo.args(["--package", package]);
    }
    cargo.arg("another_program").env("PROPTEST_CASES", cases.to_string());
    command::run(&mut cargo, "the value that came out changed stands above")
}

/// Checks format, spelling, structure, dependencies, lints and documentation, with warnings denied.
pub(crate) fn lint() -> anyhow::Result<()> {
    command::run(&mut command::cargo(&["fmt", "--all", "--check"]), "run `cargo fmt --all`")?;
    tools::spelling()?;
    edges::check()?;
    structure::check()?;
    tools::dependencies()?;
    let clippy = ["clippy", "--release", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"];
    command::run(&mut command::cargo(&clippy), "see the warnings above; `rustup component add clippy` where it is missing")?;
    let mut doc = command::cargo(&["doc", "--release", "--locked", "--no-deps", "--lib", "--package", "net-scout-sdk"]);
    for package in edges::crates() {
        doc.args(["--package", package]);
    }
    command::run(doc.env("RUSTDOCFLAGS", "-Dwarnings"), "see the warnings above")?;
    eprintln!("no complaint about {}", places::root().display());
    Ok(())
}
