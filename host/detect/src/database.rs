//! The database as every use case needs it before it writes: at this version, with a word about what makes net-sentinel wait.

use net_scout_model::{Sink, Timestamp};
use net_scout_store::{Database, DatabaseError};

/// Brings the tables of net-scout to this version.
///
/// # Errors
/// When they cannot be written, or are of a later version.
pub fn prepare(database: &mut Database, table: &str, now: Timestamp, sink: &dyn Sink) -> Result<(), DatabaseError> {
    let fresh = database.is_fresh()?;
    database.migrate(now)?;
    if fresh {
        advise_journal(database, table, sink);
    }
    Ok(())
}

/// Says how to keep net-sentinel from waiting for scans, where it does. To be said once, when the tables of net-scout are made.
pub fn advise_journal(database: &Database, table: &str, sink: &dyn Sink) {
    if database.check_events(table).is_ok() && database.has_rollback_journal().unwrap_or(false) {
        sink.note(
            &"with the journal of this database, net-sentinel and net-scout wait for each other; `PRAGMA journal_mode=WAL`, run once in \
              sqlite3, changes that for good",
        );
    }
}
