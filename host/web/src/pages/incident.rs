//! One alert with all that is known of it: why it is there, its events, who it is about, what was done.

mod enrichment;
mod evidence;
mod history;
mod page;

use axum::extract::State;
use maud::Markup;
use net_scout_detect::alerts::{self, WholeAlert};
use net_scout_detect::names::known_addresses;
use net_scout_detect::scan::ScanOptions;
use net_scout_detect::{DetectError, act};
use net_scout_model::search::{AlertQuery, KnownNames};
use net_scout_model::time::parse_timestamp;
use net_scout_model::{Networks, Span, StoredAlert, Timestamp};
use net_scout_report::browse::{EventFilter, EventPage, FoundEvents, browse};
use net_scout_store::{AlertFilter, Condition, HistoryRow, LastAction, ListedAlerts};
use serde::Deserialize;

use super::act::last_action;
use super::frame::Frame;
use super::text::Known;
use crate::app::{App, WebOptions};
use crate::extract::{Path, Query};
use crate::problem::Problem;
pub(super) use enrichment::answer;
pub(super) use page::rows;

/// How many of its events are listed.
const EVENTS: usize = 25;
/// How many other alerts are listed.
const NEAR: u32 = 10;
/// A second, in microseconds.
const SECOND: i64 = 1_000_000;
/// How far before an alert its events are looked for, where it does not say which they are.
const HOUR: i64 = 3_600 * SECOND;

#[derive(Deserialize)]
pub(super) struct Asked {
    done: Option<i64>,
}

/// What the page shows.
struct Incident {
    whole: WholeAlert,
    history: Vec<HistoryRow>,
    /// Other alerts about its source, or where it has none about its target.
    near: ListedAlerts,
    known: Known,
    /// Its events, or why they cannot be shown.
    events: Result<FoundEvents, String>,
    done: Option<LastAction>,
}

/// Shows it.
pub(super) async fn show(
    State(app): State<App>,
    frame: Frame,
    Path(id): Path<i64>,
    Query(asked): Query<Asked>,
) -> Result<Markup, Problem> {
    let name = frame.caller.name.clone();
    let (mut incident, scan) = app.work(move |options, now| load(options, id, asked.done, &name, now)).await?;
    incident.events = events(&scan, &incident.whole.alert, frame.now).await;
    Ok(frame.page(&format!("Alert {id}"), &incident.page(&frame)))
}

fn load(
    options: &WebOptions,
    id: i64,
    done: Option<i64>,
    person: &str,
    now: Timestamp,
) -> Result<(Incident, ScanOptions), Problem> {
    let scan = options.scan();
    let whole = alerts::show(&scan.database, &scan.table, id, now).map_err(|error| match error {
        DetectError::NoAlert(_) => Problem::not_found(error.to_string())
            .fix("it may have been removed because it was old; the inbox shows those that are there"),
        other => other.into(),
    })?;
    let history = act::history(&scan.database, id, now)?;
    let alert = &whole.alert;
    let about = alert.src_ip.as_deref().or(alert.dst_ip.as_deref()).unwrap_or_default();
    let near = match AlertQuery::parse(&format!("ip:{about} -id:{id}"), &KnownNames::default()) {
        Ok(query) if !about.is_empty() => {
            alerts::list(&scan.database, &AlertFilter { limit: Some(NEAR), ..AlertFilter::new(query, now) })?
        }
        _ => ListedAlerts::default(),
    };
    let known =
        known_addresses(&scan.database, [&alert.src_ip, &alert.dst_ip].into_iter().filter_map(|address| address.as_deref()))?;
    let done = match done {
        Some(batch) => last_action(options, person)?.filter(|last| last.batch == batch),
        None => None,
    };
    Ok((Incident { whole, history, near, known, events: Err(String::new()), done }, scan.clone()))
}

/// The events of an alert, or why they cannot be shown.
pub(super) async fn events(scan: &ScanOptions, alert: &StoredAlert, now: Timestamp) -> Result<FoundEvents, String> {
    let filter = filter(alert).ok_or("the alert says neither when its events were nor whom they are about")?;
    browse(scan, &filter, EventPage { after: None, limit: EVENTS }, now).await.map_err(|error| error.to_string())
}

/// Which events an alert is about: as its rule said, or else those of its source and target in the hour before.
fn filter(alert: &StoredAlert) -> Option<EventFilter> {
    let events = &alert.evidence["events"];
    let instant = |name: &str| events[name].as_str().and_then(parse_timestamp);
    let last = instant("last").or_else(|| parse_timestamp(alert.updated_at.as_deref().unwrap_or(&alert.created_at)))?;
    let first = instant("first").unwrap_or_else(|| last.plus(-HOUR));
    // Events are stored to the second.
    let span = Span::new(first, last.plus(SECOND))?;
    let network = |address: &Option<String>| address.as_ref().and_then(|address| address.parse::<Networks>().ok());
    match Condition::of_evidence(events) {
        Some(selection) => Some(EventFilter { selection: Some(selection), ..EventFilter::over(span) }),
        None => {
            let (source, target) = (network(&alert.src_ip), network(&alert.dst_ip));
            (source.is_some() || target.is_some()).then(|| EventFilter { source, target, ..EventFilter::over(span) })
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn alert(evidence: serde_json::Value) -> StoredAlert {
        StoredAlert {
            id: 7,
            alert_type: "port_scan".into(),
            src_ip: Some("192.0.2.9".into()),
            dst_ip: None,
            score: 80,
            severity: Some("high".into()),
            rule: Some("port_scan".into()),
            status: "new".into(),
            created_at: "2026-03-11T20:35:11Z".into(),
            updated_at: None,
            evidence,
            triage: net_scout_model::Triage::default(),
        }
    }

    #[test]
    fn the_events_of_an_alert_are_those_that_its_rule_named() {
        let events = json!({"condition": "src_ip = ?1", "parameters": ["192.0.2.9"], "first": "2026-03-11T20:00:00Z", "last": "2026-03-11T20:00:10Z"});
        let found = filter(&alert(json!({ "events": events }))).expect("a filter");
        assert_eq!((found.span.length(), found.selection.map(|selection| selection.parameters.len())), (11 * SECOND, Some(1)));
        // What the gate would refuse is not asked.
        let found = filter(&alert(json!({"events": {"condition": "1) UNION SELECT password FROM users --"}}))).expect("a filter");
        assert!(found.selection.is_none() && found.source.is_some());
        assert_eq!(found.span.length(), HOUR + SECOND);
        let nobody = StoredAlert { src_ip: None, ..alert(json!(null)) };
        assert!(filter(&nobody).is_none());
    }
}
