//! Which alerts are about an address: what a person means who asks for it.

use std::net::IpAddr;

use serde_json::{Map, Value};

use super::group::NETWORK;
use net_scout_model::{Network, RELATED, parse_address};

/// Whether an alert is about an address: its source, its destination, inside the network that the evidence names, or an address that the
/// evidence names; or so is one of the alerts that belong to it.
#[must_use]
pub fn involves(address: IpAddr, source: Option<&str>, destination: Option<&str>, evidence: &Map<String, Value>) -> bool {
    let is = |text: &str| parse_address(text).is_some_and(|found| found.to_canonical() == address);
    let names = |(key, value): (&String, &Value)| match value {
        Value::String(text) if key == NETWORK => text.parse::<Network>().is_ok_and(|network| network.contains(address)),
        Value::String(text) => is(text),
        Value::Array(list) if key == RELATED => list.iter().any(|one| is_related(address, one)),
        Value::Array(list) => list.iter().filter_map(Value::as_str).any(is),
        _ => false,
    };
    source.is_some_and(is) || destination.is_some_and(is) || evidence.iter().any(names)
}

/// The same for an alert in the evidence of another, where it has no more of its kind.
fn is_related(address: IpAddr, one: &Value) -> bool {
    let mut evidence = one["evidence"].as_object().cloned().unwrap_or_default();
    evidence.remove(RELATED);
    involves(address, one["src_ip"].as_str(), one["dst_ip"].as_str(), &evidence)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_way_to_be_about_an_address() {
        let about = |address: &str, source: Option<&str>, destination: Option<&str>, evidence: Value| {
            let address = address.parse::<IpAddr>().expect("an address").to_canonical();
            involves(address, source, destination, evidence.as_object().expect("an object"))
        };
        assert!(about("192.0.2.7", Some("192.0.2.7"), None, json!({})));
        assert!(about("192.0.2.7", Some("::ffff:192.0.2.7"), None, json!({})));
        assert!(about("2001:db8::1", None, Some("2001:0DB8:0::1"), json!({})));
        assert!(about("192.0.2.7", None, None, json!({"network": "192.0.2.0/24"})));
        assert!(about("192.0.2.7", None, None, json!({"top_targets": ["192.0.2.1", "192.0.2.7"]})));
        assert!(about("192.0.2.7", None, None, json!({"relay": "192.0.2.7"})));
        assert!(about("192.0.2.7", None, None, json!({"related": [{"src_ip": "192.0.2.7", "dst_ip": null, "evidence": {}}]})));
        assert!(about("192.0.2.7", None, None, json!({"related": [{"evidence": {"network": "192.0.2.0/24"}}]})));
        for other in [
            json!({"network": "192.0.3.0/24", "ports": [7], "note": "192.0.2.77", "deep": {"address": "192.0.2.7"}}),
            json!({"other": "192.0.2.0/24", "related": ["192.0.2.7", {"evidence": {"related": [{"src_ip": "192.0.2.7"}]}}]}),
        ] {
            assert!(!about("192.0.2.7", Some("192.0.2.8"), Some("not an address"), other.clone()), "{other}");
        }
    }
}
