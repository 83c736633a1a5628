//! `net-scout plugin stats`: what plugins used in the runs of the past.

use super::terminal_width;
use crate::config::Config;
use crate::exit::UsageError;
use crate::output::Format;
use crate::{exit, output};
use net_scout_model::time::parse_moment;
use net_scout_model::{LedgerEntry, Timestamp};
use net_scout_store::Database;

/// Shows what each plugin used, added up over the runs since then; each run for itself in formats for programs.
///
/// # Errors
/// When the database cannot be read, or nothing is known of a plugin that is named.
pub fn run(config: &Config, names: &[String], since: &str, format: Format, now: Timestamp) -> anyhow::Result<u8> {
    let since = parse_moment(since, now).map_err(|error| UsageError(format!("--since: {error}")))?;
    let database = Database::open_read_only(&config.db_path, &config.alert_table, config.busy_timeout)?;
    let mut entries = database.ledger(since)?;
    entries.retain(|entry| names.is_empty() || names.contains(&entry.plugin));
    if let Some(name) = names.iter().find(|name| !entries.iter().any(|entry| entry.plugin == **name)) {
        anyhow::bail!("no run of a plugin `{name}` is known since {since}");
    }
    if format == Format::Table {
        entries = added_up(entries);
    }
    output::write_ledger(&mut output::stdout(), &entries, format, terminal_width(format))?;
    Ok(exit::SUCCESS)
}

/// One entry a plugin.
fn added_up(entries: Vec<LedgerEntry>) -> Vec<LedgerEntry> {
    let mut sums: Vec<LedgerEntry> = Vec::new();
    for entry in entries {
        entry.enter(&mut sums);
    }
    sums.sort_by(|a, b| (&b.kind, &a.plugin).cmp(&(&a.kind, &b.plugin)));
    sums
}
