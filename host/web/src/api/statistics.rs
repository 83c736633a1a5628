//! Statistics of the events of a span: by time, ports, countries, networks.

use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::runtime::Handle;
use utoipa::IntoParams;

use super::events::read_span;
use crate::app::App;
use crate::extract::{Json, Query};
use crate::problem::Problem;
use net_scout_model::Messages;
use net_scout_report::report::{ReportOptions, make_report};

/// Over which span.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct StatisticsQuery {
    /// From when: an instant, or a duration back from the end; `1 day` where nothing is said.
    since: Option<String>,
    /// Until when; now where nothing is said.
    until: Option<String>,
    /// How many of each ranking, up to 100.
    #[param(maximum = 100, minimum = 1)]
    top: Option<usize>,
}

/// Counts the events and the alerts of a span: by time, and the most frequent ports, countries and networks.
#[utoipa::path(get, path = "/statistics", tag = "events", params(StatisticsQuery), responses((status = OK, body = Object)))]
pub(super) async fn statistics(State(app): State<App>, Query(query): Query<StatisticsQuery>) -> Result<Json<Value>, Problem> {
    let figures = app.work(move |options, now| -> Result<Value, Problem> {
        let span = read_span(query.since.as_deref(), query.until.as_deref(), now)?;
        let top = query.top.unwrap_or(net_scout_report::report::TOP).clamp(1, 100);
        let report = ReportOptions { since: span.begins, until: span.ends, compares: false, top };
        let report = Handle::current().block_on(make_report(options.scan(), &report, now, &Messages::default()))?;
        Ok(json!({ "period": report.period, "events": report.events, "alerts": report.alerts }))
    });
    Ok(Json(figures.await?))
}
