//! When the events of a source were, for alerts that do not say which events they are about.

use rusqlite::params;

use super::error::DatabaseError;
use super::function::time_function;
use super::layout::TIME_FUNCTION;
use super::logged::EventSpan;
use super::open::Database;
use super::schema::{columns, quote};
use net_scout_model::{Span, Timestamp};

impl Database {
    /// The events of a source in a span, to one target or to any; none where there are none, or the table has no column for sources.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn seen(&self, table: &str, source: &str, target: Option<&str>, span: Span) -> Result<Option<EventSpan>, DatabaseError> {
        let look = || -> rusqlite::Result<Option<EventSpan>> {
            if !columns(&self.connection, table)?.iter().any(|column| column == "src_ip") {
                return Ok(None);
            }
            time_function(&self.connection)?;
            let sql = format!(
                "SELECT min(t), max(t), count(t) FROM (SELECT {TIME_FUNCTION}(timestamp) AS t FROM {}
                 WHERE src_ip = ?1 AND (?2 IS NULL OR dst_ip = ?2)) WHERE t >= ?3 AND t < ?4",
                quote(table)
            );
            self.connection.query_row(&sql, params![source, target, span.begins.0, span.ends.0], |row| {
                let (first, last, rows): (Option<i64>, Option<i64>, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
                let found = first.zip(last).map(|(first, last)| (Timestamp(first), Timestamp(last)));
                Ok(found.map(|(first, last)| EventSpan { first, last, rows: rows.unsigned_abs() }))
            })
        };
        look().map_err(self.error("read"))
    }
}
