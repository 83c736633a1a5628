//! What lookups found, as it is kept: by enricher, by text, newest first.

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use net_scout_report::words::number;
use net_scout_store::{AnswerFilter, AnswerPage, CachedAnswer};
use serde::Deserialize;

use super::frame::Frame;
use super::incident::answer;
use super::text::{address, ago, empty, of, shown};
use crate::app::App;
use crate::auth::caller::Scope;
use crate::extract::{Form, Query};
use crate::problem::Problem;

/// How many answers a page has.
const PAGE: u32 = 50;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    kind: String,
    q: String,
    skip: u32,
}

/// Shows it.
pub(super) async fn show(State(app): State<App>, frame: Frame, Query(asked): Query<Asked>) -> Result<Markup, Problem> {
    let text = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let filter = AnswerFilter { kind: text(&asked.kind), text: text(&asked.q), skipped: asked.skip, limit: PAGE };
    let page = app.work(move |options, _| options.scan().database.open_read_only()?.answer_page(&filter)).await?;
    Ok(frame.page("Cache", &asked.page(&frame, &page)))
}

#[derive(Deserialize)]
pub(super) struct Fields {
    subject: String,
    #[serde(default)]
    back: String,
}

/// Forgets an answer: the next lookup asks again.
pub(super) async fn forget(State(app): State<App>, frame: Frame, Form(fields): Form<Fields>) -> Result<Response, Problem> {
    frame.caller.need(Scope::Scan)?;
    let subject = fields.subject;
    app.work(move |options, _| options.scan().database.open()?.forget_answers(&[subject])).await?;
    Ok(Redirect::to(&frame.url.back(&fields.back)).into_response())
}

impl Asked {
    fn page(&self, frame: &Frame, page: &AnswerPage) -> Markup {
        let to = |kind: &str, skip: u32| {
            frame.url.with(
                "/cache",
                &[("kind", kind), ("q", &self.q), ("skip", &if skip == 0 { String::new() } else { skip.to_string() })],
            )
        };
        html! {
            div class="head" { h1 { "Cache" } p class="soft" { (of(page.answers.len(), page.all, "answer")) } }
            form class="query" method="get" action=(frame.url.to("/cache")) {
                input type="hidden" name="kind" value=(self.kind);
                input type="search" name="q" value=(self.q) aria-label="Subject" placeholder="an address, or a part of one";
                button { "Search" }
            }
            nav class="tabs" aria-label="Enrichers" {
                a href=(to("", 0)) aria-current=[self.kind.is_empty().then_some("page")] { "All" }
                @for (kind, count) in &page.kinds { a href=(to(kind, 0)) aria-current=[(*kind == self.kind).then_some("page")] { (shown(kind, 40)) " " span class="n" { (number(*count)) } } }
            }
            @if page.answers.is_empty() {
                (empty("Nothing is kept", html! { p { "What lookups find is kept here for as long as each enricher says. “Look up” on an alert asks them." } }))
            } @else {
                section class="card" {
                    table {
                        caption class="hidden" { "Answers" }
                        thead { tr { th { "Subject" } th { "Answer" } th { "Asked" } th { span class="hidden" { "Actions" } } } }
                        tbody { @for found in &page.answers { (row(frame, found)) } }
                    }
                    div class="pages" {
                        @if self.skip > 0 { a rel="prev" href=(to(&self.kind, self.skip.saturating_sub(PAGE))) { "Page before" } } @else { span {} }
                        @if u64::from(self.skip) + (page.answers.len() as u64) < page.all { a rel="next" href=(to(&self.kind, self.skip + PAGE)) { "Next page" } }
                    }
                }
            }
        }
    }
}

fn row(frame: &Frame, found: &CachedAnswer) -> Markup {
    let value = found.subject.split_once(':').map_or(found.subject.as_str(), |(_, value)| value);
    html! {
        tr {
            th scope="row" { (address(&frame.url, value)) span class="soft small" { " " (shown(&found.kind, 40)) } }
            td { (answer(&found.clone().into_result())) }
            td { (ago(found.updated_at, frame.now)) }
            td { @if frame.may(Scope::Scan) { form method="post" action=(frame.url.to("/cache")) { (frame.token()) input type="hidden" name="subject" value=(found.subject); input type="hidden" name="back" value=(frame.here);
                button class="plain" aria-label=(format!("forget {}", net_scout_model::plain(&found.subject, 80))) { "Forget" } } } }
        }
    }
}
