//! Stored alerts: listed, and one of them with all that is known of it.

use serde_json::Value;

use crate::DetectError;
use net_scout_model::search::AlertQuery;
use net_scout_model::{StoredAlert, Timestamp};
use net_scout_store::{AlertCount, AlertFilter, CountBy, DatabaseError, DatabaseOptions, ListedAlerts};

/// A stored alert, with all that is known of it.
#[derive(Clone, Debug, PartialEq)]
pub struct WholeAlert {
    /// The alert.
    pub alert: StoredAlert,
    /// Whether its evidence is not JSON, and taken for none.
    pub is_broken: bool,
    /// What is known outside about its addresses; null where nothing is.
    pub enrichment: Value,
    /// The query that shows its events once more, where there is one.
    pub query: Option<String>,
}

/// Lists stored alerts, in the order of the filter.
///
/// # Errors
/// When the database cannot be read.
pub fn list(options: &DatabaseOptions, filter: &AlertFilter) -> Result<ListedAlerts, DatabaseError> {
    options.open_read_only()?.alerts(filter)
}

/// Counts stored alerts by what they have in common.
///
/// # Errors
/// When the database cannot be read.
pub fn count(options: &DatabaseOptions, filter: &AlertFilter, by: CountBy) -> Result<Vec<AlertCount>, DatabaseError> {
    options.open_read_only()?.count_alerts(filter, by)
}

/// One stored alert, as it is now. Its events are looked for in this table.
///
/// # Errors
/// When it is not there or cannot be read, or the database cannot be read.
pub fn show(options: &DatabaseOptions, table: &str, id: i64, now: Timestamp) -> Result<WholeAlert, DetectError> {
    let database = options.open_read_only()?;
    let mut found = database.alerts(&AlertFilter::new(AlertQuery::of_id(id), now))?;
    let alert = match (found.alerts.pop(), found.unreadable.first) {
        (Some(alert), _) => alert,
        (None, Some(reason)) => return Err(DetectError::UnreadableAlert { reason, table: options.alert_table.clone() }),
        (None, None) => return Err(DetectError::NoAlert(id)),
    };
    let is_broken = !found.broken_evidence.is_empty();
    let query = database.query_again(table, &alert.evidence["events"])?;
    Ok(WholeAlert { enrichment: database.enrichment_of(id)?, query, is_broken, alert })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{NOW, alert, options};
    use net_scout_model::search::KnownNames;

    #[test]
    fn alerts_are_listed_and_one_is_shown_whole() {
        let (_folder, options) = options();
        assert_eq!(list(&options.database, &AlertFilter::default()).expect("listed").alerts, []);
        let mut database = options.database.open().expect("open");
        let id = database.keep_scan(&[alert("192.0.2.7")], &[], &[], NOW, None).expect("recorded")[0].alert.id;
        let query = |source: &str| AlertQuery::parse(&format!("src:{source}"), &KnownNames::default()).expect("a query");
        let of = |source: &str| AlertFilter::new(query(source), NOW);
        let count = |source: &str| list(&options.database, &of(source)).expect("listed").alerts.len();
        assert_eq!((count("192.0.2.7"), count("192.0.2.8")), (1, 0));
        let whole = show(&options.database, &options.table, id, NOW).expect("shown");
        assert_eq!((whole.alert.id, whole.enrichment, whole.query), (id, Value::Null, None));
        let error = show(&options.database, &options.table, id + 1, NOW).expect_err("not there");
        assert_eq!((error.to_string(), error.is_usage()), (format!("there is no alert {}", id + 1), false));
    }
}
