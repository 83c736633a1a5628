//! Reports over a period, and the summary of the day.

use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use serde_json::Value;
use tokio::runtime::Handle;
use utoipa::IntoParams;

use super::events::read_span;
use crate::app::App;
use crate::extract::{Json, Query};
use crate::problem::Problem;
use net_scout_model::time::parse_moment;
use net_scout_model::{Messages, plain};
use net_scout_report::report::{ReportFormat, ReportOptions, TOP, make_report};
use net_scout_report::summary::make_summary;

/// Which report, and how it is written.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ReportQuery {
    /// From when: an instant, or a duration back from the end; `7 days` where nothing is said.
    since: Option<String>,
    /// Until when; now where nothing is said.
    until: Option<String>,
    /// json, html, text or markdown; json where nothing is said.
    format: Option<String>,
    /// Whether it is compared with the period before.
    #[serde(default)]
    compare: bool,
    /// How many of each ranking, up to 100.
    #[param(maximum = 100, minimum = 1)]
    top: Option<usize>,
}

/// Makes a report over a period.
#[utoipa::path(get, path = "/report", tag = "reports", params(ReportQuery), responses((status = OK, body = Object)))]
pub(super) async fn report(State(app): State<App>, Query(query): Query<ReportQuery>) -> Result<Response, Problem> {
    let (format, kind, ending) = match query.format.as_deref().unwrap_or("json") {
        "json" => (None, "application/json", "json"),
        // A page of its own: it is kept, and not shown among ours.
        "html" => (Some(ReportFormat::Html), "text/html; charset=utf-8", "html"),
        "text" => (Some(ReportFormat::Text), "text/plain; charset=utf-8", "txt"),
        "markdown" => (Some(ReportFormat::Markdown), "text/markdown; charset=utf-8", "md"),
        other => {
            let problem = Problem::bad(format!("format: `{}` is not a format of reports", plain(other, 100)));
            return Err(problem.fix("write json, html, text or markdown"));
        }
    };
    let written = app.work(move |options, now| -> Result<String, Problem> {
        let span = read_span(query.since.as_deref().or(Some("7 days")), query.until.as_deref(), now)?;
        let top = query.top.unwrap_or(TOP).clamp(1, 100);
        let report = ReportOptions { since: span.begins, until: span.ends, compares: query.compare, top };
        let report = Handle::current().block_on(make_report(options.scan(), &report, now, &Messages::default()))?;
        match format {
            Some(format) => Ok(report.write(format)),
            None => serde_json::to_string(&report).map_err(|error| Problem::internal(error.to_string())),
        }
    });
    let name = format!("attachment; filename=\"net-scout-report.{ending}\"");
    Ok(([(CONTENT_TYPE, kind.to_owned()), (CONTENT_DISPOSITION, name)], written.await?).into_response())
}

/// Since when.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct SummaryQuery {
    /// An instant, or a duration back from now; `1 day` where nothing is said.
    since: Option<String>,
}

/// Says what is open, what is new, and how far the scans are.
#[utoipa::path(get, path = "/summary", tag = "reports", params(SummaryQuery), responses((status = OK, body = Object)))]
pub(super) async fn summary(State(app): State<App>, Query(query): Query<SummaryQuery>) -> Result<Json<Value>, Problem> {
    let summary = app.work(move |options, now| -> Result<Value, Problem> {
        let since = parse_moment(query.since.as_deref().unwrap_or("1 day"), now);
        let since = since.map_err(|error| Problem::bad(format!("since: {error}")))?;
        let summary = make_summary(options.scan(), since, now, &Messages::default())?;
        serde_json::to_value(summary).map_err(|error| Problem::internal(error.to_string()))
    });
    Ok(Json(summary.await?))
}
