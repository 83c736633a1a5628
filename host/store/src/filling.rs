//! How a database is filled that nobody else has yet: rows in few long transactions. Each of them writes every page of the index that has
//! changed, which are all of them where rows come in no order, so that many short ones would write the database many times over.

use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::error::DatabaseError;
use super::open::Database;

/// How long a transaction goes on. So much is done again where the program is killed, and so long waits who opens the database all the same.
const LENGTH: Duration = Duration::from_secs(2);

/// The transaction of a database that is being filled.
#[derive(Debug, Default)]
pub(super) struct Filling {
    is_open: bool,
    /// When the last one ended. The first one ends at once, so that there is something to go on from.
    ended: Option<Instant>,
}

impl Database {
    /// Runs `work` in a transaction that may have begun before and may go on behind it; an error takes back all of it.
    pub(super) fn fill<T>(
        &mut self,
        action: &'static str,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, DatabaseError> {
        if !self.filling.is_open {
            self.connection.execute_batch("BEGIN IMMEDIATE").map_err(self.error(action))?;
            self.filling.is_open = true;
            self.begun_writing()?;
        }
        let done = work(&self.connection).map_err(self.error(action));
        match &done {
            Err(_) => {
                self.filling.is_open = false;
                // SQLite may have done so by itself.
                let _rolled_back = self.connection.execute_batch("ROLLBACK");
            }
            Ok(_) if self.filling.ended.is_none_or(|ended| ended.elapsed() >= LENGTH) => self.end_filling()?,
            Ok(_) => {}
        }
        done
    }

    /// Ends the transaction that is open, if one is.
    pub(super) fn end_filling(&mut self) -> Result<(), DatabaseError> {
        if std::mem::take(&mut self.filling.is_open) {
            self.connection.execute_batch("COMMIT").map_err(self.error("import events into"))?;
            self.filling.ended = Some(Instant::now());
            self.check_written()?;
        }
        Ok(())
    }
}
