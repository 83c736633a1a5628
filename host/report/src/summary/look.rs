//! The last look of a person: since then the summary says what is new.

use std::time::Duration;

use net_scout_detect::scan::ScanOptions;
use net_scout_model::{Sink, Timestamp};
use net_scout_store::DatabaseOptions;

use super::{Summary, make_summary};
use crate::ReportError;

/// How far the first look goes back: a day.
const FIRST: i64 = 86_400_000_000;
/// The longest that a look waits for another program's lock.
const PATIENCE: Duration = Duration::from_secs(1);

/// The summary of what is new since a person looked last; at the first look, or where the clock was set back, since a day ago.
///
/// # Errors
/// When the database cannot be read.
pub fn summary_since_last_look(
    scan: &ScanOptions,
    person: &str,
    now: Timestamp,
    sink: &dyn Sink,
) -> Result<Summary, ReportError> {
    let last = scan.database.open_read_only()?.last_look(person)?.filter(|at| *at <= now);
    let summary = make_summary(scan, last.unwrap_or(now.plus(-FIRST)), now, sink)?;
    Ok(Summary { is_since_last_look: last.is_some(), ..summary })
}

/// Keeps that a person looks now. Where no scan has made the tables of this version yet, nothing is kept.
///
/// # Errors
/// When the database cannot be written.
pub fn keep_look(database: &DatabaseOptions, person: &str, now: Timestamp) -> Result<(), ReportError> {
    let busy_timeout = database.busy_timeout.min(PATIENCE);
    DatabaseOptions { busy_timeout, ..database.clone() }.open()?.keep_look(person, now)?;
    Ok(())
}
