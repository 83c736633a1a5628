//! Events of the kernel's connection tracking, as `conntrack -E -o timestamp` prints them. One that is new was let through: the kernel
//! confirms no connection whose first packet is dropped.
//!
//! `[1773261311.123456]    [NEW] tcp      6 120 SYN_SENT src=192.168.1.5 dst=203.0.113.5 sport=40000 dport=443 [UNREPLIED] src=...`
//!
//! <https://conntrack-tools.netfilter.org/manual.html>

use std::borrow::Cow;

use crate::carrier::date;
use crate::carrier::entry::Entry;
use crate::direction;
use crate::event::{Line, ParsedEvent, Values};
use crate::options::ImportOptions;
use crate::reason::Reason;
use crate::verdict::Judged;
use net_scout_model::Timestamp;

/// Reads a line; none where it is of anything else.
pub(crate) fn read<'a>(entry: &Entry<'a>, line: &'a str, options: &ImportOptions) -> Option<Result<Line<'a>, Reason>> {
    let line = line.trim();
    let (time, rest) = match line.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((time, rest)) if time.trim().contains('.') => (Some(time.trim()), rest.trim_start()),
        _ if entry.time.is_ok() => (None, if entry.message.starts_with('[') { entry.message } else { entry.body }),
        _ => (None, line),
    };
    let (kind, rest) = rest.strip_prefix('[')?.split_once(']')?;
    let kind = kind.trim();
    if !matches!(kind, "NEW" | "UPDATE" | "DESTROY") || !rest.contains(" src=") {
        return None;
    }
    if kind != "NEW" {
        return Some(Ok(Line::Other(Cow::Borrowed(kind))));
    }
    let time = match time {
        Some(time) => date::seconds("time", time, options),
        None => entry.time().map_err(|_| Reason::NoTimestamp),
    };
    Some(time.and_then(|time| event(time, rest, options)).map(Line::Event))
}

/// The first of each name is of the direction of whoever began.
fn event<'a>(time: Timestamp, text: &'a str, options: &ImportOptions) -> Result<ParsedEvent<'a>, Reason> {
    let mut values = Values::default();
    for word in text.split_ascii_whitespace() {
        let Some((name, value)) = word.split_once('=') else {
            // `ipv6 10 tcp 6`, where the family is shown too.
            let is_family = matches!(word, "ipv4" | "ipv6");
            if values.proto.is_empty() && !is_family && word.starts_with(|first: char| first.is_ascii_alphabetic()) {
                values.proto = word;
            }
            continue;
        };
        let slot = match name {
            "src" => &mut values.source,
            "dst" => &mut values.destination,
            "sport" => &mut values.source_port,
            "dport" => &mut values.destination_port,
            _ => continue,
        };
        if slot.is_empty() {
            *slot = value;
        }
    }
    let event = values.event(time, ["src", "sport", "dst", "dport", "protocol"])?;
    Ok(ParsedEvent { verdict: Judged::ACCEPT, way: direction::by_addresses(event.source, event.destination, options), ..event })
}
