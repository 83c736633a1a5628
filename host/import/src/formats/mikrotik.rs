//! One line of RouterOS's packet log, as it sends it, keeps it on disk, or shows it with `log print`.
//!
//! `2023-03-18T20:36:59+01:00 10.0.0.1 firewall,info drop-tcp input: in:ether1 out:(unknown 0), connection-state:new src-mac ...,
//! proto TCP (SYN), 192.0.2.1:59388->198.51.100.1:23, len 40`
//!
//! With `bsd-syslog=yes` the topics are missing, and the prefix stands once more as if it were a program: `MikroTik FW_IN: FW_IN input: in:`.
//! IPv6 addresses with a port stand in brackets. An interface in parentheses is none.

use std::borrow::Cow;

use crate::carrier::entry::Entry;
use crate::carrier::repeated::repeated;
use crate::direction::{self, Seen, Way};
use crate::event::{self, Line, ParsedEvent};
use crate::options::ImportOptions;
use crate::reason::Reason;
use crate::{protocol, verdict, zone};
use net_scout_model::Timestamp;

/// Reads what the firewall of RouterOS said; none where the line is of anything else.
pub(crate) fn read<'a>(entry: &Entry<'a>, options: &ImportOptions) -> Option<Result<Line<'a>, Reason>> {
    let (repeats, message) = message(entry)?;
    let event = entry.time().and_then(|time| packet(time, message, options));
    Some(event.map(|event| Line::Event(ParsedEvent { hits: repeats, ..event })))
}

/// How often it was, and the message behind topics and host.
fn message<'a>(entry: &Entry<'a>) -> Option<(i64, &'a str)> {
    let with_repeats = |message: &'a str| repeated(message).unwrap_or((1, message));
    let is_firewall =
        |topics: &str| topics.contains(',') && topics.trim_end_matches(':').split(',').any(|topic| topic == "firewall");
    if entry.program.is_some_and(is_firewall) {
        return Some(with_repeats(entry.message));
    }
    for text in [entry.body, entry.unnamed] {
        if entry.program.is_none()
            && let Some((topics, message)) = text.split_once(' ')
            && is_firewall(topics)
        {
            return Some(with_repeats(message.trim_start()));
        }
    }
    without_topics(entry).map(|message| (1, message))
}

/// A line without topics must have the form of a packet to its end, and no process before it.
fn without_topics<'a>(entry: &Entry<'a>) -> Option<&'a str> {
    if !entry.body.contains(": in:") || entry.is_process || entry.kind.is_some() {
        return None;
    }
    let (prefix, rest) = entry.body.split_once(": in:")?;
    let (_, last) = rest.rsplit_once(", len ")?;
    let is_packet = rest.contains(" out:") && rest.contains(" proto ") && rest.contains("->");
    if !is_packet || last.trim_end().is_empty() || !last.trim_end().bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // What looks like a program must be the prefix, which then stands twice or right before the chain, or the chain.
    if let Some(program) = entry.program
        && !prefix.ends_with(program)
        && !entry.message.starts_with(program)
        && !["input: in:", "forward: in:", "output: in:"].iter().any(|chain| entry.message.starts_with(chain))
    {
        return None;
    }
    // An address or a name of the router in front is not of the prefix.
    let (first, behind) = entry.body.split_once(' ')?;
    let words = prefix.split_ascii_whitespace().count();
    let is_host = first.parse::<std::net::IpAddr>().is_ok() || words > 2 && entry.host == Some(first);
    Some(if is_host { behind } else { entry.body })
}

/// Reads what the firewall said. The words before the chain, which the author of the rule chose, say the verdict.
///
/// # Errors
/// When values are missing, or one makes no sense.
pub(crate) fn packet<'a>(time: Timestamp, message: &'a str, options: &ImportOptions) -> Result<ParsedEvent<'a>, Reason> {
    let absent = |field| Reason::Absent { field };
    let (prefix, rest) = message.split_once(": in:").ok_or(absent("chain and in:"))?;
    let (prefix, chain) = prefix.rsplit_once(' ').unwrap_or(("", prefix));
    let (in_if, rest) = rest.split_once(" out:").ok_or(absent("out:"))?;
    let (out_if, rest) = rest.split_once(',').ok_or(absent("proto"))?;
    let (_, rest) = rest.split_once(" proto ").ok_or(absent("proto"))?;
    let (proto, rest) = rest.split_at(rest.find([' ', ',']).ok_or(absent("addresses"))?);
    let (details, rest) = match rest.strip_prefix(" (") {
        Some(rest) => rest.split_once(')').map(|(details, rest)| (Some(details), rest)).ok_or(absent("addresses"))?,
        None => (None, rest),
    };
    let addresses = rest.trim_start_matches([',', ' ']);
    let addresses = addresses.split_once(',').map_or(addresses, |(addresses, _)| addresses);
    let (source, destination) = addresses.trim().split_once("->").ok_or(absent("addresses"))?;
    let (source, source_port) = event::endpoint(["source", "source port"], source)?;
    let (destination, destination_port) = event::endpoint(["destination", "destination port"], destination)?;
    let proto = protocol::name("proto", proto, source)?;
    let in_if = interface("in", in_if)?;
    let out_if = interface("out", out_if)?;
    let seen = Seen::Machine { has_in: in_if.is_some(), has_out: out_if.is_some() };
    let way = match direction::way(seen, source, destination, options) {
        Way::Open => in_if.zip(out_if).and_then(|(from, to)| zone::way(from, to)).unwrap_or(Way::Open),
        way => way,
    };
    Ok(ParsedEvent {
        time,
        source,
        destination,
        source_port,
        destination_port,
        tcp_flags: details.filter(|_| proto == "TCP").and_then(event::flag_words),
        proto,
        in_if: in_if.map(Cow::Borrowed),
        out_if: out_if.map(Cow::Borrowed),
        verdict: if is_translation(chain) {
            options.default_verdict.of_named()
        } else {
            verdict::of_prefix(prefix, options.default_verdict)
        },
        way,
        hits: 1,
        is_first_hop: false,
    })
}

/// Whether a chain only translates or marks, so that nothing of it says what became of a packet.
fn is_translation(chain: &str) -> bool {
    matches!(chain, "srcnat" | "dstnat" | "prerouting" | "postrouting")
}

/// An interface; `(unknown 0)` and `(none)` are none.
fn interface<'a>(field: &'static str, value: &'a str) -> Result<Option<&'a str>, Reason> {
    Ok(event::name(field, value)?.filter(|name| !name.starts_with('(')))
}
