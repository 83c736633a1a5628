//! Work in the background: scans and lookups that somebody started here, with their progress.

mod page;

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::Markup;
use net_scout_detect::enrich::{EnricherSource, LookUpRequest, look_up};
use net_scout_model::{Observable, plain};
use serde::Deserialize;
use serde_json::Value;

use super::form::{Pairs, value};
use super::frame::Frame;
use crate::api::jobs::{EnrichOrder, ScanOrder, clock, start_enrichment, start_scan};
use crate::app::App;
use crate::auth::caller::Scope;
use crate::extract::{Form, Path};
use crate::problem::Problem;

/// The scans and the other jobs, and the form that starts one.
pub(super) async fn scans(State(app): State<App>, frame: Frame) -> Markup {
    frame.page("Scan", &page::scans(&frame, &app.jobs().list()))
}

/// One job.
pub(super) async fn show(State(app): State<App>, frame: Frame, Path(id): Path<u64>) -> Result<Markup, Problem> {
    let job = app.jobs().watch(id)?.borrow().clone();
    Ok(frame.page(&format!("Job {id}"), &page::job(&frame, &job)))
}

/// Starts a scan.
pub(super) async fn scan(State(app): State<App>, frame: Frame, Form(pairs): Form<Pairs>) -> Result<Response, Problem> {
    frame.caller.need(Scope::Scan)?;
    let text = |name: &str| Some(value(&pairs, name).trim().to_owned()).filter(|text| !text.is_empty());
    let rules = value(&pairs, "rules").split([',', ' ']).filter(|rule| !rule.is_empty()).map(str::to_owned).collect();
    let order = ScanOrder { since: text("since"), until: text("until"), rules, dry_run: text("dry_run").is_some() };
    let job = start_scan(&app, &frame.caller, order)?;
    Ok(to(&frame, job.id))
}

/// Looks up what is known of the addresses of an alert.
pub(super) async fn enrich(State(app): State<App>, frame: Frame, Form(pairs): Form<Pairs>) -> Result<Response, Problem> {
    frame.caller.need(Scope::Scan)?;
    let alert = value(&pairs, "id").parse().map_err(|_| Problem::bad("no alert is named"))?;
    let order = EnrichOrder { alert: Some(alert), limit: None, refresh: false, enrichers: Vec::new() };
    Ok(to(&frame, start_enrichment(&app, &frame.caller, order)?.id))
}

/// Looks one address up, with all enrichers or with one.
pub(super) async fn lookup(State(app): State<App>, frame: Frame, Form(pairs): Form<Pairs>) -> Result<Response, Problem> {
    frame.caller.need(Scope::Scan)?;
    let text = value(&pairs, "observable");
    let wrong = || Problem::bad(format!("`{}` is neither an IP address nor a domain name", plain(text, 100)));
    let observable = Observable::parse(text).ok_or_else(wrong)?;
    let only: Vec<String> = Some(value(&pairs, "kind").to_owned()).filter(|kind| !kind.is_empty()).into_iter().collect();
    let (options, now) = (app.options(), app.now());
    let kind = if only.iter().any(|kind| kind == "traceroute") { "trace" } else { "lookup" };
    let job = app.jobs().start(kind, &frame.caller.name, clock(&app), move |work| {
        let request = LookUpRequest { observable, refresh: true, probes: !only.is_empty() };
        let enrichers = EnricherSource::Folder(options.plugins(), &only);
        let found = work.wait_for(look_up(options.enrich(), enrichers, &request, now, work.stop(), work))?;
        Ok(serde_json::json!({ "subject": request.observable.value, "answers": Value::Object(found.answers) }))
    })?;
    Ok(to(&frame, job.id))
}

#[derive(Deserialize)]
pub(super) struct Cancelled {
    id: u64,
}

/// Tells a job to stop.
pub(super) async fn cancel(
    State(app): State<App>,
    frame: Frame,
    Form(Cancelled { id }): Form<Cancelled>,
) -> Result<Response, Problem> {
    frame.caller.need(Scope::Scan)?;
    app.jobs().cancel(id)?;
    Ok(to(&frame, id))
}

fn to(frame: &Frame, id: u64) -> Response {
    Redirect::to(&frame.url.to(&format!("/jobs/{id}"))).into_response()
}
