//! Alerts of rules. One that is not as it must be is refused, with the reason.

use std::net::{IpAddr, Ipv6Addr};

use super::{LONGEST_NAME, QUOTED, wit};
use net_scout_model::{Alert, Counting, Description, EvidenceValue, Kind, Selection, Severity, Value, plain};

/// The most pieces of evidence of an alert.
const MOST_EVIDENCE: usize = 64;
/// The keys of evidence that the host adds itself.
const HOST_EVIDENCE: [&str; 5] = ["events", "window", "plugin", "related", "severity_reasons"];
/// The most bytes of the condition that names the events of an alert, with its parameters.
const LARGEST_SELECTION: usize = 8 << 10;

/// An alert of a rule that counts this, with at most so many bytes of evidence; the error says why it is refused.
pub(crate) fn alert(alert: wit::Alert, description: &Description, counting: Counting, largest: usize) -> Result<Alert, String> {
    let Kind::Rule { alert_types, .. } = &description.kind else { return Err("it is no rule".to_owned()) };
    if !alert_types.contains(&alert.alert_type) {
        let alert_type = plain(&alert.alert_type, QUOTED);
        return Err(format!("alert type `{alert_type}` is not among the described: {}", alert_types.join(", ")));
    }
    let src_ip = alert.src_ip.map(|address| checked_address(address, "src-ip")).transpose()?;
    let dst_ip = alert.dst_ip.map(|address| checked_address(address, "dst-ip")).transpose()?;
    let score = u8::try_from(alert.score).ok().filter(|score| *score <= 100);
    let score = score.ok_or_else(|| format!("score {} is not from 0 to 100", alert.score))?;
    Ok(Alert {
        alert_type: alert.alert_type,
        src_ip,
        dst_ip,
        score,
        severity: alert.severity.into(),
        rule: description.name.clone(),
        evidence: evidence(alert.evidence, largest)?,
        events: alert.events.map(selection).transpose()?,
        story: None,
        counting,
    })
}

/// The events that an alert names. Whether the condition can be read is only known when it runs.
fn selection(selection: wit::Selection) -> Result<Selection, String> {
    let wit::Selection { condition, parameters } = selection;
    let parameters: Vec<Value> = parameters.into_iter().map(Value::from).collect();
    let bytes = condition.len() + parameters.iter().map(Value::bytes).sum::<usize>();
    if bytes > LARGEST_SELECTION {
        return Err(format!("the condition on its events takes {bytes} bytes, more than {LARGEST_SELECTION}"));
    }
    if condition.trim().is_empty() {
        return Err("the condition on its events is empty".to_owned());
    }
    Ok(Selection { condition, parameters })
}

fn checked_address(text: String, field: &str) -> Result<String, String> {
    // A link-local address may carry the interface that it belongs to (RFC 4007, section 11).
    let valid = match text.split_once('%') {
        Some((address, zone)) => {
            let plain_zone = zone.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
            address.parse::<Ipv6Addr>().is_ok() && plain_zone && (1..=LONGEST_NAME).contains(&zone.len())
        }
        None => text.parse::<IpAddr>().is_ok(),
    };
    if valid { Ok(text) } else { Err(format!("{field} `{}` is not a valid IP address", plain(&text, QUOTED))) }
}

fn evidence(entries: Vec<wit::EvidenceEntry>, largest: usize) -> Result<serde_json::Map<String, serde_json::Value>, String> {
    if entries.len() > MOST_EVIDENCE {
        return Err(format!("it has {} pieces of evidence, more than {MOST_EVIDENCE}", entries.len()));
    }
    let mut map = serde_json::Map::new();
    let mut bytes = 0;
    for wit::EvidenceEntry { key, value } in entries {
        if key.is_empty() || key.len() > LONGEST_NAME || plain(&key, LONGEST_NAME) != key {
            return Err(format!("evidence key `{}` is not 1 to {LONGEST_NAME} plain characters", plain(&key, QUOTED)));
        }
        let value = serde_json::Value::from(EvidenceValue::from(value));
        bytes += key.len() + value.to_string().len();
        if bytes > largest {
            return Err(format!("its evidence takes more than {} KiB (limits.evidence_kib)", largest >> 10));
        }
        if HOST_EVIDENCE.contains(&key.as_str()) {
            return Err(format!("evidence key `{key}` is the host's own"));
        }
        if map.contains_key(&key) {
            return Err(format!("evidence key `{key}` occurs twice"));
        }
        map.insert(key, value);
    }
    Ok(map)
}

impl From<wit::EvidenceValue> for EvidenceValue {
    fn from(value: wit::EvidenceValue) -> Self {
        match value {
            wit::EvidenceValue::Scalar(value) => Self::Scalar(value.into()),
            wit::EvidenceValue::Integers(values) => Self::Integers(values),
            wit::EvidenceValue::Texts(values) => Self::Texts(values),
        }
    }
}

impl From<wit::Severity> for Severity {
    fn from(severity: wit::Severity) -> Self {
        match severity {
            wit::Severity::Informational => Self::Informational,
            wit::Severity::Low => Self::Low,
            wit::Severity::Medium => Self::Medium,
            wit::Severity::High => Self::High,
            wit::Severity::Critical => Self::Critical,
        }
    }
}
