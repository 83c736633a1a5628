//! `cargo xtask`: builds the guests, shows the demo, runs the tests, the lints and the benchmark, writes the
//! reference of the interfaces.
//!
//! It must never be needed by a user of the program, and never leaves anything outside `target/`, but for the components in `plugins/` and
//! packages that a build cannot do without.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a developer reads it")]

mod arguments;
mod bench;
mod beside_writer;
mod book;
mod browser;
mod check;
mod command;
mod debian;
mod demo;
mod edges;
mod guests;
mod languages;
mod measure;
mod npm;
mod release;
mod soak;
mod structure;
mod toolchain;
mod tools;
mod validators;
mod wit;

use std::process::ExitCode;

use anyhow::bail;

const USAGE: &str = "\
Usage: cargo xtask <command>

  guests                                          build the program, the plugins into plugins/*.wasm, and the guests of the tests
  demo [--events N] [--seed N] [--keep FILE] [--web]
                                                  scan a sample database and show the alerts, also as a web page; FILE keeps the database
  test [ARGUMENTS]                                build everything and run every test; ARGUMENTS go to `cargo test`
  quick [ARGUMENTS]                               the loop of a developer: build what changed without much optimisation, then `cargo test ARGUMENTS`
  snapshots                                       write the files of tests/it/snapshots anew: help, JSON and errors as users see them
  fuzz [--cases N]                                try the properties that must hold for any input, each with so many cases
  lint                                            format, spelling, dependencies, structure, clippy and documentation, warnings denied
  release [--binary FILE | --target TRIPLE] [--output DIR] [--key FILE] [--url URL] [--maintainer TEXT]
                                                  build the program that is published, or take FILE, and make its packages in target/dist
  packages [--debian DIR]                         make packages of the program that is built, twice, and check them; DIR, which must not be
                                                  there, is for a Debian in which one is installed, used and purged without a network
  wit                                             write docs/wit.md from the comments in wit/
  book                                            make target/book/html of docs/, with a reference of commands and plugins
  bench [--events N,...] [--seed N] [--runs N] [--only PART]
                                                  compare a scan with what the original program does, and measure a tick of the service
  beside-writer [--events N] [--seconds N] [--rate N] [--folder DIR] [--only NAME]
                                                  run the built program beside a writer of events, and measure how long that waits
  soak [kills DAYS TIMES | day HOURS RATE | outbox KILLS | idle SECONDS | lag EVERY SETTLE | equal SEED SCANS]
                                                  run the service over simulated weeks and days, and measure what it costs";

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let command = words.next().unwrap_or_default();
    match run(&command, words.collect()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: &str, words: Vec<String>) -> anyhow::Result<()> {
    match command {
        "guests" => {
            arguments::none(words)?;
            guests::build_all()
        }
        "demo" => demo::run(words),
        "test" => check::test(&words),
        "quick" => check::quick(&words),
        "snapshots" => {
            arguments::none(words)?;
            check::snapshots()
        }
        "fuzz" => check::fuzz(words),
        "lint" => {
            arguments::none(words)?;
            check::lint()
        }
        "release" => release::run(words),
        "packages" => release::check(words),
        "wit" => {
            arguments::none(words)?;
            wit::write()
        }
        "book" => {
            arguments::none(words)?;
            book::make()
        }
        "bench" => bench::run(words),
        "beside-writer" => beside_writer::run(words),
        "soak" => soak::run(&words),
        "help" | "--help" | "-h" => {
            println!("{USAGE}");
            Ok(())
        }
        "" => bail!("no command\n\n{USAGE}"),
        unknown => bail!("unknown command `{unknown}`\n\n{USAGE}"),
    }
}
