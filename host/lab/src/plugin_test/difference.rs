//! How what a plugin said differs from what a scenario expects: which keys, and both values.

use net_scout_plugin_host::recording;
use serde_json::Value as Json;

/// The alerts that are missing, and those that are too many.
pub(super) fn compare(expected: &[Json], mut raised: Vec<Json>) -> Vec<String> {
    let mut missing = Vec::new();
    for alert in expected {
        match raised.iter().position(|raised| covers(alert, raised)) {
            Some(index) => drop(raised.remove(index)),
            None => missing.push(alert),
        }
    }
    let no_alert = |alert: &&Json| format!("no alert like {alert} was raised{}", nearest(alert, &raised));
    let mut differences: Vec<String> = missing.iter().map(no_alert).collect();
    differences.extend(raised.iter().map(|alert| format!("an alert was raised that is not expected: {alert}")));
    differences
}

/// Whether a value has all that is expected.
pub(super) fn covers(expected: &Json, found: &Json) -> bool {
    recording::covers(expected, found, same)
}

/// The keys whose values are others than expected, with both.
pub(super) fn keys(expected: &Json, found: &Json) -> Vec<String> {
    let mut different = Vec::new();
    walk(expected, found, "", &mut different);
    different
}

/// 2 is the same as 2.0, which TOML tells apart.
fn same(expected: &Json, found: &Json) -> bool {
    match (expected, found) {
        (Json::Number(expected), Json::Number(found)) => expected == found || expected.as_f64() == found.as_f64(),
        (expected, found) => expected == found,
    }
}

fn walk(expected: &Json, found: &Json, path: &str, different: &mut Vec<String>) {
    match (expected, found) {
        (Json::Object(expected), Json::Object(found)) => {
            for (key, expected) in expected {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                match found.get(key) {
                    Some(found) => walk(expected, found, &path, different),
                    None => different.push(format!("`{path}` is missing")),
                }
            }
        }
        (expected, found) if same(expected, found) => {}
        (expected, found) => different.push(format!("`{path}` is {found} instead of {expected}")),
    }
}

/// What is different in the alert that differs least, where it has anything that is expected.
fn nearest(expected: &Json, raised: &[Json]) -> String {
    let members = expected.as_object().map_or(0, serde_json::Map::len);
    let different = raised.iter().map(|raised| keys(expected, raised)).min_by_key(Vec::len);
    match different.filter(|different| different.len() < members) {
        Some(different) => format!("; in the nearest {}", different.join(", ")),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_named_is_compared() {
        let raised = vec![json!({"alert_type": "a", "score": 5, "evidence": {"n": 1, "m": 2}}), json!({"alert_type": "b"})];
        assert_eq!(compare(&[json!({"alert_type": "b"}), json!({"evidence": {"n": 1}})], raised.clone()), [""; 0]);
        assert_eq!(
            compare(&[json!({"score": 6})], raised[..1].to_vec()),
            [
                "no alert like {\"score\":6} was raised",
                "an alert was raised that is not expected: {\"alert_type\":\"a\",\"score\":5,\"evidence\":{\"n\":1,\"m\":2}}"
            ]
        );
    }

    #[test]
    fn the_keys_that_differ_are_named() {
        let raised =
            vec![json!({"alert_type": "b", "score": 2}), json!({"alert_type": "a", "score": 5.0, "evidence": {"n": [1]}})];
        let expected = json!({"alert_type": "a", "score": 5, "evidence": {"m": 3, "n": [1, 2]}});
        let differences = compare(&[expected], raised);
        assert!(
            differences[0].ends_with("; in the nearest `evidence.m` is missing, `evidence.n` is [1] instead of [1,2]"),
            "{}",
            differences[0]
        );
        assert_eq!(differences.len(), 3);
    }
}
