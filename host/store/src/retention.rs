//! How long what net-scout keeps is kept, by age and by size. Only our own tables: the events are net-sentinel's, and while rows are removed
//! the connection itself refuses to change anything else.
//!
//! What is to go is looked for in steps of some milliseconds; it is removed in transactions as short, so that nobody waits.

mod guard;
mod tables;

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use rusqlite::types::Value;
use serde::Serialize;

use super::error::DatabaseError;
use super::history::Writer;
use super::open::Database;
use guard::Guard;
use net_scout_model::Timestamp;
pub use tables::OwnTable;
use tables::RowsOf;

/// After so long a transaction removes no further row.
const TURN: Duration = Duration::from_millis(10);

/// How long the rows of a table are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Keep {
    /// In microseconds; none for ever.
    pub age: Option<i64>,
    /// The newest of them, up to so many bytes; none for any number.
    pub bytes: Option<u64>,
}

/// How long everything is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Retention {
    /// By table. What is not named is kept for ever.
    pub tables: BTreeMap<OwnTable, Keep>,
    /// The plugins that are in use: what they remember is kept whatever its age. Where that is not known, what all remember is kept.
    pub plugins: Option<BTreeSet<String>>,
}

/// What is removed of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Removal {
    /// The table.
    pub table: OwnTable,
    /// How many rows.
    pub rows: u64,
    /// How many bytes they hold, about.
    pub bytes: u64,
}

/// A row that may go.
#[derive(Clone, Debug, PartialEq)]
struct Candidate {
    number: i64,
    /// Its time as it is stored.
    stored: Value,
    time: Timestamp,
    bytes: u64,
}

impl Database {
    /// What [`Self::retain`] would remove.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn removable(&self, retention: &Retention, now: Timestamp) -> Result<Vec<Removal>, DatabaseError> {
        let look = || -> rusqlite::Result<Vec<Removal>> {
            let tables = retention.tables.iter();
            let leaving = |(&table, keep)| match self.rows_of(table, retention)? {
                Some(rows) => Ok(removal(table, &self.leaving(&rows, keep, now)?)),
                None => Ok(removal(table, &[])),
            };
            tables.map(leaving).collect()
        };
        look().map_err(self.error("read"))
    }

    /// Removes what is kept for long enough, in short transactions. `removed` learns of each, and may say `false` to stop there.
    ///
    /// # Errors
    /// When the database is locked, read-only or full. What was removed before stays so.
    pub fn retain(
        &mut self,
        retention: &Retention,
        now: Timestamp,
        mut removed: impl FnMut(&Removal) -> bool,
    ) -> Result<Vec<Removal>, DatabaseError> {
        let mut removals = Vec::new();
        for (&table, keep) in &retention.tables {
            let Some(rows) = self.rows_of(table, retention).map_err(self.error("read"))? else {
                removals.push(removal(table, &[]));
                continue;
            };
            let leaving = self.leaving(&rows, keep, now).map_err(self.error("read"))?;
            let guard = Guard::set(&mut self.connection, &self.alert_table).map_err(self.error("guard"))?;
            let done = self.remove(table, &rows, &leaving, now, &mut removed);
            guard.lift(&mut self.connection).map_err(self.error("guard"))?;
            let (removal, goes_on) = done?;
            removals.push(removal);
            if !goes_on {
                break;
            }
        }
        Ok(removals)
    }

    fn remove(
        &mut self,
        table: OwnTable,
        rows: &RowsOf,
        leaving: &[Candidate],
        now: Timestamp,
        removed: &mut impl FnMut(&Removal) -> bool,
    ) -> Result<(Removal, bool), DatabaseError> {
        let mut total = removal(table, &[]);
        let alerts = (table == OwnTable::ClosedAlerts).then(|| self.alert_table.clone());
        let mut left = leaving;
        while !left.is_empty() {
            let part = self.write("remove old rows from", |connection| {
                let begun = Instant::now();
                // One that changed since it was looked at stays.
                let sql = format!(
                    "DELETE FROM {} WHERE {} = ?1 AND {} IS ?2 AND {}",
                    rows.numbered.table, rows.numbered.rowid, rows.time, rows.condition
                );
                let mut delete = connection.prepare_cached(&sql)?;
                let (mut part, mut seen) = (removal(table, &[]), 0);
                let writer = alerts.as_deref().map(|alerts| Writer::new(connection, alerts, now)).transpose()?;
                for candidate in left {
                    seen += 1;
                    let mut delete = || Ok(delete.execute((candidate.number, &candidate.stored))? > 0);
                    let is_gone = match &writer {
                        Some(writer) => writer.remove(candidate.number, delete)?,
                        None => delete()?,
                    };
                    if is_gone {
                        part.rows += 1;
                        part.bytes += candidate.bytes;
                    }
                    if begun.elapsed() > TURN {
                        break;
                    }
                }
                Ok((part, seen))
            });
            let (part, seen) = part?;
            left = &left[seen..];
            total.rows += part.rows;
            total.bytes += part.bytes;
            if !removed(&part) {
                return Ok((total, false));
            }
        }
        Ok((total, true))
    }
}

fn removal(table: OwnTable, leaving: &[Candidate]) -> Removal {
    Removal { table, rows: leaving.len() as u64, bytes: leaving.iter().map(|candidate| candidate.bytes).sum() }
}

/// Which of the rows go: those that are too old, and the oldest of what is too much. The oldest first.
fn leaving(mut rows: Vec<Candidate>, keep: &Keep, now: Timestamp) -> Vec<Candidate> {
    rows.sort_by_key(|row| std::cmp::Reverse((row.time, row.number)));
    let oldest = keep.age.map(|age| now.plus(-age.max(0)));
    let mut kept = 0_u64;
    let first = rows.iter().position(|row| {
        kept = kept.saturating_add(row.bytes);
        oldest.is_some_and(|oldest| row.time < oldest) || keep.bytes.is_some_and(|most| kept > most)
    });
    let mut leaving = first.map(|first| rows.split_off(first)).unwrap_or_default();
    leaving.reverse();
    leaving
}

#[cfg(test)]
mod tests;
