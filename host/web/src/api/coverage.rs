//! What the service does, what is wrong, and which time was scanned.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use super::events::read_span;
use crate::app::App;
use crate::extract::{Json, Query};
use crate::problem::Problem;
use net_scout_serve::service::longest_lag;
use net_scout_serve::status::Status;

/// Says what the service does and what is wrong with it: as `net-scout status --format json`.
#[utoipa::path(get, path = "/status", tag = "service", responses((status = OK, body = Object)))]
pub(super) async fn status(State(app): State<App>) -> Result<Json<Value>, Problem> {
    let status = app.work(|options, now| -> Result<Value, Problem> {
        let scan = options.scan();
        let database = scan.database.open_read_only()?;
        let status = Status::read(&database, now)?.current(&database, &scan.table, &options.service.tick, now)?;
        drop(database);
        let status = status.noticing_silence(&scan.database, now);
        let problems = status.problems(longest_lag(&options.service));
        Ok(json!({ "status": status, "problems": problems, "ok": problems.is_empty() }))
    });
    Ok(Json(status.await?))
}

/// Over which span.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct CoverageQuery {
    /// From when: an instant, or a duration back from the end; `7 days` where nothing is said.
    since: Option<String>,
    /// Until when; now where nothing is said.
    until: Option<String>,
}

/// A stretch of time, and what became of it.
#[derive(Serialize, ToSchema)]
pub(super) struct StretchJson {
    /// When it begins.
    begins: String,
    /// The first instant behind it.
    ends: String,
    /// scanned, late, failed or gap; never where no scan looked at it.
    state: &'static str,
    /// When that was.
    at: Option<String>,
    /// Why it failed or was left out, or what came late.
    message: Option<String>,
}

/// Says which time was scanned, stretch by stretch.
#[utoipa::path(get, path = "/coverage", tag = "service", params(CoverageQuery), responses((status = OK, body = Vec<StretchJson>)))]
pub(super) async fn coverage(
    State(app): State<App>,
    Query(query): Query<CoverageQuery>,
) -> Result<Json<Vec<StretchJson>>, Problem> {
    let stretches = app.work(move |options, now| -> Result<_, Problem> {
        let span = read_span(query.since.as_deref().or(Some("7 days")), query.until.as_deref(), now)?;
        let coverage = options.scan().database.open_read_only()?.coverage_around(&options.scan().table, span)?;
        let stretch = |(span, stretch): (net_scout_model::Span, Option<&net_scout_model::Stretch>)| StretchJson {
            begins: span.begins.seconds(),
            ends: span.ends.seconds(),
            state: stretch.map_or("never", |stretch| stretch.state.name()),
            at: stretch.map(|stretch| stretch.at.seconds()),
            message: stretch.and_then(|stretch| stretch.message.clone()),
        };
        Ok(coverage.parts(span).into_iter().map(stretch).collect::<Vec<_>>())
    });
    Ok(Json(stretches.await?))
}
