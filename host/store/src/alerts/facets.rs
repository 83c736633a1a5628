//! How many alerts there are of each status, severity and rule together, in one pass over the table: what filters beside a list show.

use rusqlite::{Connection, params_from_iter};

use super::search::{Columns, Conditions};
use super::{AlertFilter, AlertQuery};
use crate::error::DatabaseError;
use crate::open::Database;
use crate::schema::{columns, quote};
use net_scout_model::{Severity, Timestamp};

/// Alerts that have a status, a severity and a rule in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertFacet {
    /// Their status.
    pub status: String,
    /// Their severity.
    pub severity: Severity,
    /// Their rule; none where another program raised them.
    pub rule: Option<String>,
    /// How many.
    pub alerts: u64,
}

impl Database {
    /// Counts the alerts that a query finds.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn alert_facets(&self, query: &AlertQuery, now: Timestamp) -> Result<Vec<AlertFacet>, DatabaseError> {
        let filter = AlertFilter::new(query.clone(), now);
        count(&self.connection, &self.alert_table, &filter).map_err(self.error("read"))
    }
}

fn count(connection: &Connection, table: &str, filter: &AlertFilter) -> rusqlite::Result<Vec<AlertFacet>> {
    let have = columns(connection, table)?;
    if have.is_empty() {
        return Ok(Vec::new());
    }
    let columns = Columns(&have);
    let mut conditions = Conditions::of(connection, &filter.query, &columns, filter.now)?;
    let now = conditions.bind(filter.now.0);
    let sql = format!(
        "SELECT CAST({} AS TEXT), {}, CAST({} AS TEXT), count(*) FROM {} WHERE {} GROUP BY 1, 2, 3",
        columns.status(&now),
        columns.severity(),
        columns.raw("rule"),
        quote(table),
        conditions.sql(),
    );
    let mut statement = connection.prepare(&sql)?;
    let mut rows = statement.query(params_from_iter(conditions.values))?;
    let mut facets = Vec::new();
    while let Some(row) = rows.next()? {
        let text = |index: usize| -> rusqlite::Result<Option<String>> {
            Ok(row.get_ref(index)?.as_bytes_or_null().ok().flatten().map(|bytes| String::from_utf8_lossy(bytes).into_owned()))
        };
        let severity = usize::try_from(row.get::<_, i64>(1)?).ok().and_then(|rank| Severity::ALL.get(rank));
        facets.push(AlertFacet {
            status: text(0)?.unwrap_or_default(),
            severity: severity.copied().unwrap_or(Severity::Informational),
            rule: text(2)?.filter(|rule| !rule.is_empty()),
            alerts: row.get::<_, i64>(3)?.unsigned_abs(),
        });
    }
    Ok(facets)
}

#[cfg(test)]
mod tests {
    use net_scout_model::search::KnownNames;

    use super::*;

    #[test]
    fn all_is_counted_in_one_pass() {
        let now = Timestamp(1_773_261_311_000_000);
        let mut database = Database::in_memory("scout_alerts").expect("opened");
        assert_eq!(database.alert_facets(&AlertQuery::default(), now).expect("no table"), []);
        database.migrate(now).expect("migrated");
        let rows = "INSERT INTO scout_alerts (alert_type, src_ip, dst_ip, score, severity, rule, status, snoozed_until, created_at) VALUES
            ('a', '192.0.2.1', 'x', 50, 'high', 'a', 'new', NULL, '2026-03-11T20:00:00Z'), ('a', '192.0.2.2', 'x', 95, NULL, NULL, 'new', NULL, '2026-03-11T20:00:00Z'),
            ('a', '192.0.2.3', 'x', 50, 'high', 'a', 'snoozed', '2026-03-11T20:00:00Z', '2026-03-11T20:00:00Z'), ('a', '192.0.2.4', 'x', 50, 'low', 'a', 'closed', NULL, '2026-03-11T20:00:00Z')";
        database.connection.execute_batch(rows).expect("rows");
        let facets = |query: &str| {
            let query = AlertQuery::parse(query, &KnownNames::default()).expect("a query");
            let facets = database.alert_facets(&query, now).expect("read");
            facets.into_iter().map(|one| (one.status, one.severity.name(), one.rule, one.alerts)).collect::<Vec<_>>()
        };
        let a = Some("a".to_owned());
        let new = ("new".to_owned(), "high", a.clone(), 2);
        let all = facets("");
        assert_eq!(all.len(), 3);
        assert!(
            all.contains(&new) && all.contains(&("new".to_owned(), "critical", None, 1)),
            "{all:?}: a snooze that is over is none"
        );
        assert_eq!(facets("status:closed"), [("closed".to_owned(), "low", a, 1)]);
    }
}
