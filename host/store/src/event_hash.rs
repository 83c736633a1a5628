//! The optional `event_hash` column: SHA-256 over what identifies an event, for programs that want one key for it.
//!
//! The hash is over the columns of the table's own unique key, in that order, each as text, separated by the byte 0x1f, an absent value
//! as the byte 0x00. Where a port is null, the key of net-sentinel lets the same event stand several times: the first row gets the hash,
//! the others stay null and are counted.

use std::time::{Duration, Instant};

use rusqlite::types::ValueRef;
use sha2::{Digest as _, Sha256};

use super::error::DatabaseError;
use super::open::Database;
use super::schema::{columns, quote, source};
use super::steps::adapted;
use crate::layout::Layout;
use net_scout_model::hex;

/// The tables that get the column.
const TABLES: [&str; 2] = ["ip_events", "ip_events_30"];
/// How many rows are hashed in the first transaction. Then as many as take some milliseconds, so that the producer is never locked out for
/// long.
const FIRST: i64 = 500;

/// How far the work is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashProgress {
    /// The table at work.
    pub table: &'static str,
    /// Rows looked at.
    pub done: u64,
    /// Rows there are to look at.
    pub total: u64,
}

/// What was done to a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashReport {
    /// The table.
    pub table: &'static str,
    /// Rows that got a hash.
    pub hashed: u64,
    /// Rows that stay without, because another row is the same event.
    pub repeated: u64,
}

impl Database {
    /// Adds the column and its unique index to the event tables that exist, and fills it in batches. Rows that have a hash keep it, so
    /// that it can be run again, and after an interruption goes on.
    ///
    /// # Errors
    /// When the database is locked or read-only, or has no `ip_events`. Batches that were finished stay.
    pub fn hash_events(&mut self, mut progress: impl FnMut(HashProgress)) -> Result<Vec<HashReport>, DatabaseError> {
        let mut reports = Vec::new();
        for table in TABLES {
            let source = match source(&self.connection, &self.path, table, self.busy_seconds) {
                Err(DatabaseError::NoTable { .. }) if table != TABLES[0] => continue,
                result => result?,
            };
            reports.push(self.hash_table(table, source.layout, &mut progress)?);
        }
        Ok(reports)
    }

    fn hash_table(
        &mut self,
        table: &'static str,
        layout: Layout,
        progress: &mut impl FnMut(HashProgress),
    ) -> Result<HashReport, DatabaseError> {
        let quoted = quote(table);
        let have = columns(&self.connection, table).map_err(self.error("read"))?;
        self.write("migrate", |connection| {
            if !have.iter().any(|column| column == "event_hash") {
                connection.execute_batch(&format!("ALTER TABLE {quoted} ADD COLUMN event_hash TEXT"))?;
            }
            let index = quote(&format!("{table}_event_hash"));
            // Of the rows that have a hash, none yet: the table is read once, but nothing is sorted and written while nobody else can write.
            connection.execute_batch(&format!(
                "CREATE UNIQUE INDEX IF NOT EXISTS {index} ON {quoted} (event_hash) WHERE event_hash IS NOT NULL"
            ))
        })?;
        let (first, last): (i64, i64) = self
            .connection
            .query_row(&format!("SELECT coalesce(min(id), 0), coalesce(max(id), -1) FROM {quoted}"), [], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .map_err(self.error("read"))?;
        // As many as there can be: to count them would keep the producer waiting.
        let total = last.saturating_sub(first).saturating_add(1).max(0).unsigned_abs();
        let key = match layout {
            Layout::V1 => "ip, port, verdict, direction",
            Layout::V2 => "src_ip, dst_ip, src_port, dst_port, proto, verdict, direction",
        };
        let mut report = HashReport { table, hashed: 0, repeated: 0 };
        let (mut next, mut done, mut size) = (first, 0, FIRST);
        while next <= last {
            let from = next;
            let mut took = Duration::ZERO;
            let (seen, end) = self.write("hash events in", |connection| {
                let begun = Instant::now();
                let mut read = connection
                    .prepare_cached(&format!("SELECT id, event_hash, {key} FROM {quoted} WHERE id >= ?1 ORDER BY id LIMIT ?2"))?;
                let mut update =
                    connection.prepare_cached(&format!("UPDATE OR IGNORE {quoted} SET event_hash = ?2 WHERE id = ?1"))?;
                let mut batch = Vec::new();
                let mut rows = read.query([from, size])?;
                let (mut seen, mut end) = (0_u64, last);
                while let Some(row) = rows.next()? {
                    seen += 1;
                    end = row.get(0)?;
                    if row.get_ref(1)? == ValueRef::Null {
                        batch.push((end, hash(row)?));
                    }
                }
                drop(rows);
                for (id, hash) in batch {
                    match update.execute((id, hash))? {
                        0 => report.repeated += 1,
                        _ => report.hashed += 1,
                    }
                }
                took = begun.elapsed();
                Ok((seen, end))
            })?;
            size = adapted(size, took);
            done += seen;
            let Some(after) = end.checked_add(1) else { break };
            next = after;
            progress(HashProgress { table, done, total });
        }
        Ok(report)
    }
}

/// The hash of a row whose key starts at the third column.
fn hash(row: &rusqlite::Row<'_>) -> rusqlite::Result<String> {
    let mut digest = Sha256::new();
    for index in 2..row.as_ref().column_count() {
        match row.get_ref(index)? {
            ValueRef::Null => digest.update([0]),
            ValueRef::Integer(value) => digest.update(value.to_string()),
            ValueRef::Real(value) => digest.update(value.to_string()),
            ValueRef::Text(bytes) | ValueRef::Blob(bytes) => digest.update(bytes),
        }
        digest.update([0x1f]);
    }
    Ok(hex(&digest.finalize()))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::ImportedRows;
    use net_scout_model::EventRow;
    use net_scout_model::Timestamp;

    #[test]
    fn hashes_once_and_again_after_new_rows() {
        let folder = tempfile::tempdir().expect("folder");
        let mut database =
            Database::open_or_create(&folder.path().join("a.db"), "scout_alerts", Duration::from_secs(1)).expect("open");
        let row = |port| EventRow {
            src_ip: "192.0.2.1".into(),
            src_port: None,
            src_service: None,
            dst_ip: "192.0.2.2".into(),
            dst_port: Some(port),
            dst_service: None,
            place: None,
            proto: "TCP".into(),
            in_if: None,
            out_if: None,
            verdict: Some("DROP"),
            direction: Some("INBOUND"),
            tcp_flags: None,
            last: Timestamp(0),
            hits: 1,
        };
        database.prepare_import().expect("tables");
        assert_eq!(database.import(&[row(1), row(2)], None).expect("import"), ImportedRows { added: 2, repeated: 0 });
        // The key of the table lets an event without a source port stand twice.
        database
            .connection
            .execute_batch(
                "INSERT INTO ip_events (src_ip, dst_ip, dst_port, proto, verdict, direction, timestamp)
                            VALUES ('192.0.2.1', '192.0.2.2', 1, 'TCP', 'DROP', 'INBOUND', '1970-01-01T00:00:00Z')",
            )
            .expect("insert");
        let mut seen = 0;
        let reports = database.hash_events(|progress| seen = seen.max(progress.done)).expect("hash");
        assert_eq!(reports[0], HashReport { table: "ip_events", hashed: 2, repeated: 1 });
        assert_eq!((reports[1].table, reports[1].hashed, seen), ("ip_events_30", 0, 3));
        assert_eq!(database.import(&[row(3)], None).expect("import").added, 1);
        assert_eq!(database.hash_events(|_| ()).expect("again")[0], HashReport { table: "ip_events", hashed: 1, repeated: 1 });
        let expected = hex(&Sha256::digest(b"192.0.2.1\x1f192.0.2.2\x1f\x00\x1f3\x1fTCP\x1fDROP\x1fINBOUND\x1f"));
        let found: String = database
            .connection
            .query_row("SELECT event_hash FROM ip_events WHERE dst_port = 3", [], |row| row.get(0))
            .expect("row");
        assert_eq!(found, expected);
    }
}
