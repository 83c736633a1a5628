//! The commands: each composes the parts of the program for one task and says how it ended.

pub mod alerts;
pub mod allow;
pub mod approve;
pub mod config;
pub mod enrich;
pub mod evaluate;
pub mod explain;
pub mod import;
pub mod inspect;
pub mod migrate;
pub mod new;
mod plugins;
pub mod replay;
pub mod scan;
pub mod stats;
pub mod trial;

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use net_scout_store::{Database, belongs_to};

use crate::config::Config;
use crate::exit::UsageError;
use crate::output::{self, Format};

/// The width that `COLUMNS` names, else that of the terminal that standard output goes to; none where it goes elsewhere or the format is not
/// for people.
fn terminal_width(format: Format) -> Option<usize> {
    let named = || std::env::var("COLUMNS").ok()?.parse().ok().filter(|columns| *columns > 0);
    let measured = || terminal_size::terminal_size().map(|(width, _)| width.0.into());
    (format == Format::Table).then(|| named().or_else(measured)).flatten()
}

/// Refuses a file that is one of those of the database: were it opened as something else, the database could be destroyed.
///
/// # Errors
/// When it is one.
pub fn not_the_database(config: &Config, what: &str, path: &Path) -> Result<(), UsageError> {
    let is_one = std::fs::metadata(path).is_ok_and(|file| belongs_to(&config.db_path, file.dev(), file.ino()));
    let (path, database) = (path.display(), config.db_path.display());
    if is_one { Err(UsageError(format!("{what}: {path} belongs to the database {database}; name another file"))) } else { Ok(()) }
}

/// Says how to keep net-sentinel from waiting for scans, where it does. To be said once, when the tables of net-scout are made.
fn advise_journal(config: &Config, database: &Database) {
    if database.check_events(&config.table).is_ok() && database.has_rollback_journal().unwrap_or(false) {
        output::note(
            &"with the journal of this database, net-sentinel and net-scout wait for each other; `PRAGMA journal_mode=WAL`, run once in \
              sqlite3, changes that for good",
        );
    }
}

/// The runtime that plugins run on, a thread for each core.
fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(parallel()).enable_all().build()
}

/// How many cores there are.
fn parallel() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
