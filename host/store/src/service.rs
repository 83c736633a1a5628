//! What the service says of itself and its jobs, so that another process can show it.

use serde_json::Value;

use super::error::DatabaseError;
use super::open::Database;
use super::schema::columns;
use net_scout_model::Timestamp;

/// What is said of one job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceRow {
    /// The job.
    pub job: String,
    /// Its state.
    pub state: Value,
    /// When that was.
    pub at: Timestamp,
}

impl Database {
    /// Keeps what is said of all jobs, in place of what was said before.
    ///
    /// # Errors
    /// When the database is locked, read-only or full.
    pub fn keep_service(&mut self, jobs: &[(String, Value)], now: Timestamp) -> Result<(), DatabaseError> {
        self.write("keep the state of the service in", |connection| {
            connection.execute("DELETE FROM scout_service", [])?;
            let mut insert = connection.prepare_cached("INSERT INTO scout_service (job, state_json, at) VALUES (?1, ?2, ?3)")?;
            jobs.iter().try_for_each(|(job, state)| insert.execute((job, state.to_string(), now.0)).map(drop))
        })
    }

    /// Keeps what is said of one job, and leaves what is said of the others.
    ///
    /// # Errors
    /// When the database is locked, read-only or full.
    pub fn keep_job(&mut self, job: &str, state: &Value, now: Timestamp) -> Result<(), DatabaseError> {
        self.write("keep the state of the service in", |connection| {
            let sql = "INSERT INTO scout_service (job, state_json, at) VALUES (?1, ?2, ?3)
                       ON CONFLICT (job) DO UPDATE SET state_json = excluded.state_json, at = excluded.at";
            connection.prepare_cached(sql)?.execute((job, state.to_string(), now.0)).map(drop)
        })
    }

    /// What is said of all jobs; nothing where no service ever ran. What cannot be read is left out.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn service(&self) -> Result<Vec<ServiceRow>, DatabaseError> {
        let read = || -> rusqlite::Result<Vec<ServiceRow>> {
            if columns(&self.connection, "scout_service")?.is_empty() {
                return Ok(Vec::new());
            }
            let mut statement = self.connection.prepare("SELECT job, state_json, at FROM scout_service ORDER BY job")?;
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, String>(1)?, row.get(2)?)))?;
            let rows = rows.collect::<rusqlite::Result<Vec<_>>>()?;
            let whole = |(job, state, at): (String, String, i64)| {
                Some(ServiceRow { job, state: serde_json::from_str(&state).ok()?, at: Timestamp(at) })
            };
            Ok(rows.into_iter().filter_map(whole).collect())
        };
        read().map_err(self.error("read"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_said_replaces_what_was_said() {
        let mut database = Database::in_memory("scout_alerts").expect("open");
        assert_eq!(database.service().expect("no table"), []);
        database.migrate(Timestamp(0)).expect("migrate");
        let job = |name: &str, runs: u64| (name.to_owned(), json!({ "runs": runs }));
        database.keep_service(&[job("scan", 1), job("gone", 1)], Timestamp(1)).expect("kept");
        database.keep_service(&[job("scan", 2), job("enrich", 0)], Timestamp(2)).expect("kept");
        database.keep_job("scan", &json!({ "runs": 2 }), Timestamp(2)).expect("kept");
        database.connection.execute_batch("INSERT INTO scout_service VALUES ('odd', 'no JSON', 0)").expect("insert");
        let said: Vec<_> = database.service().expect("read").into_iter().map(|row| (row.job, row.state, row.at.0)).collect();
        assert_eq!(said, [("enrich".to_owned(), json!({ "runs": 0 }), 2), ("scan".to_owned(), json!({ "runs": 2 }), 2)]);
    }
}
