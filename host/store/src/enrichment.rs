//! Enrichment in the database: the cache of answers, the enrichment of alerts, and when each kind may ask again.

mod answers;
mod failure;
mod listed;

pub use answers::CachedAnswer;
pub use listed::{AnswerFilter, AnswerPage};

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::error::DatabaseError;
use super::history::{Said, Writer};
use super::open::Database;
use super::schema::quote;
use super::stored::{Unreadable, json};
use net_scout_model::{Actor, Timestamp};

/// An alert to enrich.
#[derive(Clone, Debug, PartialEq)]
pub struct AlertToEnrich {
    /// Its number.
    pub id: i64,
    /// Its source.
    pub src_ip: Option<String>,
    /// Its destination.
    pub dst_ip: Option<String>,
    /// Whether every lookup that reaches outside failed for the network: it stays new, and is enriched again.
    pub is_unreached: bool,
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

/// Which alerts have no enrichment.
const MISSING: &str = "typeof(enrichment_json) <> 'text' OR enrichment_json IN ('', '{}', 'null')";
/// The member of an enrichment that says that nobody was reached.
const UNREACHED: &str = "unreached";
/// Which alerts have it. Inside a text, its quotes would be escaped.
const AGAIN: &str = "coalesce(status, 'new') = 'new' AND enrichment_json LIKE '%\"unreached\":true%'";

impl Database {
    /// The alerts to enrich, newest first, and how many have an address that cannot be read.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn alerts_to_enrich(&self, which: WhichAlerts) -> Result<(Vec<AlertToEnrich>, Unreadable), DatabaseError> {
        let (condition, limit) = match which {
            WhichAlerts::Newest(limit) => (format!("({MISSING}) OR ({AGAIN})"), limit),
            WhichAlerts::NewestAgain(limit) => ("1".to_owned(), limit),
            WhichAlerts::Id(id) => (format!("id = {id}"), 1),
        };
        let sql = format!(
            "SELECT id, src_ip, dst_ip, enrichment_json FROM {} WHERE {condition}
             ORDER BY ({AGAIN}) IS TRUE, created_at DESC, id DESC LIMIT {limit}",
            quote(&self.alert_table)
        );
        let read = || -> rusqlite::Result<(Vec<AlertToEnrich>, Unreadable)> {
            let (mut alerts, mut unreadable) = (Vec::new(), Unreadable::default());
            let mut statement = self.connection.prepare(&sql)?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let id = row.get(0)?;
                let (Ok(src_ip), Ok(dst_ip)) = (row.get(1), row.get(2)) else {
                    unreadable.add(id, "one of its addresses is not a text in UTF-8");
                    continue;
                };
                let mut enrichment = match json(row.get_ref(3)?) {
                    Value::Object(enrichment) => enrichment,
                    _ => Map::new(),
                };
                let is_unreached = enrichment.remove(UNREACHED).is_some();
                alerts.push(AlertToEnrich { id, src_ip, dst_ip, is_unreached, enrichment });
            }
            Ok((alerts, unreadable))
        };
        read().map_err(self.error("read"))
    }

    /// How many alerts have no enrichment.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn unenriched_alerts(&self) -> Result<u64, DatabaseError> {
        let sql = format!("SELECT COUNT(*) FROM {} WHERE ({MISSING}) OR ({AGAIN})", quote(&self.alert_table));
        let count = self.connection.query_row(&sql, [], |row| row.get::<_, i64>(0)).map_err(self.error("read"))?;
        Ok(count.unsigned_abs())
    }

    /// Keeps the enrichment of alerts in one transaction. A status that a person set stays, and one that reached nobody stays new.
    ///
    /// # Errors
    /// When the database is locked, read-only or full.
    pub fn keep_enrichment(&mut self, alerts: &[AlertToEnrich], now: Timestamp) -> Result<(), DatabaseError> {
        let sql = format!(
            "UPDATE {} SET enrichment_json = ?2, status = CASE WHEN coalesce(status, 'new') = 'new' AND NOT ?3 THEN 'enriched' ELSE status END
             WHERE id = ?1",
            quote(&self.alert_table)
        );
        let table = self.alert_table.clone();
        self.write("enrich alerts in", |connection| {
            let mut update = connection.prepare(&sql)?;
            let history = Writer::new(connection, &table, now)?;
            for alert in alerts {
                let mut enrichment = alert.enrichment.clone();
                if alert.is_unreached {
                    enrichment.insert(UNREACHED.to_owned(), Value::Bool(true));
                }
                let enrichment = Value::Object(enrichment).to_string();
                let said = Said::new(&Actor::Enrichment, "enrich", None);
                history.change(alert.id, said, || update.execute((alert.id, enrichment, alert.is_unreached)))?;
            }
            Ok(())
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
        let mut alerts = database.alerts_to_enrich(WhichAlerts::Newest(10)).expect("read").0;
        assert_eq!(alerts.iter().map(|alert| alert.id).collect::<Vec<_>>(), [2, 1]);
        for alert in &mut alerts {
            alert.enrichment.insert("src".into(), json!({"rdns": {"name": "x"}}));
        }
        database.keep_enrichment(&alerts, NOW).expect("keep");
        let status = |id: i64| -> String {
            database.connection.query_row("SELECT status FROM scout_alerts WHERE id = ?1", [id], |row| row.get(0)).expect("row")
        };
        assert_eq!((status(1).as_str(), status(2).as_str()), ("enriched", "snoozed"));
        assert_eq!(database.alerts_to_enrich(WhichAlerts::Newest(10)).expect("read").0, []);
        assert_eq!(database.alerts_to_enrich(WhichAlerts::NewestAgain(10)).expect("read").0.len(), 3);
        assert_eq!(database.alerts_to_enrich(WhichAlerts::Id(3)).expect("read").0[0].enrichment["src"], json!({"rdns": {}}));
    }

    #[test]
    fn what_reached_nobody_stays_new_and_comes_last() {
        let (_folder, mut database) = database();
        let made = "INSERT INTO scout_alerts (alert_type, src_ip, status, created_at) VALUES
            ('a', '192.0.2.1', 'new', '2026-01-01T00:00:00Z'), ('a', '192.0.2.2', 'new', '2026-01-02T00:00:00Z')";
        database.connection.execute_batch(made).expect("alerts");
        let ids = |database: &Database| -> Vec<i64> {
            let alerts = database.alerts_to_enrich(WhichAlerts::Newest(10)).expect("read").0;
            alerts.iter().map(|alert| alert.id).collect()
        };
        assert_eq!(ids(&database), [2, 1]);
        let mut newest = database.alerts_to_enrich(WhichAlerts::Newest(1)).expect("read").0;
        newest[0].is_unreached = true;
        newest[0].enrichment.insert("src".into(), json!({"whois": {"raw": "\\\"unreached\\\":true"}}));
        database.keep_enrichment(&newest, NOW).expect("keep");
        assert_eq!(ids(&database), [1, 2]);
        assert_eq!(database.unenriched_alerts().expect("counted"), 2);
        newest[0].is_unreached = false;
        database.keep_enrichment(&newest, NOW).expect("keep");
        assert_eq!(ids(&database), [1]);
    }

    #[test]
    fn rate_limits_are_remembered() {
        let (_folder, mut database) = database();
        let limits = BTreeMap::from([("rdns".to_owned(), NOW)]);
        database.keep_rate_limits(&limits).expect("keep");
        assert_eq!(database.rate_limits().expect("read"), limits);
    }
}
