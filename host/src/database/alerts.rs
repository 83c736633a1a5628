//! Alerts in the database: recording those of a scan, and listing what is stored.

use rusqlite::types::Value as SqlValue;
use rusqlite::{Connection, OptionalExtension as _, Row, params_from_iter};

use super::open::{columns, quote};
use super::{Database, DatabaseError};
use crate::model::{Alert, StoredAlert, Timestamp};

/// What became of an alert that was recorded.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// The alert as it is stored now.
    pub alert: StoredAlert,
    /// Whether it is new; else it is a repeat of the day.
    pub new: bool,
}

/// Which alerts to list. Nothing set: all.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlertFilter {
    /// Of this type.
    pub alert_type: Option<String>,
    /// From this address.
    pub src_ip: Option<String>,
    /// To this address.
    pub dst_ip: Option<String>,
    /// With at least this score.
    pub minimum_score: Option<i64>,
    /// In this status.
    pub status: Option<String>,
    /// Raised, first or again, at or after this instant.
    pub since: Option<Timestamp>,
    /// At most so many, the newest.
    pub limit: Option<u32>,
}

impl Database {
    /// Records the alerts of a scan in one transaction: all of them or none.
    ///
    /// An alert of the same type, source, destination and UTC day is the same alert: its score rises to the higher one, its evidence
    /// becomes the new one, and its status stays as it is, so that what a person closed stays closed.
    ///
    /// # Errors
    /// When the database is locked, read-only or full.
    pub fn record(&mut self, alerts: &[Alert], now: Timestamp) -> Result<Vec<Recorded>, DatabaseError> {
        let table = quote(&self.alert_table);
        self.write("record alerts in", |connection| {
            alerts.iter().map(|alert| record(connection, &table, alert, now)).collect::<rusqlite::Result<Vec<_>>>()
        })
    }

    /// Lists stored alerts, newest first; none where there is no alert table yet.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn alerts(&self, filter: &AlertFilter) -> Result<Vec<StoredAlert>, DatabaseError> {
        list(&self.connection, &self.alert_table, filter).map_err(self.error("read"))
    }
}

fn record(connection: &Connection, table: &str, alert: &Alert, now: Timestamp) -> rusqlite::Result<Recorded> {
    let evidence = serde_json::Value::Object(alert.evidence.clone()).to_string();
    let day = now.date();
    let known: Option<i64> = connection
        .prepare_cached(&format!(
            "SELECT id FROM {table} WHERE alert_type = ?1 AND src_ip IS ?2 AND dst_ip IS ?3 AND created_at >= ?4 AND created_at < ?5
             ORDER BY id LIMIT 1"
        ))?
        .query_row((&alert.alert_type, &alert.src_ip, &alert.dst_ip, &day, format!("{day}~")), |row| row.get(0))
        .optional()?;
    let update =
        "SET severity = CASE WHEN ?1 >= coalesce(score, 0) THEN ?2 ELSE severity END, score = max(coalesce(score, 0), ?1),
                      rule = ?3, evidence_json = ?4, updated_at = ?5";
    let values = (alert.score, alert.severity.name(), &alert.rule, &evidence, now.seconds());
    let returning =
        "RETURNING id, alert_type, src_ip, dst_ip, score, severity, rule, status, created_at, updated_at, evidence_json";
    if let Some(id) = known {
        let sql = format!("UPDATE {table} {update} WHERE id = {id} {returning}");
        let alert = connection.query_row(&sql, values, stored)?;
        return Ok(Recorded { alert, new: false });
    }
    // The Python program's unique index may still take the alert for one that is there.
    let sql = format!(
        "INSERT INTO {table} (score, severity, rule, evidence_json, updated_at, created_at, status, alert_type, src_ip, dst_ip)
         VALUES (?1, ?2, ?3, ?4, ?5, ?5, 'new', ?6, ?7, ?8) ON CONFLICT DO UPDATE {update} {returning}"
    );
    let (score, severity, rule, evidence, time) = values;
    let new = connection
        .prepare_cached(&sql)?
        .query_row((score, severity, rule, evidence, &time, &alert.alert_type, &alert.src_ip, &alert.dst_ip), stored)?;
    Ok(Recorded { new: new.created_at == time, alert: new })
}

fn stored(row: &Row<'_>) -> rusqlite::Result<StoredAlert> {
    let evidence: Option<String> = row.get("evidence_json")?;
    Ok(StoredAlert {
        id: row.get("id")?,
        alert_type: row.get("alert_type")?,
        src_ip: row.get("src_ip")?,
        dst_ip: row.get("dst_ip")?,
        score: row.get::<_, Option<i64>>("score")?.unwrap_or(0),
        severity: row.get("severity")?,
        rule: row.get("rule")?,
        status: row.get::<_, Option<String>>("status")?.unwrap_or_else(|| "new".to_owned()),
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
        evidence: evidence.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default(),
    })
}

fn list(connection: &Connection, table: &str, filter: &AlertFilter) -> rusqlite::Result<Vec<StoredAlert>> {
    let have = columns(connection, table)?;
    if have.is_empty() {
        return Ok(Vec::new());
    }
    let or_null =
        |column: &str| if have.iter().any(|have| have == column) { column.to_owned() } else { format!("NULL AS {column}") };
    let last_raised =
        if have.iter().any(|have| have == "updated_at") { "coalesce(updated_at, created_at)" } else { "created_at" };
    let mut conditions = vec!["1".to_owned()];
    let mut values: Vec<SqlValue> = Vec::new();
    let mut only = |condition: &str, value: Option<SqlValue>| {
        if let Some(value) = value {
            values.push(value);
            conditions.push(format!("{condition} ?{}", values.len()));
        }
    };
    only("alert_type =", filter.alert_type.clone().map(Into::into));
    only("src_ip =", filter.src_ip.clone().map(Into::into));
    only("dst_ip =", filter.dst_ip.clone().map(Into::into));
    only("score >=", filter.minimum_score.map(Into::into));
    only("coalesce(status, 'new') =", filter.status.clone().map(Into::into));
    only(&format!("{last_raised} >="), filter.since.map(|since| since.seconds().into()));
    let limit = filter.limit.map_or(String::new(), |limit| format!("LIMIT {limit}"));
    let sql = format!(
        "SELECT id, alert_type, src_ip, dst_ip, score, {}, {}, status, created_at, {}, evidence_json FROM {} WHERE {}
         ORDER BY {last_raised} DESC, score DESC, id {limit}",
        or_null("severity"),
        or_null("rule"),
        or_null("updated_at"),
        quote(table),
        conditions.join(" AND ")
    );
    connection.prepare(&sql)?.query_map(params_from_iter(values), stored)?.collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::Severity;

    const NOW: Timestamp = Timestamp(1_773_261_311_000_000);
    const HOUR: i64 = 3_600_000_000;

    fn database() -> (tempfile::TempDir, Database) {
        let folder = tempfile::tempdir().expect("folder");
        let mut database =
            Database::open_or_create(&folder.path().join("a.db"), "scout_alerts", Duration::from_secs(1)).expect("open");
        database.migrate(NOW).expect("migrate");
        (folder, database)
    }

    fn alert(source: Option<&str>, score: u8, severity: Severity, count: i64) -> Alert {
        let evidence = [("count".to_owned(), count.into())].into_iter().collect();
        let (alert_type, rule) = ("scan".to_owned(), "rule".to_owned());
        Alert { alert_type, src_ip: source.map(str::to_owned), dst_ip: None, score, severity, rule, evidence, events: None }
    }

    #[test]
    fn a_repeat_of_the_day_raises_the_score_and_refreshes_the_evidence() {
        let (_folder, mut database) = database();
        for source in [Some("192.0.2.1"), None] {
            let first = database.record(&[alert(source, 40, Severity::Medium, 1)], NOW).expect("first");
            let higher = database.record(&[alert(source, 80, Severity::High, 2)], NOW.plus(1_000_000)).expect("higher");
            let lower = database.record(&[alert(source, 10, Severity::Low, 3)], NOW.plus(HOUR)).expect("lower");
            assert!(first[0].new && !higher[0].new && !lower[0].new);
            let stored = &lower[0].alert;
            assert_eq!((stored.id, stored.score, stored.severity.as_deref()), (first[0].alert.id, 80, Some("high")));
            assert_eq!(stored.evidence["count"], 3);
            assert_eq!(stored.created_at, first[0].alert.created_at);
            let tomorrow = database.record(&[alert(source, 10, Severity::Low, 4)], NOW.plus(24 * HOUR)).expect("tomorrow");
            assert!(tomorrow[0].new);
        }
    }

    #[test]
    fn what_a_person_closed_stays_closed() {
        let (_folder, mut database) = database();
        for status in ["false_positive", "snoozed"] {
            database.connection.execute_batch("DELETE FROM scout_alerts").expect("delete");
            database.record(&[alert(None, 40, Severity::Medium, 1)], NOW).expect("first");
            database.connection.execute("UPDATE scout_alerts SET status = ?1", [status]).expect("close");
            let repeat = database.record(&[alert(None, 90, Severity::Critical, 2)], NOW).expect("repeat");
            assert_eq!(repeat[0].alert.status, status);
        }
    }

    #[test]
    fn the_unique_index_of_the_python_program_is_no_obstacle() {
        let (_folder, mut database) = database();
        database.connection.execute_batch("CREATE UNIQUE INDEX original ON scout_alerts (alert_type, src_ip)").expect("index");
        database.record(&[alert(Some("192.0.2.1"), 40, Severity::Medium, 1)], NOW).expect("first");
        let later = database.record(&[alert(Some("192.0.2.1"), 60, Severity::Medium, 2)], NOW.plus(48 * HOUR)).expect("later");
        assert!(!later[0].new);
        assert_eq!(later[0].alert.score, 60);
    }

    #[test]
    fn filters() {
        let (_folder, mut database) = database();
        database
            .record(&[alert(Some("192.0.2.1"), 40, Severity::Medium, 1), alert(None, 90, Severity::Critical, 1)], NOW)
            .expect("record");
        let count = |filter: AlertFilter| database.alerts(&filter).expect("list").len();
        assert_eq!(count(AlertFilter::default()), 2);
        assert_eq!(count(AlertFilter { minimum_score: Some(50), ..AlertFilter::default() }), 1);
        assert_eq!(count(AlertFilter { src_ip: Some("192.0.2.1".into()), ..AlertFilter::default() }), 1);
        assert_eq!(count(AlertFilter { status: Some("new".into()), limit: Some(1), ..AlertFilter::default() }), 1);
        assert_eq!(count(AlertFilter { since: Some(NOW.plus(HOUR)), ..AlertFilter::default() }), 0);
        assert_eq!(count(AlertFilter { alert_type: Some("other".into()), ..AlertFilter::default() }), 0);
    }
}
