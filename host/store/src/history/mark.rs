//! The last change, by which others see that there was one.

use rusqlite::OptionalExtension as _;

use crate::error::DatabaseError;
use crate::open::Database;
use crate::schema::columns;

impl Database {
    /// The number of the last change of any alert, also of one that was raised; 0 where there is none.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn last_change(&self) -> Result<i64, DatabaseError> {
        let read = || -> rusqlite::Result<i64> {
            if columns(&self.connection, "scout_history")?.is_empty() {
                return Ok(0);
            }
            let sql = "SELECT id FROM scout_history ORDER BY id DESC LIMIT 1";
            Ok(self.connection.query_row(sql, [], |row| row.get(0)).optional()?.unwrap_or(0))
        };
        read().map_err(self.error("read"))
    }
}

#[cfg(test)]
mod tests {
    use net_scout_model::Timestamp;

    use super::*;

    #[test]
    fn it_grows_with_the_history() {
        let mut database = Database::in_memory("scout_alerts").expect("open");
        assert_eq!(database.last_change().expect("no table"), 0);
        database.migrate(Timestamp(0)).expect("migrate");
        assert_eq!(database.last_change().expect("read"), 0);
        let row = "INSERT INTO scout_history (alert_table, alert_id, batch, at, actor, action, before_json, after_json)
                   VALUES ('scout_alerts', 1, 1, '2026-03-11T20:35:11Z', 'person:anna', 'note', '{}', '{}')";
        database.connection.execute_batch(row).expect("insert");
        assert_eq!(database.last_change().expect("read"), 1);
    }
}
