//! Jobs: scans and enrichment that are started here, watched while they work, and cancelled.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::Stream;
use futures_util::stream::unfold;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::{OwnedSemaphorePermit, watch};
use utoipa::ToSchema;

use super::events::read_address;
use crate::app::{App, WebOptions};
use crate::auth::caller::Caller;
use crate::extract::{Json, Path};
use crate::jobs::{Job, JobStatus, Work};
use crate::problem::Problem;
use net_scout_detect::enrich::{EnrichRequest, EnricherSource, LookUpRequest, enrich_alerts, look_up};
use net_scout_detect::scan::{ByHand, Keep, RuleSource, ScanAlerts, ScanReport, ScanRequest, read_window, run_scan};
use net_scout_model::clock::SystemClock;
use net_scout_model::time::Moment;
use net_scout_model::{Observable, Timestamp, Window};
use net_scout_plugin_host::recording::Tape;
use net_scout_store::{Turn, WhichAlerts};

/// The enricher that finds routes.
const TRACEROUTE: &str = "traceroute";
/// How long a job waits for its turn.
const PATIENCE: Duration = Duration::from_secs(300);
/// The most often that a watcher hears of a job.
const PACE: Duration = Duration::from_millis(200);

/// A scan to start.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScanOrder {
    /// Where the window begins: an instant, or a duration back from its end such as `1 hour`; the configured one where nothing is said.
    #[serde(default)]
    pub(crate) since: Option<String>,
    /// Where it ends; now where nothing is said.
    #[serde(default)]
    pub(crate) until: Option<String>,
    /// Only these rules; all where none is named.
    #[serde(default)]
    pub(crate) rules: Vec<String>,
    /// Keep nothing.
    #[serde(default)]
    pub(crate) dry_run: bool,
}

/// Starts a scan in the background.
#[utoipa::path(post, path = "/scans", tag = "jobs", request_body = ScanOrder, responses((status = ACCEPTED, body = Job)))]
pub(super) async fn scan(
    State(app): State<App>,
    caller: Caller,
    Json(order): Json<ScanOrder>,
) -> Result<(StatusCode, Json<Job>), Problem> {
    start_scan(&app, &caller, order).map(|job| (StatusCode::ACCEPTED, Json(job)))
}

/// Starts a scan.
pub(crate) fn start_scan(app: &App, caller: &Caller, order: ScanOrder) -> Result<Job, Problem> {
    let (options, now) = (app.options(), app.now());
    let wrong = |error: net_scout_model::time::TimeError| Problem::bad(format!("since: {error}"));
    let since = order.since.as_deref().map(|text| text.parse::<Moment>().map_err(wrong)).transpose()?;
    let window = read_window(since.unwrap_or(options.service.since), order.until.as_deref(), now)?;
    app.jobs().start("scan", &caller.name, clock(app), move |work| scan_now(&options, &order, window, work))
}

fn scan_now(options: &Arc<WebOptions>, order: &ScanOrder, window: Window, work: &Work) -> Result<Value, Problem> {
    let goes_on = || work.goes_on();
    let turn = Turn { what: "net-scout serve, a scan from the web page", patience: PATIENCE };
    let by_hand = ByHand { turn, clock: &SystemClock, claim: options.claim, goes_on: &goes_on };
    let request = ScanRequest {
        options: options.scan(),
        window,
        rules: RuleSource::Folder(options.plugins(), &order.rules),
        keep: if order.dry_run { Keep::Nothing } else { Keep::ByHand(by_hand) },
        kept: None,
        explain: false,
        record: None,
    };
    let report = work.wait_for(async {
        tokio::select! {
            report = run_scan(request, work) => report,
            // What keeps nothing holds nothing either: it can be dropped.
            () = work.stop(), if order.dry_run => Err(net_scout_detect::DetectError::Stopped),
        }
    })?;
    Ok(scan_json(&report, window))
}

fn scan_json(report: &ScanReport, window: Window) -> Value {
    let alerts: Vec<Value> = match &report.alerts {
        ScanAlerts::Raised(alerts) => alerts
            .iter()
            .map(|alert| json!({ "alert_type": alert.alert_type, "src_ip": alert.src_ip, "severity": alert.severity.name() }))
            .collect(),
        ScanAlerts::Recorded(alerts) => alerts.iter().map(|recorded| json!({ "id": recorded.alert.id })).collect(),
    };
    let left_out: usize = report.allowed.iter().map(|(.., count)| count).sum();
    json!({
        "since": window.since.seconds(), "until": window.until.map(Timestamp::seconds), "alerts": alerts.len(), "raised": alerts.into_iter().take(100).collect::<Vec<_>>(),
        "left_out_by_allowlist": left_out, "cut": report.cut, "a_plugin_failed": report.failed,
    })
}

/// An enrichment to start.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EnrichOrder {
    /// This alert; the newest ones without enrichment where none is named.
    #[serde(default)]
    pub(crate) alert: Option<i64>,
    /// At most so many alerts; the configured number where nothing is said.
    #[serde(default)]
    pub(crate) limit: Option<u32>,
    /// Ask again, whatever is kept.
    #[serde(default)]
    pub(crate) refresh: bool,
    /// Only these enrichers; all that are granted where none is named.
    #[serde(default)]
    pub(crate) enrichers: Vec<String>,
}

/// Starts looking up the addresses of alerts in the background.
#[utoipa::path(post, path = "/enrichments", tag = "jobs", request_body = EnrichOrder, responses((status = ACCEPTED, body = Job)))]
pub(super) async fn enrich(
    State(app): State<App>,
    caller: Caller,
    Json(order): Json<EnrichOrder>,
) -> Result<(StatusCode, Json<Job>), Problem> {
    start_enrichment(&app, &caller, order).map(|job| (StatusCode::ACCEPTED, Json(job)))
}

/// Starts an enrichment.
pub(crate) fn start_enrichment(app: &App, caller: &Caller, order: EnrichOrder) -> Result<Job, Problem> {
    let (options, now) = (app.options(), app.now());
    app.jobs().start("enrich", &caller.name, clock(app), move |work| {
        let limit = order.limit.unwrap_or(options.service.max_enrich).min(10_000);
        let which = match (order.alert, order.refresh) {
            (Some(id), _) => WhichAlerts::Id(id),
            (None, true) => WhichAlerts::NewestAgain(limit),
            (None, false) => WhichAlerts::Newest(limit),
        };
        let turn = Turn { what: "net-scout serve, an enrichment from the web page", patience: PATIENCE };
        let request = EnrichRequest { which, refresh: order.refresh, dry_run: false, tape: Tape::Off, turn };
        let enrichers = EnricherSource::Folder(options.plugins(), &order.enrichers);
        let enriched = work.wait_for(enrich_alerts(options.enrich(), enrichers, &request, now, work.stop(), work))?;
        Ok(json!({
            "alerts": enriched.alerts.unwrap_or(0), "lookups": enriched.lookups, "failed": enriched.failed, "cached": enriched.cached,
            "interrupted": enriched.interrupted, "an_enricher_was_refused": enriched.refused,
        }))
    })
}

/// A route to find.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TraceOrder {
    /// To this address.
    address: String,
}

/// Starts finding the route to an address in the background.
#[utoipa::path(post, path = "/traces", tag = "jobs", request_body = TraceOrder, responses((status = ACCEPTED, body = Job)))]
pub(super) async fn trace(
    State(app): State<App>,
    caller: Caller,
    Json(order): Json<TraceOrder>,
) -> Result<(StatusCode, Json<Job>), Problem> {
    start_trace(&app, &caller, &order.address).map(|job| (StatusCode::ACCEPTED, Json(job)))
}

/// Starts finding the route to an address.
pub(crate) fn start_trace(app: &App, caller: &Caller, address: &str) -> Result<Job, Problem> {
    let (options, now) = (app.options(), app.now());
    let address = read_address(address)?.to_string();
    let wrong = || Problem::bad(format!("`{address}` cannot be looked up"));
    let request = LookUpRequest { observable: Observable::parse(&address).ok_or_else(wrong)?, refresh: true, probes: true };
    app.jobs().start("trace", &caller.name, clock(app), move |work| {
        let only = [TRACEROUTE.to_owned()];
        let enrichers = EnricherSource::Folder(options.plugins(), &only);
        let found = work.wait_for(look_up(options.enrich(), enrichers, &request, now, work.stop(), work))?;
        Ok(json!({ "address": address, "trace": found.answers.get(TRACEROUTE) }))
    })
}

/// The clock of jobs.
pub(crate) fn clock(app: &App) -> crate::jobs::Now {
    let app = app.clone();
    Arc::new(move || app.now())
}

/// Lists the jobs of this run of the service, newest first.
#[utoipa::path(get, path = "/jobs", tag = "jobs", responses((status = OK, body = Vec<Job>)))]
pub(super) async fn list(State(app): State<App>) -> Json<Vec<Job>> {
    Json(app.jobs().list())
}

/// Shows a job.
#[utoipa::path(get, path = "/jobs/{id}", tag = "jobs", params(("id" = u64, Path, description = "Its number")), responses((status = OK, body = Job)))]
pub(super) async fn show(State(app): State<App>, Path(id): Path<u64>) -> Result<Json<Job>, Problem> {
    let job = app.jobs().watch(id)?.borrow().clone();
    Ok(Json(job))
}

/// Cancels a job. What a scan would have kept is not kept; what an enrichment found is.
#[utoipa::path(delete, path = "/jobs/{id}", tag = "jobs", params(("id" = u64, Path, description = "Its number")), responses((status = OK, body = Job)))]
pub(super) async fn cancel(State(app): State<App>, Path(id): Path<u64>) -> Result<Json<Job>, Problem> {
    app.jobs().cancel(id).map(Json)
}

struct Watched {
    job: watch::Receiver<Job>,
    is_first: bool,
    is_over: bool,
    _place: OwnedSemaphorePermit,
}

/// Watches a job: an event `job` with the whole job each time that it has changed, at most five a second. It ends with the job.
#[utoipa::path(get, path = "/jobs/{id}/events", tag = "jobs", params(("id" = u64, Path, description = "Its number")),
    responses((status = OK, content_type = "text/event-stream", body = String)))]
pub(super) async fn watch(
    State(app): State<App>,
    Path(id): Path<u64>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let job = app.jobs().watch(id)?;
    let place = Arc::clone(&app.jobs().streams).try_acquire_owned().map_err(|_| Problem::busy())?;
    let watched = Watched { job, is_first: true, is_over: false, _place: place };
    let stream = unfold(watched, async |mut watched| {
        if watched.is_over {
            return None;
        }
        if !watched.is_first {
            tokio::time::sleep(PACE).await;
            watched.job.changed().await.ok()?;
        }
        watched.is_first = false;
        let job = watched.job.borrow_and_update().clone();
        watched.is_over = job.status != JobStatus::Running;
        let event = Event::default().event("job").json_data(&job).ok()?;
        Some((Ok(event), watched))
    });
    Ok(Sse::new(stream).keep_alive(KeepAlive::new().interval(Duration::from_secs(15))))
}
