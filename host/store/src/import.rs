//! Events from elsewhere into the v2 layout, deduplicated as net-sentinel does it: one row for each key, and how often it was seen. Where
//! they come from a log, how far it was read is remembered in the same transaction.

mod logs;
mod rows;

use std::time::Duration;

use rusqlite::Connection;
use rusqlite::config::DbConfig;

use super::error::DatabaseError;
use super::open::Database;
use super::schema::{columns, source};
use crate::file::cache;
use crate::layout::{Layout, LayoutError, Source};
use net_scout_model::EventRow;

pub use logs::{KnownLog, LogHead, LogPosition};
use rows::{Table, Writer};

/// The table that takes imported events.
const TABLE: &str = "ip_events";
/// Its archive, which has the same columns.
const ARCHIVE: &str = "ip_events_30";
/// How long a transaction may take: whoever else writes waits for no longer than a few of these.
const STEP: Duration = Duration::from_millis(15);
/// How many rows one transaction writes at first, at least and at most.
const ROWS: (usize, usize, usize) = (250, 50, 2_000);
/// How much of a new database is kept in memory while it is filled, in KiB.
const FILLING_CACHE: u32 = 64 * 1_024;

/// How much is kept otherwise, as SQLite has it.
const USUAL_CACHE: u32 = 2_000;

/// What became of imported events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportedRows {
    /// Rows that are new.
    pub added: u64,
    /// Rows that were there and count more often now.
    pub repeated: u64,
}

/// The log that rows come from.
#[derive(Debug)]
pub struct LogStep<'l> {
    /// The log, as it was taken; it moves on with what is stored.
    pub log: &'l mut KnownLog,
    /// How far it was read for these rows.
    pub end: LogPosition,
}

impl LogStep<'_> {
    /// The log when so many of the rows are stored, or all.
    fn after(&self, stored: u64, is_last: bool) -> KnownLog {
        let mut log = self.log.clone();
        if is_last {
            (log.at, log.rows, log.until) = (self.end.clone(), 0, None);
        } else {
            (log.rows, log.until) = (log.rows + stored, Some(self.end.offset).zip(self.end.digest.clone()));
        }
        log
    }
}

impl Database {
    /// Keeps events. Each part is one transaction, in which it is remembered how far the log was read. The tables must have been prepared.
    ///
    /// # Errors
    /// When another import took the log, or the database is locked, read-only or full. Parts before that stay.
    pub fn import(&mut self, rows: &[EventRow], mut step: Option<LogStep<'_>>) -> Result<ImportedRows, DatabaseError> {
        let mut imported = ImportedRows::default();
        let mut rest = rows;
        let mut size = ROWS.0;
        loop {
            // Nobody waits for a file that was not there before.
            let (part, behind) = rest.split_at(if self.is_new() { rest.len() } else { size.min(rest.len()) });
            let log = step.as_ref().map(|step| step.after(part.len() as u64, behind.is_empty()));
            let is_own = self.is_new();
            let work = |connection: &Connection| {
                if let Some(log) = &log
                    && !logs::set_position(connection, log)?
                {
                    return Ok(None);
                }
                let keeps_flags = keeps_flags(connection, part)?;
                let mut writer = Writer::new(connection, Table { keeps_flags, is_own })?;
                let mut added = 0;
                for row in part {
                    added += u64::from(writer.keep(row)?);
                }
                Ok(Some(added))
            };
            let action = "import events into";
            let added = if is_own { self.fill(action, work)? } else { self.write(action, work)? };
            let added = added.ok_or_else(|| self.taken("the log"))?;
            if let (Some(step), Some(log)) = (&mut step, log) {
                *step.log = log;
            }
            imported.added += added;
            imported.repeated += part.len() as u64 - added;
            if behind.is_empty() {
                return Ok(imported);
            }
            (rest, size) = (behind, fitting(size, self.last_turn()));
        }
    }

    /// Makes the event tables where there are none, and makes sure that they take imported events. A new database gets most of its indexes
    /// when it was filled, by [`Self::finish_import`].
    ///
    /// # Errors
    /// When the event table is of the old layout or no event table, or the database cannot be written.
    pub fn prepare_import(&mut self) -> Result<(), DatabaseError> {
        // Else SQLite prepares each statement again whenever it gets other values.
        let steady = self.connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true);
        steady.map(drop).map_err(self.error("prepare"))?;
        let is_new = self.is_new();
        if is_new {
            cache(&self.connection, FILLING_CACHE).map_err(self.error("prepare"))?;
        }
        if columns(&self.connection, TABLE).map_err(self.error("read"))?.is_empty() {
            self.write("create the event tables in", |connection| {
                let (table, indexes) = definition(TABLE);
                connection.execute_batch(&table)?;
                if !is_new {
                    connection.execute_batch(&indexes)?;
                }
                let (table, indexes) = definition(ARCHIVE);
                connection.execute_batch(&table)?;
                connection.execute_batch(&indexes)
            })?;
        } else if !is_new {
            self.finish_import()?;
        }
        match source(&self.connection, &self.path, TABLE, self.busy_seconds)? {
            Source { layout: Layout::V2, .. } => Ok(()),
            Source { layout: Layout::V1, .. } => {
                let reason = LayoutError::Old { table: TABLE.to_owned() };
                Err(DatabaseError::Layout { path: self.path.clone(), reason })
            }
        }
    }

    /// Makes the indexes of an event table that this program made and that has none yet, because an import was stopped before it was filled,
    /// or is over now. One of net-sentinel's stays as it is.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn finish_import(&mut self) -> Result<(), DatabaseError> {
        self.end_filling()?;
        let has_index = |table: &str| {
            let sql = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'index' AND name = ?1)";
            self.connection
                .query_row(sql, [format!("{table}_timestamp")], |row| row.get::<_, bool>(0))
                .map_err(self.error("read"))
        };
        // The archive has its indexes from the beginning.
        if has_index(ARCHIVE)? && !has_index(TABLE)? {
            self.write("index the events of", |connection| connection.execute_batch(&definition(TABLE).1))?;
        }
        if self.is_new() {
            cache(&self.connection, USUAL_CACHE).map_err(self.error("index the events of"))?;
            self.settle();
        }
        Ok(())
    }
}

/// The statements that make an event table, and its indexes.
fn definition(table: &str) -> (String, String) {
    let sql = include_str!("v2.sql").replace("{table}", table);
    match sql.split_once(");\n") {
        Some((table, indexes)) => (format!("{table});"), indexes.to_owned()),
        None => (sql, String::new()),
    }
}

/// How many rows the next transaction writes, after one of this size took so long.
fn fitting(size: usize, took: Duration) -> usize {
    let (_, least, most) = ROWS;
    let fitting = size as f64 * STEP.as_secs_f64() / took.as_secs_f64().max(1e-6);
    (fitting as usize).min(size * 2).clamp(least, most)
}

/// Whether the table keeps TCP flags. net-sentinel's own tables do not, and get the column with the first row that has some.
fn keeps_flags(connection: &Connection, rows: &[EventRow]) -> rusqlite::Result<bool> {
    if has_flags(connection, TABLE)? {
        return Ok(true);
    }
    if rows.iter().all(|row| row.tcp_flags.is_none()) {
        return Ok(false);
    }
    // The archive too: a program that copies rows from one to the other finds the same columns in both.
    for table in [TABLE, ARCHIVE] {
        let exists = !columns(connection, table)?.is_empty();
        if exists && !has_flags(connection, table)? {
            connection.execute_batch(&format!("ALTER TABLE {table} ADD COLUMN tcp_flags TEXT"))?;
        }
    }
    Ok(true)
}

/// Whether a table has the column for TCP flags.
fn has_flags(connection: &Connection, table: &str) -> rusqlite::Result<bool> {
    Ok(columns(connection, table)?.iter().any(|name| name == "tcp_flags"))
}
