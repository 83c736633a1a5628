//! Events from elsewhere into the v2 layout, deduplicated as net-sentinel does it: one row for each key, and how often it was seen.

use rusqlite::{Connection, OptionalExtension as _};

use super::open::{columns, source};
use super::{Database, DatabaseError};
use crate::layout::{Layout, LayoutError, Source};
use net_scout_model::{EventRow, MAXIMUM_HIT_COUNT};

/// The table that takes imported events.
const TABLE: &str = "ip_events";
/// Its archive, which has the same columns.
const ARCHIVE: &str = "ip_events_30";

/// What became of imported events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportedRows {
    /// Rows that are new.
    pub added: u64,
    /// Rows that were there and count more often now.
    pub repeated: u64,
}

impl Database {
    /// Keeps events in one transaction, and makes the event tables where there are none.
    ///
    /// # Errors
    /// When the event table is of the old layout or no event table, or the database is locked, read-only or full.
    pub fn import(&mut self, rows: &[EventRow]) -> Result<ImportedRows, DatabaseError> {
        self.prepare_import()?;
        self.write("import events into", |connection| {
            let keeps_flags = has_flags(connection, TABLE)?
                || rows.iter().any(|row| row.tcp_flags.is_some()) && {
                    add_flags(connection)?;
                    true
                };
            let mut imported = ImportedRows::default();
            for row in rows {
                if keep(connection, row, keeps_flags)? {
                    imported.added += 1;
                } else {
                    imported.repeated += 1;
                }
            }
            Ok(imported)
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
    let (column, place) = if keeps_flags { (", tcp_flags", ", ?12") } else { ("", "") };
    let sql = format!(
        "INSERT INTO ip_events (src_ip, dst_ip, src_port, dst_port, proto, verdict, direction, in_if, out_if, timestamp, hit_count{column})
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11{place})"
    );
    let timestamp = row.last.to_string();
    let values: [&dyn rusqlite::ToSql; 12] = [
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
        &row.hits,
        &flags,
    ];
    let used = if keeps_flags { values.len() } else { values.len() - 1 };
    connection.prepare_cached(&sql)?.execute(&values[..used])?;
    Ok(true)
}
