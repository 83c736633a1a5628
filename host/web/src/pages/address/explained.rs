//! What each rule says of an address, and how near those are that say nothing.

use maud::{Markup, html};
use net_scout_detect::explain::Explained;
use net_scout_detect::scan::{Fate, Lowered, RuleReport, Said, SearchOutcome};
use net_scout_model::counted;
use net_scout_report::evidence::{numbers, one, who};
use serde_json::Value;

use crate::pages::text::{severity, shown};

/// The most alerts that are listed of a rule.
const LISTED: usize = 5;

/// The rules, those first that fired.
pub(super) fn rules(explained: &Result<Explained, String>) -> Markup {
    let explained = match explained {
        Ok(explained) => explained,
        Err(error) => {
            return html! { section class="card" { h2 { "What the rules say" } p class="any" role="alert" { "They could not be asked: " (shown(error, 600)) } } };
        }
    };
    let mut reports: Vec<&RuleReport> = explained.report.rules.iter().collect();
    reports.sort_by_key(|report| !matches!(report.said, Said::Fired(_)));
    html! {
        section class="card" aria-labelledby="rules" {
            h2 id="rules" { "What the rules say of the last hour" }
            @if reports.is_empty() { p class="soft" { "There are no rules: " code { "--plugins" } " names their folder." } }
            @else {
                table {
                    caption class="hidden" { "What each rule says" }
                    thead { tr { th { "Rule" } th { "Says" } th { "In words" } } }
                    tbody { @for report in reports { (row(report)) } }
                }
            }
        }
    }
}

fn row(report: &RuleReport) -> Markup {
    html! {
        tr {
            th scope="row" { (shown(&report.name, 60)) " " span class="soft small" { (shown(&report.version, 20)) } }
            @match &report.said {
                Said::Failed(error) => { td { span class="pill failed" { "failed" } } td class="any" { (shown(error, 400)) } },
                Said::Silent(found) => { td { span class="pill" { "silent" } } td { (search(found)) } },
                Said::Fired(alerts) => {
                    td { span class="pill high" { "fires" } }
                    td {
                        @for (alert, fate) in alerts.iter().take(LISTED) {
                            div { (severity(alert.severity)) " score " (alert.score) " " (shown(&who(alert.src_ip.as_deref(), alert.dst_ip.as_deref()), 120))
                                @let said = numbers(&Value::Object(alert.evidence.clone()), true);
                                @if !said.is_empty() { div class="small soft any" { (shown(&said, 400)) } }
                                @if let Some(words) = fate_words(fate) { div class="small" { (shown(&words, 300)) } }
                            }
                        }
                        @if alerts.len() > LISTED { div class="soft small" { (LISTED) " of " (alerts.len()) " alerts are shown." } }
                    }
                },
            }
        }
    }
}

fn fate_words(fate: &Fate) -> Option<String> {
    Some(match fate {
        Fate::Kept => return None,
        Fate::Grouped(Some((rule, _))) => format!("It belongs to the incident that {rule} leads."),
        Fate::Grouped(None) => "It belongs to an incident with too many alerts to name it.".to_owned(),
        Fate::Allowed(origin, reason) => format!("The allowlist leaves it out, entry {origin}: {reason}"),
        Fate::Cut => "A scan keeps so many stronger ones.".to_owned(),
    })
}

fn search(found: &SearchOutcome) -> Markup {
    match found {
        SearchOutcome::Fixed => html! { span class="soft" { "no threshold could be lowered" } },
        SearchOutcome::Nothing { others: 0 } => html! { span class="soft" { "nothing, even with the lowest thresholds" } },
        SearchOutcome::Nothing { others } => {
            html! { span class="soft" { "nothing, even with the lowest thresholds; there would be " (counted(*others, "alert")) " about others" } }
        }
        SearchOutcome::Would { lowered, alert } => {
            let saw = numbers(&Value::Object(alert.evidence.clone()), false);
            html! { "would fire with " strong { (shown(&lowered_words(lowered), 300)) } @if !saw.is_empty() { span class="soft" { "; it saw " (shown(&saw, 300)) } } }
        }
        SearchOutcome::Stopped { lowered, error } => {
            html! { "not known: with " (shown(&lowered_words(lowered), 200)) " it failed: " (shown(error, 300)) }
        }
    }
}

fn lowered_words(lowered: &[Lowered]) -> String {
    let number = |value: &net_scout_model::Value| one(&Value::from(value.clone()));
    let word =
        |lowered: &Lowered| format!("{} {} (now {})", lowered.name.replace('_', " "), number(&lowered.to), number(&lowered.now));
    lowered.iter().map(word).collect::<Vec<_>>().join(", ")
}
