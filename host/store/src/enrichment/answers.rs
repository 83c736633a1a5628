//! The cache of answers, which the Python program reads and writes too, and beside it the failures.
//!
//! The Python program takes each row of the cache for an answer that holds for ever. So a failure is kept in a table of our own, and one that
//! the Python program put into the cache leaves it when the lookup fails again.

use std::collections::BTreeMap;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension as _, Row};
use serde_json::{Value, json};

use super::failure::is_failure;
use crate::error::DatabaseError;
use crate::open::Database;
use net_scout_model::time::parse_timestamp;
use net_scout_model::{Timestamp, plain};

const ANSWERS: &str = "scout_enrichment_cache";
const FAILURES: &str = "scout_lookup_failures";
/// How many characters of a failure's words are kept.
const WORDS: usize = 300;

/// An answer, or a failure with its reason, as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct CachedAnswer {
    /// What was looked up: `kind:value`.
    pub subject: String,
    /// The enricher.
    pub kind: String,
    /// The answer; for a failure an object with the member `error`.
    pub result: Value,
    /// When it was found.
    pub updated_at: Timestamp,
}

impl CachedAnswer {
    /// Whether it is a failure, in our words or in those of the Python program.
    #[must_use]
    pub fn is_failure(&self) -> bool {
        is_failure(&self.kind, &self.result)
    }

    /// What came of the lookup, for an alert: a failure in the words of the Python program becomes one in ours.
    #[must_use]
    pub fn into_result(self) -> Value {
        match &self.result {
            Value::Object(_) => self.result,
            _ if !self.is_failure() => self.result,
            Value::String(text) => json!({ "error": { "kind": "unavailable", "message": plain(text.trim(), WORDS) } }),
            _ => json!({ "error": { "kind": "unavailable", "message": "" } }),
        }
    }
}

impl Database {
    /// What is kept for a subject: an answer, or a failure that is newer.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn cached(&self, subject: &str) -> Result<Option<CachedAnswer>, DatabaseError> {
        let read = || -> rusqlite::Result<Option<CachedAnswer>> {
            let (answer, failure) = (one(&self.connection, ANSWERS, subject)?, one(&self.connection, FAILURES, subject)?);
            Ok(newer(answer, failure))
        };
        read().map_err(self.error("read"))
    }

    /// What is kept for every subject, or for those of a kind, newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn cached_answers(&self, kind: Option<&str>) -> Result<Vec<CachedAnswer>, DatabaseError> {
        let read = || -> rusqlite::Result<Vec<CachedAnswer>> {
            let mut all: BTreeMap<String, CachedAnswer> = BTreeMap::new();
            for table in [ANSWERS, FAILURES] {
                let mut statement = self.connection.prepare(&format!(
                    "SELECT subject, kind, result_json, updated_at FROM {table} WHERE ?1 IS NULL OR subject LIKE ?1 || ':%'"
                ))?;
                let mut rows = statement.query([kind])?;
                while let Some(row) = rows.next()? {
                    if let Some(found) = cached(row)? {
                        let known = all.remove(&found.subject);
                        all.extend(newer(known, Some(found)).map(|newest| (newest.subject.clone(), newest)));
                    }
                }
            }
            let mut all: Vec<CachedAnswer> = all.into_values().collect();
            all.sort_by_key(|answer| std::cmp::Reverse(answer.updated_at));
            Ok(all)
        };
        read().map_err(self.error("read"))
    }

    /// Keeps answers in one transaction, in place of older ones and of failures. A failure takes the place of an older one; an answer that
    /// was found before stays for the Python program.
    ///
    /// # Errors
    /// When the database is locked, read-only or full.
    pub fn keep_answers(&mut self, answers: &[CachedAnswer]) -> Result<(), DatabaseError> {
        self.write("keep answers in", |connection| {
            for answer in answers {
                let subject = &answer.subject;
                if answer.is_failure() {
                    keep(connection, FAILURES, answer)?;
                    if one(connection, ANSWERS, subject)?.is_none_or(|known| known.is_failure()) {
                        forget(connection, ANSWERS, subject)?;
                    }
                } else {
                    keep(connection, ANSWERS, answer)?;
                    forget(connection, FAILURES, subject)?;
                }
            }
            Ok(())
        })
    }

    /// Forgets what is kept for these subjects, and says how many there were.
    ///
    /// # Errors
    /// When the database is locked or read-only.
    pub fn forget_answers(&mut self, subjects: &[String]) -> Result<usize, DatabaseError> {
        self.write("forget answers in", |connection| {
            let mut forgotten = 0;
            for subject in subjects {
                let rows = forget(connection, ANSWERS, subject)? + forget(connection, FAILURES, subject)?;
                forgotten += usize::from(rows > 0);
            }
            Ok(forgotten)
        })
    }
}

fn keep(connection: &Connection, table: &str, answer: &CachedAnswer) -> rusqlite::Result<()> {
    let sql = format!(
        "INSERT INTO {table} (subject, kind, result_json, updated_at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (subject) DO UPDATE SET kind = excluded.kind, result_json = excluded.result_json, updated_at = excluded.updated_at"
    );
    let values = (&answer.subject, &answer.kind, answer.result.to_string(), answer.updated_at.seconds());
    connection.prepare_cached(&sql)?.execute(values).map(drop)
}

fn forget(connection: &Connection, table: &str, subject: &str) -> rusqlite::Result<usize> {
    connection.prepare_cached(&format!("DELETE FROM {table} WHERE subject = ?1"))?.execute([subject])
}

fn one(connection: &Connection, table: &str, subject: &str) -> rusqlite::Result<Option<CachedAnswer>> {
    let sql = format!("SELECT subject, kind, result_json, updated_at FROM {table} WHERE subject = ?1");
    connection.prepare_cached(&sql)?.query_row([subject], cached).optional().map(Option::flatten)
}

/// The newer of two; of two that are as old the first.
fn newer(first: Option<CachedAnswer>, second: Option<CachedAnswer>) -> Option<CachedAnswer> {
    match (first, second) {
        (Some(first), Some(second)) => Some(if second.updated_at > first.updated_at { second } else { first }),
        (first, second) => first.or(second),
    }
}

/// A row; none where another program wrote what is no text. Then it is looked up again.
pub(super) fn cached(row: &Row<'_>) -> rusqlite::Result<Option<CachedAnswer>> {
    let text = |index: usize| -> rusqlite::Result<Option<String>> {
        Ok(match row.get_ref(index)? {
            ValueRef::Text(text) => Some(String::from_utf8_lossy(text).into_owned()),
            _ => None,
        })
    };
    let Some(subject) = text(0)? else { return Ok(None) };
    let kind = text(1)?.or_else(|| subject.split_once(':').map(|(kind, _)| kind.to_owned()));
    // The Python program may have kept plain text.
    let result = text(2)?.map_or(Value::Null, |text| serde_json::from_str(&text).unwrap_or(Value::String(text)));
    let updated_at = text(3)?.as_deref().and_then(parse_timestamp).unwrap_or(Timestamp::MINIMUM);
    Ok(Some(CachedAnswer { kind: kind.unwrap_or_default(), subject, result, updated_at }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_773_261_311_000_000);
    const HOUR: i64 = 3_600_000_000;

    fn database() -> Database {
        let mut database = Database::in_memory("scout_alerts").expect("open");
        database.migrate(NOW).expect("migrate");
        database
    }

    fn answer(result: Value, at: Timestamp) -> CachedAnswer {
        CachedAnswer { subject: "rdns:192.0.2.1".into(), kind: "rdns".into(), result, updated_at: at }
    }

    /// What the Python program would take for the answer; none where it would ask.
    fn for_python(database: &Database, subject: &str) -> Option<String> {
        let sql = "SELECT result_json FROM scout_enrichment_cache WHERE subject = ?1";
        database.connection.query_row(sql, [subject], |row| row.get(0)).optional().expect("read")
    }

    #[test]
    fn answers_are_kept_and_those_of_the_python_program_understood() {
        let mut database = database();
        database.keep_answers(&[answer(json!({"name": "a"}), NOW)]).expect("keep");
        database.keep_answers(&[answer(json!({"name": "b"}), NOW)]).expect("keep again");
        assert_eq!(database.cached("rdns:192.0.2.1").expect("read"), Some(answer(json!({"name": "b"}), NOW)));
        database
            .connection
            .execute_batch(
                "INSERT INTO scout_enrichment_cache (subject, result_json, updated_at) VALUES
                 ('whois:192.0.2.1', 'plain text', '2026-01-01T00:00:00.5Z'), ('rdns:192.0.2.2', NULL, 'never'),
                 ('rdns:192.0.2.3', x'ff', x'00'), (x'ff', '{}', 'never')",
            )
            .expect("original");
        let old = database.cached("whois:192.0.2.1").expect("read").expect("row");
        assert_eq!((old.kind.as_str(), old.result.as_str(), old.is_failure()), ("whois", Some("plain text"), false));
        assert_eq!(old.into_result(), json!("plain text"));
        let trace = CachedAnswer { kind: "traceroute".into(), ..answer(json!("traceroute error: timed out\n"), NOW) };
        assert_eq!(trace.into_result()["error"], json!({"kind": "unavailable", "message": "traceroute error: timed out"}));
        for subject in ["rdns:192.0.2.2", "rdns:192.0.2.3"] {
            let failed = database.cached(subject).expect("read").expect("row");
            assert!(failed.is_failure() && failed.updated_at == Timestamp::MINIMUM);
        }
        assert_eq!(database.cached_answers(Some("rdns")).expect("list").len(), 3);
        assert_eq!(database.forget_answers(&["rdns:192.0.2.1".into(), "none".into()]).expect("forget"), 1);
    }

    #[test]
    fn a_failure_is_no_answer_for_the_python_program() {
        let mut database = database();
        let failed = json!({"error": {"kind": "timed-out", "message": "", "attempts": 3}});
        database.keep_answers(&[answer(failed.clone(), NOW)]).expect("keep");
        assert_eq!(for_python(&database, "rdns:192.0.2.1"), None);
        assert_eq!(database.cached("rdns:192.0.2.1").expect("read"), Some(answer(failed.clone(), NOW)));
        // What was found before stays for it, and we know the failure as long as it is newer.
        database.keep_answers(&[answer(json!({"name": "a"}), NOW.plus(HOUR))]).expect("keep");
        database.keep_answers(&[answer(failed.clone(), NOW.plus(2 * HOUR))]).expect("keep");
        assert_eq!(for_python(&database, "rdns:192.0.2.1").as_deref(), Some("{\"name\":\"a\"}"));
        assert_eq!(database.cached("rdns:192.0.2.1").expect("read").expect("kept").result, failed);
        assert_eq!(database.cached_answers(None).expect("list"), [answer(failed.clone(), NOW.plus(2 * HOUR))]);
        assert_eq!(database.forget_answers(&["rdns:192.0.2.1".into()]).expect("forget"), 1);
        assert_eq!(database.cached("rdns:192.0.2.1").expect("read"), None);
        // A failure of its own leaves the cache when the lookup fails again.
        let python = "INSERT INTO scout_enrichment_cache (subject, kind, result_json, updated_at) VALUES ('rdns:192.0.2.1', 'rdns', 'null', '')";
        database.connection.execute_batch(python).expect("original");
        database.keep_answers(&[answer(failed, NOW)]).expect("keep");
        assert_eq!(for_python(&database, "rdns:192.0.2.1"), None);
    }

    #[test]
    fn failures_from_before_leave_the_cache() {
        let mut database = database();
        database
            .connection
            .execute_batch(
                "DELETE FROM scout_migrations WHERE version = 10; DROP TABLE scout_lookup_failures;
                 INSERT INTO scout_enrichment_cache (subject, kind, result_json, updated_at) VALUES
                 ('rdns:192.0.2.1', 'rdns', '{\"error\":{\"kind\":\"timed-out\"}}', '2026-03-11T20:35:11Z'),
                 ('rdns:192.0.2.2', NULL, '\"a.example\"', '2026-03-11T20:35:11Z'), ('pdns:192.0.2.2', 'pdns', 'no JSON', ''),
                 ('pdns:192.0.2.3', 'pdns', '{\"error\":\"pdns status 404\"}', ''), ('pdns:192.0.2.4', 'pdns', x'ff', '');",
            )
            .expect("before");
        database.migrate(NOW).expect("migrate");
        assert_eq!(for_python(&database, "rdns:192.0.2.1"), None);
        assert!(database.cached("rdns:192.0.2.1").expect("read").expect("kept").is_failure());
        assert_eq!(database.cached_answers(None).expect("list").len(), 5);
        assert!(
            ["rdns:192.0.2.2", "pdns:192.0.2.2", "pdns:192.0.2.3"].iter().all(|subject| for_python(&database, subject).is_some())
        );
    }
}
