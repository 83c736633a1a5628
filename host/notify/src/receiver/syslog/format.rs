//! A line of RFC 5424, and one for the logger of this machine. Values in structured data are escaped as section 6.3.3 says; the text behind
//! is one line.

use jiff::tz::TimeZone;

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

/// A message in at most so many bytes, for a logger of the network.
pub(super) fn line(message: &Message, facility: u8, host: &str, most: usize) -> String {
    let host: String = host.chars().filter(char::is_ascii_graphic).take(255).collect();
    let host = if host.is_empty() { "-".to_owned() } else { host };
    let (priority, at) = (priority(message, facility), message.formed.stored());
    whole(
        format!("<{priority}>1 {at} {host} net-scout {} {} {} ", std::process::id(), about(message), data(message)),
        message,
        most,
    )
}

/// The same for the logger of this machine. It expects what the function `syslog` of the C library writes, with the local time, and takes
/// the head of RFC 5424 for text.
pub(super) fn local_line(message: &Message, facility: u8, most: usize) -> String {
    let at = jiff::Timestamp::from_microsecond(message.formed.0).unwrap_or_default().to_zoned(TimeZone::system());
    let (priority, at) = (priority(message, facility), at.strftime("%b %e %H:%M:%S"));
    whole(format!("<{priority}>{at} net-scout[{}]: {} ", std::process::id(), data(message)), message, most)
}

fn priority(message: &Message, facility: u8) -> u32 {
    let level = match message.severity() {
        Severity::Informational => 6,
        Severity::Low => 5,
        Severity::Medium => 4,
        Severity::High => 3,
        Severity::Critical => 2,
    };
    u32::from(facility) * 8 + level
}

/// What it is about, the identity of the message in RFC 5424.
fn about(message: &Message) -> &'static str {
    if message.report.is_some() { "report" } else { "alerts" }
}

/// The structured data.
fn data(message: &Message) -> String {
    let mut data = format!("key=\"{}\" route=\"{}\"", value(&message.key), value(&message.route));
    if message.report.is_none() {
        data.push_str(&format!(" total=\"{}\"", message.alerts.len()));
    }
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
    format!("[{ID} {data}]")
}

/// The line behind its head: as much of the text as there is room for.
fn whole(head: String, message: &Message, most: usize) -> String {
    let text = format!("{} {}", message.title(), message.body().replace('\n', " | "));
    let room = most.saturating_sub(head.len());
    let end = (0..=room.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    format!("{head}{}", &text[..end])
}

/// A value of structured data.
fn value(text: &str) -> String {
    plain(text, 100).replace('\\', "\\\\").replace('"', "\\\"").replace(']', "\\]")
}
