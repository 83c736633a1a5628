//! Open Cybersecurity Schema Framework, class Detection Finding (2004) with the profile `incident`, which has the life of a finding:
//! <https://schema.ocsf.io/1.8.0/classes/detection_finding>. Times are milliseconds since 1970.

use serde_json::{Map, Value, json};

use super::attack::Technique;
use super::facts::Facts;
use super::{PRODUCT, VERSION};
use crate::life::Stage;
use net_scout_model::{Severity, Timestamp};

/// The version of the schema.
pub(super) const OCSF: &str = "1.8.0";
/// The class: the category of findings, number 4 in it.
const CLASS: i64 = 2004;

/// A number of an enumeration and its caption.
type Choice = (i64, &'static str);

/// The object of an alert.
pub(super) fn object(facts: &Facts<'_>) -> Value {
    let alert = facts.alert;
    let (activity_id, activity) = activity(facts);
    let (severity_id, severity) = severity(facts.severity);
    let (status_id, status) = status(facts.stage);
    let mut object = json!({
        "activity_id": activity_id,
        "activity_name": activity,
        "category_uid": 2,
        "category_name": "Findings",
        "class_uid": CLASS,
        "class_name": "Detection Finding",
        "type_uid": CLASS * 100 + activity_id,
        "type_name": format!("Detection Finding: {activity}"),
        "time": milliseconds(facts.again),
        "severity_id": severity_id,
        "severity": severity,
        "status_id": status_id,
        // Where the schema has no word for it, ours.
        "status": if status_id == 99 { alert.status.as_str() } else { status },
        "status_detail": alert.status,
        "is_alert": facts.stage.is_open(),
        "message": facts.title,
        "risk_score": alert.score.clamp(0, 100),
        "metadata": {
            "version": OCSF,
            "profiles": ["incident"],
            "uid": facts.uid(),
            "event_code": alert.alert_type,
            "logged_time": milliseconds(facts.again),
            "product": { "name": PRODUCT, "vendor_name": PRODUCT, "version": VERSION },
        },
        "finding_info": finding(facts),
    });
    if let Some((verdict_id, verdict)) = facts.verdict.map(verdict) {
        object["verdict_id"] = verdict_id.into();
        object["verdict"] = verdict.into();
    }
    if let Some((first, last)) = facts.events {
        object["start_time"] = milliseconds(first).into();
        object["end_time"] = milliseconds(last).into();
        object["duration"] = (milliseconds(last) - milliseconds(first)).into();
    }
    if let Some(count) = facts.count.and_then(|count| i64::try_from(count).ok()) {
        object["count"] = count.into();
    }
    let triage = &alert.triage;
    if let Some(comment) = triage.reason.as_ref().or(triage.note.as_ref()) {
        object["comment"] = comment.as_str().into();
    }
    if let Some(assignee) = &triage.assignee {
        object["assignee"] = json!({ "name": assignee });
    }
    if !triage.labels.is_empty() {
        object["metadata"]["labels"] = json!(triage.labels);
    }
    evidences(facts, &mut object);
    object
}

/// What happened to the finding.
fn activity(facts: &Facts<'_>) -> Choice {
    match facts.stage {
        Stage::Closed | Stage::Allowed => (3, "Close"),
        Stage::New if facts.is_first() => (1, "Create"),
        _ => (2, "Update"),
    }
}

fn severity(severity: Severity) -> Choice {
    match severity {
        Severity::Informational => (1, "Informational"),
        Severity::Low => (2, "Low"),
        Severity::Medium => (3, "Medium"),
        Severity::High => (4, "High"),
        Severity::Critical => (5, "Critical"),
    }
}

fn status(stage: Stage) -> Choice {
    match stage {
        Stage::New => (1, "New"),
        Stage::Acknowledged => (2, "In Progress"),
        Stage::Snoozed | Stage::Allowed => (3, "Suppressed"),
        Stage::Closed => (4, "Resolved"),
        Stage::Other => (99, "Other"),
    }
}

fn verdict(verdict: &str) -> Choice {
    match verdict {
        "false_positive" => (1, "False Positive"),
        "true_positive" => (2, "True Positive"),
        "benign" => (5, "Benign"),
        "duplicate" => (10, "Duplicate"),
        _ => (0, "Unknown"),
    }
}

fn milliseconds(at: Timestamp) -> i64 {
    at.0.div_euclid(1_000)
}

fn finding(facts: &Facts<'_>) -> Value {
    let rule = facts.rule();
    let mut analytic = json!({ "type_id": 1, "type": "Rule", "name": rule, "uid": rule });
    if let Some(version) = facts.version {
        analytic["version"] = version.into();
    }
    let mut finding = json!({
        "uid": facts.uid(),
        "title": facts.title,
        "types": [facts.alert.alert_type],
        "created_time": milliseconds(facts.raised),
        "modified_time": milliseconds(facts.again),
        "analytic": analytic,
    });
    if let Some((first, last)) = facts.events {
        finding["first_seen_time"] = milliseconds(first).into();
        finding["last_seen_time"] = milliseconds(last).into();
    }
    if !facts.techniques.is_empty() {
        finding["attacks"] = facts.techniques.iter().map(|technique| attack(*technique)).collect();
    }
    if let Some(related) = facts.alert.evidence["related"].as_array() {
        finding["related_events_count"] = related.len().into();
    }
    finding
}

fn attack(technique: Technique<'_>) -> Value {
    let named = |technique: Technique<'_>| {
        let mut named = json!({ "uid": technique.id, "src_url": technique.url() });
        technique.name().into_iter().for_each(|name| named["name"] = name.into());
        named
    };
    let mut attack = json!({ "technique": named(technique.parent()) });
    if technique.is_sub() {
        attack["sub_technique"] = named(technique);
    }
    if let Some((uid, name)) = technique.tactic() {
        attack["tactic"] = json!({ "uid": uid, "name": name });
    }
    attack
}

/// Who did it, to whom, and what a person can check.
fn evidences(facts: &Facts<'_>, object: &mut Value) {
    let mut evidence = Map::new();
    let mut observables = Vec::new();
    for (address, side) in [(facts.source, "src_endpoint"), (facts.target, "dst_endpoint")] {
        if let Some(address) = address {
            evidence.insert(side.to_owned(), json!({ "ip": address }));
            let name = format!("evidences[].{side}.ip");
            observables.push(json!({ "name": name, "type_id": 2, "type": "IP Address", "value": address }));
        }
    }
    if let (Some(port), Some(target)) = (facts.port, evidence.get_mut("dst_endpoint")) {
        target["port"] = port.into();
    }
    if !facts.alert.evidence.is_null() {
        evidence.insert("data".to_owned(), facts.alert.evidence.clone());
    }
    if !evidence.is_empty() {
        object["evidences"] = json!([evidence]);
    }
    if !observables.is_empty() {
        object["observables"] = observables.into();
    }
}
