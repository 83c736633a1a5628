//! Events from elsewhere into the v2 layout, deduplicated as net-sentinel does it: one row for each key, and how often it was seen. Where
//! they come from a log, how far it was read is remembered in the same transaction.

use rusqlite::{Connection, OptionalExtension as _};

use super::open::{columns, source};
use super::{Database, DatabaseError};
use crate::layout::{Layout, LayoutError, Source};
use net_scout_model::{EventRow, MAXIMUM_HIT_COUNT, Place, Timestamp};

/// The table that takes imported events.
const TABLE: &str = "ip_events";
/// Its archive, which has the same columns.
const ARCHIVE: &str = "ip_events_30";
/// How many rows one transaction writes: whoever else writes waits for no more than a tenth of a second.
const ROWS: usize = 2_000;

macro_rules! insert {
    ($column:literal, $place:literal) => {
        concat!(
            "INSERT INTO ip_events (src_ip, dst_ip, src_port, dst_port, proto, verdict, direction, in_if, out_if, timestamp, hit_count,
             src_service, dst_service, country, country_code, state, city, latitude, longitude",
            $column,
            ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19",
            $place,
            ")"
        )
    };
}

/// Adds a row to a table of net-sentinel's own.
const INSERT: &str = insert!("", "");
/// Adds a row to one that has flags too.
const INSERT_WITH_FLAGS: &str = insert!(", tcp_flags", ", ?20");

/// What became of imported events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportedRows {
    /// Rows that are new.
    pub added: u64,
    /// Rows that were there and count more often now.
    pub repeated: u64,
}

/// A log that was imported before, or began to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownLog {
    /// Its number.
    pub id: i64,
    /// How many of its first bytes tell it from others.
    pub head_length: u64,
    /// Their SHA-256, in base 16.
    pub head_digest: String,
    /// How many bytes of its text were read.
    pub offset: u64,
    /// How many lines these are.
    pub line: u64,
    /// How many rows of what follows are stored already.
    pub rows: u64,
    /// Whether it was read to its end.
    pub is_finished: bool,
}

/// How far a log was read for the rows that are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogPosition {
    /// The number of the log.
    pub id: i64,
    /// How many bytes of its text were read.
    pub offset: u64,
    /// How many lines these are.
    pub line: u64,
    /// How many of the rows before these are stored already, of the same stretch of the log.
    pub rows_before: u64,
}

impl Database {
    /// Keeps events, and makes the event tables where there are none. Each part is one transaction, in which it is remembered how far the log
    /// was read.
    ///
    /// # Errors
    /// When the event table is of the old layout or no event table, or the database is locked, read-only or full. Parts before that stay.
    pub fn import(&mut self, rows: &[EventRow], log: Option<LogPosition>) -> Result<ImportedRows, DatabaseError> {
        self.prepare_import()?;
        let mut imported = ImportedRows::default();
        let mut done = log.map_or(0, |log| log.rows_before);
        let parts = rows.len().div_ceil(ROWS).max(1);
        for (number, part) in rows.chunks(ROWS).chain(rows.is_empty().then_some(rows)).enumerate() {
            done += part.len() as u64;
            let is_last = number + 1 == parts;
            let added = self.write("import events into", |connection| {
                let keeps_flags = has_flags(connection, TABLE)?
                    || part.iter().any(|row| row.tcp_flags.is_some()) && {
                        add_flags(connection)?;
                        true
                    };
                let mut added = 0;
                for row in part {
                    added += u64::from(keep(connection, row, keeps_flags)?);
                }
                match log {
                    Some(log) if is_last => set_position(connection, log.id, Some((log.offset, log.line)), 0)?,
                    Some(log) => set_position(connection, log.id, None, done)?,
                    None => {}
                }
                Ok(added)
            })?;
            imported.added += added;
            imported.repeated += part.len() as u64 - added;
        }
        Ok(imported)
    }

    /// The logs that were imported before.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn known_logs(&self) -> Result<Vec<KnownLog>, DatabaseError> {
        let read = || -> rusqlite::Result<Vec<KnownLog>> {
            if columns(&self.connection, "scout_imports")?.is_empty() {
                return Ok(Vec::new());
            }
            let mut statement = self.connection.prepare(
                "SELECT id, head_length, head_digest, offset, line, rows, is_finished FROM scout_imports ORDER BY head_length DESC, id DESC",
            )?;
            let number = |number: i64| number.unsigned_abs();
            statement
                .query_map([], |row| {
                    Ok(KnownLog {
                        id: row.get(0)?,
                        head_length: number(row.get(1)?),
                        head_digest: row.get(2)?,
                        offset: number(row.get(3)?),
                        line: number(row.get(4)?),
                        rows: number(row.get(5)?),
                        is_finished: row.get(6)?,
                    })
                })?
                .collect()
        };
        read().map_err(self.error("read"))
    }

    /// Remembers a log that is read from its beginning, or forgets how far one was read that is read again.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn begin_log(&mut self, path: &str, head: (u64, &str), now: Timestamp) -> Result<KnownLog, DatabaseError> {
        let (head_length, head_digest) = head;
        let id = self.write("remember an import in", |connection| {
            connection.query_row(
                "INSERT INTO scout_imports (head_length, head_digest, path, offset, line, updated_at) VALUES (?1, ?2, ?3, 0, 0, ?4)
                 ON CONFLICT (head_length, head_digest) DO UPDATE
                 SET path = excluded.path, offset = 0, line = 0, rows = 0, is_finished = 0, updated_at = excluded.updated_at RETURNING id",
                (head_length.cast_signed(), head_digest, path, now.seconds()),
                |row| row.get(0),
            )
        })?;
        Ok(KnownLog { id, head_length, head_digest: head_digest.to_owned(), offset: 0, line: 0, rows: 0, is_finished: false })
    }

    /// Remembers that a log was read to its end, or, when it is read on, that it was not.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn finish_log(&mut self, id: i64, is_finished: bool, now: Timestamp) -> Result<(), DatabaseError> {
        self.write("remember an import in", |connection| {
            connection
                .execute(
                    "UPDATE scout_imports SET is_finished = ?2, updated_at = ?3 WHERE id = ?1",
                    (id, is_finished, now.seconds()),
                )
                .map(|_| ())
        })
    }

    /// Makes the event tables where there are none, and makes sure that they take imported events.
    ///
    /// # Errors
    /// As [`Self::import`].
    pub fn prepare_import(&mut self) -> Result<(), DatabaseError> {
        if columns(&self.connection, TABLE).map_err(self.error("read"))?.is_empty() {
            self.write("create the event tables in", |connection| {
                for table in [TABLE, ARCHIVE] {
                    connection.execute_batch(&include_str!("v2.sql").replace("{table}", table))?;
                }
                Ok(())
            })?;
        }
        match source(&self.connection, &self.path, TABLE, self.busy_seconds)? {
            Source { layout: Layout::V2, .. } => Ok(()),
            Source { layout: Layout::V1, .. } => {
                let reason = LayoutError::Old { table: TABLE.to_owned() };
                Err(DatabaseError::Layout { path: self.path.clone(), reason })
            }
        }
    }
}

/// Remembers how far a log was read; none where only rows of the stretch behind were stored.
fn set_position(connection: &Connection, id: i64, position: Option<(u64, u64)>, rows: u64) -> rusqlite::Result<()> {
    let (offset, line) = position.unzip();
    connection
        .prepare_cached(
            "UPDATE scout_imports SET offset = coalesce(?2, offset), line = coalesce(?3, line), rows = ?4 WHERE id = ?1",
        )?
        .execute((id, offset.map(u64::cast_signed), line.map(u64::cast_signed), rows.cast_signed()))
        .map(|_| ())
}

/// Whether a table has the column for TCP flags, which net-sentinel's own tables are without.
fn has_flags(connection: &Connection, table: &str) -> rusqlite::Result<bool> {
    Ok(columns(connection, table)?.iter().any(|name| name == "tcp_flags"))
}

/// Adds the column, to the archive too: a program that copies rows from one to the other finds the same columns in both.
fn add_flags(connection: &Connection) -> rusqlite::Result<()> {
    for table in [TABLE, ARCHIVE] {
        let exists = !columns(connection, table)?.is_empty();
        if exists && !has_flags(connection, table)? {
            connection.execute_batch(&format!("ALTER TABLE {table} ADD COLUMN tcp_flags TEXT"))?;
        }
    }
    Ok(())
}

/// Adds a row, or counts a known one more often. True when it is new. Nulls are alike here, unlike in the table's unique key. The flags of a
/// row are those that it got first.
fn keep(connection: &Connection, row: &EventRow, keeps_flags: bool) -> rusqlite::Result<bool> {
    let key = (&row.src_ip, &row.dst_ip, row.src_port, row.dst_port, &row.proto, row.verdict, row.direction);
    let known: Option<(i64, String, i64)> = connection
        .prepare_cached(
            "SELECT id, timestamp, coalesce(hit_count, 1) FROM ip_events WHERE src_ip = ?1 AND dst_ip = ?2 AND src_port IS ?3
             AND dst_port IS ?4 AND proto IS ?5 AND verdict IS ?6 AND direction IS ?7 ORDER BY id LIMIT 1",
        )?
        .query_row(key, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let flags = row.tcp_flags.map(|flags| flags.to_string());
    if let Some((id, timestamp, hits)) = known {
        let earlier = net_scout_model::time::parse_timestamp(&timestamp).is_none_or(|known| known < row.last);
        let timestamp = if earlier { row.last.to_string() } else { timestamp };
        let hits = hits.saturating_add(row.hits).min(MAXIMUM_HIT_COUNT);
        connection
            .prepare_cached("UPDATE ip_events SET timestamp = ?2, hit_count = ?3 WHERE id = ?1")?
            .execute((id, timestamp, hits))?;
        if keeps_flags && flags.is_some() {
            connection
                .prepare_cached("UPDATE ip_events SET tcp_flags = ?2 WHERE id = ?1 AND tcp_flags IS NULL")?
                .execute((id, flags))?;
        }
        return Ok(false);
    }
    let timestamp = row.last.to_string();
    let hits = row.hits.min(MAXIMUM_HIT_COUNT);
    let nowhere = Place::default();
    let place = row.place.as_ref().unwrap_or(&nowhere);
    let values: [&dyn rusqlite::ToSql; 20] = [
        &row.src_ip,
        &row.dst_ip,
        &row.src_port,
        &row.dst_port,
        &row.proto,
        &row.verdict,
        &row.direction,
        &row.in_if,
        &row.out_if,
        &timestamp,
        &hits,
        &row.src_service,
        &row.dst_service,
        &place.country,
        &place.country_code,
        &place.state,
        &place.city,
        &place.latitude,
        &place.longitude,
        &flags,
    ];
    let (sql, used) = if keeps_flags { (INSERT_WITH_FLAGS, values.len()) } else { (INSERT, values.len() - 1) };
    connection.prepare_cached(sql)?.execute(&values[..used])?;
    Ok(true)
}
