//! A line of RFC 5424. Values in structured data are escaped as its section 6.3.3 says; the text behind is one line.

use crate::Message;
use net_scout_model::{Severity, plain};

/// Facilities and their numbers (RFC 5424, table 1).
pub(super) const FACILITIES: [(&str, u8); 13] = [
    ("user", 1),
    ("daemon", 3),
    ("auth", 4),
    ("authpriv", 10),
    ("local0", 16),
    ("local1", 17),
    ("local2", 18),
    ("local3", 19),
    ("local4", 20),
    ("local5", 21),
    ("local6", 22),
    ("local7", 23),
    ("audit", 13),
];
/// The identifier of our structured data: the enterprise number is the one that RFC 5612 keeps for examples.
const ID: &str = "net-scout@32473";

/// A message in at most so many bytes.
pub(super) fn line(message: &Message, facility: u8, host: &str, most: usize) -> String {
    let level = match message.severity() {
        Severity::Informational => 6,
        Severity::Low => 5,
        Severity::Medium => 4,
        Severity::High => 3,
        Severity::Critical => 2,
    };
    let host: String = host.chars().filter(char::is_ascii_graphic).take(255).collect();
    let host = if host.is_empty() { "-".to_owned() } else { host };
    let mut data = format!("key=\"{}\" route=\"{}\"", value(&message.key), value(&message.route));
    let about = if message.report.is_some() {
        "report"
    } else {
        data.push_str(&format!(" total=\"{}\"", message.alerts.len()));
        "alerts"
    };
    if message.may_be_repeat {
        data.push_str(" repeat=\"1\"");
    }
    if let [alert] = message.alerts.as_slice() {
        let texts = [
            ("alert", Some(alert.id.to_string())),
            ("type", Some(alert.alert_type.clone())),
            ("severity", Some(alert.severity.name().to_owned())),
            ("score", Some(alert.score.to_string())),
            ("src", alert.src_ip.clone()),
            ("dst", alert.dst_ip.clone()),
        ];
        for (name, text) in texts {
            data.extend(text.map(|text| format!(" {name}=\"{}\"", value(&text))));
        }
    }
    let text = format!("{} {}", message.title(), message.body().replace('\n', " | "));
    let head = format!(
        "<{}>1 {} {host} net-scout {} {about} [{ID} {data}] ",
        u32::from(facility) * 8 + level,
        message.formed.stored(),
        std::process::id()
    );
    let room = most.saturating_sub(head.len());
    let end = (0..=room.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    format!("{head}{}", &text[..end])
}

/// A value of structured data.
fn value(text: &str) -> String {
    plain(text, 100).replace('\\', "\\\\").replace('"', "\\\"").replace(']', "\\]")
}
