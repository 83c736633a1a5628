//! The allowlist: what is known and shall not be raised again, with a look at what an entry would close before it is made.

mod fields;

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use net_scout_detect::{alerts, allow};
use net_scout_model::search::{AlertQuery, KnownNames};
use net_scout_model::{Allow, Allowlist, Messages, Origin, Timestamp};
use net_scout_report::words::number;
use net_scout_store::{AlertFilter, ListedAlerts};
use serde::Deserialize;

use super::act::options;
use super::frame::Frame;
use super::incident::rows;
use super::text::{notice, of, shown, time};
use crate::app::App;
use crate::auth::caller::Scope;
use crate::extract::{Form, Query};
use crate::problem::Problem;
use fields::Fields;

/// How many alerts are named of those that an entry would close.
const NAMED: usize = 10;

/// What an entry would close: how many, and the newest of them.
type Effect = (usize, ListedAlerts);

/// Shows it, and what the entry in the form would do.
pub(super) async fn show(State(app): State<App>, frame: Frame, Query(fields): Query<Fields>) -> Result<Markup, Problem> {
    let entry = if fields.preview.is_empty() { None } else { Some(fields.entry(frame.now)) };
    let (list, effect) = match entry {
        Some(Ok(entry)) => {
            let (list, effect) = app.work(move |options, now| load(options.scan(), Some(&entry), now)).await?;
            (list, effect.map(Ok))
        }
        other => (
            app.work(|options, now| load(options.scan(), None, now)).await?.0,
            other.map(|wrong| Err(wrong.err().map(|problem| problem.detail).unwrap_or_default())),
        ),
    };
    Ok(frame.page("Allowlist", &page(&frame, &fields, &list, effect.as_ref())))
}

fn load(
    scan: &net_scout_detect::scan::ScanOptions,
    entry: Option<&Allow>,
    now: Timestamp,
) -> Result<(Allowlist, Option<Effect>), Problem> {
    let list = allow::list(scan, &Messages::default())?;
    let Some(entry) = entry else { return Ok((list, None)) };
    let ids = allow::preview(scan, entry, now, &Messages::default())?;
    let named: Vec<String> = ids.iter().take(NAMED).map(i64::to_string).collect();
    let listed = match AlertQuery::parse(&named.join(" "), &KnownNames::default()) {
        Ok(query) if !named.is_empty() => alerts::list(&scan.database, &AlertFilter::new(query, now))?,
        _ => ListedAlerts::default(),
    };
    Ok((list, Some((ids.len(), listed))))
}

/// Makes an entry.
pub(super) async fn add(State(app): State<App>, frame: Frame, Form(fields): Form<Fields>) -> Result<Response, Problem> {
    frame.caller.need(Scope::Act)?;
    let (entry, close) = (fields.entry(frame.now)?, !fields.close.is_empty());
    app.work(move |options, now| allow::add(options.scan(), &entry, close, now, &Messages::default())).await?;
    Ok(Redirect::to(&frame.url.to("/allowlist")).into_response())
}

#[derive(Deserialize)]
pub(super) struct Removed {
    id: i64,
}

/// Removes an entry.
pub(super) async fn remove(State(app): State<App>, frame: Frame, Form(removed): Form<Removed>) -> Result<Response, Problem> {
    frame.caller.need(Scope::Act)?;
    app.work(move |options, _| allow::remove(options.scan(), &[removed.id])).await?;
    Ok(Redirect::to(&frame.url.to("/allowlist")).into_response())
}

fn page(frame: &Frame, fields: &Fields, list: &Allowlist, effect: Option<&Result<Effect, String>>) -> Markup {
    html! {
        div class="head" { h1 { "Allowlist" } p class="soft" { (of(list.0.len(), list.0.len() as u64, "entry")) } }
        @if frame.may(Scope::Act) { (form(frame, fields, effect)) }
        section class="card" {
            h2 { "Entries" }
            div class="scroll" tabindex="0" role="region" aria-label="Entries" { table {
                caption class="hidden" { "Entries" }
                thead { tr { th { "Allows" } th { "Why" } th { "From" } th { "Until" } th { span class="hidden" { "Actions" } } } }
                tbody { @for (origin, entry) in &list.0 { (row(frame, origin, entry)) } }
            } }
            p class="soft small" { "Entries of the configuration are changed in its file; those that are built in hold for every network." }
        }
    }
}

fn row(frame: &Frame, origin: &Origin, entry: &Allow) -> Markup {
    let is_over = entry.until.is_some_and(|until| until <= frame.now);
    html! {
        tr {
            th scope="row" class="any" { (shown(&allow::words(entry), 300)) }
            td class="any" { (shown(&entry.reason, 300)) }
            td { @match origin { Origin::Stored(id) => { "entry " (id) }, other => (other) } }
            td { @match entry.until { Some(until) => { (time(until, frame.now)) @if is_over { " " span class="pill" { "over" } } }, None => "-" } }
            td { @if let (Origin::Stored(id), true) = (origin, frame.may(Scope::Act)) {
                form method="post" action=(frame.url.to("/allowlist/remove")) { (frame.token()) input type="hidden" name="id" value=(id); button class="plain" aria-label=(format!("remove entry {id}")) { "Remove" } } } }
        }
    }
}

fn form(frame: &Frame, fields: &Fields, effect: Option<&Result<Effect, String>>) -> Markup {
    let text = |name: &'static str, label: &str, value: &str, hint: &str| html! { label { (label) input name=(name) value=(value) placeholder=(hint) autocomplete="off" spellcheck="false"; } };
    html! {
        form class="card stack" method="get" action=(frame.url.to("/allowlist")) {
            h2 { "A new entry" }
            div class="fields" {
                (text("network", "Address or network", &fields.network, "192.0.2.7"))
                label { "It is the" select name="side" { (options(&[("source", "source"), ("destination", "target")], &fields.side)) } }
                (text("rule", "Rules, all if empty", &fields.rule, "port_scan"))
                (text("port", "Ports, all if empty", &fields.port, "22,8000-8100"))
                label { "Direction" select name="direction" { (options(&[("", "any"), ("inbound", "inbound"), ("outbound", "outbound")], &fields.direction)) } }
                (text("until", "Until", &fields.until, "for ever, or 30 days"))
                label class="wide" { "Why" input name="reason" value=(fields.reason) maxlength="500" placeholder="whoever reads it later must know"; }
            }
            @match effect {
                Some(Err(error)) => (notice("wrong", html! { p { (shown(error, 500)) } })),
                Some(Ok((count, listed))) => div class="stack" id="effect" {
                    (notice(if *count == 0 { "" } else { "warn" }, html! { p { "It fits " strong { (number(*count as u64)) } " new alerts" @if *count > listed.alerts.len() { "; the newest " (listed.alerts.len()) " of them:" } @else { "." } } }))
                    @if !listed.alerts.is_empty() { (rows(frame, &listed.alerts)) }
                },
                None => {},
            }
            div class="row" {
                button name="preview" value="1" { "What would it do?" }
                label class="row" { input type="checkbox" name="close" value="1" checked; "close the new alerts that it fits" }
                // It alone brings the token: that of a form that is only looked at would stand in the address of the page.
                button class="main" formmethod="post" name="csrf" value=[frame.caller.csrf.as_deref()] { "Add" }
            }
        }
    }
}
