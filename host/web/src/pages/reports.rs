//! The report over a period, as it is sent by mail, here as a page.

use axum::extract::State;
use axum::http::header::CONTENT_DISPOSITION;
use axum::response::{Html, IntoResponse as _, Response};
use maud::{Markup, html};
use net_scout_model::{Messages, Span, Timestamp};
use net_scout_report::report::{Report, ReportFormat, ReportOptions, TOP, make_report};
use serde::Deserialize;
use tokio::runtime::Handle;

use super::frame::Frame;
use super::period::{choice, period};
use super::text::shown;
use crate::app::App;
use crate::extract::Query;
use crate::problem::Problem;

/// The period that is reported first.
const USUAL: &str = "24h";

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    since: String,
    until: String,
    /// The file is wanted.
    file: String,
}

/// Shows it, or gives it as a file.
pub(super) async fn show(State(app): State<App>, frame: Frame, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let span = period(&asked.since, &asked.until, USUAL, frame.now)?;
    let report = app.work(move |options, now| make(options.scan(), span, now)).await?;
    if !asked.file.is_empty() {
        let name = format!("attachment; filename=\"net-scout-{}.html\"", span.ends.date());
        return Ok(([(CONTENT_DISPOSITION, name)], Html(report.write(ReportFormat::Html))).into_response());
    }
    Ok(frame.page("Reports", &asked.page(&frame, &report)).into_response())
}

fn make(scan: &net_scout_detect::scan::ScanOptions, span: Span, now: Timestamp) -> Result<Report, Problem> {
    let options = ReportOptions { since: span.begins, until: span.ends, compares: true, top: TOP };
    Ok(Handle::current().block_on(make_report(scan, &options, now, &Messages::default()))?)
}

impl Asked {
    fn page(&self, frame: &Frame, report: &Report) -> Markup {
        let since = if self.since.is_empty() { USUAL } else { &self.since };
        let (lead, sections) = report.parts();
        html! {
            div class="head" {
                h1 { "Report" }
                form class="row" method="get" action=(frame.url.to("/reports")) {
                    label class="row" { "Over " (choice(since)) } button { "Show" }
                    a class="button" href=(frame.url.with("/reports", &[("since", since), ("until", &self.until), ("file", "1")])) { "As a file" }
                }
            }
            p class="soft" { (shown(&lead, 500)) }
            div class="card report" { (sections) }
        }
    }
}
