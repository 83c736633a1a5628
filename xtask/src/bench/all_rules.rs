//! All rules of the project against the three original statements, in one run: over both kinds of networks, and windows of both lengths.

use super::{Bench, Database, PATIENCE, WINDOWS, rules};
use crate::measure::{Cost, median, spread};

/// Measures, and prints a table.
pub(super) fn run(bench: &Bench, databases: &[&Database]) -> anyhow::Result<()> {
    let folder = rules::every(bench)?;
    println!("\n| network | events | window | baseline s | all rules s | ratio (min-max) | all rules CPU s | peak MiB |");
    println!("|---|---|---|---|---|---|---|---|");
    for database in databases {
        database.warm()?;
        for window in WINDOWS {
            eprintln!("all rules, {}, {} events, window of {}", database.network, database.events, window.name);
            bench.scan(&folder, database, window)?;
            let first = bench.baseline(database, window)?;
            let mut pairs: Vec<(Cost, Cost)> = Vec::new();
            for _ in 0..bench.runs {
                let baseline = if first.seconds > PATIENCE { first } else { bench.baseline(database, window)? };
                pairs.push((baseline, bench.scan(&folder, database, window)?));
            }
            let ratios: Vec<f64> = pairs.iter().map(|(baseline, scan)| baseline.seconds / scan.seconds).collect();
            let (least, most) = spread(&ratios);
            let scan = |value: fn(&Cost) -> f64| median(pairs.iter().map(|(_, cost)| value(cost)));
            println!(
                "| {} | {} | {} | {:.3} | {:.3} | {:.1} ({least:.1}-{most:.1}) | {:.2} | {:.0} |",
                database.network,
                database.events,
                window.name,
                median(pairs.iter().map(|(cost, _)| cost.seconds)),
                scan(|cost| cost.seconds),
                median(ratios),
                scan(|cost| cost.cpu_seconds),
                scan(|cost| cost.peak_mib),
            );
        }
    }
    Ok(())
}
