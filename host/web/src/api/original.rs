//! What the Python program answered under `/api/`, for pages and scripts that were written for it. Reading is by the same columns; what
//! starts work answers at once with the number of a job, and says under `ok` and `error` how it went.

use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use super::actions::until;
use super::alerts::read_query;
use super::jobs::{EnrichOrder, ScanOrder, start_enrichment, start_scan, start_trace};
use crate::app::App;
use crate::auth::caller::Caller;
use crate::extract::{Json, Query};
use crate::jobs::Job;
use crate::problem::Problem;
use net_scout_detect::act::{self, Act};
use net_scout_detect::enrich;
use net_scout_model::search::AlertQuery;
use net_scout_model::{Actor, AlertAction};
use net_scout_serve::status::Status;
use net_scout_store::AlertFilter;

/// How many rows a list has where nothing is said, and the most that it may have.
const USUAL: u32 = 100;
const MOST: u32 = 1_000;
/// How long a snooze is where nothing is said.
const SNOOZE: &str = "24 hours";

/// How many rows.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Limit {
    /// At most so many, up to 1000.
    #[param(maximum = 1000, minimum = 1)]
    limit: Option<u32>,
    /// Only alerts with this status.
    status: Option<String>,
}

impl Limit {
    fn rows(&self) -> u32 {
        self.limit.unwrap_or(USUAL).clamp(1, MOST)
    }
}

/// Lists alerts, newest first, with the columns of `scout_alerts`; `evidence` and `enrichment` as objects.
#[utoipa::path(get, path = "/alerts", tag = "original", params(Limit), responses((status = OK, body = Object)))]
pub(super) async fn alerts(State(app): State<App>, Query(limit): Query<Limit>) -> Result<Json<Value>, Problem> {
    let rows = app.work(move |options, now| -> Result<Vec<Value>, Problem> {
        let query = limit.status.as_deref().map_or(Ok(AlertQuery::default()), |status| read_query(options, &format!("status:{status}")))?;
        let database = options.scan().database.open_read_only()?;
        let found = database.alerts(&AlertFilter { limit: Some(limit.rows()), ..AlertFilter::new(query, now) })?.alerts;
        let row = |alert: net_scout_model::StoredAlert| -> Result<Value, Problem> {
            let enrichment = database.enrichment_of(alert.id)?;
            Ok(json!({
                "id": alert.id, "alert_type": alert.alert_type, "src_ip": alert.src_ip, "dst_ip": alert.dst_ip, "score": alert.score,
                "status": alert.status_at(now), "created_at": alert.created_at, "evidence": alert.evidence, "enrichment": enrichment,
            }))
        };
        found.into_iter().map(row).collect()
    });
    Ok(Json(json!({ "alerts": rows.await? })))
}

/// Says what the service does, and which jobs there are.
#[utoipa::path(get, path = "/status", tag = "original", responses((status = OK, body = Object)))]
pub(super) async fn status(State(app): State<App>) -> Result<Json<Value>, Problem> {
    let running = app.work(|options, now| -> Result<_, Problem> {
        let database = options.scan().database.open_read_only()?;
        Ok(Status::read(&database, now)?.running)
    });
    Ok(Json(json!({ "running": running.await?, "jobs": app.jobs().list() })))
}

/// Which rows of the cache.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct CacheLimit {
    /// At most so many, up to 1000.
    #[param(maximum = 1000, minimum = 1)]
    limit: Option<usize>,
    /// Only those of this enricher.
    kind: Option<String>,
}

/// Lists the rows of `scout_enrichment_cache`, newest first.
#[utoipa::path(get, path = "/enrichment_cache", tag = "original", params(CacheLimit), responses((status = OK, body = Object)))]
pub(super) async fn enrichment_cache(State(app): State<App>, Query(query): Query<CacheLimit>) -> Result<Json<Value>, Problem> {
    let rows = app.work(move |options, _| -> Result<Vec<Value>, Problem> {
        let mut answers = enrich::answers(&options.scan().database, query.kind.as_deref())?;
        answers.sort_by_key(|answer| std::cmp::Reverse(answer.updated_at));
        answers.truncate(query.limit.unwrap_or(USUAL as usize).clamp(1, MOST as usize));
        let row = |answer: net_scout_store::CachedAnswer| {
            let updated = answer.updated_at.seconds();
            json!({ "subject": answer.subject, "kind": answer.kind, "result": answer.result, "updated_at": updated })
        };
        Ok(answers.into_iter().map(row).collect())
    });
    Ok(Json(json!({ "entries": rows.await? })))
}

/// Which address.
#[derive(Deserialize, IntoParams, ToSchema)]
#[into_params(parameter_in = Query)]
pub(super) struct TraceOf {
    /// The address.
    ip: String,
}

/// Shows the last route to an address that is kept.
#[utoipa::path(get, path = "/trace", tag = "original", params(TraceOf), responses((status = OK, body = Object)))]
pub(super) async fn trace(State(app): State<App>, Query(query): Query<TraceOf>) -> Result<Json<Value>, Problem> {
    let address = super::events::read_address(&query.ip)?.to_string();
    let subject = format!("traceroute:{address}");
    let answer = app.work(move |options, _| options.scan().database.open_read_only()?.cached(&subject)).await?;
    let missing = || Problem::not_found(format!("no route to {address} is kept")).fix("POST /api/trace_run finds one");
    let answer = answer.ok_or_else(missing)?;
    Ok(Json(json!({ "ip": address, "trace": answer.result, "updated_at": answer.updated_at.seconds() })))
}

fn started(job: &Job) -> Json<Value> {
    Json(json!({ "ok": true, "job": job.id, "status": "running" }))
}

/// Starts a scan.
#[utoipa::path(post, path = "/run_scan", tag = "original", request_body = Option<ScanOrder>, responses((status = OK, body = Object)))]
pub(super) async fn run_scan(
    State(app): State<App>,
    caller: Caller,
    order: Option<Json<ScanOrder>>,
) -> Result<Json<Value>, Problem> {
    let order = order.map(|Json(order)| order).unwrap_or_default();
    start_scan(&app, &caller, order).map(|job| started(&job))
}

/// Which alert.
#[derive(Deserialize, ToSchema)]
pub(super) struct OneAlert {
    /// Its number.
    id: i64,
}

/// Looks up the addresses of an alert.
#[utoipa::path(post, path = "/enrich_alert", tag = "original", request_body = OneAlert, responses((status = OK, body = Object)))]
pub(super) async fn enrich_alert(
    State(app): State<App>,
    caller: Caller,
    Json(alert): Json<OneAlert>,
) -> Result<Json<Value>, Problem> {
    let order = EnrichOrder { alert: Some(alert.id), ..EnrichOrder::default() };
    start_enrichment(&app, &caller, order).map(|job| started(&job))
}

/// How many alerts.
#[derive(Default, Deserialize, ToSchema)]
pub(super) struct Bulk {
    /// At most so many; the configured number where nothing is said.
    limit: Option<u32>,
}

/// Looks up the addresses of the newest alerts without enrichment.
#[utoipa::path(post, path = "/enrich_bulk", tag = "original", request_body = Option<Bulk>, responses((status = OK, body = Object)))]
pub(super) async fn enrich_bulk(
    State(app): State<App>,
    caller: Caller,
    bulk: Option<Json<Bulk>>,
) -> Result<Json<Value>, Problem> {
    let limit = bulk.and_then(|Json(bulk)| bulk.limit);
    start_enrichment(&app, &caller, EnrichOrder { limit, ..EnrichOrder::default() }).map(|job| started(&job))
}

/// Finds the route to an address.
#[utoipa::path(post, path = "/trace_run", tag = "original", request_body = TraceOf, responses((status = OK, body = Object)))]
pub(super) async fn trace_run(State(app): State<App>, caller: Caller, Json(of): Json<TraceOf>) -> Result<Json<Value>, Problem> {
    start_trace(&app, &caller, &of.ip).map(|job| started(&job))
}

/// Which alert, and until when.
#[derive(Deserialize, ToSchema)]
pub(super) struct Snooze {
    /// Its number.
    id: i64,
    /// Until when: an instant or a duration from now; a day where nothing is said. It always ends.
    until: Option<String>,
}

/// Puts an alert out of the way for a while.
#[utoipa::path(post, path = "/snooze_alert", tag = "original", request_body = Snooze, responses((status = OK, body = Object)))]
pub(super) async fn snooze_alert(
    State(app): State<App>,
    caller: Caller,
    Json(snooze): Json<Snooze>,
) -> Result<Json<Value>, Problem> {
    let until = until(snooze.until.as_deref().unwrap_or(SNOOZE), app.now())?;
    let changed = app.work(move |options, now| -> Result<Vec<i64>, Problem> {
        let (database, action) = (&options.scan().database, AlertAction::Snooze(Some(until)));
        let plan = act::plan(database, &AlertQuery::of_id(snooze.id), &action, now)?;
        let ids: Vec<i64> = plan.changing.iter().map(|alert| alert.id).collect();
        if ids.is_empty() {
            return Ok(ids);
        }
        Ok(act::act(database, &ids, &Act { action, note: None, actor: Actor::Person(caller.name) }, now)?.changed)
    });
    Ok(Json(json!({ "ok": true, "changed": changed.await?, "until": until.seconds() })))
}
