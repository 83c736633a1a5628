//! What the parts of a scan take, as it says itself: a scan of 7 days with the three original rules that writes its alerts.

use std::fs::{self, File};
use std::path::Path;

use anyhow::Context as _;
use serde_json::Value;

use super::{Bench, Database, WINDOWS};
use crate::measure::median;

/// What one scan said of itself.
pub(super) struct Parts(Value);

impl Parts {
    /// Scans, and writes the alerts.
    pub(super) fn measure(bench: &Bench, plugins: &Path, database: &Path) -> anyhow::Result<Self> {
        let said = bench.folder.join("stats.err");
        let mut command = bench.scan_command(plugins, database, WINDOWS[1]);
        command.arg("--stats=json").stderr(File::create(&said).context("failed to create a file")?);
        bench.measure("parts", &mut command)?;
        let text = fs::read_to_string(&said).with_context(|| format!("failed to read {}", said.display()))?;
        let line = text.lines().rev().find(|line| line.starts_with('{'));
        let line = line.with_context(|| format!("the scan gave no statistics: {text}"))?;
        Ok(Self(serde_json::from_str(line).context("the statistics of the scan cannot be understood")?))
    }

    /// Milliseconds of a kind (`wall_us`, ...) of a part.
    fn phase(&self, name: &str, kind: &str) -> f64 {
        self.of("phases", "phase", name, kind)
    }

    fn of(&self, list: &str, key: &str, name: &str, kind: &str) -> f64 {
        let entry = self.list(list).iter().find(|entry| entry[key] == name);
        entry.and_then(|entry| entry[kind].as_f64()).unwrap_or(0.0) / 1e3
    }

    fn sum(&self, list: &str, kind: &str) -> f64 {
        self.list(list).iter().filter_map(|entry| entry[kind].as_f64()).sum::<f64>() / 1e3
    }

    fn list(&self, list: &str) -> &[Value] {
        self.0[list].as_array().map_or(&[], Vec::as_slice)
    }

    fn names(&self, list: &str, key: &str) -> Vec<String> {
        self.list(list).iter().filter_map(|entry| entry[key].as_str().map(str::to_owned)).collect()
    }
}

/// Measures, and prints two tables.
pub(super) fn run(bench: &Bench, databases: &[Database]) -> anyhow::Result<()> {
    let mut all = Vec::new();
    for database in databases {
        eprintln!("parts of a scan of {} events", database.events);
        // The first one migrates, and its alerts are new.
        Parts::measure(bench, &bench.originals, &database.path)?;
        let runs = (0..bench.runs).map(|_| Parts::measure(bench, &bench.originals, &database.path));
        all.push((database.events, runs.collect::<anyhow::Result<Vec<Parts>>>()?));
    }
    let Some((_, first)) = all.first() else { return Ok(()) };
    let phases = first.first().map(|parts| parts.names("phases", "phase")).unwrap_or_default();
    let rules = first.first().map(|parts| parts.names("plugins", "plugin")).unwrap_or_default();
    println!("\nWall ms of the parts, 7 days:\n\n| events | {} | all |", phases.join(" | "));
    println!("|{}", "---|".repeat(phases.len() + 2));
    for (events, runs) in &all {
        let cells: Vec<String> =
            phases.iter().map(|phase| format!("{:.1}", median(runs.iter().map(|parts| parts.phase(phase, "wall_us"))))).collect();
        println!("| {events} | {} | {:.1} |", cells.join(" | "), median(runs.iter().map(|parts| parts.sum("phases", "wall_us"))));
    }

    println!("\nEach rule, 7 days: ms in its queries, and CPU ms in its own code and in crossing to the host and back:\n");
    println!("| events | {} | share of the CPU time in guests |", rules.join(" | "));
    println!("|{}", "---|".repeat(rules.len() + 2));
    for (events, runs) in &all {
        let of = |rule: &str, kind: &str| median(runs.iter().map(|parts| parts.of("plugins", "plugin", rule, kind)));
        let cells: Vec<String> =
            rules.iter().map(|rule| format!("{:.1} + {:.2}", of(rule, "host_us"), of(rule, "cpu_us"))).collect();
        let share = runs.iter().map(|parts| parts.sum("plugins", "cpu_us") / parts.sum("phases", "cpu_us"));
        println!("| {events} | {} | {:.2} % |", cells.join(" | "), 100.0 * median(share));
    }
    Ok(())
}
