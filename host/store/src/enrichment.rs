//! Enrichment in the database: the cache of answers, the enrichment of alerts, and when each kind may ask again.

use std::collections::BTreeMap;

use rusqlite::OptionalExtension as _;
use serde_json::{Map, Value};

use super::open::quote;
use super::{Database, DatabaseError};
use net_scout_model::Timestamp;
use net_scout_model::time::parse_timestamp;

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
    /// Whether it is a failure. The Python program kept those as null, or as an object with the member `error`.
    #[must_use]
    pub fn is_failure(&self) -> bool {
        self.result.is_null() || self.result.get("error").is_some_and(|error| !error.is_null())
    }
}

/// An alert to enrich.
#[derive(Clone, Debug, PartialEq)]
pub struct AlertToEnrich {
    /// Its number.
    pub id: i64,
    /// Its source.
    pub src_ip: Option<String>,
    /// Its destination.
    pub dst_ip: Option<String>,
    /// What it has already: `src` and `dst`, one member for each enricher.
    pub enrichment: Map<String, Value>,
}

/// Which alerts to enrich.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhichAlerts {
    /// The newest without enrichment, at most so many.
    Newest(u32),
    /// The newest, enriched or not, at most so many.
    NewestAgain(u32),
    /// This one.
    Id(i64),
}

impl Database {
    /// The alerts to enrich, newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn alerts_to_enrich(&self, which: WhichAlerts) -> Result<Vec<AlertToEnrich>, DatabaseError> {
        let (condition, limit) = match which {
            WhichAlerts::Newest(limit) => ("coalesce(enrichment_json, '') IN ('', '{}', 'null')".to_owned(), limit),
            WhichAlerts::NewestAgain(limit) => ("1".to_owned(), limit),
            WhichAlerts::Id(id) => (format!("id = {id}"), 1),
        };
        let sql = format!(
            "SELECT id, src_ip, dst_ip, enrichment_json FROM {} WHERE {condition} ORDER BY created_at DESC, id DESC LIMIT {limit}",
            quote(&self.alert_table)
        );
        let read = || -> rusqlite::Result<Vec<AlertToEnrich>> {
            self.connection
                .prepare(&sql)?
                .query_map([], |row| {
                    let enrichment: Option<String> = row.get(3)?;
                    let enrichment = enrichment.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
                    Ok(AlertToEnrich { id: row.get(0)?, src_ip: row.get(1)?, dst_ip: row.get(2)?, enrichment })
                })?
                .collect()
        };
        read().map_err(self.error("read"))
    }

    /// Keeps the enrichment of alerts in one transaction. A status that a person set stays.
    ///
    /// # Errors
    /// When the database is locked, read-only or full.
    pub fn keep_enrichment(&mut self, alerts: &[AlertToEnrich]) -> Result<(), DatabaseError> {
        let sql = format!(
            "UPDATE {} SET enrichment_json = ?2, status = CASE WHEN coalesce(status, 'new') = 'new' THEN 'enriched' ELSE status END
             WHERE id = ?1",
            quote(&self.alert_table)
        );
        self.write("enrich alerts in", |connection| {
            let mut update = connection.prepare(&sql)?;
            for alert in alerts {
                update.execute((alert.id, Value::Object(alert.enrichment.clone()).to_string()))?;
            }
            Ok(())
        })
    }

    /// The kept answer for a subject.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn cached(&self, subject: &str) -> Result<Option<CachedAnswer>, DatabaseError> {
        let found = self
            .connection
            .prepare_cached("SELECT subject, kind, result_json, updated_at FROM scout_enrichment_cache WHERE subject = ?1")
            .and_then(|mut statement| statement.query_row([subject], cached).optional());
        found.map_err(self.error("read"))
    }

    /// Every kept answer, or those of a kind, newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn cached_answers(&self, kind: Option<&str>) -> Result<Vec<CachedAnswer>, DatabaseError> {
        let read = || -> rusqlite::Result<Vec<CachedAnswer>> {
            self.connection
                .prepare(
                    "SELECT subject, kind, result_json, updated_at FROM scout_enrichment_cache
                     WHERE ?1 IS NULL OR subject LIKE ?1 || ':%' ORDER BY updated_at DESC, subject",
                )?
                .query_map([kind], cached)?
                .collect()
        };
        read().map_err(self.error("read"))
    }

    /// Keeps answers in one transaction, in place of older ones.
    ///
    /// # Errors
    /// When the database is locked, read-only or full.
    pub fn keep_answers(&mut self, answers: &[CachedAnswer]) -> Result<(), DatabaseError> {
        self.write("keep answers in", |connection| {
            let mut insert = connection.prepare(
                "INSERT INTO scout_enrichment_cache (subject, kind, result_json, updated_at) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (subject) DO UPDATE SET kind = excluded.kind, result_json = excluded.result_json, updated_at = excluded.updated_at",
            )?;
            for answer in answers {
                insert.execute((&answer.subject, &answer.kind, answer.result.to_string(), answer.updated_at.seconds()))?;
            }
            Ok(())
        })
    }

    /// Forgets the answers for these subjects, and says how many there were.
    ///
    /// # Errors
    /// When the database is locked or read-only.
    pub fn forget_answers(&mut self, subjects: &[String]) -> Result<usize, DatabaseError> {
        self.write("forget answers in", |connection| {
            let mut delete = connection.prepare("DELETE FROM scout_enrichment_cache WHERE subject = ?1")?;
            subjects.iter().map(|subject| delete.execute([subject])).sum()
        })
    }

    /// When each kind may ask next, as the last run left it.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn rate_limits(&self) -> Result<BTreeMap<String, Timestamp>, DatabaseError> {
        let read = || -> rusqlite::Result<BTreeMap<String, Timestamp>> {
            self.connection
                .prepare("SELECT name, next_at FROM scout_rate_limits")?
                .query_map([], |row| Ok((row.get(0)?, Timestamp(row.get(1)?))))?
                .collect()
        };
        read().map_err(self.error("read"))
    }

    /// Keeps when each kind may ask next.
    ///
    /// # Errors
    /// When the database is locked or read-only.
    pub fn keep_rate_limits(&mut self, limits: &BTreeMap<String, Timestamp>) -> Result<(), DatabaseError> {
        self.write("keep rate limits in", |connection| {
            let mut insert = connection.prepare("INSERT OR REPLACE INTO scout_rate_limits (name, next_at) VALUES (?1, ?2)")?;
            limits.iter().try_for_each(|(name, next)| insert.execute((name, next.0)).map(drop))
        })
    }
}

fn cached(row: &rusqlite::Row<'_>) -> rusqlite::Result<CachedAnswer> {
    let subject: String = row.get(0)?;
    let kind = row.get::<_, Option<String>>(1)?.or_else(|| subject.split_once(':').map(|(kind, _)| kind.to_owned()));
    let text: Option<String> = row.get(2)?;
    // The Python program may have kept plain text.
    let result = text.map_or(Value::Null, |text| serde_json::from_str(&text).unwrap_or(Value::String(text)));
    let updated_at: String = row.get(3)?;
    Ok(CachedAnswer {
        kind: kind.unwrap_or_default(),
        subject,
        result,
        updated_at: parse_timestamp(&updated_at).unwrap_or(Timestamp::MINIMUM),
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::*;

    const NOW: Timestamp = Timestamp(1_773_261_311_000_000);

    fn database() -> (tempfile::TempDir, Database) {
        let folder = tempfile::tempdir().expect("folder");
        let mut database =
            Database::open_or_create(&folder.path().join("a.db"), "scout_alerts", Duration::from_secs(1)).expect("open");
        database.migrate(NOW).expect("migrate");
        (folder, database)
    }

    #[test]
    fn answers_are_kept_and_those_of_the_python_program_understood() {
        let (_folder, mut database) = database();
        let answer = |result| CachedAnswer { subject: "rdns:192.0.2.1".into(), kind: "rdns".into(), result, updated_at: NOW };
        database.keep_answers(&[answer(json!({"name": "a"}))]).expect("keep");
        database.keep_answers(&[answer(json!({"name": "b"}))]).expect("keep again");
        assert_eq!(database.cached("rdns:192.0.2.1").expect("read"), Some(answer(json!({"name": "b"}))));
        database
            .connection
            .execute_batch(
                "INSERT INTO scout_enrichment_cache (subject, result_json, updated_at) VALUES
                 ('whois:192.0.2.1', 'plain text', '2026-01-01T00:00:00.5Z'), ('rdns:192.0.2.2', NULL, 'never')",
            )
            .expect("original");
        let old = database.cached("whois:192.0.2.1").expect("read").expect("row");
        assert_eq!((old.kind.as_str(), old.result.as_str(), old.is_failure()), ("whois", Some("plain text"), false));
        let failed = database.cached("rdns:192.0.2.2").expect("read").expect("row");
        assert!(failed.is_failure() && failed.updated_at == Timestamp::MINIMUM);
        assert_eq!(database.cached_answers(Some("rdns")).expect("list").len(), 2);
        assert_eq!(database.forget_answers(&["rdns:192.0.2.1".into(), "none".into()]).expect("forget"), 1);
    }

    #[test]
    fn enrichment_keeps_the_status_that_a_person_set() {
        let (_folder, mut database) = database();
        database
            .connection
            .execute_batch(
                "INSERT INTO scout_alerts (alert_type, src_ip, status, created_at, enrichment_json) VALUES
                 ('a', '192.0.2.1', 'new', '2026-01-01T00:00:00Z', NULL), ('a', '192.0.2.2', 'snoozed', '2026-01-02T00:00:00Z', ''),
                 ('a', '192.0.2.3', 'enriched', '2026-01-03T00:00:00Z', '{\"src\": {\"rdns\": {}}}')",
            )
            .expect("alerts");
        let mut alerts = database.alerts_to_enrich(WhichAlerts::Newest(10)).expect("read");
        assert_eq!(alerts.iter().map(|alert| alert.id).collect::<Vec<_>>(), [2, 1]);
        for alert in &mut alerts {
            alert.enrichment.insert("src".into(), json!({"rdns": {"name": "x"}}));
        }
        database.keep_enrichment(&alerts).expect("keep");
        let status = |id: i64| -> String {
            database.connection.query_row("SELECT status FROM scout_alerts WHERE id = ?1", [id], |row| row.get(0)).expect("row")
        };
        assert_eq!((status(1).as_str(), status(2).as_str()), ("enriched", "snoozed"));
        assert_eq!(database.alerts_to_enrich(WhichAlerts::Newest(10)).expect("read"), []);
        assert_eq!(database.alerts_to_enrich(WhichAlerts::NewestAgain(10)).expect("read").len(), 3);
        assert_eq!(database.alerts_to_enrich(WhichAlerts::Id(3)).expect("read")[0].enrichment["src"], json!({"rdns": {}}));
    }

    #[test]
    fn rate_limits_are_remembered() {
        let (_folder, mut database) = database();
        let limits = BTreeMap::from([("rdns".to_owned(), NOW)]);
        database.keep_rate_limits(&limits).expect("keep");
        assert_eq!(database.rate_limits().expect("read"), limits);
    }
}
