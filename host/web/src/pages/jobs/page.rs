//! Jobs as pages.

use maud::{Markup, html};
use net_scout_report::evidence::one;
use net_scout_report::words::number;
use serde_json::Value;

use crate::auth::caller::Scope;
use crate::jobs::{Job, JobStatus};
use crate::pages::frame::Frame;
use crate::pages::incident::answer;
use crate::pages::period::choice;
use crate::pages::text::{address, empty, notice, shown, stored_time};

/// The form that starts a scan, and the jobs of this run of the service.
pub(super) fn scans(frame: &Frame, jobs: &[Job]) -> Markup {
    html! {
        div class="head" { h1 { "Scan" } }
        @if frame.may(Scope::Scan) {
            form class="card" method="post" action=(frame.url.to("/jobs/scan")) {
                (frame.token())
                div class="fields" {
                    label { "Events of" (choice("1h")) }
                    label { "Until" input name="until" placeholder="now" autocomplete="off"; }
                    label { "Rules, all if empty" input name="rules" placeholder="port_scan" autocomplete="off" spellcheck="false"; }
                    label class="row" { input type="checkbox" name="dry_run" value="1"; "only look, keep nothing" }
                    div class="row" { button class="main" { "Scan" } }
                }
            }
        } @else { (notice("", html! { p { "You may look, but not start scans: an admin gives the role analyst." } })) }
        section class="card" {
            h2 { "Jobs since the service began" }
            @if jobs.is_empty() { (empty("No job yet", html! { p { "The scans of the service itself are listed under " a href=(frame.url.to("/coverage")) { "coverage" } "." } })) }
            @else {
                div class="scroll" tabindex="0" role="region" aria-label="Jobs" { table {
                    caption class="hidden" { "Jobs" }
                    thead { tr { th { "Job" } th { "State" } th { "By" } th { "Began" } th { "What it came to" } } }
                    tbody { @for job in jobs { tr {
                        th scope="row" { a href=(frame.url.to(&format!("/jobs/{}", job.id))) { (job.kind) " " (job.id) } }
                        td { (status(job)) } td { (shown(&job.by, 60)) } td { (stored_time(&job.started, frame.now)) } td class="any" { (outcome(job)) }
                    } } }
                } }
            }
        }
    }
}

fn status(job: &Job) -> Markup {
    let (class, words) = match job.status {
        JobStatus::Running => ("pill running", "running"),
        JobStatus::Done => ("pill good", "done"),
        JobStatus::Failed => ("pill failed", "failed"),
        JobStatus::Cancelled => ("pill", "cancelled"),
    };
    html! { span class=(class) { (words) } }
}

/// What a job came to, in a line.
fn outcome(job: &Job) -> Markup {
    match (&job.result, &job.error) {
        (_, Some(problem)) => shown(&problem.detail, 300),
        (Some(result), _) => match (result["alerts"].as_u64(), result["lookups"].as_u64()) {
            (Some(alerts), Some(lookups)) => html! { (number(lookups)) " lookups for " (number(alerts)) " alerts" },
            (Some(alerts), None) => html! { (number(alerts)) " alerts" },
            _ => html! { (result["answers"].as_object().map_or(0, serde_json::Map::len)) " answers" },
        },
        _ => html! { "-" },
    }
}

/// One job with its progress. Without script the page is loaded again until it has ended.
pub(super) fn job(frame: &Frame, job: &Job) -> Markup {
    let is_running = job.status == JobStatus::Running;
    let events = is_running.then(|| frame.url.to(&format!("/api/v1/jobs/{}/events", job.id)));
    html! {
        p class="crumb" { a href=(frame.url.to("/scan")) { "Scan" } " / job " (job.id) }
        div class="head" { h1 { (job.kind) " " (job.id) } p { (status(job)) " by " (shown(&job.by, 60)) ", began " (stored_time(&job.started, frame.now)) @if let Some(ended) = &job.ended { ", ended " (stored_time(ended, frame.now)) } } }
        section class="card stack" data-job=[events] {
            @if is_running { (progress(frame, job)) }
            @if let Some(problem) = &job.error { (notice("wrong", html! { p class="any" { (shown(&problem.detail, 1_000)) } @if let Some(fix) = &problem.fix { p class="soft any" { (shown(fix, 500)) } } })) }
            @if let Some(result) = &job.result { (self::result(frame, result)) }
            @if !job.said.is_empty() { h2 { "What it said" } ul { @for text in &job.said { li class="any" { (shown(text, 500)) } } } }
        }
    }
}

fn progress(frame: &Frame, job: &Job) -> Markup {
    let step = job.step.as_ref();
    html! {
        label class="stack" {
            span data-words { @match step { Some(step) => { (shown(&step.what, 80)) @if step.total > 0 { ", " (step.done) " of " (step.total) " " (step.unit) } }, None => "It begins." } }
            @match step.filter(|step| step.total > 0) { Some(step) => progress max=(step.total) value=(step.done) {}, None => progress {} }
        }
        noscript { p { a href=(frame.here) { "Look again" } } }
        @if frame.may(Scope::Scan) { form method="post" action=(frame.url.to("/jobs/cancel")) { (frame.token()) input type="hidden" name="id" value=(job.id); button { "Cancel" } } }
    }
}

fn result(frame: &Frame, result: &Value) -> Markup {
    let raised: Vec<i64> = result["raised"].as_array().into_iter().flatten().filter_map(|alert| alert["id"].as_i64()).collect();
    let answers = result["answers"].as_object();
    html! {
        @if let Some(answers) = answers {
            @if let Some(subject) = result["subject"].as_str() { p { "About " (address(&frame.url, subject)) @if answers.contains_key("traceroute") { ": " a href=(frame.url.with("/trace", &[("target", subject)])) { "the way to it" } } } }
            @if answers.is_empty() { p class="soft" { "No enricher that is granted answered." } }
            @for (kind, found) in answers { div { h3 { (shown(kind, 60)) } (answer(found)) } }
        } @else {
            dl class="facts" { @for (name, value) in result.as_object().into_iter().flatten().filter(|(name, value)| *name != "raised" && !value.is_null()) { dt { (shown(&name.replace('_', " "), 60)) } dd { (shown(&value.as_u64().map_or_else(|| one(value), number), 200)) } } }
            @if !raised.is_empty() {
                h2 { "Its alerts" }
                p { @for id in raised.iter().take(50) { a href=(frame.url.to(&format!("/alerts/{id}"))) { "#" (id) } " " } @if raised.len() > 50 { "50 of " (raised.len()) " are named." } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::pages::test_support::frame;

    #[test]
    fn what_a_job_says_is_text() {
        let job = Job {
            id: 3,
            kind: "lookup",
            by: "<b>anna".into(),
            status: JobStatus::Running,
            started: "2026-03-11T20:35:11Z".into(),
            ended: None,
            step: None,
            said: vec!["</ul><script>".into()],
            result: Some(json!({"subject": "192.0.2.1", "answers": {"<img>": {"name": "\u{1b}[31m"}}})),
            error: None,
        };
        let page = super::job(&frame(), &job).into_string() + &scans(&frame(), &[job]).into_string();
        for forbidden in ["<b>", "<i>", "<script", "<img", "\u{1b}"] {
            assert!(!page.contains(forbidden), "{forbidden}: {page}");
        }
        assert!(page.contains("data-job=\"/api/v1/jobs/3/events\""), "{page}");
    }
}
