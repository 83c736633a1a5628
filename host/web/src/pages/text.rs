//! Small pieces of pages: texts of others, addresses, times, counts. Attackers write parts of what is shown: everything passes the escaping
//! of the template, and what nobody would see is shown as what it is.

use std::collections::BTreeMap;

use maud::{Markup, html};
use net_scout_detect::names::KnownAddress;
use net_scout_model::time::parse_timestamp;
use net_scout_model::{Severity, Timestamp, is_plain, parse_address};
use net_scout_report::words::{duration, number};

use super::url::Url;

/// The most characters of a text in a list.
pub(super) const LINE: usize = 200;
/// A second, in microseconds.
const SECOND: i64 = 1_000_000;

/// What is known of addresses, by address.
pub(super) type Known = BTreeMap<String, KnownAddress>;

/// A text that somebody else may have written, of at most so many characters.
pub(super) fn shown(text: &str, longest: usize) -> Markup {
    let end = text.char_indices().nth(longest).map(|(place, _)| place);
    let whole = &text[..end.unwrap_or(text.len())];
    html! {
        @for part in parts(whole) {
            @match part {
                Ok(plain) => (plain),
                Err(hidden) => span class="control" title="a character that is not seen" { (hidden.escape_default()) },
            }
        }
        @if end.is_some() { "…" }
    }
}

/// The text in parts: what stands for itself, and single characters that do not.
fn parts(text: &str) -> Vec<Result<&str, char>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|character: char| !is_plain(character)).unwrap_or(rest.len());
        let length = if end == 0 { first.len_utf8() } else { end };
        parts.push(if end == 0 { Err(first) } else { Ok(&rest[..end]) });
        rest = &rest[length..];
    }
    parts
}

/// An address with a link to what is known of it; what is not an address has none.
pub(super) fn address(url: &Url, text: &str) -> Markup {
    match parse_address(text) {
        Some(address) => html! { a class="address" href=(url.to(&format!("/address/{address}"))) { (text) } },
        None => html! { span class="address" { (shown(text, LINE)) } },
    }
}

/// An address with its name and country, where they are known.
pub(super) fn known_address(url: &Url, text: &str, known: &Known) -> Markup {
    let found = known.get(text);
    let name = found.and_then(|found| found.name.as_deref());
    let country = found.and_then(|found| found.country.as_deref());
    html! {
        (address(url, text))
        @if let Some(country) = country { " " span class="soft small" title="country" { (country) } }
        @if let Some(name) = name { span class="sub" { (shown(name, LINE)) } }
    }
}

/// How much it matters.
pub(super) fn severity(severity: Severity) -> Markup {
    html! { span class=(format!("pill {}", severity.name())) { (severity.name()) } }
}

/// A status in words.
pub(super) fn status_words(status: &str) -> String {
    match status {
        "new" | "enriched" => "new".to_owned(),
        "false_positive" => "false positive".to_owned(),
        "true_positive" => "true positive".to_owned(),
        "allowed" => "closed by the allowlist".to_owned(),
        "duplicate" => "part of another alert".to_owned(),
        other => other.to_owned(),
    }
}

/// An instant as it was stored. A script shows it in the time of the reader, where that is wanted.
pub(super) fn stored_time(text: &str, now: Timestamp) -> Markup {
    parse_timestamp(text).map_or_else(|| shown(text, 40), |at| time(at, now))
}

/// An instant, to the second.
pub(super) fn time(at: Timestamp, now: Timestamp) -> Markup {
    let text = at.seconds();
    html! { time datetime=(text) title=(ago(at, now)) { (text[..19].replacen('T', " ", 1)) } }
}

/// An instant in a list: the day and the time, and how long ago.
pub(super) fn short_time(text: &str, now: Timestamp) -> Markup {
    let Some(at) = parse_timestamp(text) else { return shown(text, 40) };
    let seconds = at.seconds();
    let is_this_year = seconds[..4] == now.seconds()[..4];
    let words = if is_this_year { seconds[5..16].replacen('T', " ", 1) } else { seconds[..10].to_owned() };
    html! { time datetime=(seconds) data-short[is_this_year] title=(seconds) { (words) } span class="sub" { (ago(at, now)) } }
}

/// How long ago, in its largest unit.
pub(super) fn ago(at: Timestamp, now: Timestamp) -> String {
    let seconds = now.0.saturating_sub(at.0) / SECOND;
    let length = |seconds: i64| {
        let words = duration(seconds);
        words.split_inclusive(' ').take(2).collect::<String>().trim_end().to_owned()
    };
    if seconds >= 0 { format!("{} ago", length(seconds)) } else { format!("in {}", length(-seconds)) }
}

/// How much of a list is shown: `50 of 1,234 alerts`.
pub(super) fn of(shown: usize, all: u64, noun: &str) -> String {
    let nouns = match noun.strip_suffix('y') {
        _ if all == 1 => noun.to_owned(),
        Some(stem) => format!("{stem}ies"),
        None => format!("{noun}s"),
    };
    let all_of = if shown as u64 == all { String::new() } else { format!("{} of ", number(shown as u64)) };
    format!("{all_of}{} {nouns}", number(all))
}

/// What is shown where there is nothing: what that means, and what to do next.
pub(super) fn empty(title: &str, next: Markup) -> Markup {
    html! { div class="empty" { h2 { (title) } (next) } }
}

/// A notice; its class says how it is meant: `wrong`, `warn`, `good`, or nothing.
pub(super) fn notice(class: &str, text: Markup) -> Markup {
    html! { div class=(format!("notice {class}")) role=(if class == "wrong" { "alert" } else { "status" }) { (text) } }
}

/// A bar of so many percent of its width.
pub(super) fn share(part: u64, all: u64) -> Markup {
    let percent = if all == 0 { 0.0 } else { (100.0 * part as f64 / all as f64).min(100.0) };
    html! {
        svg class="share" aria-hidden="true" { rect class="back" width="100%" height="100%" rx="2" {} rect width=(format!("{percent:.1}%")) height="100%" rx="2" {} }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_stays_text() {
        let text = shown("a<script>\u{202e}b\u{1b}[31m", 99).into_string();
        assert!(text.starts_with("a&lt;script&gt;<span class=\"control\""), "{text}");
        assert!(text.contains("\\u{202e}</span>b") && !text.contains('\u{202e}') && !text.contains('\u{1b}'), "{text}");
        assert_eq!(shown("äöü", 2).into_string(), "äö…");
        let url = Url::default();
        assert!(!address(&url, "1.2.3.4/../../x?\"><b>").into_string().contains("href"));
        assert!(address(&url, "2001:db8::1").into_string().contains("href=\"/address/2001:db8::1\""));
    }

    #[test]
    fn words_of_counts_and_times() {
        assert_eq!(
            (of(50, 1_234, "alert"), of(1, 1, "alert"), of(0, 0, "event")),
            ("50 of 1,234 alerts".into(), "1 alert".into(), "0 events".into())
        );
        let now = Timestamp(1_773_261_311_000_000);
        assert_eq!(ago(now.plus(-3_700 * SECOND), now), "1 h ago");
        assert_eq!(ago(now.plus(90 * SECOND), now), "in 1 min");
        assert!(short_time("2026-03-11T20:35:11Z", now).into_string().contains(">03-11 20:35</time>"));
        assert!(short_time("<b>", now).into_string().contains("&lt;b&gt;"));
    }
}
