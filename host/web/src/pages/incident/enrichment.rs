//! What lookups found about the addresses of an alert. Others wrote it: whois servers, name servers, web services.

use maud::{Markup, html};
use net_scout_detect::enrich::{FLAT_KINDS, flat_key};
use net_scout_report::evidence::one;
use serde_json::Value;

use crate::pages::text::shown;

/// The most members that are shown of one answer.
const MEMBERS: usize = 14;

/// What was found about one side of an alert, `src` or `dst`.
pub(super) fn found(enrichment: &Value, side: &str) -> Vec<(String, Markup)> {
    let own = enrichment[side].as_object();
    let mut all: Vec<(String, Markup)> = own.into_iter().flatten().map(|(kind, found)| (kind.clone(), answer(found))).collect();
    // What only the Python program found.
    for kind in FLAT_KINDS.iter().filter(|kind| own.is_none_or(|found| !found.contains_key(**kind))) {
        if let Some(text) = enrichment[flat_key(side, kind)].as_str() {
            all.push(((*kind).to_owned(), html! { p class="any" { (shown(text, 600)) } }));
        }
    }
    all
}

/// One answer.
pub(in crate::pages) fn answer(found: &Value) -> Markup {
    if let Some(error) = found["error"]["kind"].as_str() {
        let why = found["error"]["message"].as_str().unwrap_or_default();
        return html! { p class="soft any" { "Nothing: " (shown(&error.replace('-', " "), 60)) @if !why.is_empty() { " (" (shown(why, 300)) ")" } } };
    }
    let mut facts = Vec::new();
    flatten(found, "", &mut facts);
    let count = facts.len();
    html! {
        @if count == 0 { p class="soft" { "Nothing is known." } }
        @else { dl class="facts" {
            @for (name, value) in facts.iter().take(MEMBERS) { @if !name.is_empty() { dt { (shown(name, 40)) } } dd { (shown(value, 400)) } }
        } }
        @if count > MEMBERS { p class="soft small" { (MEMBERS) " of " (count) " values are shown." } }
    }
}

/// The members that say something, those of objects with the name of the object before theirs.
fn flatten(value: &Value, name: &str, facts: &mut Vec<(String, String)>) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                let key = key.replace('_', " ");
                let name = if name.is_empty() { key } else { format!("{name} {key}") };
                flatten(value, &name, facts);
            }
        }
        Value::Null => {}
        Value::Array(list) if list.is_empty() => {}
        Value::String(text) if text.is_empty() => {}
        // A text of several lines is one of these: the whole of whois.
        Value::String(text) => facts.push((name.to_owned(), text.clone())),
        other => facts.push((name.to_owned(), one(other))),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn answers_of_others_are_text() {
        let enrichment = json!({"src": {"rdns": {"name": "<img src=x onerror=alert(1)>.example"}, "whois": {"error": {"kind": "timed-out", "message": "<b>"}}}, "src_pdns": "a</dd><script>"});
        let all: String = found(&enrichment, "src").into_iter().map(|(kind, markup)| kind + &markup.into_string()).collect();
        assert!(!all.contains("<img") && !all.contains("<script") && !all.contains("<b>"), "{all}");
        assert!(all.contains("Nothing: timed out"));
        assert!(found(&json!("odd"), "dst").is_empty() && found(&json!({"dst": [1]}), "dst").is_empty());
        let many: serde_json::Map<_, _> = (0..20).map(|number| (format!("k{number}"), json!({"x": number}))).collect();
        assert!(answer(&Value::Object(many)).into_string().contains("14 of 20 values"));
    }
}
