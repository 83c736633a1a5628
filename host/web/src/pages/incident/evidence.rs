//! What an alert rests on: numbers beside their thresholds, and what else its evidence says.

use maud::{Markup, html};
use net_scout_report::evidence::{is_threshold, one};
use net_scout_report::words::number;
use serde_json::{Map, Value};

use crate::pages::text::{LINE, shown};

/// What the name of a threshold ends with.
const THRESHOLD: &str = "_threshold";
/// The members that have a place of their own.
const OWN: [&str; 8] = ["events", "window", "plugin", "related", "techniques", "severity_reasons", "reopened", "part_of_alert"];

/// The numbers with thresholds as a table, the rest as facts.
pub(super) fn evidence(evidence: &Value) -> Markup {
    let Some(members) = evidence.as_object() else {
        return html! { p class="soft" { @if evidence.is_null() { "The alert brings no evidence." } @else { (shown(&one(evidence), LINE)) } } };
    };
    let against: Vec<_> =
        members.iter().filter_map(|(name, value)| Some((name, value.as_f64()?, threshold(members, name)?))).collect();
    let others: Vec<_> = members.iter().filter(|(name, _)| is_other(members, name)).collect();
    html! {
        @if !against.is_empty() {
            table {
                caption class="hidden" { "What was counted, beside what the rule needs" }
                thead { tr { th { "Counted" } th class="number" { "Found" } th class="number" { "Needed" } th { "In words" } } }
                tbody {
                    @for (name, found, needed) in against {
                        tr {
                            th scope="row" { (shown(&words(name), 60)) }
                            td class="number" { strong { (figure(found)) } }
                            td class="number" { (figure(needed)) }
                            td { (in_words(found, needed)) (beside(found, needed)) }
                        }
                    }
                }
            }
        }
        @if !others.is_empty() {
            dl class="facts" { @for (name, value) in others { dt { (shown(&words(name), 60)) } dd { (shown(&text(value), 400)) } } }
        }
    }
}

/// The threshold of a number.
fn threshold(members: &Map<String, Value>, name: &str) -> Option<f64> {
    members.get(&format!("{name}{THRESHOLD}"))?.as_f64()
}

/// Whether a member is neither beside a threshold, nor one, nor shown elsewhere.
fn is_other(members: &Map<String, Value>, name: &str) -> bool {
    let has_threshold = members.get(name).is_some_and(Value::is_number) && threshold(members, name).is_some();
    !OWN.contains(&name) && !has_threshold && !is_threshold(members, name)
}

fn words(name: &str) -> String {
    name.replace('_', " ")
}

fn text(value: &Value) -> String {
    value.as_u64().map_or_else(|| one(value), number)
}

fn figure(value: f64) -> String {
    if value.fract() == 0.0 && (0.0..1e15).contains(&value) { number(value as u64) } else { format!("{value:.2}") }
}

/// How a number stands to its threshold.
fn in_words(found: f64, needed: f64) -> String {
    if needed <= 0.0 {
        return "any is enough".to_owned();
    }
    match found / needed {
        ratio if ratio >= 9.95 => format!("{ratio:.0} times what is needed"),
        ratio if ratio >= 1.05 => format!("{ratio:.1} times what is needed"),
        ratio if ratio >= 1.0 => "just enough".to_owned(),
        _ => "below the threshold".to_owned(),
    }
}

/// A bar with a mark where the threshold is.
fn beside(found: f64, needed: f64) -> Markup {
    let most = found.max(needed).max(f64::MIN_POSITIVE);
    let percent = |value: f64| format!("{:.1}%", (100.0 * value / most).clamp(0.0, 99.6));
    html! {
        svg class="share" aria-hidden="true" {
            rect class="back" width="100%" height="100%" rx="2" {}
            rect class=(if found >= needed { "over" } else { "" }) width=(percent(found)) height="100%" rx="2" {}
            rect class="mark" x=(percent(needed)) width="2" height="100%" {}
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_stand_beside_their_thresholds() {
        let page = evidence(
            &json!({"ports": 488, "ports_threshold": 10, "class": "<b>scan\u{202e}", "packets": 12_345, "events": {"count": 1}}),
        )
        .into_string();
        assert!(page.contains("<strong>488</strong>") && page.contains("49 times what is needed"), "{page}");
        assert!(
            page.contains("&lt;b&gt;scan")
                && page.contains("12,345")
                && !page.contains("ports threshold")
                && !page.contains('\u{202e}'),
            "{page}"
        );
        assert_eq!(
            [(5.0, 10.0), (10.0, 10.0), (15.0, 10.0), (1.0, 0.0)].map(|(found, needed)| in_words(found, needed)),
            ["below the threshold", "just enough", "1.5 times what is needed", "any is enough"]
        );
        for odd in [
            json!(null),
            json!("<i>"),
            json!([1, "<i>"]),
            json!({"x": {"y": "<i>"}, "x_threshold": "<i>"}),
            json!({"n": 1e300, "n_threshold": -1}),
        ] {
            let page = evidence(&odd).into_string();
            assert!(!page.contains("<i>") && !page.contains("NaN") && !page.contains("inf"), "{page}");
        }
    }
}
