//! Reports go through the outbox as alerts do: they are sent at least once, and each with one key.

use super::deliver::key;
use net_scout_model::{Timestamp, ToldReport};
use net_scout_store::{Database, DatabaseError};

/// Puts a report into the outbox. The run of the schedule that it is of tells it from others: a receiver that has one of this run gets no other.
/// How many messages are new; none where the system gives no random numbers for their keys.
///
/// # Errors
/// When the database is locked, read-only or full.
pub fn queue_report(
    database: &mut Database,
    to: &[String],
    run: &str,
    report: &ToldReport,
    now: Timestamp,
) -> Result<Option<usize>, DatabaseError> {
    let keyed: Option<Vec<(String, String)>> = to.iter().map(|receiver| Some((receiver.clone(), key()?))).collect();
    keyed.map(|keyed| database.queue_report(&keyed, run, report, now)).transpose()
}
