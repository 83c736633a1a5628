//! Lists the alerts that are stored.

use rusqlite::types::Value as SqlValue;
use rusqlite::{Connection, OptionalExtension as _, Row, params_from_iter};

use super::open::{columns, quote};
use super::{Database, DatabaseError};
use net_scout_model::{StoredAlert, Timestamp};

/// Which alerts to list. Nothing set: all.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlertFilter {
    /// The one with this number.
    pub id: Option<i64>,
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
    /// Lists stored alerts, newest first; none where there is no alert table yet.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn alerts(&self, filter: &AlertFilter) -> Result<Vec<StoredAlert>, DatabaseError> {
        list(&self.connection, &self.alert_table, filter).map_err(self.error("read"))
    }
}

impl Database {
    /// What is known outside about the addresses of an alert; null where nothing is.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn enrichment_of(&self, id: i64) -> Result<serde_json::Value, DatabaseError> {
        let sql = format!("SELECT enrichment_json FROM {} WHERE id = ?1", quote(&self.alert_table));
        let read = || self.connection.query_row(&sql, [id], |row| row.get::<_, Option<String>>(0)).optional();
        let text = read().map_err(self.error("read"))?.flatten();
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
    }
}

pub(super) fn stored(row: &Row<'_>) -> rusqlite::Result<StoredAlert> {
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
    only("id =", filter.id.map(Into::into));
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
    use super::super::record::tests::{HOUR, NOW, alert, database};
    use super::*;
    use net_scout_model::Severity;

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
