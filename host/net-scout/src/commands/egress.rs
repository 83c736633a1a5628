//! `net-scout plugin egress`: which addresses and names were told to whom, by the ledger.

use std::collections::BTreeMap;

use super::terminal_width;
use crate::config::Config;
use crate::exit::UsageError;
use crate::output::{Destination, Format};
use crate::{exit, output};
use net_scout_model::time::parse_moment;
use net_scout_model::{LedgerEntry, Timestamp};
use net_scout_store::Database;

/// Shows what each plugin sent where since then, and what was told there.
///
/// # Errors
/// When the database cannot be read.
pub fn run(config: &Config, names: &[String], since: &str, format: Format, now: Timestamp) -> anyhow::Result<u8> {
    let since = parse_moment(since, now).map_err(|error| UsageError(format!("--since: {error}")))?;
    let database = Database::open_read_only(&config.db_path, &config.alert_table, config.busy_timeout)?;
    let entries = database.ledger(since)?;
    let destinations = destinations(entries.iter().filter(|entry| names.is_empty() || names.contains(&entry.plugin)));
    if destinations.is_empty() {
        output::note(&format_args!("nothing was sent anywhere since {since}"));
    }
    output::write_egress(&mut output::stdout(), &destinations, format, terminal_width(format))?;
    Ok(exit::SUCCESS)
}

/// One entry for each plugin and destination.
fn destinations<'a>(entries: impl Iterator<Item = &'a LedgerEntry>) -> Vec<Destination> {
    let mut sums: BTreeMap<(&str, &str), Destination> = BTreeMap::new();
    for entry in entries {
        for (destination, egress) in &entry.egress {
            let sum = sums.entry((&entry.plugin, destination)).or_insert_with(|| Destination {
                plugin: entry.plugin.clone(),
                kind: entry.kind.clone(),
                destination: destination.clone(),
                ..Destination::default()
            });
            sum.egress.add(egress);
            if entry.at > sum.last {
                sum.last.clone_from(&entry.at);
            }
        }
    }
    sums.into_values().collect()
}
