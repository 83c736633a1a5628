//! Rules that failed in the last ticks of the service: kept, so that a service that begins again knows them, and other processes show them.

use super::error::DatabaseError;
use super::open::Database;
use super::schema::columns;
use net_scout_model::Timestamp;
use serde::Serialize;

/// A rule that failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FailingRule {
    /// Its name.
    pub rule: String,
    /// What tells its file and its parameters from others.
    pub digest: String,
    /// In how many ticks in a row.
    pub failures: u32,
    /// Why, the last time.
    pub message: String,
    /// When that was.
    pub at: Timestamp,
}

impl Database {
    /// The rules that failed, by name; none where there is no table for them yet.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn failing_rules(&self) -> Result<Vec<FailingRule>, DatabaseError> {
        let read = || -> rusqlite::Result<Vec<FailingRule>> {
            if columns(&self.connection, "scout_rule_failures")?.is_empty() {
                return Ok(Vec::new());
            }
            let sql = "SELECT rule, digest, failures, message, at FROM scout_rule_failures ORDER BY rule";
            let mut statement = self.connection.prepare_cached(sql)?;
            let rows = statement.query_map([], |row| {
                let (rule, digest, failures, message) = (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
                Ok(FailingRule { rule, digest, failures, message, at: Timestamp(row.get(4)?) })
            })?;
            rows.collect()
        };
        read().map_err(self.error("read"))
    }

    /// Keeps which rules failed, in place of what was kept of them, and forgets those that did not.
    ///
    /// # Errors
    /// When the database is locked, read-only or full.
    pub fn keep_failing_rules(&mut self, failing: &[FailingRule], mended: &[String]) -> Result<(), DatabaseError> {
        self.write("keep which rules failed in", |connection| {
            let mut delete = connection.prepare_cached("DELETE FROM scout_rule_failures WHERE rule = ?1")?;
            for rule in mended.iter().chain(failing.iter().map(|failing| &failing.rule)) {
                delete.execute([rule])?;
            }
            let sql = "INSERT INTO scout_rule_failures (rule, digest, failures, message, at) VALUES (?1, ?2, ?3, ?4, ?5)";
            let mut insert = connection.prepare_cached(sql)?;
            failing.iter().try_for_each(|failing| {
                let FailingRule { rule, digest, failures, message, at } = failing;
                insert.execute((rule, digest, failures, message, at.0)).map(drop)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fails_is_kept_until_it_does_not() {
        let mut database = Database::in_memory("scout_alerts").expect("open");
        assert_eq!(database.failing_rules().expect("no table"), []);
        database.migrate(Timestamp(0)).expect("migrate");
        let failing = |rule: &str, failures| FailingRule {
            rule: rule.to_owned(),
            digest: "d".to_owned(),
            failures,
            message: "it trapped".to_owned(),
            at: Timestamp(i64::from(failures)),
        };
        database.keep_failing_rules(&[failing("b", 1), failing("a", 1)], &[]).expect("kept");
        database.keep_failing_rules(&[failing("a", 2)], &["b".to_owned(), "c".to_owned()]).expect("kept");
        assert_eq!(database.failing_rules().expect("read"), [failing("a", 2)]);
    }
}
