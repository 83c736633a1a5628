//! Compares an import with no more than the insertion of the rows that it makes: a made-up log of a packet filter, of which nearly every line is
//! another event, into a new database.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use net_scout_tests::{places, sample};

use super::Bench;
use crate::measure::{Cost, median, spread};

/// How many lines the logs have; the memory must not grow with them.
const LINES: [u64; 2] = [100_000, 1_000_000];

/// Measures, and prints a table.
pub(super) fn run(bench: &Bench) -> anyhow::Result<()> {
    println!("\n| lines | import s | import CPU s | peak MiB | insertion alone CPU s | ratio of CPU (min-max) |");
    println!("|---|---|---|---|---|---|");
    for lines in LINES {
        eprintln!("import of {lines} lines");
        let log = bench.folder.join(format!("lines-{lines}.log"));
        if !log.exists() {
            make(&log, lines).with_context(|| format!("failed to make {}", log.display()))?;
        }
        let pairs = (0..bench.runs).map(|_| pair(bench, &log)).collect::<anyhow::Result<Vec<_>>>()?;
        let ratios: Vec<f64> = pairs.iter().map(|(import, insertion)| import.cpu_seconds / insertion.cpu_seconds).collect();
        let (least, most) = spread(&ratios);
        println!(
            "| {lines} | {:.2} | {:.2} | {:.0} | {:.2} | {:.2} ({least:.2}-{most:.2}) |",
            median(pairs.iter().map(|(import, _)| import.seconds)),
            median(pairs.iter().map(|(import, _)| import.cpu_seconds)),
            median(pairs.iter().map(|(import, _)| import.peak_mib)),
            median(pairs.iter().map(|(_, insertion)| insertion.cpu_seconds)),
            median(ratios),
        );
    }
    Ok(())
}

/// An import, and the insertion of the same rows.
fn pair(bench: &Bench, log: &Path) -> anyhow::Result<(Cost, Cost)> {
    let (imported, inserted) = (fresh(bench, "imported.db")?, fresh(bench, "inserted.db")?);
    let mut command = bench.command(&places::binary());
    command.args(["import", "--db-path"]).arg(&imported).arg(log).env("NET_SCOUT_NOW", super::UNTIL);
    command.stderr(File::create(bench.folder.join("import.err")).context("failed to create a file")?);
    let import = bench.measure("import", &mut command)?;
    let mut command = bench.command(Path::new(&bench.python));
    command.arg(places::root().join("tests/import_baseline.py")).arg(&imported).arg(&inserted);
    let insertion = bench.measure("insertion", &mut command)?;
    sample::remove(&imported)?;
    sample::remove(&inserted)?;
    Ok((import, insertion))
}

fn fresh(bench: &Bench, name: &str) -> anyhow::Result<PathBuf> {
    let path = bench.folder.join(name);
    sample::remove(&path)?;
    Ok(path)
}

/// Writes a log. Numbers come from a generator of its own, so that every run has the same.
fn make(path: &Path, lines: u64) -> std::io::Result<()> {
    let unfinished = path.with_extension("part");
    let mut file = BufWriter::new(File::create(&unfinished)?);
    let (mut state, mut line) = (1_u64, String::new());
    let mut below = |limit: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % limit
    };
    for number in 0..lines {
        // Two lines a second, up to the end of the benchmark's days.
        let seconds = number / 2 % 500_000;
        let (day, hour, minute, second) = (1 + seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60);
        let (source, port) = (below(1 << 24), [22, 23, 80, 443, 445, 3_389, 8_080, below(65_535) + 1][below(8) as usize]);
        line.clear();
        let _ = writeln!(
            line,
            "Jan {day:2} {hour:02}:{minute:02}:{second:02} gate kernel: [{number}.{:06}] [UFW BLOCK] IN=eth0 OUT= \
             MAC=00:00:5e:00:53:01:00:00:5e:00:53:02:08:00 SRC=45.{}.{}.{} DST=198.51.100.{} LEN=44 TOS=0x00 PREC=0x00 TTL={} ID={} \
             PROTO=TCP SPT={} DPT={port} WINDOW=1024 RES=0x00 SYN URGP=0",
            below(1_000_000),
            source >> 16,
            source >> 8 & 255,
            source & 255,
            1 + below(14),
            40 + below(200),
            below(65_536),
            1_024 + below(64_512),
        );
        file.write_all(line.as_bytes())?;
    }
    file.into_inner()?.sync_all()?;
    fs::rename(unfinished, path)
}
