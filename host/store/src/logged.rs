//! A database of logged events that is made at once, and a copy of one to repeat scans in.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension as _};

use super::aside::LIVE;
use super::error::{DatabaseError, failed};
use super::file::{Reading, is_write_ahead};
use super::function::time_function;
use super::open::Database;
use super::schema::{columns_in, quote};
use super::steps::Numbered;
use super::window::rowid;
use crate::layout::TIME_FUNCTION;
use net_scout_model::time::parse_timestamp;
use net_scout_model::{EventRow, Timestamp};

/// The table that takes the events.
const TABLE: &str = "ip_events";
/// What net-scout keeps in a database besides alerts.
const OWN_TABLES: [&str; 14] = [
    "scout_enrichment_cache",
    "scout_lookup_failures",
    "scout_migrations",
    "scout_rate_limits",
    "scout_plugin_state",
    "scout_ledger",
    "scout_imports",
    "scout_coverage",
    "scout_coverage_marks",
    "scout_locks",
    "scout_service",
    "scout_rule_failures",
    "scout_left_out",
    "scout_looks",
];

/// How long a copy waits for a lock of the writer.
const BUSY: Duration = Duration::from_secs(10);

/// When events were.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventSpan {
    /// The first.
    pub first: Timestamp,
    /// The last.
    pub last: Timestamp,
    /// How many rows there are with a time.
    pub rows: u64,
}

impl Database {
    /// Makes a database of these events at `path`, where nothing is yet. The keys of net-sentinel must be there once each.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn make(path: &Path, events: &[EventRow]) -> Result<(), DatabaseError> {
        let make = || -> rusqlite::Result<()> {
            let connection = Connection::open(path)?;
            // Nobody reads it before it is whole.
            connection.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN")?;
            let layout = include_str!("v2.sql").replace("{table}", TABLE);
            let (table, indexes) = layout.split_once(");").unwrap_or((&layout, ""));
            connection.execute_batch(&format!("{table})"))?;
            connection.execute_batch(&format!("ALTER TABLE {TABLE} ADD COLUMN tcp_flags TEXT"))?;
            fill(&connection, events)?;
            // Faster behind the rows than before them.
            connection.execute_batch(indexes)?;
            connection.execute_batch("COMMIT; PRAGMA journal_mode = DELETE")
        };
        make().map_err(failed(path, 0, "create"))
    }

    /// Copies a database to `to`, where nothing is yet, without what net-scout keeps in it. Nothing beside the original is created.
    ///
    /// # Errors
    /// When it cannot be read, or the copy not be written.
    pub fn copy_events(from: &Path, to: &Path, alert_table: &str, busy_timeout: Duration) -> Result<(), DatabaseError> {
        Self::copy_newest(from, to, alert_table, busy_timeout, i64::MAX)
    }

    /// The same with the newest rows of each table alone, at most about so many.
    ///
    /// # Errors
    /// As [`Self::copy_events`].
    pub fn copy_newest(
        from: &Path,
        to: &Path,
        alert_table: &str,
        busy_timeout: Duration,
        most: i64,
    ) -> Result<(), DatabaseError> {
        let reading = Reading::of(from, busy_timeout)?;
        let live = reading.connect(from, busy_timeout)?;
        let own: Vec<&str> = OWN_TABLES.into_iter().chain([alert_table]).collect();
        copy(&reading, from, &live, to, &own, most).map_err(failed(from, busy_timeout.as_secs(), "copy"))?;
        drop(live);
        reading.ended(from)
    }

    /// The newest event of a table, as far as its text says: the index tells it at once. None where there is none.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn newest(&self, table: &str) -> Result<Option<Timestamp>, DatabaseError> {
        self.at_the_end(table, "typeof(timestamp) = 'text' ORDER BY timestamp DESC")
    }

    /// The oldest event of a table, in the same way.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn oldest(&self, table: &str) -> Result<Option<Timestamp>, DatabaseError> {
        self.at_the_end(table, "timestamp >= '0' AND timestamp < ':' ORDER BY timestamp")
    }

    fn at_the_end(&self, table: &str, condition: &str) -> Result<Option<Timestamp>, DatabaseError> {
        let sql = format!("SELECT timestamp FROM {} WHERE {condition} LIMIT 1", quote(table));
        let read =
            || self.connection.query_row(&sql, [], |row| Ok(row.get_ref(0)?.as_str().ok().and_then(parse_timestamp))).optional();
        Ok(read().map_err(self.error("read"))?.flatten())
    }

    /// When the events of a table were; none where it has none with a readable time.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn span(&self, table: &str) -> Result<Option<EventSpan>, DatabaseError> {
        let read = || -> rusqlite::Result<Option<EventSpan>> {
            time_function(&self.connection)?;
            let sql =
                format!("SELECT min(t), max(t), count(t) FROM (SELECT {TIME_FUNCTION}(timestamp) AS t FROM {})", quote(table));
            self.connection.query_row(&sql, [], |row| {
                let (first, last, rows): (Option<i64>, Option<i64>, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
                Ok(first.zip(last).map(|(first, last)| EventSpan {
                    first: Timestamp(first),
                    last: Timestamp(last),
                    rows: rows.unsigned_abs(),
                }))
            })
        };
        read().map_err(self.error("read"))
    }
}

/// Copies all tables but these, with their indexes and views: of each the newest rows. Whoever writes the database meanwhile does not wait.
fn copy(reading: &Reading, from: &Path, live: &Connection, to: &Path, but: &[&str], most: i64) -> rusqlite::Result<()> {
    let encoding: String = live.query_row("PRAGMA encoding", [], |row| row.get(0))?;
    let in_steps = !is_write_ahead(live)?;
    let copy = Connection::open(to)?;
    copy.busy_timeout(BUSY)?;
    copy.execute_batch(&format!("PRAGMA encoding = '{encoding}'; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF"))?;
    copy.execute(&format!("ATTACH ?1 AS {LIVE}"), [reading.uri(from)])?;
    if !in_steps {
        copy.execute_batch("BEGIN")?;
    }
    let made = |kind: &str| -> rusqlite::Result<Vec<(String, String)>> {
        let sql = format!(
            "SELECT tbl_name, sql FROM {LIVE}.sqlite_schema WHERE type = ?1 AND sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
        );
        let all: Vec<(String, String)> =
            copy.prepare(&sql)?.query_map([kind], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<rusqlite::Result<_>>()?;
        Ok(all.into_iter().filter(|(table, _)| !but.contains(&table.as_str())).collect())
    };
    for (table, sql) in made("table")? {
        copy.execute_batch(&sql)?;
        let names: Vec<String> = columns_in(&copy, LIVE, &table)?.iter().map(|name| quote(name)).collect();
        let (name, names) = (quote(&table), names.join(", "));
        let insert = format!("INSERT INTO main.{name} ({names}) SELECT {names} FROM {LIVE}.{name}");
        let Some(rowid) = rowid(&copy, LIVE, &table)? else {
            copy.execute(&format!("{insert} LIMIT ?1"), [most])?;
            continue;
        };
        let table = Numbered { table: format!("{LIVE}.{name}"), rowid };
        let rows = table.newest(&copy, most)?;
        let mut insert = copy.prepare(&format!("{insert} NOT INDEXED WHERE {}", table.condition(&rows)))?;
        table.each(&copy, &rows, |first, last| insert.execute([first, last]).map(drop))?;
    }
    for (_, sql) in made("index")?.into_iter().chain(made("view")?) {
        copy.execute_batch(&sql)?;
    }
    if !in_steps {
        copy.execute_batch("COMMIT")?;
    }
    copy.execute_batch(&format!("DETACH {LIVE}; PRAGMA journal_mode = DELETE"))
}

fn fill(connection: &Connection, events: &[EventRow]) -> rusqlite::Result<()> {
    let mut insert = connection.prepare(&format!(
        "INSERT INTO {TABLE} (src_ip, dst_ip, src_port, dst_port, proto, verdict, direction, in_if, out_if, timestamp, hit_count, tcp_flags)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"
    ))?;
    for row in events {
        insert.execute((
            &row.src_ip,
            &row.dst_ip,
            row.src_port,
            row.dst_port,
            &row.proto,
            row.verdict,
            row.direction,
            &row.in_if,
            &row.out_if,
            row.last.to_string(),
            row.hits,
            row.tcp_flags.map(|flags| flags.to_string()),
        ))?;
    }
    Ok(())
}
