//! The three original rules against all rules that the project has.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use net_scout_tests::harness::RULES;
use net_scout_tests::places;
use serde_json::Value;

use super::{Bench, Database, WINDOWS};
use crate::command;
use crate::measure::{Cost, median};

/// A folder with the three original rules.
pub(super) fn originals(folder: &Path) -> anyhow::Result<PathBuf> {
    gather(&folder.join("originals"), &RULES.map(str::to_owned))
}

/// A folder with all rules.
pub(super) fn every(bench: &Bench) -> anyhow::Result<PathBuf> {
    gather(&bench.folder.join("rules"), &all(bench)?)
}

/// Measures, and prints a table.
pub(super) fn run(bench: &Bench, databases: &[Database]) -> anyhow::Result<()> {
    let files = all(bench)?;
    let folder = every(bench)?;
    println!(
        "\n| events | window | 3 rules s | {0} rules s | ratio | 3 rules CPU s | {0} rules CPU s | CPU ratio |",
        files.len()
    );
    println!("|---|---|---|---|---|---|---|---|");
    for database in databases {
        for window in WINDOWS {
            eprintln!("{} rules, {} events, window of {}", files.len(), database.events, window.name);
            bench.scan(&folder, database, window)?;
            let pairs = (0..bench.runs)
                .map(|_| Ok((bench.scan(&bench.originals, database, window)?, bench.scan(&folder, database, window)?)))
                .collect::<anyhow::Result<Vec<(Cost, Cost)>>>()?;
            let few = |value: fn(&Cost) -> f64| median(pairs.iter().map(|(cost, _)| value(cost)));
            let many = |value: fn(&Cost) -> f64| median(pairs.iter().map(|(_, cost)| value(cost)));
            let ratio = |value: fn(&Cost) -> f64| median(pairs.iter().map(|(few, many)| value(many) / value(few)));
            println!(
                "| {} | {} | {:.3} | {:.3} | {:.2} | {:.2} | {:.2} | {:.2} |",
                database.events,
                window.name,
                few(|cost| cost.seconds),
                many(|cost| cost.seconds),
                ratio(|cost| cost.seconds),
                few(|cost| cost.cpu_seconds),
                many(|cost| cost.cpu_seconds),
                ratio(|cost| cost.cpu_seconds),
            );
        }
    }
    Ok(())
}

/// The files of the project's rules, as the program itself tells them from enrichers.
fn all(bench: &Bench) -> anyhow::Result<Vec<String>> {
    let mut list = bench.command(&places::binary());
    list.args(["plugin", "list", "--format", "json"]).arg("--plugins").arg(places::plugins());
    list.env("NET_SCOUT_CACHE_DIR", bench.folder.join("cache"));
    let output = list.output().with_context(|| command::start_failed(&list))?;
    let plugins: Value = serde_json::from_slice(&output.stdout).context("the list of the plugins cannot be understood")?;
    let rules = plugins.as_array().into_iter().flatten().filter(|plugin| plugin["kind"] == "rule");
    Ok(rules.filter_map(|rule| rule["file"].as_str().map(str::to_owned)).collect())
}

/// Copies components of the project into a folder of their own.
fn gather(folder: &Path, files: &[String]) -> anyhow::Result<PathBuf> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("failed to empty {}", folder.display()))?;
    }
    fs::create_dir_all(folder).with_context(|| format!("failed to create {}", folder.display()))?;
    for file in files {
        fs::copy(places::plugins().join(file), folder.join(file)).with_context(|| format!("failed to copy {file}"))?;
    }
    Ok(folder.to_owned())
}
