//! What an examination asks of a database: how its newest events look, what lies in it, and whether it is whole. It only reads, and never for
//! long.

use std::time::{Duration, Instant};

use rusqlite::ErrorCode;

use super::access::timestamp_index;
use super::error::DatabaseError;
use super::open::Database;
use super::schema::{columns, quote, source, tables};
use super::window::rowid;
use crate::layout::Source;
use net_scout_model::time::parse_timestamp;
use net_scout_model::{Timestamp, plain};

/// How many steps of SQLite's machine go by between two looks at the clock.
const STEPS: i32 = 1_000;
/// How much of a text is kept, in characters.
const QUOTED: usize = 60;

/// An event as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampledEvent {
    /// The number of its row.
    pub row: i64,
    /// Its time as it is written.
    pub written: String,
    /// Its time; none where it cannot be read.
    pub time: Option<Timestamp>,
    /// Its addresses, as they are written.
    pub addresses: Vec<String>,
}

/// A table and how many rows it has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableRows {
    /// Its name.
    pub table: String,
    /// Its columns.
    pub columns: Vec<String>,
    /// The number of its last row, which is about how many it has; none where its rows have no numbers.
    pub last: Option<i64>,
}

impl Database {
    /// The event table with its layout.
    ///
    /// # Errors
    /// When there is no such table, or it is no event table.
    pub fn event_source(&self, table: &str) -> Result<Source, DatabaseError> {
        source(&self.connection, &self.path, table, self.busy_seconds)
    }

    /// The index that leads to a span of time, where there is one.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn time_index(&self, table: &str) -> Result<Option<String>, DatabaseError> {
        timestamp_index(&self.connection, table).map_err(self.error("read"))
    }

    /// The events that were stored last, the last one first, at most so many.
    ///
    /// # Errors
    /// When there is no such event table.
    pub fn last_events(&self, table: &str, most: u32) -> Result<Vec<SampledEvent>, DatabaseError> {
        let addresses = self.event_source(table)?.addresses();
        let text = |column: &str| format!("CAST({column} AS BLOB)");
        let addresses: Vec<String> = addresses.iter().map(|column| text(column)).collect();
        let read = || -> rusqlite::Result<Vec<SampledEvent>> {
            let rowid = rowid(&self.connection, "main", table)?.unwrap_or("id");
            let sql = format!(
                "SELECT {rowid}, {}, {} FROM main.{} ORDER BY {rowid} DESC LIMIT {most}",
                text("timestamp"),
                addresses.join(", "),
                quote(table)
            );
            let shown = |bytes: Option<Vec<u8>>| plain(&String::from_utf8_lossy(&bytes.unwrap_or_default()), QUOTED);
            let mut statement = self.connection.prepare(&sql)?;
            let event = |row: &rusqlite::Row<'_>| {
                let written: Option<Vec<u8>> = row.get(1)?;
                let time = written.as_deref().and_then(|bytes| std::str::from_utf8(bytes).ok()).and_then(parse_timestamp);
                let addresses = (0..addresses.len()).map(|place| row.get(2 + place).map(shown)).collect::<Result<_, _>>()?;
                Ok(SampledEvent { row: row.get(0)?, written: shown(written), time, addresses })
            };
            statement.query_map([], event)?.collect()
        };
        read().map_err(self.error("read"))
    }

    /// What SQLite finds wrong with the file; none where it was not done in this time.
    ///
    /// # Errors
    /// When it cannot be read at all.
    pub fn faults(&mut self, patience: Duration) -> Result<Option<Vec<String>>, DatabaseError> {
        let until = Instant::now() + patience;
        let mut checked = || -> rusqlite::Result<Vec<String>> {
            self.connection.progress_handler(STEPS, Some(move || Instant::now() >= until))?;
            let mut statement = self.connection.prepare("PRAGMA quick_check(3)")?;
            statement.query_map([], |row| row.get(0))?.collect()
        };
        let found = checked();
        self.connection.progress_handler(0, None::<fn() -> bool>).map_err(self.error("read"))?;
        match found {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) => Ok(None),
            found => found.map(|lines| Some(lines.into_iter().filter(|line| line != "ok").collect())).map_err(self.error("read")),
        }
    }

    /// All tables, with their columns.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn tables(&self) -> Result<Vec<TableRows>, DatabaseError> {
        let read = || -> rusqlite::Result<Vec<TableRows>> {
            let table = |table: String| {
                let last = rowid(&self.connection, "main", &table)?.map(|rowid| {
                    let sql = format!("SELECT coalesce(max({rowid}), 0) FROM main.{}", quote(&table));
                    self.connection.query_row(&sql, [], |row| row.get(0))
                });
                Ok(TableRows { columns: columns(&self.connection, &table)?, last: last.transpose()?, table })
            };
            tables(&self.connection)?.into_iter().map(table).collect()
        };
        read().map_err(self.error("read"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn database() -> Database {
        let database = Database::in_memory("scout_alerts").expect("open");
        let made = "CREATE TABLE ip_events (id INTEGER PRIMARY KEY, src_ip, src_port, dst_ip, dst_port, proto, verdict, direction, timestamp);
             INSERT INTO ip_events (src_ip, dst_ip, timestamp) VALUES
             ('192.0.2.1', NULL, '2026-03-11T20:00:00Z'), (x'ff', '192.0.2.2', '11/03/2026'), ('192.0.2.3', '192.0.2.4', 7)";
        database.connection.execute_batch(made).expect("made");
        database
    }

    #[test]
    fn the_last_events_whatever_they_hold() {
        let database = database();
        let last = database.last_events("ip_events", 2).expect("read");
        assert_eq!(
            last.iter().map(|event| (event.row, event.written.as_str())).collect::<Vec<_>>(),
            [(3, "7"), (2, "11/03/2026")]
        );
        assert!(last.iter().all(|event| event.time.is_none()));
        let all = database.last_events("ip_events", 10).expect("read");
        assert_eq!(all[2].addresses, ["192.0.2.1", ""]);
        assert!(all[2].time.is_some());
        assert!(database.last_events("other", 1).is_err());
    }

    #[test]
    fn what_lies_in_it_and_whether_it_is_whole() {
        let mut database = database();
        assert_eq!(database.time_index("ip_events").expect("read"), None);
        database.connection.execute_batch("CREATE INDEX a ON ip_events (timestamp)").expect("made");
        assert_eq!(database.time_index("ip_events").expect("read").as_deref(), Some("a"));
        let tables = database.tables().expect("read");
        assert_eq!((tables[0].table.as_str(), tables[0].columns.len(), tables[0].last), ("ip_events", 9, Some(3)));
        assert_eq!(database.faults(Duration::from_secs(5)).expect("read"), Some(Vec::new()));
    }
}
