//! Runs `tests/oracle.py`, which computes the three original rules a second time, in another language and without their SQL.
//!
//! The script says what the rules mean. It must never be changed only because a scan disagrees with it.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, bail};
use serde_json::Value;

use crate::places;

/// How a connection counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Count {
    /// Once a row.
    #[default]
    Rows,
    /// As often as the row's `hit_count` says, and at least once.
    Hits,
}

/// What to compute. A threshold is exceeded by more than its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OracleOptions {
    /// The table; its layout is recognised.
    pub table: String,
    /// The window's first instant, in microseconds since 1970 UTC.
    pub since: i64,
    /// The first instant behind the window, in the same unit; none where the window is open.
    pub until: Option<i64>,
    /// How a connection counts.
    pub count: Count,
    /// `horizontal_scan`: distinct destinations of a source.
    pub destinations: u64,
    /// `horizontal_scan`: connections of a source.
    pub connections: u64,
    /// `vertical_scan`: distinct ports of a source and a destination.
    pub ports: u64,
    /// `high_connection_volume`: connections of a source.
    pub volume: u64,
}

impl OracleOptions {
    /// The original thresholds over `ip_events`, from `since` up to but without `until`, rows counted.
    #[must_use]
    pub fn new(since: i64, until: Option<i64>) -> Self {
        Self {
            table: "ip_events".to_owned(),
            since,
            until,
            count: Count::Rows,
            destinations: 50,
            connections: 200,
            ports: 50,
            volume: 200,
        }
    }
}

/// The alerts that a scan must raise: objects with `alert_type`, `src_ip`, `dst_ip`, `score` and `evidence`, sorted by the first three.
///
/// # Errors
/// When Python is missing or the script fails.
pub fn oracle(database: &Path, options: &OracleOptions) -> anyhow::Result<Vec<Value>> {
    let mut command = Command::new("python3");
    command.arg(places::oracle_script()).arg(database).args(["--table", &options.table]);
    // With `=`, because an instant before 1970 begins with a minus.
    command.arg(format!("--since={}", options.since));
    if let Some(until) = options.until {
        command.arg(format!("--until={until}"));
    }
    command.args([
        "--count",
        match options.count {
            Count::Rows => "rows",
            Count::Hits => "hits",
        },
    ]);
    for (name, threshold) in [
        ("--destinations", options.destinations),
        ("--connections", options.connections),
        ("--ports", options.ports),
        ("--volume", options.volume),
    ] {
        command.arg(name).arg(threshold.to_string());
    }
    let output = command
        .output()
        .context("failed to start python3, which the oracle needs; install it, for example with `apt-get install python3`")?;
    if !output.status.success() {
        bail!("tests/oracle.py failed on {}: {}", database.display(), String::from_utf8_lossy(&output.stderr).trim());
    }
    serde_json::from_slice(&output.stdout).context("failed to read the answer of tests/oracle.py")
}

#[cfg(test)]
mod tests;
