//! A database to try plugins on: a table of events that takes whatever it is given, in a temporary file that goes with it.

use std::path::Path;

use rusqlite::types::Value as SqlValue;
use rusqlite::{Connection, params_from_iter};
use tempfile::TempDir;

use net_scout_model::{Timestamp, Value, columns_of};

/// The column of the table that holds the time, which the canonical `time` is read from.
const TIMESTAMP: &str = "timestamp";

/// A database with events.
pub struct ScratchDatabase {
    folder: TempDir,
    path: std::path::PathBuf,
}

/// A scratch database that could not be made.
#[derive(Debug, thiserror::Error)]
#[error("a temporary database cannot be made: {0}")]
pub struct ScratchError(String);

/// The values of an event, by canonical column; a column that is not there is null.
pub type ScratchRow = Vec<(String, Value)>;

impl ScratchDatabase {
    /// With these events.
    ///
    /// # Errors
    /// When the disk is full.
    pub fn new(rows: impl IntoIterator<Item = ScratchRow>) -> Result<Self, ScratchError> {
        let columns = columns();
        Self::filled(|connection| {
            let places = vec!["?"; columns.len()].join(", ");
            let mut insert = connection.prepare(&format!("INSERT INTO ip_events ({}) VALUES ({places})", columns.join(", ")))?;
            for row in rows {
                let value = |column: &&str| row.iter().find(|(name, _)| name == column).map_or(&Value::Null, |(_, value)| value);
                insert.execute(params_from_iter(columns.iter().map(value).map(stored)))?;
            }
            Ok(())
        })
    }

    /// With so many events of one second, of a few thousand sources and destinations.
    ///
    /// # Errors
    /// When the disk is full.
    pub fn with_many(events: u64, at: Timestamp) -> Result<Self, ScratchError> {
        Self::filled(|connection| {
            connection.execute(
                "WITH RECURSIVE event(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM event WHERE n < ?1)
                 INSERT INTO ip_events (src_ip, src_port, dst_ip, dst_port, proto, verdict, direction, timestamp, hit_count)
                 SELECT '10.' || (n % 16) || '.' || (n / 16 % 16) || '.' || (n / 256 % 16), 1024 + n % 60000,
                        '192.0.2.' || (n % 251), 1 + n * 7 % 65535, 'TCP', 'DROP', 'INBOUND', ?2, 1 + n % 3
                 FROM event",
                (i64::try_from(events).unwrap_or(i64::MAX), at.seconds()),
            )?;
            Ok(())
        })
    }

    fn filled(fill: impl FnOnce(&Connection) -> rusqlite::Result<()>) -> Result<Self, ScratchError> {
        let folder = tempfile::tempdir().map_err(|error| ScratchError(error.to_string()))?;
        let path = folder.path().join("events.db");
        let made = || -> rusqlite::Result<()> {
            let connection = Connection::open(&path)?;
            connection.execute_batch(&format!(
                "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN;
                 CREATE TABLE ip_events (id INTEGER PRIMARY KEY, {});",
                columns().join(", ")
            ))?;
            fill(&connection)?;
            connection.execute_batch("COMMIT")
        };
        made().map_err(|error| ScratchError(error.to_string()))?;
        Ok(Self { folder, path })
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        debug_assert!(self.path.starts_with(self.folder.path()));
        &self.path
    }
}

/// The columns of the table but `id`, as the second layout calls them.
fn columns() -> Vec<&'static str> {
    let canonical = columns_of("events").unwrap_or_default().iter().copied();
    canonical.filter(|column| *column != "id").map(|column| if column == "time" { TIMESTAMP } else { column }).collect()
}

/// A value as SQLite keeps it.
fn stored(value: &Value) -> SqlValue {
    match value {
        Value::Null => SqlValue::Null,
        Value::Boolean(value) => SqlValue::Integer((*value).into()),
        Value::Integer(value) => SqlValue::Integer(*value),
        Value::Real(value) => SqlValue::Real(*value),
        Value::Text(value) => SqlValue::Text(value.clone()),
    }
}
