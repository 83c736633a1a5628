//! Puts what was found into the enrichment of an alert: an object for each side with one member for each enricher, and beside these the flat
//! keys that the pages of the Python program read, `src_rdns`, `src_whois`, `src_traceroute` and the same of `dst`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use net_scout_model::Observable;
use net_scout_store::AlertToEnrich;

/// The kinds that have a flat key.
pub const FLAT_KINDS: [&str; 3] = ["rdns", "whois", "traceroute"];
/// How long the text of a flat key is at most, in characters, as in the Python program.
const LONGEST: usize = 20_000;

/// The kinds of failures that another day may not have.
const UNREACHED: [&str; 3] = ["timed-out", "rate-limited", "unavailable"];

/// The flat key of a kind: `src_rdns`.
#[must_use]
pub fn flat_key(side: &str, kind: &str) -> String {
    format!("{side}_{kind}")
}

/// Puts what was found into the `src` and `dst` of an alert, beside what is there; none when an answer is missing. An address that nobody
/// was asked about gets an empty object, so that the alert counts as enriched. Where all that reaches outside, by these enrichers, failed for
/// the network, the alert is to be enriched again.
#[must_use]
pub fn attach(
    mut alert: AlertToEnrich,
    answers: &BTreeMap<(String, String), Value>,
    asked: &BTreeSet<(String, String)>,
    outside: &BTreeSet<String>,
) -> Option<AlertToEnrich> {
    let (mut reached, mut unreached) = (false, false);
    let sides = [("src", alert.src_ip.clone()), ("dst", alert.dst_ip.clone())];
    for (side, text) in sides {
        let Some(text) = text else { continue };
        let value = Observable::parse(&text).map_or(text, |observable| observable.value);
        let mut found = match alert.enrichment.remove(side) {
            Some(Value::Object(found)) => found,
            _ => serde_json::Map::new(),
        };
        for key in asked.iter().filter(|(_, wanted)| *wanted == value) {
            let answer = answers.get(key)?;
            if outside.contains(&key.0) {
                let is_unreached = answer["error"]["kind"].as_str().is_some_and(|kind| UNREACHED.contains(&kind));
                (reached, unreached) = (reached || !is_unreached, unreached || is_unreached);
            }
            found.insert(key.0.clone(), answer.clone());
        }
        for kind in FLAT_KINDS {
            // A failure leaves what was found before.
            if let Some(text) = found.get(kind).and_then(|answer| flat(kind, answer)) {
                alert.enrichment.insert(flat_key(side, kind), text.into());
            }
        }
        alert.enrichment.insert(side.to_owned(), Value::Object(found));
    }
    alert.enrichment.entry("src").or_insert_with(|| json!({}));
    alert.is_unreached = unreached && !reached;
    Some(alert)
}

/// An answer as the Python program writes it: the name, or what the program said.
fn flat(kind: &str, answer: &Value) -> Option<String> {
    let member = if kind == "rdns" { "name" } else { "raw" };
    let text = answer.as_str().or_else(|| answer[member].as_str())?.trim();
    (!text.is_empty()).then(|| text.chars().take(LONGEST).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attached(enrichment: &Value, answers: &[(&str, &str, Value)]) -> Value {
        let alert = AlertToEnrich {
            id: 1,
            src_ip: Some("192.0.2.1".into()),
            dst_ip: Some("192.0.2.2".into()),
            is_unreached: false,
            enrichment: enrichment.as_object().cloned().unwrap_or_default(),
        };
        let answers: BTreeMap<_, _> =
            answers.iter().map(|(kind, value, answer)| (((*kind).to_owned(), (*value).to_owned()), answer.clone())).collect();
        let asked = answers.keys().cloned().collect();
        Value::Object(attach(alert, &answers, &asked, &BTreeSet::new()).expect("complete").enrichment)
    }

    #[test]
    fn the_pages_of_the_python_program_find_names_and_traces() {
        let trace = "traceroute to 192.0.2.2\n 1  10.0.0.1  0.5 ms\n";
        let found = attached(
            &json!({}),
            &[
                ("rdns", "192.0.2.1", json!({"name": "a.example", "names": ["a.example"]})),
                ("whois", "192.0.2.1", json!({"netname": "TEST", "raw": "netname: TEST", "truncated": false})),
                ("traceroute", "192.0.2.2", json!({"hops": [], "raw": trace})),
                ("geoip", "192.0.2.2", json!({"country": "DE"})),
            ],
        );
        assert_eq!((&found["src_rdns"], &found["src_whois"]), (&json!("a.example"), &json!("netname: TEST")));
        assert_eq!(found["dst_traceroute"], json!(trace.trim()));
        assert_eq!((&found["src"]["rdns"]["name"], &found["dst"]["geoip"]["country"]), (&json!("a.example"), &json!("DE")));
        assert!(found.get("src_traceroute").is_none() && found.get("dst_geoip").is_none());
    }

    #[test]
    fn texts_of_the_python_program_and_failures() {
        let failed = json!({"error": {"kind": "timed-out"}});
        let before = json!({"src_rdns": "before.example", "src": {"mine": 1}, "dst": "odd"});
        let answers =
            [("rdns", "192.0.2.1", failed), ("whois", "192.0.2.1", json!(null)), ("rdns", "192.0.2.2", json!("b.example"))];
        let found = attached(&before, &answers);
        assert_eq!((&found["src_rdns"], &found["dst_rdns"]), (&json!("before.example"), &json!("b.example")));
        assert_eq!((&found["src"]["mine"], &found["dst"]["rdns"]), (&json!(1), &json!("b.example")));
        assert!(found.get("src_whois").is_none());
    }

    #[test]
    fn an_answer_that_is_missing_leaves_the_alert_for_later() {
        let alert = AlertToEnrich {
            id: 1,
            src_ip: Some("192.0.2.1".into()),
            dst_ip: None,
            is_unreached: false,
            enrichment: serde_json::Map::new(),
        };
        let asked = BTreeSet::from([("rdns".to_owned(), "192.0.2.1".to_owned())]);
        assert_eq!(attach(alert, &BTreeMap::new(), &asked, &BTreeSet::new()), None);
    }
}
