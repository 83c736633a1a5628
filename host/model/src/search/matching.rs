//! Whether a term holds for an alert. The parts that SQL cannot say are functions of their own: the store calls them from there.

use serde_json::Value;

use super::{AlertSide, AlertTest};
use crate::time::parse_timestamp;
use crate::{Networks, RELATED, StoredAlert, Timestamp};

/// The members of the evidence that name ports: one, or lists, of which there are several kinds: `top_ports`, `sensitive_ports`.
const PORTS: [&str; 2] = ["port", "ports"];
/// How deep the evidence is looked through for a text.
const DEEPEST: u32 = 32;

impl AlertTest {
    /// Whether it holds.
    pub(super) fn holds(&self, alert: &StoredAlert, now: Timestamp) -> bool {
        let raised = || parse_timestamp(alert.updated_at.as_ref().unwrap_or(&alert.created_at));
        match self {
            Self::Id(ranges) => ranges.iter().any(|range| range.contains(&alert.id)),
            Self::Type(names) => names.contains(&alert.alert_type),
            Self::Score(ranges) => ranges.iter().any(|range| range.contains(&alert.score)),
            Self::Severity(ranges) => ranges.iter().any(|range| range.contains(&alert.severity().rank())),
            Self::Status(statuses) => statuses.contains(alert.status_at(now)),
            Self::Verdict(verdicts) => alert.verdict().is_some_and(|verdict| verdicts.contains(verdict)),
            Self::Label(labels) => labels.iter().any(|label| alert.triage.labels.contains(label)),
            Self::Assignee(names) => {
                let assignee = alert.triage.assignee.as_deref().filter(|name| !name.is_empty());
                names.iter().any(|name| name.as_deref() == assignee)
            }
            Self::Since(moment) => raised().is_some_and(|raised| raised >= moment.until(now)),
            Self::Until(moment) => raised().is_some_and(|raised| raised < moment.until(now)),
            Self::Address(side, networks) => {
                let (source, target) = (alert.src_ip.as_deref(), alert.dst_ip.as_deref());
                is_about(*side, networks, source, target)
            }
            Self::Rule(names) => has_rule(names, alert.rule.as_deref(), &alert.evidence),
            Self::Port(_) => self.has_port(&alert.evidence),
            Self::Text(text) => {
                let triage = &alert.triage;
                let texts = [
                    Some(alert.alert_type.as_str()),
                    alert.rule.as_deref(),
                    alert.src_ip.as_deref(),
                    alert.dst_ip.as_deref(),
                    triage.assignee.as_deref(),
                    triage.note.as_deref(),
                    triage.reason.as_deref(),
                ];
                let texts = texts.into_iter().flatten().chain(triage.labels.iter().map(String::as_str));
                has_text(text, texts, &alert.evidence)
            }
        }
    }

    /// Whether the evidence names one of its ports; not, where it is about something else.
    #[must_use]
    pub fn has_port(&self, evidence: &Value) -> bool {
        let Self::Port(ranges) = self else { return false };
        let is_one = |port: &Value| port.as_i64().is_some_and(|port| ranges.iter().any(|range| range.contains(&port)));
        let is_named = |value: &Value| match value {
            Value::Array(list) => list.iter().any(is_one),
            value => is_one(value),
        };
        // A count of ports names none.
        let is_list = |(name, value): (&String, &Value)| name.ends_with(PORTS[1]) && value.is_array() && is_named(value);
        let named = |evidence: &Value| is_named(&evidence[PORTS[0]]) || evidence.as_object().into_iter().flatten().any(is_list);
        // The ports of its events are the names of how often each was tried.
        let of_events = |evidence: &Value| {
            let tried = evidence["events"][PORTS[1]].as_object();
            tried.into_iter().flatten().any(|(port, _)| port.parse::<i64>().is_ok_and(|port| is_one(&port.into())))
        };
        let one = |evidence: &Value| named(evidence) || of_events(evidence);
        one(evidence) || evidence[RELATED].as_array().into_iter().flatten().any(|related| one(&related["evidence"]))
    }
}

/// Whether an address of a side lies in one of the networks.
#[must_use]
pub fn is_about(side: AlertSide, networks: &Networks, source: Option<&str>, target: Option<&str>) -> bool {
    let lies = |address: Option<&str>| address.is_some_and(|address| networks.contains_text(address));
    match side {
        AlertSide::Source => lies(source),
        AlertSide::Target => lies(target),
        AlertSide::Either => lies(source) || lies(target),
    }
}

/// Whether one of these rules raised an alert, or added to it.
#[must_use]
pub fn has_rule(names: &[String], rule: Option<&str>, evidence: &Value) -> bool {
    let is_one = |rule: &str| names.iter().any(|name| name == rule);
    let related = evidence[RELATED].as_array().into_iter().flatten();
    rule.is_some_and(is_one) || related.filter_map(|related| related["rule"].as_str()).any(is_one)
}

/// Whether a text, in lower case, is in one of the texts or in the evidence: in a name of it, a text or a number.
pub fn has_text<'a>(text: &str, texts: impl Iterator<Item = &'a str>, evidence: &Value) -> bool {
    let mut texts = texts;
    texts.any(|one| one.to_lowercase().contains(text)) || is_inside(text, evidence, DEEPEST)
}

fn is_inside(text: &str, value: &Value, deepest: u32) -> bool {
    let Some(deepest) = deepest.checked_sub(1) else { return false };
    match value {
        Value::String(one) => one.to_lowercase().contains(text),
        Value::Number(number) => number.to_string().contains(text),
        Value::Array(list) => list.iter().any(|one| is_inside(text, one, deepest)),
        Value::Object(members) => {
            members.iter().any(|(name, value)| name.to_lowercase().contains(text) || is_inside(text, value, deepest))
        }
        Value::Bool(_) | Value::Null => false,
    }
}
