//! Events that fit a filter: by time, the most frequent, and the list, a page at a time.

use axum::extract::State;
use maud::{Markup, html};
use net_scout_model::{Networks, parse_address, plain};
use net_scout_report::browse::{EventFilter, EventPage, FoundEvents, browse};
use net_scout_report::words::number;
use serde::Deserialize;

use super::act::options;
use super::frame::Frame;
use super::period::{choice, period};
use super::text::{empty, notice, of, shown};
use super::traffic::{by_time, events, port, ranking};
use crate::app::App;
use crate::extract::Query;
use crate::problem::Problem;

/// How many events a page has.
const PAGE: usize = 100;
/// The period that is shown first.
const USUAL: &str = "24h";
/// The names of the fields of the filter, in their order.
const FIELDS: [&str; 11] = ["since", "until", "ip", "src", "dst", "port", "proto", "verdict", "direction", "service", "country"];

/// The filter, as it stands in the address of the page.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    since: String,
    until: String,
    ip: String,
    src: String,
    dst: String,
    port: String,
    proto: String,
    verdict: String,
    direction: String,
    service: String,
    country: String,
    after: String,
}

/// Shows them.
pub(super) async fn show(State(app): State<App>, frame: Frame, Query(asked): Query<Asked>) -> Result<Markup, Problem> {
    let options = app.options();
    let found = match asked.filter(&frame) {
        Ok((filter, page)) => browse(options.scan(), &filter, page, frame.now).await.map_err(|error| error.to_string()),
        Err(problem) => Err(problem.detail),
    };
    Ok(frame.page("Events", &asked.page(&frame, &found)))
}

impl Asked {
    fn filter(&self, frame: &Frame) -> Result<(EventFilter, EventPage), Problem> {
        let text = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let networks = |name: &str, text: &str| {
            let read = |text: &str| text.parse::<Networks>().map_err(|error| Problem::bad(format!("{name}: {error}")));
            if text.trim().is_empty() { Ok(None) } else { read(text.trim()).map(Some) }
        };
        let port = |text: &str| text.parse().map_err(|_| Problem::bad(format!("port: `{}` is not a port", plain(text, 40))));
        let after = self.after.split_once('.').and_then(|(time, id)| Some((time.parse().ok()?, id.parse().ok()?)));
        let filter = EventFilter {
            span: period(&self.since, &self.until, USUAL, frame.now)?,
            address: networks("address", &self.ip)?,
            source: networks("source", &self.src)?,
            target: networks("target", &self.dst)?,
            port: text(&self.port).as_deref().map(port).transpose()?,
            proto: text(&self.proto).map(|text| text.to_uppercase()),
            verdict: text(&self.verdict),
            direction: text(&self.direction),
            country: text(&self.country).map(|text| text.to_uppercase()),
            service: text(&self.service),
            selection: None,
        };
        Ok((filter, EventPage { after, limit: PAGE }))
    }

    fn values(&self) -> [&str; 11] {
        [
            &self.since,
            &self.until,
            &self.ip,
            &self.src,
            &self.dst,
            &self.port,
            &self.proto,
            &self.verdict,
            &self.direction,
            &self.service,
            &self.country,
        ]
    }

    /// The address of the same page with one field changed, from the beginning of the list.
    fn to(&self, frame: &Frame, name: &str, value: &str) -> String {
        let pairs: Vec<_> =
            FIELDS.into_iter().zip(self.values()).map(|(field, old)| (field, if field == name { value } else { old })).collect();
        if FIELDS.contains(&name) {
            frame.url.with("/events", &pairs)
        } else {
            frame.url.with("/events", &[pairs, vec![(name, value)]].concat())
        }
    }

    fn page(&self, frame: &Frame, found: &Result<FoundEvents, String>) -> Markup {
        html! {
            div class="head" { h1 { "Events" } @if let Ok(found) = found { p class="soft" { (of(found.events.len(), found.all.events, "event")) } } }
            (self.form(frame))
            @match found {
                Err(error) => (notice("wrong", html! { p { (shown(error, 600)) } })),
                Ok(found) if found.all.events == 0 => (empty("No event fits", html! {
                    p { "Look further back, or take a part of the filter out. " a href=(frame.url.with("/events", &[("since", "7 days")])) { "All events of a week" } }
                })),
                Ok(found) => (self.found(frame, found)),
            }
        }
    }

    fn form(&self, frame: &Frame) -> Markup {
        let text = |name: &'static str, label: &str, value: &str, hint: &str| html! { label { (label) input name=(name) value=(value) placeholder=(hint) autocomplete="off" spellcheck="false"; } };
        let since = if self.since.is_empty() { USUAL } else { &self.since };
        html! {
            form class="card" method="get" action=(frame.url.to("/events")) {
                div class="fields" {
                    label { "Since" (choice(since)) }
                    (text("until", "Until", &self.until, "now"))
                    (text("ip", "Address or network", &self.ip, "203.0.113.0/24"))
                    (text("src", "Source", &self.src, ""))
                    (text("dst", "Target", &self.dst, ""))
                    (text("port", "Port", &self.port, "22"))
                    (text("proto", "Protocol", &self.proto, "TCP"))
                    label { "Verdict" select name="verdict" { (options(&[("", "any"), ("DROP", "refused"), ("ACCEPT", "let through")], &self.verdict)) } }
                    label { "Direction" select name="direction" { (options(&[("", "any"), ("INBOUND", "inbound"), ("OUTBOUND", "outbound")], &self.direction)) } }
                    (text("service", "Service", &self.service, "ssh"))
                    (text("country", "Country", &self.country, "two letters"))
                    div class="row" { button class="main" { "Filter" } a class="button" href=(frame.url.to("/events")) { "Clear" } }
                }
            }
        }
    }

    fn found(&self, frame: &Frame, found: &FoundEvents) -> Markup {
        let all = found.all.events;
        // A click on one of the most frequent narrows the list to it.
        let narrow = |field: &'static str| {
            move |name: &str| -> Markup {
                let is_address = parse_address(name).is_some();
                html! { a class=[is_address.then_some("address")] href=(self.to(frame, field, name)) title="only these" { @if field == "port" { (port(name)) } @else { (shown(name, 60)) } } }
            }
        };
        html! {
            dl class="tiles" {
                div { dt { "Events" } dd { (number(all)) } }
                div { dt { "Packets" } dd { (number(found.all.packets)) } }
                div { dt { "Refused" } dd { (number(found.all.refused)) } }
                div { dt { "Sources" } dd { (number(found.sources.distinct)) } }
                div { dt { "Targets" } dd { (number(found.targets.distinct)) } }
                div { dt { "Ports" } dd { (number(found.ports.distinct)) } }
            }
            @if found.unreadable > 0 { (notice("warn", html! { p { (number(found.unreadable)) " events cannot be read and are left out: their time or an address is not one." } })) }
            section class="card" { (by_time(found)) }
            section class="card halves" aria-label="The most frequent" {
                (ranking("Sources", &found.sources, all, narrow("src")))
                (ranking("Targets", &found.targets, all, narrow("dst")))
                (ranking("Ports", &found.ports, all, narrow("port")))
                (ranking("Countries", &found.countries, all, narrow("country")))
            }
            section class="card" {
                (events(&frame.url, &found.events, frame.now))
                div class="pages" {
                    @if !self.after.is_empty() { a href=(self.to(frame, "", "")) { "First page" } } @else { span {} }
                    @if let Some((time, id)) = found.next { a rel="next" href=(self.to(frame, "after", &format!("{time}.{id}"))) { "Next page" } }
                }
            }
        }
    }
}
