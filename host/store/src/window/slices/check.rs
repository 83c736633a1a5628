//! What the database says about slices that are kept. The index alone answers, save for the times of new rows.

use rusqlite::Connection;
use rusqlite::types::ValueRef;

use super::moved::Moved;
use crate::schema::quote;

/// In so many scans everything is checked once.
pub(super) const CHECKED: usize = 32;
/// How many of the latest slices each scan checks.
pub(super) const RECENT: usize = 60;
/// How many slices each scan reads again whatever the check says.
pub(super) const AGAIN: usize = 4;
/// The most rows that may lie behind a window.
const BEHIND: i64 = 300_000;

/// The table of events.
pub(super) struct Table<'a> {
    pub(super) connection: &'a Connection,
    /// Quoted, with its schema.
    pub(super) name: &'a str,
    pub(super) index: &'a str,
    /// What the number of a row is called.
    pub(super) number: &'static str,
}

impl Table<'_> {
    /// The number of the last row.
    pub(super) fn last(&self) -> rusqlite::Result<Option<i64>> {
        self.connection.query_row(&format!("SELECT max({}) FROM {}", self.number, self.name), [], |row| row.get(0))
    }

    /// The timestamps of rows behind a number.
    pub(super) fn new_rows(&self, mark: i64, mut take: impl FnMut(&str)) -> rusqlite::Result<()> {
        let sql = format!("SELECT timestamp FROM {} NOT INDEXED WHERE {} > ?1", self.name, self.number);
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query([mark])?;
        while let Some(row) = rows.next()? {
            // What is not a text is in no slice. What is not UTF-8 sorts behind all ASCII, and so does what stands for it.
            if let ValueRef::Text(text) = row.get_ref(0)? {
                take(&String::from_utf8_lossy(text));
            }
        }
        Ok(())
    }

    /// How many rows there are between two texts, and the sum of their numbers.
    pub(super) fn count(&self, from: &str, to: &str) -> rusqlite::Result<(i64, f64)> {
        let (name, number, index) = (self.name, self.number, quote(self.index));
        let sql =
            format!("SELECT count(*), total({number}) FROM {name} INDEXED BY {index} WHERE timestamp >= ?1 AND timestamp < ?2");
        self.connection.prepare_cached(&sql)?.query_row([from, to], |row| Ok((row.get(0)?, row.get(1)?)))
    }

    /// The rows from a text on that are not new; none where there are too many rows.
    pub(super) fn behind(&self, text: &str, mark: i64) -> rusqlite::Result<Option<Moved>> {
        let (name, number, index) = (self.name, self.number, quote(self.index));
        let sql = format!("SELECT {number} FROM {name} INDEXED BY {index} WHERE timestamp >= ?1 LIMIT {BEHIND}");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let numbers = statement.query_map([text], |row| row.get::<_, i64>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
        if numbers.len() as i64 == BEHIND {
            return Ok(None);
        }
        let mut moved = Moved::default();
        moved.extend(numbers.into_iter().filter(|number| *number <= mark));
        moved.sort();
        Ok(Some(moved))
    }
}
