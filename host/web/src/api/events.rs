//! Events: page by page with what they have in common, of all, of an alert, of an address.

use axum::extract::State;
use serde::Deserialize;
use serde_json::Value;
use tokio::runtime::Handle;
use utoipa::IntoParams;

use crate::app::{App, WebOptions};
use crate::extract::{Json, Path, Query};
use crate::problem::Problem;
use net_scout_detect::alerts;
use net_scout_model::time::parse_moment;
use net_scout_model::{Networks, Selection, Span, Timestamp, parse_address, plain};
use net_scout_report::browse::{EventFilter, EventPage, browse};
use net_scout_store::Condition;

/// How many events a page has where nothing is said, and the most that it may have.
const USUAL: usize = 100;
const MOST: usize = 1_000;

/// Which events, and which page of them.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct EventsQuery {
    /// From when: an instant, or a duration back from the end such as `1 day`, which is the default.
    since: Option<String>,
    /// Until when; now where nothing is said.
    until: Option<String>,
    /// Their source or their target: an address or a network.
    address: Option<String>,
    /// Their source.
    source: Option<String>,
    /// Their target.
    target: Option<String>,
    /// The target's port.
    port: Option<u16>,
    /// TCP, UDP, ICMP, ...
    proto: Option<String>,
    /// DROP or ACCEPT.
    verdict: Option<String>,
    /// INBOUND or OUTBOUND.
    direction: Option<String>,
    /// Two letters.
    country: Option<String>,
    /// The service of the target's port.
    service: Option<String>,
    /// Where the page begins: `next` of the page before, as `TIME,NUMBER`.
    after: Option<String>,
    /// At most so many, up to 1000.
    #[param(maximum = 1000, minimum = 1)]
    limit: Option<usize>,
}

/// Finds events, newest first, with how many there are, by time, and the most frequent sources, targets, ports and countries.
#[utoipa::path(get, path = "/events", tag = "events", params(EventsQuery), responses((status = OK, body = Object)))]
pub(super) async fn list(State(app): State<App>, Query(query): Query<EventsQuery>) -> Result<Json<Value>, Problem> {
    let found = app.work(move |options, now| find(options, &query, None, now)).await?;
    Ok(Json(found))
}

/// Finds the events of an alert.
#[utoipa::path(get, path = "/alerts/{id}/events", tag = "events", params(("id" = i64, Path, description = "Its number"), EventsQuery),
    responses((status = OK, body = Object)))]
pub(super) async fn of_alert(
    State(app): State<App>,
    Path(id): Path<i64>,
    Query(query): Query<EventsQuery>,
) -> Result<Json<Value>, Problem> {
    let found = app.work(move |options, now| -> Result<Value, Problem> {
        let scan = options.scan();
        let events = alerts::show(&scan.database, &scan.table, id, now)?.events();
        let missing = || {
            Problem::not_found(format!(
                "alert {id} does not say which its events are: another program wrote it, or an older version"
            ))
        };
        let (selection, span) = selected(&events).ok_or_else(missing)?;
        let query = EventsQuery {
            since: query.since.or(Some(span.begins.to_string())),
            until: query.until.or(Some(span.ends.to_string())),
            ..query
        };
        find(options, &query, Some(selection), now)
    });
    Ok(Json(found.await?))
}

/// Finds the events of an address, whichever end of them it is.
#[utoipa::path(get, path = "/addresses/{address}/events", tag = "events", params(("address" = String, Path, description = "The address"), EventsQuery),
    responses((status = OK, body = Object)))]
pub(super) async fn of_address(
    State(app): State<App>,
    Path(address): Path<String>,
    Query(query): Query<EventsQuery>,
) -> Result<Json<Value>, Problem> {
    let address = read_address(&address)?.to_string();
    let query = EventsQuery { address: Some(address), ..query };
    let found = app.work(move |options, now| find(options, &query, None, now)).await?;
    Ok(Json(found))
}

/// An address that a path names.
pub(super) fn read_address(text: &str) -> Result<std::net::IpAddr, Problem> {
    let wrong = || {
        Problem::bad(format!("`{}` is not a valid IP address", plain(text, 100)))
            .fix("write one such as 203.0.113.9 or 2001:db8::1")
    };
    Ok(parse_address(text).ok_or_else(wrong)?.to_canonical())
}

/// A span as a query says it.
pub(super) fn read_span(since: Option<&str>, until: Option<&str>, now: Timestamp) -> Result<Span, Problem> {
    let until = until.map_or(Ok(now), |text| parse_moment(text, now)).map_err(|error| Problem::bad(format!("until: {error}")))?;
    let since = parse_moment(since.unwrap_or("1 day"), until).map_err(|error| Problem::bad(format!("since: {error}")))?;
    let empty = || {
        Problem::bad(format!("the span is empty: it begins at {since} and ends at {until}")).fix("give a `since` before `until`")
    };
    Span::new(since, until).ok_or_else(empty)
}

/// Which the events of an alert are, and when they were.
fn selected(events: &Value) -> Option<(Selection, Span)> {
    let instant = |key: &str| net_scout_model::time::parse_timestamp(events[key].as_str()?);
    let span = Span::new(instant("first")?, instant("last")?.plus(1_000_000))?;
    Some((Condition::of_evidence(events)?, span))
}

fn find(options: &WebOptions, query: &EventsQuery, selection: Option<Selection>, now: Timestamp) -> Result<Value, Problem> {
    let networks = |name: &str, text: &Option<String>| -> Result<Option<Networks>, Problem> {
        let read = |text: &String| text.parse::<Networks>().map_err(|error| Problem::bad(format!("{name}: {error}")));
        text.as_ref().map(read).transpose()
    };
    let filter = EventFilter {
        address: networks("address", &query.address)?,
        source: networks("source", &query.source)?,
        target: networks("target", &query.target)?,
        port: query.port,
        proto: query.proto.clone().map(|proto| proto.to_uppercase()),
        verdict: query.verdict.clone().map(|verdict| verdict.to_uppercase()),
        direction: query.direction.clone().map(|direction| direction.to_uppercase()),
        country: query.country.clone().map(|country| country.to_uppercase()),
        service: query.service.clone(),
        selection,
        ..EventFilter::over(read_span(query.since.as_deref(), query.until.as_deref(), now)?)
    };
    let after = query.after.as_deref().map(|text| {
        let read = |text: &str| text.split_once(',').and_then(|(time, id)| Some((time.parse().ok()?, id.parse().ok()?)));
        read(text).ok_or_else(|| {
            Problem::bad(format!("after: `{}` is not the end of a page", plain(text, 100))).fix("take `next` of the page before")
        })
    });
    let page = EventPage { after: after.transpose()?, limit: query.limit.unwrap_or(USUAL).clamp(1, MOST) };
    let found = Handle::current().block_on(browse(options.scan(), &filter, page, now))?;
    let next = found.next.map(|(time, id)| format!("{time},{id}"));
    let mut json = serde_json::to_value(found).map_err(|error| Problem::internal(error.to_string()))?;
    json["next"] = next.into();
    Ok(json)
}
