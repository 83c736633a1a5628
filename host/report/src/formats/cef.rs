//! Common Event Format, version 0 (ArcSight, "Implementing ArcSight Common Event Format"): a header whose fields end with `|`, and an
//! extension of `key=value` separated by spaces. What would end a field early is escaped, and what a terminal would not show as it is.

use std::fmt::Write as _;
use std::net::IpAddr;

use net_scout_model::{Severity, is_plain};

use super::facts::Facts;
use super::{PRODUCT, VERSION};

/// A severity as CEF knows it, from 0 to 10: to 3 low, to 6 medium, to 8 high.
fn severity(severity: Severity) -> u8 {
    match severity {
        Severity::Informational => 1,
        Severity::Low => 3,
        Severity::Medium => 5,
        Severity::High => 8,
        Severity::Critical => 10,
    }
}

/// The line of an alert.
pub(super) fn line(facts: &Facts<'_>) -> String {
    let alert = facts.alert;
    let mut line = String::from("CEF:0");
    let name = severity(facts.severity).to_string();
    for field in [PRODUCT, PRODUCT, VERSION, &alert.alert_type, &facts.title, &name] {
        line.push('|');
        line.push_str(&header(field));
    }
    line.push('|');
    let milliseconds = |micros: i64| (micros / 1_000).to_string();
    let mut fields = vec![("rt", milliseconds(facts.again.0)), ("externalId", facts.uid())];
    if let Some((first, last)) = facts.events {
        fields.extend([("start", milliseconds(first.0)), ("end", milliseconds(last.0))]);
    }
    // The address of a version has a field of its own.
    let sides = [
        (facts.source, "src", "c6a2", "c6a2Label", "Source IPv6 Address"),
        (facts.target, "dst", "c6a3", "c6a3Label", "Destination IPv6 Address"),
    ];
    for (address, old, new, label, meaning) in sides {
        match address {
            Some(IpAddr::V4(address)) => fields.push((old, address.to_string())),
            Some(IpAddr::V6(address)) => fields.extend([(new, address.to_string()), (label, meaning.to_owned())]),
            None => {}
        }
    }
    fields.extend(facts.port.map(|port| ("dpt", port.to_string())));
    fields.extend(facts.count.map(|count| ("cnt", count.to_string())));
    let techniques: Vec<&str> = facts.techniques.iter().map(|technique| technique.id).collect();
    fields.extend([
        ("cat", alert.alert_type.clone()),
        ("cs1Label", "rule".to_owned()),
        ("cs1", facts.rule().to_owned()),
        ("cs2Label", "status".to_owned()),
        ("cs2", alert.status.clone()),
        ("cn1Label", "score".to_owned()),
        ("cn1", alert.score.to_string()),
    ]);
    if let Some(verdict) = facts.verdict {
        fields.extend([("cs3Label", "verdict".to_owned()), ("cs3", verdict.to_owned())]);
    }
    if !techniques.is_empty() {
        fields.extend([("cs4Label", "attack".to_owned()), ("cs4", techniques.join(","))]);
    }
    fields.push(("msg", facts.title.clone()));
    let fields: Vec<String> = fields.into_iter().map(|(key, value)| format!("{key}={}", extension(&value))).collect();
    line.push_str(&fields.join(" "));
    line
}

/// The text of a field of the header. It has no sign for the end of a line: that is shown as `\n`, as other invisible characters are.
pub(super) fn header(text: &str) -> String {
    escaped(text, '|', false)
}

/// The text of a value of the extension.
pub(super) fn extension(text: &str) -> String {
    escaped(text, '=', true)
}

fn escaped(text: &str, ends: char, has_lines: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' if has_lines => out.push_str("\\n"),
            '\r' if has_lines => out.push_str("\\r"),
            '\\' => out.push_str("\\\\"),
            _ if character == ends => out.extend(['\\', character]),
            _ if is_plain(character) => out.push(character),
            // Its name, whose backslash is one of the text.
            _ => {
                let _ = write!(out, "\\{}", character.escape_default());
            }
        }
    }
    out
}
