//! Finds rows whose time lies in a stretch that was scanned before they were there: the producer was behind, or counted a known event again.
//!
//! A new row is known by its number, which only grows. The producer also updates rows in their place, with a new time and a higher count: for
//! the last hours the service remembers what each row looked like. Everything is read in steps of some milliseconds, so that nobody waits,
//! whatever the journal.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension as _, Row, params_from_iter};

use super::access::Access;
use super::error::{DatabaseError, failed};
use super::file::Reading;
use super::schema::{quote, source};
use super::steps::{Numbered, Rows, STEP};
use super::window::rowid;
use crate::layout::Source;
use net_scout_model::time::parse_timestamp;
use net_scout_model::{Coverage, Span, Timestamp, Window};

/// What is scanned again for one late row: its minute.
const MINUTE: i64 = 60_000_000;

/// Where the events are.
#[derive(Clone, Debug)]
pub struct EventTable {
    /// The database file.
    pub path: PathBuf,
    /// The table.
    pub table: String,
    /// How long to wait for another program's lock.
    pub busy_timeout: Duration,
}

/// What the rows of the last hours looked like.
#[derive(Debug, Default)]
pub struct SeenRows {
    /// By the number of the row its time and its count.
    rows: HashMap<i64, (i64, i64)>,
    /// From where on all rows are in it.
    since: Option<Timestamp>,
}

impl SeenRows {
    /// How many rows are remembered.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

/// What changed since the last look.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// The number of the last row; none where there is none, or rows have no numbers.
    pub last: Option<i64>,
    /// The minutes, as far as they were scanned, that rows came late for.
    pub late: Vec<Span>,
    /// How many rows that were.
    pub rows: u64,
    /// From here to there rows may have been updated in their place without it being known: the first look cannot tell.
    pub unknown: Option<Span>,
}

/// A row, as far as it is looked at.
struct Seen {
    number: i64,
    time: Timestamp,
    count: i64,
}

impl Seen {
    /// Of a row with its number, its timestamp and its count; none where its time cannot be read.
    fn of(row: &Row<'_>) -> rusqlite::Result<Option<Self>> {
        let ValueRef::Text(text) = row.get_ref(1)? else { return Ok(None) };
        let time = std::str::from_utf8(text).ok().and_then(parse_timestamp);
        let count = if let ValueRef::Integer(count) = row.get_ref(2)? { count } else { 1 };
        Ok(time.map(|time| Self { number: row.get(0).unwrap_or_default(), time, count }))
    }
}

impl EventTable {
    /// Looks for rows that are new since the row `mark`, and for those later than `look_back` that were updated since the last look, whose
    /// time lies in what was scanned. Without a mark all rows count as known.
    ///
    /// # Errors
    /// When the database is missing, damaged, locked, or has no such event table, or was written while it was read without locks.
    pub fn changes(
        &self,
        mark: Option<i64>,
        coverage: &Coverage,
        look_back: Timestamp,
        seen: &mut SeenRows,
    ) -> Result<Changes, DatabaseError> {
        let reading = Reading::of(&self.path, self.busy_timeout)?;
        let seconds = self.busy_timeout.as_secs();
        let connection = reading.connect(&self.path, self.busy_timeout)?;
        let source = source(&connection, &self.path, &self.table, seconds)?;
        let looked = look(&connection, &source, mark, coverage, look_back, seen);
        let changes = looked.map_err(failed(&self.path, seconds, "read"))?;
        drop(connection);
        reading.ended(&self.path)?;
        Ok(changes)
    }
}

fn look(
    connection: &Connection,
    source: &Source,
    mark: Option<i64>,
    coverage: &Coverage,
    look_back: Timestamp,
    seen: &mut SeenRows,
) -> rusqlite::Result<Changes> {
    let Some(rowid) = rowid(connection, "main", &source.table)? else { return Ok(Changes::default()) };
    let table = Numbered { table: format!("main.{}", quote(&source.table)), rowid };
    let mut late = Late { coverage, minutes: BTreeSet::new(), rows: 0 };
    let Some(last) = table.last(connection)? else {
        *seen = SeenRows { rows: HashMap::new(), since: Some(look_back) };
        return Ok(Changes::default());
    };
    // Numbers that begin again belong to other rows than before. Where the last rows were removed they do not, if the table says so.
    let given = given(connection, &source.table)?;
    let known = mark.map(|mark| if mark > given.unwrap_or(last).max(last) { i64::MIN } else { mark });
    let reader = Reader { connection, source, table };
    if let Some(first) = known.unwrap_or(last).checked_add(1) {
        reader.numbered(&Rows::Range(first, last), |row| late.add(row.time))?;
    }
    let mut now = HashMap::with_capacity(seen.rows.len());
    let since = seen.since;
    reader.since(look_back, |row| {
        let state = (row.time.0, row.count);
        let is_known = known.is_none_or(|known| row.number <= known);
        let before = seen.rows.get(&row.number);
        if is_known && before != Some(&state) && since.is_some_and(|since| before.is_some() || row.time >= since) {
            late.add(row.time);
        }
        now.insert(row.number, state);
    })?;
    let compared = since.unwrap_or(Timestamp::MAXIMUM);
    let unknown = Span::new(look_back, compared.min(coverage.good_until().unwrap_or(look_back)));
    *seen = SeenRows { rows: now, since: Some(look_back) };
    Ok(Changes { last: Some(last), rows: late.rows, late: late.spans(), unknown: unknown.filter(|_| mark.is_some()) })
}

/// The highest number that a row of a table ever had, where SQLite remembers it.
fn given(connection: &Connection, table: &str) -> rusqlite::Result<Option<i64>> {
    let sql = "SELECT EXISTS (SELECT 1 FROM main.sqlite_schema WHERE name = 'sqlite_sequence')";
    if !connection.query_row(sql, [], |row| row.get(0))? {
        return Ok(None);
    }
    let sql = "SELECT seq FROM main.sqlite_sequence WHERE name = ?1 COLLATE NOCASE";
    connection.query_row(sql, [table], |row| row.get(0)).optional()
}

/// Collects the minutes of late rows.
struct Late<'a> {
    coverage: &'a Coverage,
    minutes: BTreeSet<i64>,
    rows: u64,
}

impl Late<'_> {
    fn add(&mut self, time: Timestamp) {
        if self.coverage.at(time).is_some_and(|stretch| stretch.state.is_good()) {
            self.rows += 1;
            self.minutes.insert(time.0.div_euclid(MINUTE));
        }
    }

    /// The minutes, as far as they were scanned.
    fn spans(&self) -> Vec<Span> {
        let mut spans = Vec::new();
        for minute in &self.minutes {
            let whole = Span { begins: Timestamp(minute * MINUTE), ends: Timestamp((minute + 1) * MINUTE) };
            for (span, stretch) in self.coverage.parts(whole) {
                if stretch.is_some_and(|stretch| stretch.state.is_good()) {
                    span.append(&mut spans);
                }
            }
        }
        spans
    }
}

/// Reads rows of the event table.
struct Reader<'a> {
    connection: &'a Connection,
    source: &'a Source,
    table: Numbered,
}

impl Reader<'_> {
    fn columns(&self) -> String {
        let count = if self.source.has("hit_count") { "hit_count" } else { "1" };
        format!("{}, timestamp, {count}", self.table.rowid)
    }

    /// Those of these numbers.
    fn numbered(&self, rows: &Rows, mut found: impl FnMut(Seen)) -> rusqlite::Result<()> {
        let Numbered { table, .. } = &self.table;
        let sql = format!("SELECT {} FROM {table} NOT INDEXED WHERE {}", self.columns(), self.table.condition(rows));
        let mut statement = self.connection.prepare(&sql)?;
        self.table.each(self.connection, rows, |first, last| {
            let mut rows = statement.query([first, last])?;
            while let Some(row) = rows.next()? {
                Seen::of(row)?.into_iter().for_each(&mut found);
            }
            Ok(())
        })
    }

    /// Those of an instant and later. One whose time moves on meanwhile may be found twice.
    fn since(&self, since: Timestamp, mut found: impl FnMut(Seen)) -> rusqlite::Result<()> {
        let mut found = |row: Seen| {
            if row.time >= since {
                found(row)
            }
        };
        let window = Window { since, until: None, now: since };
        let Access::Index { name, from, .. } = Access::choose(self.connection, self.source, &window)? else {
            return self.numbered(&self.table.all(self.connection)?, found);
        };
        let Numbered { table, rowid } = &self.table;
        let sql = format!(
            "SELECT {} FROM {table} INDEXED BY {} WHERE timestamp >= ?1 AND (timestamp > ?1 OR {rowid} > ?2)
             ORDER BY timestamp, {rowid}",
            self.columns(),
            quote(&name)
        );
        let mut statement = self.connection.prepare(&sql)?;
        let mut last = Some((from.into(), i64::MIN));
        while let Some((text, number)) = last.take() {
            let begun = Instant::now();
            let mut rows = statement.query(params_from_iter([text, rusqlite::types::Value::from(number)]))?;
            let mut read = 0_u32;
            while let Some(row) = rows.next()? {
                Seen::of(row)?.into_iter().for_each(&mut found);
                read += 1;
                if read.is_multiple_of(256) && begun.elapsed() > STEP {
                    last = Some((row.get(1)?, row.get(0)?));
                    break;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
