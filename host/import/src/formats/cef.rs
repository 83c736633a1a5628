//! Events in ArcSight's Common Event Format and in IBM's Log Event Extended Format, which firewalls of many vendors can write, and Check
//! Point's own `key:"value"`.
//!
//! `CEF:0|Ubiquiti|UniFi Network|10.6.106|203|Blocked by Firewall|4|proto=TCP spt=47196 dpt=80 act=blocked dst=203.0.113.215 ...`
//!
//! <https://www.microfocus.com/documentation/arcsight/arcsight-smartconnectors-8.4/cef-implementation-standard/>,
//! <https://www.ibm.com/docs/en/dsm?topic=leef-overview>, <https://support.checkpoint.com/results/sk/sk122323>

use std::borrow::Cow;

use super::{Format, mikrotik};
use crate::carrier::date;
use crate::carrier::entry::Entry;
use crate::direction::{self, Seen, Way};
use crate::event::{self, Line, ParsedEvent, Values};
use crate::keyvalue::Pairs;
use crate::options::ImportOptions;
use crate::reason::{Reason, shorten};
use crate::{verdict, zone};
use net_scout_model::Timestamp;

/// The longest name of an event that is counted by it, in characters.
const MAXIMUM_NAME: usize = 32;

/// What the pairs of an event are called, the likeliest first.
struct Names {
    source: &'static [&'static str],
    source_port: &'static [&'static str],
    destination: &'static [&'static str],
    destination_port: &'static [&'static str],
    proto: &'static [&'static str],
    action: &'static [&'static str],
    in_if: &'static [&'static str],
    out_if: &'static [&'static str],
    time: &'static [&'static str],
    way: &'static [&'static str],
}

const CEF: Names = Names {
    source: &["src", "c6a2", "UNIFIsrcClientIp", "sourceAddress", "UNIFIclientIp"],
    source_port: &["spt", "sourcePort"],
    destination: &["dst", "c6a3", "UNIFIdstClientIp", "destinationAddress"],
    destination_port: &["dpt", "destinationPort"],
    proto: &["proto", "transportProtocol"],
    action: &["act", "deviceAction", "categoryOutcome"],
    in_if: &["deviceInboundInterface", "inzone"],
    out_if: &["deviceOutboundInterface", "outzone"],
    time: &["rt", "start", "deviceReceiptTime", "FTNTFGTeventtime", "end", "UNIFIutcTime"],
    way: &["UNIFIdirection"],
};

const LEEF: Names = Names {
    source: &["src", "srcIP", "source"],
    source_port: &["srcPort", "sport"],
    destination: &["dst", "dstIP", "destination"],
    destination_port: &["dstPort", "dport"],
    proto: &["proto", "protocol", "Protocol"],
    action: &["action", "Action", "act", "status"],
    in_if: &["srcInterface", "ifname", "inboundInterface", "InboundInterface", "srcintf"],
    out_if: &["dstInterface", "outboundInterface", "OutboundInterface", "dstintf"],
    time: &["devTime", "eventTime", "time"],
    way: &["direction", "dir"],
};

const CHECK_POINT: Names = Names {
    source: &["src"],
    source_port: &["s_port"],
    destination: &["dst"],
    destination_port: &["service"],
    proto: &["proto"],
    action: &["action", "rule_action"],
    in_if: &[],
    out_if: &[],
    time: &["time"],
    way: &["conn_direction"],
};

/// Reads a line; none where it is of anything else.
pub(crate) fn read<'a>(entry: &Entry<'a>, options: &ImportOptions) -> Option<(Format, Result<Line<'a>, Reason>)> {
    for text in [entry.message, entry.unnamed] {
        if entry.is_process && !text.starts_with("CEF:") && !text.starts_with("LEEF:") {
            continue;
        }
        if let Some(rest) = text.strip_prefix("CEF:") {
            return Some((Format::Cef, cef(entry, rest.trim_start(), options)));
        }
        if let Some(rest) = text.strip_prefix("LEEF:") {
            return Some((Format::Leef, leef(entry, rest.trim_start(), options)));
        }
    }
    let is_check_point = entry.program == Some("CheckPoint") || entry.message.starts_with("[action:\"");
    if is_check_point && entry.message.contains(":\"") {
        let pairs = Pairs::with_colons(entry.message.trim_start_matches('['));
        return Some((Format::CheckPoint, event(entry, &pairs, &CHECK_POINT, "", options)));
    }
    None
}

/// Version, vendor, product, version, signature, name, severity, extension.
fn cef<'a>(entry: &Entry<'a>, text: &'a str, options: &ImportOptions) -> Result<Line<'a>, Reason> {
    let (head, extension) = header(text, 7).ok_or(Reason::Absent { field: "extension of CEF" })?;
    let pairs = Pairs::of_cef(extension);
    // RouterOS 7 puts its own line into the message.
    if head[1] == "MikroTik" && pairs.get("msg").contains(": in:") {
        return mikrotik::packet(time(entry, &pairs, &CEF, options)?, pairs.get("msg"), options).map(Line::Event);
    }
    event(entry, &pairs, &CEF, head[5], options)
}

/// Version, vendor, product, version, event, and in version 2 what separates the pairs.
fn leef<'a>(entry: &Entry<'a>, text: &'a str, options: &ImportOptions) -> Result<Line<'a>, Reason> {
    let absent = Reason::Absent { field: "extension of LEEF" };
    let (head, extension) = header(text, 5).ok_or(absent)?;
    let separator = match extension.split_once('|') {
        Some((sign, rest)) if head[0].starts_with('2') && sign.len() <= 6 && !sign.contains('=') => {
            let code = sign.strip_prefix("0x").or_else(|| sign.strip_prefix('x'));
            let code = code.and_then(|digits| u32::from_str_radix(digits, 16).ok()).and_then(char::from_u32);
            Some((code.or(sign.chars().next()).unwrap_or('\t'), rest))
        }
        _ => None,
    };
    let pairs = match separator {
        Some((separator, rest)) => Pairs::separated(rest, separator),
        None if extension.contains('\t') => Pairs::separated(extension, '\t'),
        // Syslog daemons replace tabs.
        None => Pairs::of_cef(extension),
    };
    event(entry, &pairs, &LEEF, head[4], options)
}

/// So many values with bars between them, of which `\|` is none, and what stands behind.
fn header(text: &str, count: usize) -> Option<([&str; 8], &str)> {
    let mut values = [""; 8];
    let (mut start, mut found, mut is_escaped) = (0, 0, false);
    for (place, byte) in text.bytes().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'|' => {
                values[found] = &text[start..place];
                (start, found) = (place + 1, found + 1);
                if found == count {
                    return Some((values, &text[start..]));
                }
            }
            _ => {}
        }
    }
    None
}

fn event<'a>(
    entry: &Entry<'a>,
    pairs: &Pairs<'a>,
    names: &Names,
    name: &str,
    options: &ImportOptions,
) -> Result<Line<'a>, Reason> {
    let (source, destination) = (pairs.first(names.source), pairs.first(names.destination));
    // Logins, updates and other events without a packet.
    if source.is_empty() || destination.is_empty() {
        let name = if name.is_empty() { "event without addresses" } else { name };
        return Ok(Line::Other(Cow::Owned(shorten(name, MAXIMUM_NAME))));
    }
    let (interface, is_in) = (pairs.get("ifname"), pairs.get("ifdir") != "outbound");
    let proto = pairs.first(names.proto);
    let values = Values {
        source,
        source_port: pairs.first(names.source_port),
        destination,
        destination_port: pairs.first(names.destination_port),
        // SonicWall writes the service behind the protocol: `tcp/https`.
        proto: proto.split_once('/').map_or(proto, |(proto, _)| proto),
        in_if: Some(pairs.first(names.in_if)).filter(|name| !name.is_empty()).unwrap_or(if is_in { interface } else { "" }),
        out_if: Some(pairs.first(names.out_if)).filter(|name| !name.is_empty()).unwrap_or(if is_in { "" } else { interface }),
    };
    let event = values.event(time(entry, pairs, names, options)?, ["src", "spt", "dst", "dpt", "proto"])?;
    let said = direction::said(pairs.first(names.way));
    // CEF's direction is that at the interface.
    let seen = match pairs.first(&["deviceDirection"]) {
        "0" => Seen::Interface { is_in: true },
        "1" => Seen::Interface { is_in: false },
        _ => Seen::Sensor,
    };
    let way = said.unwrap_or_else(|| match direction::way(seen, event.source, event.destination, options) {
        Way::Open => zone::way(values.in_if, values.out_if).unwrap_or(Way::Open),
        way => way,
    });
    let action = pairs.first(names.action);
    let action = if action.is_empty() { name } else { action };
    let flags = pairs.first(&["FTNTFGTtcpflags", "tcpflags", "tcp_flags"]);
    let tcp_flags = Some(flags).filter(|flags| event.proto == "TCP" && !flags.is_empty()).and_then(event::flag_words);
    Ok(Line::Event(ParsedEvent { verdict: verdict::of_value(action, options.default_verdict), way, tcp_flags, ..event }))
}

/// What the event says by itself, in milliseconds or as a date; else the date of the line.
fn time(entry: &Entry<'_>, pairs: &Pairs<'_>, names: &Names, options: &ImportOptions) -> Result<Timestamp, Reason> {
    let text = pairs.first(names.time);
    match date::any_unit("time", text, options) {
        Ok(time) => Ok(time),
        Err(reason) => entry.time().map_err(|missing| if text.is_empty() { missing } else { reason }),
    }
}
