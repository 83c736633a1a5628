//! One line of RouterOS's packet log.
//!
//! `2023-03-18T20:36:59+01:00 10.0.0.1 firewall,info drop-tcp input: in:ether1 out:(unknown 0), connection-state:new src-mac ...,
//! proto TCP (SYN), 192.0.2.1:59388->198.51.100.1:23, len 40`
//!
//! IPv6 addresses with a port stand in brackets. An interface in parentheses is none.

use std::borrow::Cow;
use std::net::IpAddr;

use super::ImportOptions;
use super::direction;
use super::event::{self, ParsedEvent};
use super::reason::Reason;
use super::syslog::Entry;
use super::verdict::verdict;
use net_scout_model::Timestamp;

/// What the firewall of RouterOS said; none where the line is of anything else.
pub(super) fn message<'a>(entry: &Entry<'a>) -> Option<&'a str> {
    let is_firewall = |topics: &str| topics.trim_end_matches(':').split(',').any(|topic| topic == "firewall");
    entry.topics().into_iter().flatten().find(|(topics, _)| is_firewall(topics)).map(|(_, message)| message)
}

/// Reads what the firewall said. The words before the chain, which the author of the rule chose, say the verdict.
///
/// # Errors
/// When values are missing, or one makes no sense.
pub(super) fn packet<'a>(time: Timestamp, message: &'a str, options: &ImportOptions) -> Result<ParsedEvent<'a>, Reason> {
    let absent = |field| Reason::Absent { field };
    let (prefix, rest) = message.split_once(": in:").ok_or(absent("chain and in:"))?;
    let prefix = prefix.rsplit_once(' ').map_or("", |(prefix, _chain)| prefix);
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
    let (source, source_port) = endpoint(["source", "source port"], source)?;
    let (destination, destination_port) = endpoint(["destination", "destination port"], destination)?;
    let proto = event::protocol("proto", proto, source)?;
    let in_if = interface("in", in_if)?;
    let out_if = interface("out", out_if)?;
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
        verdict: verdict(prefix, options.default_verdict),
        direction: direction::by_interfaces(in_if, out_if, source, destination, options),
    })
}

/// An interface; `(unknown 0)` and `(none)` are none.
fn interface<'a>(field: &'static str, value: &'a str) -> Result<Option<&'a str>, Reason> {
    Ok(event::name(field, value)?.filter(|name| !name.starts_with('(')))
}

/// An address, with or without a port: `192.0.2.1:80`, `[2001:db8::1]:80`, `192.0.2.1`, `2001:db8::1`.
fn endpoint([address, port]: [&'static str; 2], value: &str) -> Result<(IpAddr, Option<u16>), Reason> {
    let split = match value.strip_prefix('[') {
        Some(rest) => rest.split_once(']').map(|(host, rest)| (host, rest.strip_prefix(':'))),
        None if value.bytes().filter(|&byte| byte == b':').count() == 1 => {
            value.split_once(':').map(|(host, port)| (host, Some(port)))
        }
        None => None,
    };
    let (host, number) = split.unwrap_or((value, None));
    Ok((event::address(address, host)?, number.map(|number| event::port(port, number)).transpose()?))
}
