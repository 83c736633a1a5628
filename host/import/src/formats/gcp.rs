//! Logs of Google Cloud's VPC: flow logs, and firewall rules logging, as JSON.
//!
//! <https://cloud.google.com/vpc/docs/about-flow-logs-records>, <https://cloud.google.com/firewall/docs/firewall-rules-logging>

use serde_json::Value;

use crate::carrier::date;
use crate::direction;
use crate::event::{Line, ParsedEvent, Values};
use crate::options::ImportOptions;
use crate::reason::Reason;
use crate::verdict::{self, Judged};

/// Reads an entry.
///
/// # Errors
/// When values are missing, or one makes no sense.
pub(crate) fn read(entry: &Value, options: &ImportOptions) -> Result<Line<'static>, Reason> {
    let payload = entry.get("jsonPayload").unwrap_or(&Value::Null);
    let Some(connection) = payload.get("connection") else {
        return Ok(Line::Other("entry without a connection".into()));
    };
    let text = |object: &Value, name: &str| match object.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    };
    let [source, source_port, destination, destination_port, proto] =
        ["src_ip", "src_port", "dest_ip", "dest_port", "protocol"].map(|name| text(connection, name));
    let values = Values {
        source: &source,
        source_port: &source_port,
        destination: &destination,
        destination_port: &destination_port,
        proto: &proto,
        ..Values::default()
    };
    let time = [text(payload, "start_time"), text(entry, "timestamp"), text(entry, "receiveTimestamp")];
    let time = time.iter().find(|time| !time.is_empty()).ok_or(Reason::Absent { field: "start_time" })?;
    let time = date::whole("start_time", time, options)?;
    let event = values.event(time, ["src_ip", "src_port", "dest_ip", "dest_port", "protocol"])?.into_owned();
    // Firewall rules logging says what was done, and which way the rule is for. Flow logs say neither.
    let disposition = text(payload, "disposition");
    let verdict = if disposition.is_empty() { Judged::UNKNOWN } else { verdict::of_value(&disposition, options.default_verdict) };
    let rule = payload.get("rule_details").and_then(|rule| rule.get("direction")).and_then(Value::as_str);
    let way = rule.and_then(direction::said).unwrap_or_else(|| direction::by_addresses(event.source, event.destination, options));
    Ok(Line::Event(ParsedEvent { verdict, way, ..event }))
}
