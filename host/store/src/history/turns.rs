//! One action on many alerts, in transactions that are short enough for whoever writes beside it.

use std::time::{Duration, Instant};

use super::Writer;
use crate::error::DatabaseError;
use crate::open::Database;
use net_scout_model::Timestamp;

/// After so long a transaction changes no further alert.
const TURN: Duration = Duration::from_millis(10);

impl Database {
    /// Works on each item, as one action. The work says whether it wrote: a number that no row has may be another's.
    pub(super) fn in_turns<T>(
        &mut self,
        items: &[T],
        now: Timestamp,
        mut work: impl FnMut(&Writer<'_>, &T) -> rusqlite::Result<bool>,
    ) -> Result<(), DatabaseError> {
        let table = self.alert_table.clone();
        let (mut batch, mut left) = (None, items);
        while !left.is_empty() {
            let (seen, written) = self.write("change alerts in", |connection| {
                let begun = Instant::now();
                let writer = match batch {
                    Some(batch) => Writer::of(connection, &table, batch, now),
                    None => Writer::new(connection, &table, now)?,
                };
                let (mut seen, mut has_written) = (0, batch.is_some());
                for item in left {
                    seen += 1;
                    has_written |= work(&writer, item)?;
                    if begun.elapsed() > TURN {
                        break;
                    }
                }
                Ok((seen, has_written.then_some(writer.batch)))
            })?;
            batch = written;
            left = &left[seen..];
        }
        Ok(())
    }
}
