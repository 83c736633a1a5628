//! Stored alerts: listed page by page, counted, one of them whole, and its history.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::shapes::{AlertJson, ChangeJson};
use crate::app::{App, WebOptions};
use crate::extract::{Json, Path, Query};
use crate::problem::Problem;
use net_scout_detect::{act, alerts};
use net_scout_model::Timestamp;
use net_scout_model::search::AlertQuery;
use net_scout_store::{AlertCount, AlertCursor, AlertFilter, AlertOrder, CountBy};

/// How many alerts a page has where nothing is said, and the most that it may have.
const USUAL: u32 = 100;
const MOST: u32 = 1_000;
/// What a list in lines is.
const NDJSON: &str = "application/x-ndjson";

/// Which alerts, and which page of them.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ListQuery {
    /// In the query language: `severity:>=high since:24h src:203.0.113.0/24`; all where nothing is said.
    #[serde(default)]
    q: String,
    /// raised, created, score, severity or id.
    #[param(inline)]
    sort: Option<String>,
    /// Where the page begins: `next` of the page before.
    after: Option<String>,
    /// At most so many, up to 1000.
    #[param(maximum = 1000, minimum = 1)]
    limit: Option<u32>,
}

/// A page of alerts.
#[derive(Serialize, ToSchema)]
pub(super) struct AlertPage {
    /// The alerts.
    alerts: Vec<AlertJson>,
    /// Where the next page begins; null where this is the last.
    next: Option<String>,
    /// How many rows of this page were left out because another program wrote something into them that cannot be read.
    unreadable: usize,
}

/// Reads a query of alerts.
pub(crate) fn read_query(options: &WebOptions, text: &str) -> Result<AlertQuery, Problem> {
    let wrong = |error| Problem::from(error).fix("docs/alerts.md lists the fields of a query, such as rule:port_scan since:24h");
    options.query(text).map_err(wrong)
}

/// Lists alerts, page by page.
///
/// With `Accept: application/x-ndjson` an alert a line, and the next page in the header `X-Next`.
#[utoipa::path(get, path = "/alerts", tag = "alerts", params(ListQuery), responses((status = OK, body = AlertPage)))]
pub(super) async fn list(
    State(app): State<App>,
    Query(query): Query<ListQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let ListQuery { q, sort, after, limit } = query;
    let order = match sort.as_deref() {
        None => AlertOrder::default(),
        Some(name) => AlertOrder::ALL.into_iter().find(|order| order.name() == name).ok_or_else(|| {
            let names = AlertOrder::ALL.map(AlertOrder::name).join(", ");
            Problem::bad(format!("sort: `{}` is not an order", net_scout_model::plain(name, 100)))
                .fix(format!("write one of {names}"))
        })?,
    };
    let wrong = |error| Problem::bad(format!("after: {error}")).fix("take `next` of the page before, with the same `sort`");
    let after = after.map(|text| AlertCursor::parse(&text, order)).transpose().map_err(wrong)?;
    let limit = Some(limit.unwrap_or(USUAL).clamp(1, MOST));
    let page = app
        .work(move |options, now| -> Result<AlertPage, Problem> {
            let query = read_query(options, &q)?;
            let filter = AlertFilter { order, after, limit, ..AlertFilter::new(query, now) };
            let listed = alerts::list(&options.scan().database, &filter)?;
            let next = listed.next.map(|next| next.to_string());
            let alerts = listed.alerts.into_iter().map(|alert| AlertJson::of(alert, now)).collect();
            Ok(AlertPage { alerts, next, unreadable: listed.unreadable.rows })
        })
        .await?;
    let wants_lines = headers.get(ACCEPT).and_then(|accept| accept.to_str().ok()).is_some_and(|accept| accept.contains(NDJSON));
    if !wants_lines {
        return Ok(Json(page).into_response());
    }
    let line = |alert: &AlertJson| serde_json::to_string(alert).unwrap_or_default() + "\n";
    let lines: String = page.alerts.iter().map(line).collect();
    let next = page.next.map(|next| ("x-next", next));
    Ok(([(CONTENT_TYPE, NDJSON)], axum::response::AppendHeaders(next), lines).into_response())
}

/// What to count, and by what.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct CountQuery {
    /// In the query language; all where nothing is said.
    #[serde(default)]
    q: String,
    /// rule, type, source, network, target, day, severity or status.
    by: String,
}

/// How many alerts have something in common.
#[derive(Serialize, ToSchema)]
pub(super) struct Counted {
    /// What they have in common; null where they have nothing there.
    value: Option<String>,
    /// How many.
    alerts: u64,
    /// How many of them are open.
    open: u64,
    /// The highest severity among them.
    severity: &'static str,
    /// When the last of them was raised.
    last: String,
}

/// Counts alerts by what they have in common.
#[utoipa::path(get, path = "/alerts/count", tag = "alerts", params(CountQuery), responses((status = OK, body = Vec<Counted>)))]
pub(super) async fn count(State(app): State<App>, Query(query): Query<CountQuery>) -> Result<Json<Vec<Counted>>, Problem> {
    let CountQuery { q, by } = query;
    let by = CountBy::ALL.into_iter().find(|known| known.name() == by).ok_or_else(|| {
        let names = CountBy::ALL.map(CountBy::name).join(", ");
        Problem::bad(format!("by: `{}` is nothing that alerts are counted by", net_scout_model::plain(&by, 100)))
            .fix(format!("write one of {names}"))
    })?;
    let counted = app
        .work(move |options, now| -> Result<_, Problem> {
            let query = read_query(options, &q)?;
            Ok(alerts::count(&options.scan().database, &AlertFilter::new(query, now), by)?)
        })
        .await?;
    let counted = counted.into_iter().map(|count| {
        let AlertCount { value, alerts, open, severity, last } = count;
        Counted { value, alerts, open, severity: severity.name(), last }
    });
    Ok(Json(counted.collect()))
}

/// An alert with all that is known of it.
#[derive(Serialize, ToSchema)]
pub(super) struct WholeAlert {
    /// The alert.
    alert: AlertJson,
    /// What is known outside about its addresses; null where nothing is.
    #[schema(value_type = Object)]
    enrichment: Value,
    /// The SQL that shows its events once more, where there is one.
    query: Option<String>,
    /// Where the rule only counts: when the events were that it saw.
    seen: Option<SeenJson>,
    /// Whether its evidence is not JSON, and taken for none.
    broken_evidence: bool,
}

/// When the events of an alert were.
#[derive(Serialize, ToSchema)]
pub(super) struct SeenJson {
    first: String,
    last: String,
    events: u64,
}

/// Shows one alert.
#[utoipa::path(get, path = "/alerts/{id}", tag = "alerts", params(("id" = i64, Path, description = "Its number")), responses((status = OK, body = WholeAlert)))]
pub(super) async fn show(State(app): State<App>, Path(id): Path<i64>) -> Result<Json<WholeAlert>, Problem> {
    let shown = app
        .work(move |options, now| {
            let scan = options.scan();
            alerts::show(&scan.database, &scan.table, id, now).map(|whole| whole_json(whole, now))
        })
        .await?;
    Ok(Json(shown))
}

fn whole_json(whole: alerts::WholeAlert, now: Timestamp) -> WholeAlert {
    let alerts::WholeAlert { alert, is_broken, enrichment, query, seen } = whole;
    let seen = seen.map(|span| SeenJson { first: span.first.stored(), last: span.last.stored(), events: span.rows });
    WholeAlert { alert: AlertJson::of(alert, now), enrichment, query, seen, broken_evidence: is_broken }
}

/// Says what happened to an alert, oldest first.
#[utoipa::path(get, path = "/alerts/{id}/history", tag = "alerts", params(("id" = i64, Path, description = "Its number")), responses((status = OK, body = Vec<ChangeJson>)))]
pub(super) async fn history(State(app): State<App>, Path(id): Path<i64>) -> Result<Json<Vec<ChangeJson>>, Problem> {
    let rows = app.work(move |options, now| act::history(&options.scan().database, id, now)).await?;
    Ok(Json(rows.into_iter().map(ChangeJson::from).collect()))
}
