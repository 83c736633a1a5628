//! What is still to be told, what was told in the last week, and what was given up.

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use net_scout_model::Timestamp;
use net_scout_report::words::number;
use net_scout_store::{OutboxEntry, OutboxMessage};
use serde::Deserialize;

use super::frame::Frame;
use super::text::{empty, of, severity, shown, time};
use crate::app::App;
use crate::auth::caller::Scope;
use crate::extract::Form;
use crate::problem::Problem;

/// How far back messages that were sent are shown, in microseconds.
const WEEK: i64 = 604_800_000_000;
/// How many rows of each kind are shown.
const ROWS: usize = 200;

/// Shows it.
pub(super) async fn show(State(app): State<App>, frame: Frame) -> Result<Markup, Problem> {
    let (waiting, messages) = app
        .work(|options, now| -> Result<_, Problem> {
            let database = options.scan().database.open_read_only()?;
            Ok((database.waiting_entries()?, database.outbox_messages(now.plus(-WEEK))?))
        })
        .await?;
    Ok(frame.page("Outbox", &page(&frame, &waiting, &messages)))
}

#[derive(Deserialize)]
pub(super) struct Fields {
    id: i64,
    what: String,
}

/// Tries a message again, or drops it.
pub(super) async fn change(State(app): State<App>, frame: Frame, Form(fields): Form<Fields>) -> Result<Response, Problem> {
    frame.caller.need(Scope::Act)?;
    let changed = app
        .work(move |options, now| -> Result<_, Problem> {
            let mut database = options.scan().database.open()?;
            database.migrate(now)?;
            Ok(match fields.what.as_str() {
                "retry" => database.retry_messages(&[fields.id], now)?,
                "drop" => database.drop_messages(&[fields.id], now)?,
                _ => return Err(Problem::bad("a message is tried again or dropped, nothing else")),
            })
        })
        .await?;
    if changed.is_empty() {
        return Err(Problem::bad(format!("message {} neither waits nor was given up", fields.id))
            .fix("go back: the list has changed since"));
    }
    Ok(Redirect::to(&frame.url.to("/outbox")).into_response())
}

fn page(frame: &Frame, waiting: &[OutboxEntry], messages: &[OutboxMessage]) -> Markup {
    html! {
        div class="head" { h1 { "Outbox" } p class="soft" { (number(waiting.len() as u64)) " waiting, " (number(messages.len() as u64)) " messages" } }
        @if waiting.is_empty() && messages.is_empty() {
            (empty("Nothing to tell", html! { p { "Who is told of alerts is set in the configuration, with " code { "[[notify.route]]" } "; " code { "net-scout notify test" } " tries a receiver." } }))
        }
        @if !messages.is_empty() {
            section class="card" {
                div class="head" { h2 { "Messages of the last week" } p class="soft small" { (of(messages.len().min(ROWS), messages.len() as u64, "message")) } }
                div class="scroll" tabindex="0" role="region" aria-label="Messages" { table {
                    caption class="hidden" { "Messages" }
                    thead { tr { th { "State" } th { "Receiver" } th { "Route" } th class="number" { "Alerts" } th class="number" { "Tries" } th { "Formed" } th { "Next, or ended" } th { "Why not" } th { span class="hidden" { "Actions" } } } }
                    tbody { @for message in messages.iter().take(ROWS) { (row(frame, message)) } }
                } }
            }
        }
        @if !waiting.is_empty() {
            section class="card" {
                div class="head" { h2 { "Alerts that wait to be told" } p class="soft small" { (of(waiting.len().min(ROWS), waiting.len() as u64, "alert")) } }
                table {
                    caption class="hidden" { "Waiting" }
                    thead { tr { th { "Severity" } th { "Alert" } th { "Receiver" } th { "Route" } th { "Since" } th { "Due" } } }
                    tbody { @for entry in waiting.iter().take(ROWS) { tr {
                        td { (severity(entry.severity)) } td { a href=(frame.url.to(&format!("/alerts/{}", entry.alert_id))) { "#" (entry.alert_id) } }
                        td { (shown(&entry.receiver, 60)) } td { (shown(&entry.route, 60)) } td { (time(entry.at, frame.now)) } td { (time(entry.due, frame.now)) }
                    } } }
                }
            }
        }
    }
}

fn row(frame: &Frame, message: &OutboxMessage) -> Markup {
    let is_over = message.ended.is_some() && message.error.is_none();
    let class = if is_over {
        "pill good"
    } else if message.ended.is_some() {
        "pill failed"
    } else {
        "pill running"
    };
    let at: Timestamp = message.ended.unwrap_or(message.next);
    html! {
        tr {
            td { span class=(class) { (shown(&message.state, 30)) } } td { (shown(&message.receiver, 60)) } td { (shown(&message.route, 60)) }
            td class="number" { (number(message.alerts)) } td class="number" { (message.attempts) } td { (time(message.formed, frame.now)) } td { (time(at, frame.now)) }
            td class="any" { (shown(message.error.as_deref().unwrap_or("-"), 300)) }
            td { @if !is_over && frame.may(Scope::Act) { form class="row" method="post" action=(frame.url.to("/outbox")) { (frame.token()) input type="hidden" name="id" value=(message.id);
                button class="plain" name="what" value="retry" aria-label=(format!("try message {} again", message.id)) { "Try again" } button class="plain" name="what" value="drop" aria-label=(format!("drop message {}", message.id)) { "Drop" } } } }
        }
    }
}
