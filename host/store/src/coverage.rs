//! Which time was scanned, kept in the transaction that keeps the alerts: what is not in the table was not scanned.

use rusqlite::{Connection, OptionalExtension as _, Row};

use super::error::DatabaseError;
use super::open::Database;
use super::schema::columns;
use net_scout_model::{Coverage, CoverageState, Span, Stretch, Timestamp, counted};

/// What a scan covered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Covered {
    /// The table of its events.
    pub table: String,
    /// What became of which time.
    pub stretches: Vec<Stretch>,
}

/// Whose coverage it is: that of an event table whose alerts are in an alert table.
#[derive(Clone, Copy)]
struct Tables<'a> {
    events: &'a str,
    alerts: &'a str,
}

const COLUMNS: &str = "begins, ends, state, digest, at, message";
const TOUCHING: &str = "event_table = ?1 AND alert_table = ?2 AND ends >= ?3 AND begins <= ?4";

impl Database {
    /// What was scanned of the events of a table; nothing where there is no table for it yet.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn coverage(&self, table: &str) -> Result<Coverage, DatabaseError> {
        let everything = Span { begins: Timestamp(i64::MIN), ends: Timestamp(i64::MAX) };
        self.coverage_around(table, everything)
    }

    /// The same of those stretches alone that meet or touch a span.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn coverage_around(&self, table: &str, span: Span) -> Result<Coverage, DatabaseError> {
        let read = || -> rusqlite::Result<Coverage> {
            if columns(&self.connection, "scout_coverage")?.is_empty() {
                return Ok(Coverage::default());
            }
            touching(&self.connection, Tables { events: table, alerts: &self.alert_table }, span)
        };
        read().map_err(self.error("read"))
    }

    /// Keeps what became of stretches outside of a scan that was kept: that they failed, or are left out.
    ///
    /// # Errors
    /// When the database is locked, read-only or full.
    pub fn cover(&mut self, covered: &Covered) -> Result<(), DatabaseError> {
        let alerts = self.alert_table.clone();
        self.write("keep the coverage in", |connection| keep(connection, &alerts, covered))
    }

    /// Forgets what is said about an instant and all later ones: the clock was ahead.
    ///
    /// # Errors
    /// When the database is locked, read-only or full.
    pub fn forget_coverage(&mut self, table: &str, from: Timestamp) -> Result<(), DatabaseError> {
        let alerts = self.alert_table.clone();
        self.write("keep the coverage in", |connection| {
            let tables = Tables { events: table, alerts: &alerts };
            let span = Span { begins: from, ends: Timestamp(i64::MAX) };
            let mut coverage = touching(connection, tables, span)?;
            coverage.forget_from(from);
            replace(connection, tables, span, &coverage)
        })
    }

    /// The last row up to which the events of a table were looked through for late ones; none where they never were.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn late_mark(&self, table: &str) -> Result<Option<i64>, DatabaseError> {
        let read = || -> rusqlite::Result<Option<i64>> {
            if columns(&self.connection, "scout_coverage_marks")?.is_empty() {
                return Ok(None);
            }
            let sql = "SELECT row FROM scout_coverage_marks WHERE event_table = ?1 AND alert_table = ?2";
            self.connection.prepare_cached(sql)?.query_row([table, &self.alert_table], |row| row.get(0)).optional()
        };
        read().map_err(self.error("read"))
    }

    /// Keeps which stretches rows came late for, and up to which row that is known, in one transaction.
    ///
    /// # Errors
    /// When the database is locked, read-only or full.
    pub fn keep_late(
        &mut self,
        table: &str,
        late: &[Span],
        rows: u64,
        mark: Option<i64>,
        now: Timestamp,
    ) -> Result<(), DatabaseError> {
        let alerts = self.alert_table.clone();
        let message = Some(format!("{} came late", counted(usize::try_from(rows).unwrap_or(usize::MAX), "row")));
        let stretch = |&span: &Span| Stretch {
            span,
            state: CoverageState::Late,
            // That of the scan stays.
            digest: String::new(),
            at: now,
            message: message.clone(),
        };
        let covered = Covered { table: table.to_owned(), stretches: late.iter().map(stretch).collect() };
        self.write("keep the coverage in", |connection| {
            keep(connection, &alerts, &covered)?;
            let Some(mark) = mark else { return Ok(()) };
            connection
                .prepare_cached(
                    "INSERT INTO scout_coverage_marks (event_table, alert_table, row, at) VALUES (?1, ?2, ?3, ?4)
                     ON CONFLICT (event_table, alert_table) DO UPDATE SET row = excluded.row, at = excluded.at",
                )?
                .execute((table, &alerts, mark, now.0))
                .map(drop)
        })
    }
}

/// Keeps what a scan covered, in its transaction.
pub(super) fn keep(connection: &Connection, alerts: &str, covered: &Covered) -> rusqlite::Result<()> {
    let tables = Tables { events: &covered.table, alerts };
    for stretch in &covered.stretches {
        let mut coverage = touching(connection, tables, stretch.span)?;
        let before = coverage.clone();
        coverage.record(stretch.clone());
        if coverage != before {
            replace(connection, tables, stretch.span, &coverage)?;
        }
    }
    Ok(())
}

/// The stretches that meet or touch a span.
fn touching(connection: &Connection, tables: Tables<'_>, span: Span) -> rusqlite::Result<Coverage> {
    let sql = format!("SELECT {COLUMNS} FROM scout_coverage WHERE {TOUCHING} ORDER BY begins, id");
    let mut statement = connection.prepare_cached(&sql)?;
    let stretches = statement.query_map((tables.events, tables.alerts, span.begins.0, span.ends.0), stretch)?;
    Ok(stretches.collect::<rusqlite::Result<Vec<_>>>()?.into_iter().flatten().collect())
}

/// A row as a stretch; none where another program wrote something else.
fn stretch(row: &Row<'_>) -> rusqlite::Result<Option<Stretch>> {
    let state: String = row.get(2)?;
    let Some(state) = CoverageState::ALL.into_iter().find(|known| known.name() == state) else { return Ok(None) };
    let Some(span) = Span::new(Timestamp(row.get(0)?), Timestamp(row.get(1)?)) else { return Ok(None) };
    Ok(Some(Stretch { span, state, digest: row.get(3)?, at: Timestamp(row.get(4)?), message: row.get(5)? }))
}

/// Puts these stretches in the place of those that meet or touch a span.
fn replace(connection: &Connection, tables: Tables<'_>, span: Span, coverage: &Coverage) -> rusqlite::Result<()> {
    connection.prepare_cached(&format!("DELETE FROM scout_coverage WHERE {TOUCHING}"))?.execute((
        tables.events,
        tables.alerts,
        span.begins.0,
        span.ends.0,
    ))?;
    let mut insert = connection.prepare_cached(&format!(
        "INSERT INTO scout_coverage (event_table, alert_table, {COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
    ))?;
    for Stretch { span, state, digest, at, message } in coverage.stretches() {
        insert.execute((tables.events, tables.alerts, span.begins.0, span.ends.0, state.name(), digest, at.0, message))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
