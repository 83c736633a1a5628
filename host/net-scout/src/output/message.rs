//! Messages on standard error.

use std::fmt::Display;
use std::io::Write as _;

use anstyle::{AnsiColor, Style};

use super::log::{Level, line};
use net_scout_model::{amount, counted, plain};
use net_scout_store::Unreadable;

fn message(level: Level, style: Style, word: &str, text: &dyn Display) {
    // A closed standard error is no reason to stop.
    let _ = match line(level, &text.to_string(), &shown(text)) {
        Some(line) => writeln!(super::stderr(), "{line}"),
        None if word.is_empty() => writeln!(anstream::stderr(), "{}", shown(text)),
        None => writeln!(anstream::stderr(), "{style}{word}{style:#} {}", shown(text)),
    };
}

/// Names of files, words of servers and the like are in such texts.
fn shown(text: &dyn Display) -> String {
    text.to_string().split('\n').map(|line| plain(line, usize::MAX)).collect::<Vec<_>>().join("\n")
}

/// Why the program ends without having done its work.
pub fn error(text: &dyn Display) {
    message(Level::Error, AnsiColor::Red.on_default().bold(), "error:", text);
}

/// Something that the operator should look at.
pub fn warning(text: &dyn Display) {
    message(Level::Warning, AnsiColor::Yellow.on_default().bold(), "warning:", text);
}

/// That rows of the alert table were left out.
pub fn unreadable_alerts(unreadable: &Unreadable, table: &str) {
    if let Some(text) = unreadable.warning(table) {
        warning(&text);
    }
}

/// That alerts are shown without their evidence.
pub fn broken_evidence(alerts: &[i64]) {
    if let Some(first) = alerts.first() {
        let others =
            if alerts.len() > 1 { format!(" and of {}", counted(alerts.len() - 1, "other alert")) } else { String::new() };
        note(&format_args!("the evidence of alert {first}{others} is not JSON and is left out"));
    }
}

/// That events were taken for what came in, though they are stored as what left.
pub fn corrected_directions(count: u64) {
    if count > 0 {
        let events = amount(count, "event that came in is", "events that came in are");
        note(&format_args!(
            "{events} stored as OUTBOUND, and taken for INBOUND: forwarded, from outside your networks (correct_directions = false leaves \
             them as they are)"
        ));
    }
}

/// What was done.
pub fn note(text: &dyn Display) {
    message(Level::Note, Style::new(), "", text);
}
