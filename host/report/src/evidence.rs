//! What the evidence of an alert says, in words: numbers beside their thresholds, the most frequent ports and hosts, one value. It may have
//! been written by another program, and hold anything.

use serde_json::{Map, Value};

use net_scout_model::{counted, plain};

/// The most characters of one value.
const VALUE: usize = 120;
/// What the name of a threshold ends with, behind the name of the number that it is for.
const THRESHOLD: &str = "_threshold";

/// Who did it, to whom; empty where neither is known.
#[must_use]
pub fn who(source: Option<&str>, destination: Option<&str>) -> String {
    match (source, destination) {
        (Some(source), Some(destination)) => format!("{source} to {destination}"),
        (Some(source), None) => source.to_owned(),
        (None, Some(destination)) => format!("somebody to {destination}"),
        (None, None) => String::new(),
    }
}

/// The same, of an alert about many sources: `198.51.100.0/24 (14 sources) to 192.0.2.1`.
#[must_use]
pub fn parties(source: Option<&str>, destination: Option<&str>, evidence: &Value) -> String {
    let count = ["network_sources", "taking_part", "source_count"].into_iter().find_map(|key| evidence[key].as_u64());
    let network = evidence["network"].as_str().map(|network| plain(network, VALUE));
    let many = match (network, count) {
        (Some(network), Some(count)) => Some(format!("{network} ({})", counted(count, "source"))),
        (None, Some(count)) => Some(counted(count, "source")),
        (network, None) => network,
    };
    match (source, many) {
        (None, many) => who(many.as_deref(), destination),
        (Some(source), Some(many)) if evidence["network"].is_string() => who(Some(&format!("{source} of {many}")), destination),
        (source, _) => who(source, destination),
    }
}

/// Numbers, each beside its threshold where it has one and these are to be shown.
#[must_use]
pub fn numbers(evidence: &Value, thresholds: bool) -> String {
    let Some(members) = evidence.as_object() else { return String::new() };
    let shown = members.iter().filter(|(key, value)| value.is_number() && !is_threshold(members, key));
    let shown = shown.filter(|(key, _)| thresholds || !key.ends_with(THRESHOLD));
    let number = |(key, value): (&String, &Value)| match members.get(&format!("{key}{THRESHOLD}")).filter(|_| thresholds) {
        Some(threshold) => format!("{key} {value} (threshold {})", one(threshold)),
        None => format!("{key} {value}"),
    };
    shown.map(number).collect::<Vec<_>>().join(", ")
}

/// Whether a member is the threshold of another.
#[must_use]
pub fn is_threshold(members: &Map<String, Value>, key: &str) -> bool {
    key.strip_suffix(THRESHOLD).is_some_and(|number| members.contains_key(number))
}

/// The most frequent first, whatever order they are stored in.
#[must_use]
pub fn top(counts: &Value) -> String {
    let mut counts: Vec<(&String, u64)> =
        counts.as_object().into_iter().flatten().filter_map(|(value, count)| Some((value, count.as_u64()?))).collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counts.iter().map(|(value, count)| format!("{value} ({count})")).collect::<Vec<_>>().join(", ")
}

/// Values, separated by commas.
#[must_use]
pub fn joined(list: &[Value]) -> String {
    list.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// One value on one line, cut where it is long.
#[must_use]
pub fn one(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Array(list) => joined(list),
        other => other.to_string(),
    };
    plain(&text, VALUE)
}
