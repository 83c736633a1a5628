//! All that there is of one address: its alerts, its events, what lookups found, the allowlist, and what each rule says of it.

mod explained;

use std::net::IpAddr;

use axum::extract::State;
use maud::{Markup, html};
use net_scout_detect::explain::{Explained, explain};
use net_scout_detect::scan::{RuleSource, read_window};
use net_scout_detect::{alerts, allow};
use net_scout_model::search::{AlertQuery, KnownNames};
use net_scout_model::time::Moment;
use net_scout_model::{Allow, Messages, Network, Networks, Origin, parse_address, plain};
use net_scout_report::browse::{EventFilter, EventPage, FoundEvents, browse};
use net_scout_store::{AlertFilter, CachedAnswer, ListedAlerts};
use serde::Deserialize;
use tokio::runtime::Handle;

use super::frame::Frame;
use super::incident::{answer, rows};
use super::period::{choice, period};
use super::text::{address as address_link, ago, of, shown, time};
use super::traffic::{by_time, events, port, ranking};
use crate::app::{App, WebOptions};
use crate::auth::caller::Scope;
use crate::extract::{Path, Query};
use crate::problem::Problem;

/// How many alerts are listed.
const ALERTS: u32 = 20;
/// How many events are listed.
const EVENTS: usize = 50;
/// The period of the events that is shown first.
const USUAL: &str = "24h";

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    since: String,
    /// Whether the rules are asked.
    explain: String,
}

struct About {
    address: IpAddr,
    alerts: ListedAlerts,
    answers: Vec<CachedAnswer>,
    entries: Vec<(Origin, Allow)>,
    events: Result<FoundEvents, String>,
    explained: Option<Result<Explained, String>>,
}

/// Shows it.
pub(super) async fn show(
    State(app): State<App>,
    frame: Frame,
    Path(text): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Markup, Problem> {
    let address = parse_address(&text).map(|address| address.to_canonical());
    let address = address.ok_or_else(|| Problem::bad(format!("`{}` is not a valid IP address", plain(&text, 100))))?;
    let span = period(&asked.since, "", USUAL, frame.now)?;
    let (with_rules, options) = (!asked.explain.is_empty(), app.options());
    let mut about = app.work(move |options, now| load(options, address, with_rules, now)).await?;
    let networks: Networks = std::iter::once(Network::around(address, 128)).collect();
    let filter = EventFilter { address: Some(networks), ..EventFilter::over(span) };
    let found = browse(options.scan(), &filter, EventPage { after: None, limit: EVENTS }, frame.now).await;
    about.events = found.map_err(|error| error.to_string());
    Ok(frame.page(&address.to_string(), &about.page(&frame, &asked)))
}

fn load(options: &WebOptions, address: IpAddr, with_rules: bool, now: net_scout_model::Timestamp) -> Result<About, Problem> {
    let scan = options.scan();
    let query = AlertQuery::parse(&format!("ip:{address}"), &KnownNames::default()).unwrap_or_default();
    let alerts = alerts::list(&scan.database, &AlertFilter { limit: Some(ALERTS), ..AlertFilter::new(query, now) })?;
    let list = allow::list(scan, &Messages::default())?;
    let entries = list.0.into_iter().filter(|(_, allow)| allow.network.contains(address)).collect();
    let answers = scan.database.open_read_only()?.answers_about(&address.to_string())?;
    let explained = with_rules.then(|| -> Result<Explained, String> {
        let window = read_window(Moment::Before(3_600_000_000), None, now).map_err(|error| error.to_string())?;
        let rules = RuleSource::Folder(options.plugins(), &[]);
        Handle::current()
            .block_on(explain(scan, window, address, rules, &[], &Messages::default()))
            .map_err(|error| error.to_string())
    });
    Ok(About { address, alerts, answers, entries, events: Err(String::new()), explained })
}

impl About {
    fn page(&self, frame: &Frame, asked: &Asked) -> Markup {
        let text = self.address.to_string();
        let here = |parameters: &[(&str, &str)]| frame.url.with(&format!("/address/{text}"), parameters);
        html! {
            p class="crumb" { a href=(frame.url.to("/")) { "Inbox" } " / address" }
            div class="head" { h1 { span class="mono" { (text) } } }
            div class="actions" {
                a class="button" href=(here(&[("since", &asked.since), ("explain", "1")])) { "Explain" }
                @if frame.may(Scope::Act) { a class="button" href=(frame.url.with("/allowlist", &[("network", &text)])) { "Allow…" } }
                @if frame.may(Scope::Scan) {
                    form method="post" action=(frame.url.to("/jobs/lookup")) { (frame.token()) input type="hidden" name="observable" value=(text); button { "Look up" } }
                    a class="button" href=(frame.url.with("/trace", &[("target", &text)])) { "Trace" }
                }
            }
            div class="columns" {
                div class="stack" {
                    section class="card" aria-labelledby="alerts" {
                        div class="head" { h2 id="alerts" { "Alerts about it" } a class="small" href=(frame.url.with("/", &[("view", "all"), ("q", &format!("ip:{text}"))])) { "In the inbox" } }
                        @if self.alerts.alerts.is_empty() { p class="soft" { "None is stored. “Explain” says how near the rules are." } }
                        @else { div class="scroll" tabindex="0" role="region" aria-label="Alerts" { (rows(frame, &self.alerts.alerts)) } }
                        @if self.alerts.next.is_some() { p class="soft small" { "The newest " (ALERTS) " are shown; the inbox has all." } }
                    }
                    @if let Some(explained) = &self.explained { (explained::rules(explained)) }
                    (self.traffic(frame, asked))
                }
                div class="stack" { (self.found()) (self.allowed(frame)) }
            }
        }
    }

    fn traffic(&self, frame: &Frame, asked: &Asked) -> Markup {
        let since = if asked.since.is_empty() { USUAL } else { &asked.since };
        html! {
            section class="card stack" aria-labelledby="events" {
                div class="head" {
                    h2 id="events" { "Its events" }
                    form class="row" method="get" action=(frame.url.to(&format!("/address/{}", self.address))) { label class="row" { "in " (choice(since)) } button { "Show" } }
                }
                @match &self.events {
                    Err(error) => p class="soft any" { "They cannot be read: " (shown(error, 500)) },
                    Ok(found) if found.all.events == 0 => p class="soft" { "None in this period. Look further back." },
                    Ok(found) => {
                        @let first = found.events.last().map(|event| event.time);
                        @if let (Some(newest), Some(oldest)) = (found.events.first(), first.filter(|_| found.next.is_none())) { p { "From " (time(oldest, frame.now)) " to " (time(newest.time, frame.now)) ", " (ago(newest.time, frame.now)) "." } }
                        (by_time(found))
                        div class="halves" {
                            (ranking("Ports", &found.ports, found.all.events, port))
                            (ranking("Targets", &found.targets, found.all.events, |name| address_link(&frame.url, name)))
                            (ranking("Sources", &found.sources, found.all.events, |name| address_link(&frame.url, name)))
                        }
                        p class="soft small" { (of(found.events.len(), found.all.events, "event")) ". " a href=(frame.url.with("/events", &[("ip", &self.address.to_string()), ("since", since)])) { "All of them, with filters" } }
                        (events(&frame.url, &found.events, frame.now))
                    },
                }
            }
        }
    }

    fn found(&self) -> Markup {
        html! {
            section class="card stack" aria-labelledby="found" {
                h2 id="found" { "What lookups found" }
                @if self.answers.is_empty() { p class="soft" { "Nobody has looked yet, or what was found is too old." } }
                @for found in &self.answers { div { h3 { (shown(&found.kind, 40)) } (answer(&found.clone().into_result())) p class="soft small" { "asked " (found.updated_at.seconds()) } } }
            }
        }
    }

    fn allowed(&self, frame: &Frame) -> Markup {
        html! {
            section class="card" aria-labelledby="allowed" {
                h2 id="allowed" { "The allowlist" }
                @if self.entries.is_empty() { p class="soft" { "No entry is about it." } }
                ul { @for (origin, entry) in &self.entries { li { (shown(&allow::words(entry), 300)) ": " (shown(&entry.reason, 300)) " " span class="soft small" { (origin) } } } }
                p { a href=(frame.url.to("/allowlist")) { "All entries" } }
            }
        }
    }
}
