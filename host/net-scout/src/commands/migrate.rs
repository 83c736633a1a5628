//! `net-scout migrate`: the tables of net-scout, and on demand the hashes of events.

use crate::config::Config;
use crate::output::{Progress, Terminal};
use crate::{exit, output};
use net_scout_detect::advise_journal;
use net_scout_model::{Timestamp, amount};
use net_scout_store::Database;

/// Brings the database to this version.
///
/// # Errors
/// When it cannot be written. What was finished before stays.
pub fn run(config: &Config, event_hash: bool, now: Timestamp) -> anyhow::Result<u8> {
    let mut database = Database::open(&config.db_path, &config.alert_table, config.busy_timeout)?;
    let fresh = database.is_fresh()?;
    let migrated = database.migrate(now)?;
    for migration in &migrated {
        output::note(&format_args!("ran migration {}", migration.name));
    }
    if migrated.is_empty() {
        output::note(&format_args!("{} is up to date", config.db_path.display()));
    }
    if fresh {
        advise_journal(&database, &config.table, &Terminal);
    }
    if event_hash {
        let progress = Progress::new("hashing", "events", 1);
        let reports = database.hash_events(|at| progress.set(at.done, at.total))?;
        drop(progress);
        for report in reports {
            output::note(&format_args!(
                "{}: {} a hash, {} none because another row is the same event",
                report.table,
                amount(report.hashed, "event got", "events got"),
                amount(report.repeated, "has", "have")
            ));
        }
    }
    Ok(exit::SUCCESS)
}
