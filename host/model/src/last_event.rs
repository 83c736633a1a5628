//! When the events of an alert were, as its evidence says.

use serde_json::Value;

use crate::time::parse_timestamp;
use crate::{RELATED, Timestamp};

/// The last event that an evidence tells of: the rule's own word, else that of the host, else the latest of the related alerts. Rules that
/// only count say none.
#[must_use]
pub fn last_event(evidence: &Value) -> Option<Timestamp> {
    let related = evidence[RELATED].as_array().into_iter().flatten();
    own(evidence).or_else(|| related.filter_map(|other| own(&other["evidence"])).max())
}

fn own(evidence: &Value) -> Option<Timestamp> {
    let said = ["last", "let_through"].into_iter().find_map(|key| evidence[key].as_str());
    said.or_else(|| evidence["events"]["last"].as_str()).and_then(parse_timestamp)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_rule_knows_best_then_the_host_then_the_incident() {
        let (one, two, three) = ("2026-03-11T20:00:00Z", "2026-03-11T21:00:00Z", "2026-03-11T22:00:00Z");
        for (evidence, expected) in [
            (json!({"last": one, "events": {"last": two}}), Some(one)),
            (json!({"events": {"last": two}, "related": [{"evidence": {"last": three}}]}), Some(two)),
            (
                json!({"since": one, "related": [{"evidence": {"last": one}}, {"evidence": {"events": {"last": three}}}]}),
                Some(three),
            ),
            (json!({"since": one}), None),
            (Value::Null, None),
        ] {
            assert_eq!(last_event(&evidence), expected.and_then(parse_timestamp), "{evidence}");
        }
    }
}
