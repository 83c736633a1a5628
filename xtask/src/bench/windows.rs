//! The three original rules against the original statements, over windows of two lengths and databases of several sizes.

use std::time::Instant;

use net_scout_tests::sample;

use super::{Bench, Database, PATIENCE, WINDOWS, Window};
use crate::measure::{self, Cost, median, spread};

/// Measures, and prints two tables.
pub(super) fn run(bench: &Bench, databases: &[Database]) -> anyhow::Result<()> {
    let mut rows = Vec::new();
    let mut bare = Vec::new();
    for database in databases {
        database.warm()?;
        for window in WINDOWS {
            let (row, cpu) = row(bench, database, window)?;
            rows.push(row);
            if window.name == WINDOWS[1].name {
                bare.push(read_bare(bench, database, cpu)?);
            }
        }
    }
    println!("\n| events | window | baseline s | net-scout s | ratio (min-max) | baseline CPU s | net-scout CPU s | peak MiB |");
    println!("|---|---|---|---|---|---|---|---|");
    rows.iter().for_each(|row| println!("{row}"));
    println!("\n| events | SQLite alone reads these columns, one thread: CPU s | net-scout CPU s, 7 days | ratio |");
    println!("|---|---|---|---|");
    bare.iter().for_each(|row| println!("{row}"));
    Ok(())
}

/// One row of the table, and the CPU seconds of net-scout in it.
fn row(bench: &Bench, database: &Database, window: Window) -> anyhow::Result<(String, f64)> {
    let Window { name, .. } = window;
    eprintln!("{} events, window of {name}", database.events);
    bench.scan(&bench.originals, database, window)?;
    let first = bench.baseline(database, window)?;
    let slow = first.seconds > PATIENCE;
    let mut pairs: Vec<(Cost, Cost)> = Vec::new();
    for _ in 0..bench.runs {
        let baseline = if slow { first } else { bench.baseline(database, window)? };
        pairs.push((baseline, bench.scan(&bench.originals, database, window)?));
    }
    let ratios: Vec<f64> = pairs.iter().map(|(baseline, scan)| baseline.seconds / scan.seconds).collect();
    let (least, most) = spread(&ratios);
    let baseline = |value: fn(&Cost) -> f64| median(pairs.iter().map(|(cost, _)| value(cost)));
    let scan = |value: fn(&Cost) -> f64| median(pairs.iter().map(|(_, cost)| value(cost)));
    let once = if slow { " (one run)" } else { "" };
    let cpu = scan(|cost| cost.cpu_seconds);
    let row = format!(
        "| {} | {name} | {:.3}{once} | {:.3} | {:.1} ({least:.1}-{most:.1}) | {:.2} | {cpu:.2} | {:.0} |",
        database.events,
        baseline(|cost| cost.seconds),
        scan(|cost| cost.seconds),
        median(ratios),
        baseline(|cost| cost.cpu_seconds),
        scan(|cost| cost.peak_mib),
    );
    Ok((row, cpu))
}

/// What it costs SQLite to step through the columns in all rows, and to make nothing of them.
fn read_bare(bench: &Bench, database: &Database, cpu: f64) -> anyhow::Result<String> {
    let runs = (0..bench.runs).map(|_| {
        let (before, begun) = (measure::own_cpu()?, Instant::now());
        sample::read_bare(&database.path)?;
        eprintln!("  bare      {:>8.3} s", begun.elapsed().as_secs_f64());
        Ok(measure::own_cpu()? - before)
    });
    let bare = median(runs.collect::<anyhow::Result<Vec<_>>>()?);
    Ok(format!("| {} | {bare:.2} | {cpu:.2} | {:.2} |", database.events, cpu / bare))
}
