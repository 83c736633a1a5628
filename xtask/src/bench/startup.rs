//! What it costs to start: `--version`, and a scan of a database without events with every plugin that the project has.

use std::process::Command;
use std::time::Instant;

use anyhow::Context as _;
use net_scout_tests::places;
use net_scout_tests::sample;

use super::database::options;
use super::{Bench, WINDOWS};
use crate::command;
use crate::measure::{median, spread};

const RUNS: usize = 31;

/// Measures, and prints a table.
pub(super) fn run(bench: &Bench) -> anyhow::Result<()> {
    eprintln!("start");
    let empty = bench.folder.join("empty.db");
    sample::remove(&empty)?;
    sample::make(&empty, &options(0, 1))?;
    println!("\n| start, medians of {RUNS} runs | ms (min-max) |");
    println!("|---|---|");
    let version = || {
        let mut command = bench.command(&places::binary());
        command.arg("--version");
        command
    };
    row("`net-scout --version`", version)?;
    row("scan of a database without events, with all standard plugins", || {
        let mut command = bench.scan_command(&places::plugins(), &empty, WINDOWS[0]);
        command.arg("--dry-run");
        command
    })
}

fn row(name: &str, command: impl Fn() -> Command) -> anyhow::Result<()> {
    // The first one may have to compile.
    milliseconds(&mut command())?;
    let times = (0..RUNS).map(|_| milliseconds(&mut command())).collect::<anyhow::Result<Vec<_>>>()?;
    let (least, most) = spread(&times);
    println!("| {name} | {:.1} ({least:.1}-{most:.1}) |", median(times));
    Ok(())
}

/// From the start of a program to its end.
fn milliseconds(command: &mut Command) -> anyhow::Result<f64> {
    let begun = Instant::now();
    let output = command.output().with_context(|| command::start_failed(command))?;
    let took = begun.elapsed();
    anyhow::ensure!(output.status.success(), "the program failed: {}", String::from_utf8_lossy(&output.stderr));
    Ok(took.as_secs_f64() * 1e3)
}
