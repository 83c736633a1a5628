//! Elastic Common Schema, version 8: <https://www.elastic.co/guide/en/ecs/8.17/>. Fields of the kind `ip` hold addresses and nothing else; what
//! is not one stands in `address`.

use std::net::IpAddr;

use serde_json::{Map, Value, json};

use super::facts::Facts;
use super::{PRODUCT, VERSION};
use crate::life::Stage;
use net_scout_model::Severity;

/// The version of the schema.
pub(super) const ECS: &str = "8.17.0";

/// A severity as a number that Elastic Security shows: 21 low, 47 medium, 73 high, 99 critical.
fn number(severity: Severity) -> u8 {
    match severity {
        Severity::Informational => 1,
        Severity::Low => 21,
        Severity::Medium => 47,
        Severity::High => 73,
        Severity::Critical => 99,
    }
}

/// The object of an alert.
pub(super) fn object(facts: &Facts<'_>) -> Value {
    let alert = facts.alert;
    let related: Vec<IpAddr> = facts.source.into_iter().chain(facts.target).collect();
    let mut event = json!({
        "kind": "alert",
        "category": ["intrusion_detection", "network"],
        "type": ["info"],
        "id": facts.uid(),
        "created": facts.raised.stored(),
        "action": alert.alert_type,
        "code": alert.alert_type,
        "provider": facts.rule(),
        "module": PRODUCT,
        "dataset": "net_scout.alert",
        "severity": number(facts.severity),
        "risk_score": alert.score.clamp(0, 100),
    });
    if let Some((first, last)) = facts.events {
        event["start"] = first.stored().into();
        event["end"] = last.stored().into();
        event["duration"] = (last.0 - first.0).saturating_mul(1_000).into();
    }
    let mut object = json!({
        "@timestamp": facts.again.stored(),
        "ecs": { "version": ECS },
        "message": facts.title,
        "event": event,
        "rule": { "name": facts.rule(), "category": alert.alert_type, "ruleset": PRODUCT },
        "observer": { "product": PRODUCT, "vendor": PRODUCT, "type": "ids", "version": VERSION },
        "tags": [PRODUCT],
        "labels": { "alert_status": alert.status, "severity": facts.severity.name(), "stage": stage(facts.stage) },
    });
    if let Some(version) = facts.version {
        object["rule"]["version"] = version.into();
    }
    let triage = &alert.triage;
    let words = [("verdict", facts.verdict), ("reason", triage.reason.as_deref()), ("assignee", triage.assignee.as_deref())];
    for (name, word) in words {
        word.into_iter().for_each(|word| object["labels"][name] = word.into());
    }
    if let Some(tags) = object["tags"].as_array_mut() {
        tags.extend(triage.labels.iter().map(|label| label.as_str().into()));
    }
    let side = |text: &Option<String>, address: Option<IpAddr>| {
        let mut side = Map::new();
        side.insert("address".to_owned(), text.clone()?.into());
        side.extend(address.map(|address| ("ip".to_owned(), address.to_string().into())));
        Some(Value::Object(side))
    };
    if let Some(source) = side(&alert.src_ip, facts.source) {
        object["source"] = source;
    }
    if let Some(target) = side(&alert.dst_ip, facts.target) {
        object["destination"] = target;
    }
    if let Some(port) = facts.port {
        object["destination"]["port"] = port.into();
    }
    if !related.is_empty() {
        object["related"] = json!({ "ip": related });
    }
    if !facts.techniques.is_empty() {
        object["threat"] = threat(facts);
    }
    object
}

/// A stage in one word, for those who filter by it.
fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::New => "new",
        Stage::Acknowledged => "acknowledged",
        Stage::Snoozed => "snoozed",
        Stage::Allowed | Stage::Closed => "closed",
        Stage::Other => "other",
    }
}

fn threat(facts: &Facts<'_>) -> Value {
    let mut lists: [Vec<String>; 8] = Default::default();
    let mut add = |place: usize, text: String| {
        if !lists[place].contains(&text) {
            lists[place].push(text);
        }
    };
    for technique in &facts.techniques {
        let parent = technique.parent();
        add(0, parent.id.to_owned());
        add(2, parent.url());
        parent.name().into_iter().for_each(|name| add(1, name.to_owned()));
        if technique.is_sub() {
            add(3, technique.id.to_owned());
            add(5, technique.url());
            technique.name().into_iter().for_each(|name| add(4, name.to_owned()));
        }
        if let Some((id, name)) = technique.tactic() {
            add(6, id.to_owned());
            add(7, name.to_owned());
        }
    }
    let [ids, names, urls, sub_ids, sub_names, sub_urls, tactics, tactic_names] = lists;
    let mut threat = json!({ "framework": "MITRE ATT&CK", "technique": { "id": ids, "reference": urls } });
    if !names.is_empty() {
        threat["technique"]["name"] = names.into();
    }
    if !sub_ids.is_empty() {
        threat["technique"]["subtechnique"] = json!({ "id": sub_ids, "name": sub_names, "reference": sub_urls });
    }
    if !tactics.is_empty() {
        threat["tactic"] = json!({ "id": tactics, "name": tactic_names });
    }
    threat
}
