//! The way to an address: the routers that the last traceroute met, as a list and on the map.

use std::collections::BTreeMap;

use axum::extract::State;
use maud::{Markup, html};
use net_scout_model::{parse_address, plain};
use net_scout_report::evidence::one;
use net_scout_store::{CachedAnswer, EarthPlace};
use serde::Deserialize;
use serde_json::Value;

use super::frame::Frame;
use super::map::{spot, world};
use super::text::{address, ago, empty, notice, shown};
use crate::app::App;
use crate::auth::caller::Scope;
use crate::extract::Query;
use crate::problem::Problem;

/// The most hops that are shown.
const HOPS: usize = 64;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    target: String,
}

type Places = BTreeMap<String, EarthPlace>;

/// Shows it.
pub(super) async fn show(State(app): State<App>, frame: Frame, Query(asked): Query<Asked>) -> Result<Markup, Problem> {
    let text = asked.target.trim().to_owned();
    let target = match parse_address(&text) {
        Some(address) => Some(address.to_canonical().to_string()),
        None if text.is_empty() => None,
        None => return Err(Problem::bad(format!("`{}` is not a valid IP address", plain(&text, 100)))),
    };
    let Some(target) = target else { return Ok(frame.page("Trace", &page(&frame, "", None, &Places::new()))) };
    let wanted = target.clone();
    let (answer, places) = app
        .work(move |options, _| -> Result<_, Problem> {
            let database = options.scan().database.open_read_only()?;
            let answer = database.cached(&format!("traceroute:{wanted}"))?;
            let hops = answer.as_ref().map(|answer| answer.result["hops"].clone()).unwrap_or_default();
            let met = hops.as_array().into_iter().flatten().take(HOPS).filter_map(|hop| hop["address"].as_str());
            let places = database.places(&options.scan().table, met.chain([wanted.as_str()]))?;
            Ok((answer, places))
        })
        .await?;
    Ok(frame.page("Trace", &page(&frame, &target, answer.as_ref(), &places)))
}

fn page(frame: &Frame, target: &str, answer: Option<&CachedAnswer>, places: &Places) -> Markup {
    html! {
        div class="head" { h1 { "Trace" } @if let Some(answer) = answer { p class="soft" { "asked " (ago(answer.updated_at, frame.now)) } } }
        form class="query" method="get" action=(frame.url.to("/trace")) {
            input type="search" name="target" value=(target) aria-label="Address" placeholder="203.0.113.9" spellcheck="false"; button { "Show" }
        }
        @if !target.is_empty() && frame.may(Scope::Scan) {
            form class="actions" method="post" action=(frame.url.to("/jobs/lookup")) {
                (frame.token()) input type="hidden" name="observable" value=(target); input type="hidden" name="kind" value="traceroute"; input type="hidden" name="back" value=(frame.here);
                button class="main" { @if answer.is_some() { "Trace again" } @else { "Trace now" } }
            }
        }
        @match answer {
            None if target.is_empty() => (empty("Where does it come from?", html! { p { "Name an address, and see which routers lie between." } })),
            None => (empty("Nobody traced it yet", html! { p { "“Trace now” asks the enricher traceroute; it must be granted, and addresses of your own networks are never told to anybody." } })),
            Some(answer) if answer.is_failure() => (notice("warn", html! { p { "The last trace found nothing: " (shown(&one(&answer.clone().into_result()["error"]["message"]), 300)) } })),
            Some(answer) => (way(frame, target, &answer.result, places)),
        }
    }
}

fn way(frame: &Frame, target: &str, result: &Value, places: &Places) -> Markup {
    let hops: Vec<&Value> = result["hops"].as_array().into_iter().flatten().take(HOPS).collect();
    let named = |hop: &Value| hop["address"].as_str().map(str::to_owned);
    let mut met: Vec<(String, (f64, f64))> =
        hops.iter().filter_map(|hop| named(hop)).filter_map(|name| Some((name.clone(), spot(places.get(&name)?)))).collect();
    if let Some(place) = places.get(target).filter(|_| met.last().is_none_or(|(last, _)| last != target)) {
        met.push((target.to_owned(), spot(place)));
    }
    let line: Vec<String> = met.iter().map(|(_, (x, y))| format!("{x:.1},{y:.1}")).collect();
    let drawn = html! {
        polyline class="hop" points=(line.join(" ")) {}
        @for (name, (x, y)) in &met { circle class="low" cx=(format!("{x:.1}")) cy=(format!("{y:.1}")) r="4" { title { (plain(name, 60)) } } }
    };
    html! {
        @if met.is_empty() { p class="soft" { "Of none of the routers a place is known." } } @else { div class="card" { (world("The way on a map of the world", &drawn)) p class="soft small" { (met.len()) " of " (hops.len()) " hops are on it." } } }
        section class="card" {
            table {
                caption { (hops.len()) " hops" @if result["reached"] == false { ", the target did not answer" } }
                thead { tr { th class="number" { "Hop" } th { "Router" } th { "Country" } th class="number" { "Milliseconds" } th class="number" { "Lost" } } }
                tbody { @for hop in &hops { tr {
                    td class="number" { (shown(&one(&hop["hop"]), 8)) }
                    td { @match hop["address"].as_str() { Some(router) => (address(&frame.url, router)), None => span class="soft" { "no answer" } } }
                    td { (shown(hop["address"].as_str().and_then(|router| places.get(router)?.country.as_deref()).unwrap_or("-"), 8)) }
                    td class="number" { @if hop["milliseconds"].is_null() { "-" } @else { (shown(&one(&hop["milliseconds"]), 60)) } }
                    td class="number" { @if hop["lost"].is_null() { "-" } @else { (shown(&one(&hop["lost"]), 20)) } }
                } } }
            }
        }
    }
}
