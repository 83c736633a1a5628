//! What the rules of a scan read: a database of the scan alone, which goes with it. The live one is left alone while rules run, however
//! long they take.
//!
//! It has the past alerts, where a rule reads them, and the events of the window: those that are not in memory were copied when the
//! window was read, and those that are in memory are written here when the first query comes that has to run in SQLite.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use rusqlite::types::Null;
use rusqlite::{Connection, OpenFlags};
use tempfile::TempDir;

use super::error::message;
use net_scout_engine::{Cell, EventWindow};
use net_scout_model::{ALERT_COLUMNS, EVENT_COLUMNS};

/// Its tables. No rule can name them: they are reached through views only.
pub(super) const EVENTS: &str = "stored_events";
pub(super) const ALERTS: &str = "stored_alerts";

/// The schema that the live database has on the connection that copies.
pub(super) const LIVE: &str = "live";

/// How long a reader waits for the one that writes the window here.
const BUSY: Duration = Duration::from_secs(60);

/// The database.
pub(super) struct Aside {
    path: PathBuf,
    /// Whether the window was written here, or why that failed.
    filled: OnceLock<Result<(), String>>,
    _folder: TempDir,
}

impl Aside {
    /// An empty one, with the connection that fills it.
    pub(super) fn new(encoding: &str) -> rusqlite::Result<(Self, Connection)> {
        let system = |error: std::io::Error| rusqlite::Error::ToSqlConversionFailure(Box::new(error));
        // For this user alone: the events are nobody else's business.
        let folder = tempfile::Builder::new()
            .prefix("net-scout-")
            .permissions(std::fs::Permissions::from_mode(0o700))
            .tempdir()
            .map_err(system)?;
        let path = folder.path().join("scan.db");
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_URI
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&path, flags)?;
        connection.execute_batch(&format!(
            "PRAGMA encoding = '{encoding}'; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA trusted_schema = 0;"
        ))?;
        Ok((Self { path, filled: OnceLock::new(), _folder: folder }, connection))
    }

    /// A connection that reads it.
    pub(super) fn connect(&self) -> rusqlite::Result<Connection> {
        let connection =
            Connection::open_with_flags(&self.path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        connection.busy_timeout(BUSY)?;
        connection.execute_batch("PRAGMA trusted_schema = 0")?;
        super::file::cache(&connection, super::file::QUERY_CACHE)?;
        Ok(connection)
    }

    /// The SELECTs behind `events` and `alerts`.
    pub(super) fn views() -> (String, String) {
        // Without a condition on a column, a rule that only counts rows would make SQLite ask the gate about the real table.
        let view = |table: &str, columns: &[&str]| format!("SELECT {} FROM main.{table} WHERE +id IS +id", columns.join(", "));
        (view(EVENTS, &EVENT_COLUMNS), view(ALERTS, &ALERT_COLUMNS))
    }

    /// Writes the window here, once, for the queries that cannot run in memory.
    ///
    /// # Errors
    /// The reason, where it cannot be written.
    pub(super) fn fill(&self, window: &EventWindow) -> Result<(), String> {
        self.filled.get_or_init(|| fill(&self.path, window).map_err(|error| message(&error))).clone()
    }
}

fn fill(path: &Path, window: &EventWindow) -> rusqlite::Result<()> {
    let mut connection = Connection::open(path)?;
    connection.busy_timeout(BUSY)?;
    // Readers that are at the alerts meanwhile go on: the file has a write-ahead log.
    connection.execute_batch("PRAGMA synchronous = OFF")?;
    let transaction = connection.transaction()?;
    let names: Vec<&str> = window.names().collect();
    let places: Vec<String> = (1..=names.len()).map(|place| format!("?{place}")).collect();
    let sql = format!("INSERT INTO main.{EVENTS} ({}) VALUES ({})", names.join(", "), places.join(", "));
    let mut insert = transaction.prepare(&sql)?;
    for row in 0..window.rows() {
        window.each_cell(row, |place, cell| match cell {
            Cell::Null => insert.raw_bind_parameter(place + 1, Null),
            Cell::Integer(value) => insert.raw_bind_parameter(place + 1, value),
            Cell::Real(value) => insert.raw_bind_parameter(place + 1, value),
            Cell::Text(value) => insert.raw_bind_parameter(place + 1, value),
        })?;
        insert.raw_execute()?;
    }
    drop(insert);
    transaction.commit()
}
