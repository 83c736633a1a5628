//! Stored alerts: listed, and one of them with all that is known of it.

use serde_json::{Value, json};

use crate::DetectError;
use net_scout_model::search::AlertQuery;
use net_scout_model::time::parse_timestamp;
use net_scout_model::{Span, StoredAlert, Timestamp};
use net_scout_store::{AlertCount, AlertFilter, CountBy, DatabaseError, DatabaseOptions, EventSpan, ListedAlerts};

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
    /// When the events of its source were, where the alert only counts them and does not say which they are.
    pub seen: Option<EventSpan>,
}

impl WholeAlert {
    /// Which its events are, in the form in which evidence says it; null where nobody knows.
    #[must_use]
    pub fn events(&self) -> Value {
        match (&self.seen, &self.alert.src_ip) {
            (Some(seen), Some(source)) => selection(&self.alert, source, seen),
            _ => self.alert.evidence["events"].clone(),
        }
    }
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
    let (query, seen) = match counted(&alert) {
        None => (database.query_again(table, &alert.evidence["events"])?, None),
        Some((source, span)) => {
            let seen = database.seen(table, source, alert.dst_ip.as_deref(), span)?;
            let again = seen.as_ref().map(|seen| selection(&alert, source, seen));
            let query = again.map(|events| database.query_again(table, &events)).transpose()?.flatten();
            (query, seen)
        }
    };
    Ok(WholeAlert { enrichment: database.enrichment_of(id)?, query, seen, is_broken, alert })
}

/// The source of an alert of a rule that only counts, and the window in which it counted: its evidence says since when.
fn counted(alert: &StoredAlert) -> Option<(&str, Span)> {
    let instant = |text: Option<&str>| text.and_then(parse_timestamp);
    let begins = instant(alert.evidence["since"].as_str()).filter(|_| alert.evidence["events"].is_null())?;
    let raised = instant(Some(alert.updated_at.as_ref().unwrap_or(&alert.created_at)))?;
    Some((alert.src_ip.as_deref()?, Span::new(begins, raised)?))
}

/// What it counted, in the form in which other alerts say it.
fn selection(alert: &StoredAlert, source: &str, seen: &EventSpan) -> Value {
    let condition = if alert.dst_ip.is_some() { "src_ip = ?1 AND dst_ip = ?2" } else { "src_ip = ?1" };
    json!({
        "condition": condition, "parameters": [source, alert.dst_ip], "first": seen.first.seconds(), "last": seen.last.seconds(),
    })
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
