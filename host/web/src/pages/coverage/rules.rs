//! What each rule costs, by the ledger, and what people made of its alerts.

use std::collections::BTreeMap;

use maud::{Markup, html};
use net_scout_model::search::{AlertQuery, KnownNames};
use net_scout_model::{Timestamp, Verdict};
use net_scout_report::words::number;
use net_scout_store::{AlertFilter, CountBy, Database, DatabaseError};

use crate::pages::frame::Frame;
use crate::pages::inbox::term;
use crate::pages::text::{empty, shown};

/// What is known of a rule over a period.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct RuleFigures {
    name: String,
    version: String,
    scans: u64,
    failed: u64,
    wall_us: u64,
    rows: u64,
    denials: u64,
    alerts: u64,
    open: u64,
    /// How many have a verdict, and how many of these are false positives.
    judged: u64,
    false_positives: u64,
    error: Option<String>,
}

/// The figures of all rules that ran or raised an alert in the period, the most expensive first.
pub(super) fn figures(database: &Database, since: Timestamp, now: Timestamp) -> Result<Vec<RuleFigures>, DatabaseError> {
    let mut rules: BTreeMap<String, RuleFigures> = BTreeMap::new();
    for entry in database.ledger(since)?.into_iter().filter(|entry| entry.kind == "rule") {
        let rule = rules.entry(entry.plugin).or_default();
        rule.version = entry.version;
        rule.scans += 1;
        rule.failed += entry.failed;
        rule.wall_us += entry.wall_us;
        rule.rows += entry.rows;
        rule.denials += entry.denials;
        rule.error = entry.error.or(rule.error.take());
    }
    let count = |query: &str| {
        let query = AlertQuery::parse(&format!("since:{} {query}", since.seconds()), &KnownNames::default()).unwrap_or_default();
        database.count_alerts(&AlertFilter::new(query, now), CountBy::Rule)
    };
    let verdicts = Verdict::ALL.map(Verdict::name).join(",");
    for (query, field) in [("", 0), (&*format!("verdict:{verdicts}"), 1), ("verdict:false_positive", 2)] {
        for found in count(query)? {
            let Some(name) = found.value else { continue };
            let rule = rules.entry(name).or_default();
            match field {
                0 => (rule.alerts, rule.open) = (found.alerts, found.open),
                1 => rule.judged = found.alerts,
                _ => rule.false_positives = found.alerts,
            }
        }
    }
    let mut all: Vec<_> = rules.into_iter().map(|(name, rule)| RuleFigures { name, ..rule }).collect();
    all.sort_by_key(|rule| std::cmp::Reverse(rule.wall_us));
    Ok(all)
}

/// The rules as a table.
pub(super) fn table(frame: &Frame, rules: &[RuleFigures]) -> Markup {
    html! {
        section class="card" aria-labelledby="rules" {
            h2 id="rules" { "Rules" }
            @if rules.is_empty() { (empty("No rule ran in this period", html! { p { a href=(frame.url.to("/scan")) { "Run a scan" } ", or look further back." } })) }
            @else {
                div class="scroll" tabindex="0" role="region" aria-label="What each rule costs and finds" { table {
                    caption class="hidden" { "Rules" }
                    thead { tr { th { "Rule" } th class="number" { "Scans" } th class="number" { "Time a scan" } th class="number" { "Rows a scan" } th class="number" { "Alerts" } th class="number" { "New" } th class="number" { "With verdict" } th class="number" { "False positives" } th { "Trouble" } } }
                    tbody { @for rule in rules { (row(frame, rule)) } }
                } }
            }
        }
    }
}

fn row(frame: &Frame, rule: &RuleFigures) -> Markup {
    let each = |all: u64| all.checked_div(rule.scans);
    let time = |us: u64| if us < 10_000 { format!("{:.1} ms", us as f64 / 1e3) } else { format!("{} ms", number(us / 1_000)) };
    let share = (rule.false_positives * 100).checked_div(rule.judged);
    html! {
        tr {
            th scope="row" { @match term("rule", &rule.name) { Some(term) => a href=(frame.url.with("/", &[("view", "all"), ("q", &term)])) { (shown(&rule.name, 60)) }, None => (shown(&rule.name, 60)) } " " span class="soft small" { (shown(&rule.version, 20)) } }
            td class="number" { (number(rule.scans)) }
            td class="number" { (each(rule.wall_us).map_or_else(|| "-".to_owned(), time)) }
            td class="number" { (each(rule.rows).map_or_else(|| "-".to_owned(), number)) }
            td class="number" { (number(rule.alerts)) }
            td class="number" { (number(rule.open)) }
            td class="number" { (number(rule.judged)) }
            td class="number" { @match share { Some(share) => { (number(rule.false_positives)) " (" (share) " %)" }, None => "-" } }
            td class="any" {
                @if rule.failed > 0 { span class="pill failed" { (number(rule.failed)) " failed" } " " (shown(rule.error.as_deref().unwrap_or_default(), 200)) }
                @if rule.denials > 0 { span class="pill medium" { (number(rule.denials)) " denied" } }
                @if rule.failed + rule.denials == 0 { "-" }
            }
        }
    }
}
