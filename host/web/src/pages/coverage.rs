//! Which time was scanned, how the jobs of the service stand, and what each rule costs and finds.

mod rules;

use axum::extract::State;
use maud::{Markup, html};
use net_scout_model::{Coverage, CoverageState, Span, Timestamp};
use net_scout_report::words::duration;
use net_scout_serve::status::Status;
use serde::Deserialize;

use super::frame::Frame;
use super::period::{choice, period};
use super::text::{ago, empty, notice, shown, time};
use crate::app::{App, WebOptions};
use crate::extract::Query;
use crate::problem::Problem;
use rules::RuleFigures;

/// The period that is shown first.
const USUAL: &str = "24h";
/// How many spans are listed.
const SPANS: usize = 20;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    since: String,
}

struct Standing {
    status: Status,
    problems: Vec<String>,
    coverage: Coverage,
    span: Span,
    rules: Vec<RuleFigures>,
}

/// Shows it.
pub(super) async fn show(State(app): State<App>, frame: Frame, Query(asked): Query<Asked>) -> Result<Markup, Problem> {
    let span = period(&asked.since, "", USUAL, frame.now)?;
    let standing = app.work(move |options, now| load(options, span, now)).await?;
    Ok(frame.page("Coverage and rules", &standing.page(&frame, &asked)))
}

fn load(options: &WebOptions, span: Span, now: Timestamp) -> Result<Standing, Problem> {
    let (scan, service) = (options.scan(), &options.service);
    let database = scan.database.open_read_only()?;
    let status = Status::read(&database, now)?.current(&database, &scan.table, &service.tick, now)?;
    let problems = status.problems(net_scout_serve::service::longest_lag(service));
    let coverage = database.coverage_around(&scan.table, span)?;
    let rules = rules::figures(&database, span.begins, now)?;
    Ok(Standing { status, problems, coverage, span, rules })
}

impl Standing {
    fn page(&self, frame: &Frame, asked: &Asked) -> Markup {
        let coverage = &self.status.service.coverage;
        let since = if asked.since.is_empty() { USUAL } else { &asked.since };
        html! {
            div class="head" {
                h1 { "Coverage and rules" }
                form class="row" method="get" action=(frame.url.to("/coverage")) { label class="row" { "Over " (choice(since)) } button { "Show" } }
            }
            @for problem in &self.problems { (notice("warn", html! { p class="any" { (shown(problem, 600)) } })) }
            dl class="tiles" {
                div { dt { "Scanned until" } dd { @match coverage.good_until { Some(at) => { (ago(at, frame.now)) small { (time(at, frame.now)) } }, None => "never" } } }
                div { dt { "Behind" } dd { (duration(coverage.lag_seconds)) } }
                div { dt { "Not scanned" } dd { (duration(coverage.open_seconds)) small { "failed or left out" } } }
                div { dt { "Service" } dd { @match &self.status.running { Some(who) => { "runs" small { (shown(who, 60)) } }, None => "none runs" } } }
            }
            section class="card" aria-labelledby="time" { h2 id="time" { "Which time was scanned" } (self.stretches(frame)) }
            (self.jobs(frame))
            (rules::table(frame, &self.rules))
        }
    }

    fn stretches(&self, frame: &Frame) -> Markup {
        if self.coverage.stretches().is_empty() {
            return empty(
                "Nothing is recorded for this period",
                html! { p { "A service records it: " code { "net-scout serve" } ". A " a href=(frame.url.to("/scan")) { "scan by hand" } " finds alerts all the same." } },
            );
        }
        let length = self.span.length().max(1) as f64;
        let share = |at: Timestamp| format!("{:.3}%", 100.0 * (at.0 - self.span.begins.0) as f64 / length);
        let width = |part: Span| format!("{:.3}%", 100.0 * part.length() as f64 / length);
        let parts = self.coverage.parts(self.span);
        let mut open: Vec<_> =
            parts.iter().filter(|(_, stretch)| stretch.is_none_or(|stretch| stretch.state != CoverageState::Scanned)).collect();
        let count = open.len();
        open.reverse();
        let name = |state: Option<CoverageState>| state.map_or("not known", CoverageState::name);
        html! {
            figure {
                figcaption { (time(self.span.begins, frame.now)) " to " (time(self.span.ends, frame.now))
                    @for state in CoverageState::ALL { span class="key" { svg class="stretches" viewBox="0 0 8 8" aria-hidden="true" { rect class=(state.name()) width="8" height="8" {} } (state.name()) } } }
                svg class="stretches" role="img" aria-label="Which time was scanned" {
                    @for (part, stretch) in &parts { @if let Some(stretch) = stretch { rect class=(stretch.state.name()) x=(share(part.begins)) width=(width(*part)) height="100%" { title { (stretch.state.name()) ": " (part.begins.seconds()) " to " (part.ends.seconds()) } } } }
                }
            }
            @if !open.is_empty() {
                div class="scroll" tabindex="0" role="region" aria-label="Time that was not scanned" { table {
                    caption { "Not scanned to the last row" @if count > SPANS { ", the last " (SPANS) " of " (count) } }
                    thead { tr { th { "From" } th { "To" } th { "State" } th { "Why" } } }
                    tbody { @for (part, stretch) in open.into_iter().take(SPANS) { tr {
                        td { (time(part.begins, frame.now)) } td { (time(part.ends, frame.now)) }
                        td { span class=(format!("pill {}", name(stretch.map(|stretch| stretch.state)))) { (name(stretch.map(|stretch| stretch.state))) } }
                        td class="any" { (shown(stretch.and_then(|stretch| stretch.message.as_deref()).unwrap_or("-"), 300)) }
                    } } }
                } }
            }
        }
    }

    fn jobs(&self, frame: &Frame) -> Markup {
        let at = |at: Option<Timestamp>| html! { @match at { Some(at) => (time(at, frame.now)), None => "-" } };
        html! {
            @if !self.status.jobs.is_empty() {
                section class="card" aria-labelledby="jobs" {
                    h2 id="jobs" { "Jobs of the service" }
                    div class="scroll" tabindex="0" role="region" aria-label="Jobs" { table {
                        caption class="hidden" { "Jobs" }
                        thead { tr { th { "Job" } th { "When" } th { "Last" } th { "Next" } th { "How it went" } } }
                        tbody { @for (name, job) in &self.status.jobs { tr {
                            th scope="row" { (shown(name, 40)) } td { (shown(&job.schedule, 80)) } td { (at(job.state.ended)) } td { (at(job.next)) }
                            td class="any" { @if job.state.failures > 0 { span class="pill failed" { "failed" } " " } (shown(job.state.message.as_deref().unwrap_or("-"), 300)) }
                        } } }
                    } }
                }
            }
        }
    }
}
