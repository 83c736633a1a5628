//! Messages in words. What attackers may have written is made plain here, on one line each; a receiver escapes it for its form.

use std::collections::BTreeMap;

use net_scout_model::{News, Severity, ToldAlert, counted, plain};

use super::message::Message;

/// How many alerts are listed for people.
pub(crate) const LISTED: usize = 5;
/// The most characters of a name or an address.
const LONGEST: usize = 80;
/// The most characters of the title of a report.
const TITLE: usize = 200;

/// What is said of a message that the receiver may have.
pub(crate) const REPEAT: &str = "This message may have arrived before: an earlier attempt ended without an answer.";

/// The same as [`Message::title`].
pub(crate) fn title(message: &Message) -> String {
    if let Some(report) = &message.report {
        return plain(&report.title, TITLE);
    }
    let what = match message.alerts.as_slice() {
        [] => "a test message".to_owned(),
        [alert] if message.is_test => format!("a test: {}", subject(alert)),
        [alert] => format!("{} {}", words(alert.news), subject(alert)),
        alerts => format!("{} ({})", counted(alerts.len(), "alert"), severities(alerts)),
    };
    format!("net-scout: {what}")
}

fn words(news: News) -> &'static str {
    match news {
        News::New => "new:",
        News::Worse => "more severe:",
        News::Reopened => "open again:",
        News::Grown => "goes on:",
        News::Resent => "once more:",
    }
}

/// `high port_scan 203.0.113.9 -> 198.51.100.1`
fn subject(alert: &ToldAlert) -> String {
    let mut text = format!("{} {}", alert.severity, plain(&alert.alert_type, LONGEST));
    if let Some(source) = &alert.src_ip {
        text = format!("{text} from {}", plain(source, LONGEST));
    }
    if let Some(target) = &alert.dst_ip {
        text = format!("{text} to {}", plain(target, LONGEST));
    }
    text
}

/// `2 critical, 40 high`, the most severe first.
fn severities(alerts: &[ToldAlert]) -> String {
    let mut counts: BTreeMap<Severity, usize> = BTreeMap::new();
    alerts.iter().for_each(|alert| *counts.entry(alert.severity).or_default() += 1);
    let parts: Vec<String> = counts.iter().rev().map(|(severity, count)| format!("{count} {severity}")).collect();
    parts.join(", ")
}

/// The alerts of a message, at most so many of them, and what else is to be known.
pub(crate) fn body(message: &Message, most: usize) -> String {
    let mut lines: Vec<String> = message.alerts.iter().take(most).map(line).collect();
    let more = message.alerts.len().saturating_sub(most);
    if more > 0 {
        lines.push(format!("and {more} more: {}", types(&message.alerts[most..])));
    }
    if let Some(report) = &message.report {
        lines.extend(report.brief.lines().map(|line| plain(line, TITLE)));
    } else if message.alerts.is_empty() {
        lines.push(format!("Messages to `{}` arrive.", plain(&message.receiver, LONGEST)));
    }
    if message.is_test && !message.alerts.is_empty() {
        lines.push("This is a test: `net-scout doctor --inject` made the events up, in a copy of the database.".to_owned());
    }
    lines.extend(message.may_be_repeat.then(|| REPEAT.to_owned()));
    lines.join("\n")
}

/// `[high 85] port_scan from 203.0.113.9 to 198.51.100.1, alert 12, new`
fn line(alert: &ToldAlert) -> String {
    let rule = alert.rule.as_ref().filter(|rule| **rule != alert.alert_type);
    let rule = rule.map_or(String::new(), |rule| format!(", rule {}", plain(rule, LONGEST)));
    let news = alert.news.name();
    format!("- {}, score {}{rule}, alert {} ({news})", subject(alert), alert.score, alert.id)
}

/// `300 port_scan, 112 probe`, the most frequent first.
fn types(alerts: &[ToldAlert]) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    alerts.iter().for_each(|alert| *counts.entry(alert.alert_type.as_str()).or_default() += 1);
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(name, count)| (std::cmp::Reverse(*count), *name));
    let shown: Vec<String> =
        counts.iter().take(LISTED).map(|(name, count)| format!("{count} {}", plain(name, LONGEST))).collect();
    shown.join(", ")
}

/// A text of at most so many characters, cut at the end of a line where that is possible.
pub(crate) fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most.saturating_sub(2)).collect();
    let end = kept.rfind('\n').unwrap_or(kept.len());
    format!("{}\n…", &kept[..end])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{message, told};
    use net_scout_model::Severity;

    #[test]
    fn many_alerts_are_summed_up() {
        let alerts = (0..417).map(|id| told(id, if id < 2 { Severity::Critical } else { Severity::High }, "port_scan"));
        let message = message(alerts.collect());
        assert_eq!(message.title(), "net-scout: 417 alerts (2 critical, 415 high)");
        let body = message.body();
        assert_eq!(body.lines().count(), 6);
        assert!(body.ends_with("and 412 more: 412 port_scan"), "{body}");
    }

    #[test]
    fn one_alert_is_named_and_hostile_names_stay_on_their_line() {
        let message = message(vec![told(7, Severity::High, "scan\r\nBcc: x")]);
        assert_eq!(message.title(), "net-scout: new: high scan\\r\\nBcc: x from 203.0.113.9");
        assert_eq!(message.body(), "- high scan\\r\\nBcc: x from 203.0.113.9, score 80, rule port_scan, alert 7 (new)");
    }

    #[test]
    fn a_made_up_alert_says_so() {
        let made_up = Message { is_test: true, ..message(vec![told(7, Severity::High, "port_scan")]) };
        assert_eq!(made_up.title(), "net-scout: a test: high port_scan from 203.0.113.9");
        assert!(made_up.body().ends_with("made the events up, in a copy of the database."), "{}", made_up.body());
    }

    #[test]
    fn long_texts_are_cut_at_the_end_of_a_line() {
        assert_eq!(cut("ab\ncd\nef", 8), "ab\ncd\nef");
        assert_eq!(cut("ab\ncd\nef", 7), "ab\n…");
        assert_eq!(cut("abcdefgh", 5), "abc\n…");
    }
}
