//! Lists the alerts that are stored.

use std::collections::BTreeSet;

use rusqlite::types::Value as SqlValue;
use rusqlite::{Connection, OptionalExtension as _, params_from_iter};

use super::error::DatabaseError;
use super::open::Database;
use super::schema::{columns, quote};
use super::stored::{Unreadable, is_broken, json, stored};
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

/// What alerts are told apart by, in names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlertName {
    /// Their type.
    Type,
    /// The rule that raised them.
    Rule,
    /// Their status.
    Status,
}

/// Stored alerts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListedAlerts {
    /// Those that can be read, newest first.
    pub alerts: Vec<StoredAlert>,
    /// Those among them whose evidence is not JSON: it is taken for none.
    pub broken_evidence: Vec<i64>,
    /// The rest.
    pub unreadable: Unreadable,
}

impl Database {
    /// Lists stored alerts, newest first; none where there is not an alert table yet. Rows that cannot be read are counted.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn alerts(&self, filter: &AlertFilter) -> Result<ListedAlerts, DatabaseError> {
        list(&self.connection, &self.alert_table, filter).map_err(self.error("read"))
    }

    /// The names that stored alerts have.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn alert_names(&self, which: AlertName) -> Result<BTreeSet<String>, DatabaseError> {
        let column = match which {
            AlertName::Type => "alert_type",
            AlertName::Rule => "rule",
            AlertName::Status => "status",
        };
        let read = || {
            if !columns(&self.connection, &self.alert_table)?.iter().any(|have| have == column) {
                return Ok(BTreeSet::new());
            }
            let sql = format!("SELECT DISTINCT {column} FROM {} WHERE typeof({column}) = 'text'", quote(&self.alert_table));
            let mut statement = self.connection.prepare(&sql)?;
            let mut rows = statement.query([])?;
            let mut names = BTreeSet::new();
            while let Some(row) = rows.next()? {
                // What is not UTF-8 has no name that could be written.
                names.extend(row.get_ref(0)?.as_str().ok().map(str::to_owned));
            }
            Ok(names)
        };
        read().map_err(self.error("read"))
    }
}

impl Database {
    /// What is known outside about the addresses of an alert; null where nothing is.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn enrichment_of(&self, id: i64) -> Result<serde_json::Value, DatabaseError> {
        let sql = format!("SELECT enrichment_json FROM {} WHERE id = ?1", quote(&self.alert_table));
        let read = || self.connection.query_row(&sql, [id], |row| Ok(json(row.get_ref(0)?))).optional();
        Ok(read().map_err(self.error("read"))?.unwrap_or_default())
    }
}

fn list(connection: &Connection, table: &str, filter: &AlertFilter) -> rusqlite::Result<ListedAlerts> {
    let have = columns(connection, table)?;
    if have.is_empty() {
        return Ok(ListedAlerts::default());
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
    // Without its `Z`, which sorts behind the point of a fraction.
    only(&format!("{last_raised} >="), filter.since.map(|since| since.stored().trim_end_matches('Z').to_owned().into()));
    let limit = filter.limit.map_or(String::new(), |limit| format!("LIMIT {limit}"));
    let sql = format!(
        "SELECT id, alert_type, src_ip, dst_ip, score, {}, {}, status, created_at, {}, evidence_json FROM {} WHERE {}
         ORDER BY rtrim({last_raised}, 'Z') DESC, score DESC, id {limit}",
        or_null("severity"),
        or_null("rule"),
        or_null("updated_at"),
        quote(table),
        conditions.join(" AND ")
    );
    let mut statement = connection.prepare(&sql)?;
    let mut rows = statement.query(params_from_iter(values))?;
    let mut listed = ListedAlerts::default();
    while let Some(row) = rows.next()? {
        match stored(row)? {
            (alert, None) => {
                if is_broken(row.get_ref("evidence_json")?) {
                    listed.broken_evidence.push(alert.id);
                }
                listed.alerts.push(alert);
            }
            (alert, Some(reason)) => listed.unreadable.add(alert.id, &reason),
        }
    }
    Ok(listed)
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
        let count = |filter: AlertFilter| database.alerts(&filter).expect("list").alerts.len();
        assert_eq!(count(AlertFilter::default()), 2);
        assert_eq!(count(AlertFilter { minimum_score: Some(50), ..AlertFilter::default() }), 1);
        assert_eq!(count(AlertFilter { src_ip: Some("192.0.2.1".into()), ..AlertFilter::default() }), 1);
        assert_eq!(count(AlertFilter { status: Some("new".into()), limit: Some(1), ..AlertFilter::default() }), 1);
        assert_eq!(count(AlertFilter { since: Some(NOW.plus(HOUR)), ..AlertFilter::default() }), 0);
        assert_eq!(count(AlertFilter { alert_type: Some("other".into()), ..AlertFilter::default() }), 0);
        let names = |which| database.alert_names(which).expect("names").into_iter().collect::<Vec<_>>();
        assert_eq!(names(AlertName::Status), ["new"]);
        assert_eq!((names(AlertName::Type).len(), names(AlertName::Rule).len()), (1, 1));
    }

    #[test]
    fn odd_rows_are_read_as_well_as_they_can_be_and_the_rest_is_counted() {
        let (_folder, database) = database();
        database
            .connection
            .execute_batch(
                "INSERT INTO scout_alerts (alert_type, src_ip, score, status, created_at, evidence_json) VALUES
                 ('real', '192.0.2.1', 61.7, NULL, '2026-03-11T01:00:00Z', x'00'),
                 ('null', NULL, NULL, 'new', '2026-03-11T02:00:00Z', 'no JSON'),
                 ('infinite', '192.0.2.1', 9e999, 'new', '2026-03-11T03:00:00Z', NULL),
                 ('text', '192.0.2.1', 'many', 'new', '2026-03-11T04:00:00Z', NULL),
                 ('blob', '192.0.2.1', x'ff', 'new', '2026-03-11T05:00:00Z', NULL),
                 (x'ff', '192.0.2.1', 1, 'new', '2026-03-11T06:00:00Z', NULL),
                 ('address', CAST(x'31ff' AS TEXT), 1, 'new', '2026-03-11T07:00:00Z', NULL),
                 ('target', x'7f000001', 1, 'new', '2026-03-11T08:00:00Z', NULL),
                 ('time', '192.0.2.1', 1, 'new', x'ff', NULL);",
            )
            .expect("odd rows");
        let listed = database.alerts(&AlertFilter::default()).expect("list");
        let read: Vec<(&str, i64)> = listed.alerts.iter().map(|alert| (alert.alert_type.as_str(), alert.score)).collect();
        assert_eq!(read, [("infinite", i64::MAX), ("null", 0), ("real", 62)]);
        assert_eq!(listed.unreadable.rows, 6);
        let reason = |id: i64| {
            let listed = database.alerts(&AlertFilter { id: Some(id), ..AlertFilter::default() }).expect("list");
            (listed.alerts.len(), listed.unreadable.first.unwrap_or_default())
        };
        assert_eq!(reason(4), (0, "alert 4: its score is a text that is not a number".to_owned()));
        assert_eq!(reason(5), (0, "alert 5: its score is a blob".to_owned()));
        assert_eq!(reason(7), (0, "alert 7: its src_ip is not UTF-8".to_owned()));
        assert_eq!(reason(9), (0, "alert 9: its created_at is a blob".to_owned()));
        assert_eq!(reason(1).0, 1);
    }
}
