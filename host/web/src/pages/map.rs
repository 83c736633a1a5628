//! The sources of alerts on a map of the world. The map is a part of the page: nothing is loaded for it.

use std::collections::BTreeMap;

use axum::extract::State;
use maud::{Markup, html};
use net_scout_detect::alerts;
use net_scout_model::Severity;
use net_scout_report::words::number;
use net_scout_store::{AlertCount, AlertFilter, CountBy, EarthPlace};

use super::act::options;
use super::asked::{Asked, View};
use super::frame::Frame;
use super::text::{address, empty, notice, severity, shown};
use crate::app::{App, WebOptions};
use crate::extract::Query;
use crate::problem::Problem;

/// The outlines of countries, 1000 by 500; where it comes from is said in `assets/README.md`.
const WORLD: &str = include_str!("../../assets/world.path");
/// The most sources that are looked for.
const SOURCES: u32 = 2_000;
/// How many places are listed beside.
const LISTED: usize = 25;

/// Sources at one place.
struct Dot {
    x: f64,
    y: f64,
    sources: Vec<AlertCount>,
    alerts: u64,
    severity: Severity,
    country: Option<String>,
}

struct Sources {
    dots: Vec<Dot>,
    /// How many sources have no place that is known.
    unmapped: usize,
    all: usize,
    error: Option<String>,
}

/// Shows it.
pub(super) async fn show(State(app): State<App>, frame: Frame, Query(asked): Query<Asked>) -> Result<Markup, Problem> {
    let wanted = asked.clone();
    let sources = app.work(move |options, now| load(options, &wanted, now)).await?;
    Ok(frame.page("Map", &page(&frame, &asked, &sources)))
}

fn load(options: &WebOptions, asked: &Asked, now: net_scout_model::Timestamp) -> Result<Sources, Problem> {
    let scan = options.scan();
    let query = match asked.read(options) {
        Ok(query) => query,
        Err(problem) => return Ok(Sources { dots: Vec::new(), unmapped: 0, all: 0, error: Some(problem.detail) }),
    };
    let filter = AlertFilter { limit: Some(SOURCES), ..AlertFilter::new(query, now) };
    let counts = alerts::count(&scan.database, &filter, CountBy::Source)?;
    let counts: Vec<AlertCount> = counts.into_iter().filter(|count| count.value.is_some()).collect();
    let names = counts.iter().filter_map(|count| count.value.as_deref());
    let places = scan.database.open_read_only()?.places(&scan.table, names)?;
    let all = counts.len();
    let dots = dots(counts, &places);
    let mapped: usize = dots.iter().map(|dot| dot.sources.len()).sum();
    Ok(Sources { dots, unmapped: all - mapped, all, error: None })
}

/// Where a place is on the map.
pub(super) fn spot(place: &EarthPlace) -> (f64, f64) {
    ((place.longitude + 180.0) / 360.0 * 1_000.0, (90.0 - place.latitude) / 180.0 * 500.0)
}

/// How near two dots may be, in units of the map, which is 1000 wide.
const NEAR: f64 = 8.0;

/// Those that would lie upon each other become one dot. The largest are drawn first, so that none is hidden.
fn dots(counts: Vec<AlertCount>, places: &BTreeMap<String, EarthPlace>) -> Vec<Dot> {
    let mut dots: Vec<Dot> = Vec::new();
    for count in counts {
        let Some(place) = count.value.as_ref().and_then(|source| places.get(source)) else { continue };
        let (x, y) = spot(place);
        let place = match dots.iter().position(|dot| (dot.x - x).hypot(dot.y - y) < NEAR) {
            Some(place) => place,
            None => {
                let country = place.country.clone();
                dots.push(Dot { x, y, sources: Vec::new(), alerts: 0, severity: count.severity, country });
                dots.len() - 1
            }
        };
        let dot = &mut dots[place];
        dot.alerts += count.alerts;
        dot.severity = dot.severity.max(count.severity);
        dot.sources.push(count);
    }
    dots.sort_by_key(|dot| std::cmp::Reverse(dot.alerts));
    dots
}

/// The world, with what is drawn on it.
pub(super) fn world(label: &str, drawn: &Markup) -> Markup {
    html! {
        svg class="map" viewBox="0 20 1000 430" role="group" aria-label=(label) {
            path class="land" d=(WORLD.trim_end()) {}
            (drawn)
        }
    }
}

fn page(frame: &Frame, asked: &Asked, sources: &Sources) -> Markup {
    let views = View::NAMES;
    let radius = |alerts: u64| format!("{:.1}", (3.0 + 2.2 * (alerts as f64).ln()).min(18.0));
    let words = |dot: &Dot| {
        let names: Vec<&str> = dot.sources.iter().take(4).filter_map(|source| source.value.as_deref()).collect();
        let more = dot.sources.len().saturating_sub(4);
        let rest = if more > 0 { format!(" and {more} others") } else { String::new() };
        format!("{}{rest}: {} alerts, at most {}", names.join(", "), number(dot.alerts), dot.severity)
    };
    let target = |dot: &Dot| {
        let names: Vec<&str> = dot.sources.iter().take(50).filter_map(|source| source.value.as_deref()).collect();
        frame.url.with("/", &[("view", &asked.view), ("q", &format!("{} src:{}", asked.q, names.join(",")))])
    };
    let drawn = html! {
        @for dot in &sources.dots {
            a href=(target(dot)) aria-label=(net_scout_model::plain(&words(dot), 200)) {
                circle class=(dot.severity.name()) cx=(format!("{:.1}", dot.x)) cy=(format!("{:.1}", dot.y)) r=(radius(dot.alerts)) { title { (net_scout_model::plain(&words(dot), 200)) } }
            }
        }
    };
    html! {
        div class="head" { h1 { "Map" } p class="soft" { (number((sources.all - sources.unmapped) as u64)) " of " (number(sources.all as u64)) " sources are on it" } }
        form class="query" method="get" action=(frame.url.to("/map")) {
            input type="search" name="q" value=(asked.q) aria-label="Query" placeholder="since:24h severity:high..critical" spellcheck="false";
            select name="view" aria-label="View" { (options(&views, &asked.view)) }
            button { "Show" }
        }
        @if let Some(error) = &sources.error { (notice("wrong", html! { p { (shown(error, 600)) } })) }
        @else if sources.all == 0 { (empty("No alert with a source fits", html! { p { a href=(frame.url.with("/map", &[("view", "all")])) { "The sources of all alerts" } } })) }
        @else {
            div class="card" { (world("The sources of alerts on a map of the world", &drawn))
                @if sources.unmapped > 0 { p class="soft small" { "Of " (number(sources.unmapped as u64)) " sources no place is known: own addresses have none; for others, the enricher geoip with a database looks it up." } }
            }
            @if !sources.dots.is_empty() {
                section class="card" {
                    div class="head" { h2 { "Places" } p class="soft small" { (sources.dots.len().min(LISTED)) " of " (number(sources.dots.len() as u64)) " are listed" } }
                    table {
                        caption class="hidden" { "Places" }
                        thead { tr { th { "Worst" } th { "Country" } th { "Sources" } th class="number" { "Alerts" } } }
                        tbody { @for dot in sources.dots.iter().take(LISTED) { tr {
                            td { (severity(dot.severity)) } td { (shown(dot.country.as_deref().unwrap_or("-"), 8)) }
                            td class="any" { @for source in dot.sources.iter().take(6) { (address(&frame.url, source.value.as_deref().unwrap_or_default())) " " } @if dot.sources.len() > 6 { span class="soft small" { "and " (dot.sources.len() - 6) " others" } } }
                            td class="number" { a href=(target(dot)) { (number(dot.alerts)) } }
                        } } }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_sources_are_one_dot() {
        let count = |source: &str, alerts| AlertCount {
            value: Some(source.to_owned()),
            alerts,
            open: 0,
            severity: Severity::Low,
            last: String::new(),
        };
        let place = |latitude, longitude| EarthPlace { latitude, longitude, country: None };
        let places = BTreeMap::from([
            ("a".to_owned(), place(48.2, 16.4)),
            ("b".to_owned(), place(48.3, 16.5)),
            ("c".to_owned(), place(-33.9, 151.2)),
        ]);
        let dots = dots(vec![count("a", 3), count("b", 4), count("c", 9), count("nowhere", 1)], &places);
        assert_eq!(dots.iter().map(|dot| (dot.alerts, dot.sources.len())).collect::<Vec<_>>(), [(9, 1), (7, 2)]);
        assert_eq!(spot(&place(90.0, -180.0)), (0.0, 0.0));
        assert_eq!(spot(&place(-90.0, 180.0)), (1_000.0, 500.0));
    }
}
