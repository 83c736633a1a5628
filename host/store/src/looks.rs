//! When each person looked at the summary last, so that it can say what is new since then.

use rusqlite::OptionalExtension as _;

use super::error::DatabaseError;
use super::open::Database;
use super::schema::columns;
use net_scout_model::Timestamp;

/// Where it is kept.
const TABLE: &str = "scout_looks";

impl Database {
    /// When a person looked last; none where that is not known.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn last_look(&self, person: &str) -> Result<Option<Timestamp>, DatabaseError> {
        let read = || -> rusqlite::Result<Option<Timestamp>> {
            if columns(&self.connection, TABLE)?.is_empty() {
                return Ok(None);
            }
            let sql = "SELECT at FROM scout_looks WHERE alert_table = ?1 AND person = ?2";
            let at = self.connection.query_row(sql, (&self.alert_table, person), |row| row.get(0)).optional()?;
            Ok(at.map(Timestamp))
        };
        read().map_err(self.error("read"))
    }

    /// Keeps that a person looks now. False where there is no table for it yet.
    ///
    /// # Errors
    /// When the database is locked, read-only or full.
    pub fn keep_look(&mut self, person: &str, now: Timestamp) -> Result<bool, DatabaseError> {
        if columns(&self.connection, TABLE).map_err(self.error("read"))?.is_empty() {
            return Ok(false);
        }
        let table = self.alert_table.clone();
        self.write("keep a look at", |connection| {
            let sql = "INSERT INTO scout_looks (alert_table, person, at) VALUES (?1, ?2, ?3)
                       ON CONFLICT (alert_table, person) DO UPDATE SET at = excluded.at";
            connection.execute(sql, (table, person, now.0)).map(|_| true)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_person_has_a_look_of_its_own() {
        let mut database = Database::in_memory("scout_alerts").expect("open");
        assert_eq!(
            (database.last_look("anna").expect("no table"), database.keep_look("anna", Timestamp(1)).expect("none")),
            (None, false)
        );
        database.migrate(Timestamp(0)).expect("migrate");
        for (person, at) in [("anna", 1), ("bob", 2), ("anna", 3)] {
            assert!(database.keep_look(person, Timestamp(at)).expect("kept"));
        }
        let looks = ["anna", "bob", "eve"].map(|person| database.last_look(person).expect("read").map(|at| at.0));
        assert_eq!(looks, [Some(3), Some(2), None]);
    }
}
