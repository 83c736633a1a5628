//! One line of netfilter's packet log (`nf_log_ipv4` and `nf_log_ipv6` of the kernel), which UFW, firewalld, OpenWrt, UniFi, VyOS and
//! Proxmox write too, and ulogd's `LOGEMU`.
//!
//! `Mar 11 20:35:11 host kernel: [463490.251762] DROP IN=eth1 OUT= MAC=... SRC=... DST=... LEN=44 ... PROTO=TCP SPT=56247 DPT=1025 ...`
//!
//! Other programs log text that strangers choose, such as the name of a user who tries to log in. `kernel:` therefore counts only where
//! the name of the program stands; a line without it must hold nothing but what the kernel writes, behind a prefix that is no program's.

use std::borrow::Cow;

use crate::carrier::date;
use crate::carrier::entry::Entry;
use crate::direction::{self, Seen, Way};
use crate::event::{self, ParsedEvent};
use crate::options::ImportOptions;
use crate::reason::Reason;
use crate::verdict::{self, DefaultVerdict, Judged};
use crate::{protocol, zone};
use net_scout_model::{TcpFlags, Timestamp};

/// How often a packet can have come that one line tells of; more makes no sense.
const MAXIMUM_HITS: i64 = 1_000_000_000;
/// Programs that write what the kernel hands them.
const PROGRAMS: [&str; 5] = ["kernel", "ulogd", "ulogd2", "pvefw-logger", "nflog"];

/// Reads what the kernel said at that time, or a firewall that writes as it does.
///
/// # Errors
/// When that is no packet, or one of its values makes no sense.
pub(crate) fn packet<'a>(time: Timestamp, message: &'a str, options: &ImportOptions) -> Result<ParsedEvent<'a>, Reason> {
    let (prefix, fields) = split_prefix(message).ok_or(Reason::NoInterface)?;
    let fields = Fields::read(fields);
    let missing = |field| Reason::Missing { field };
    let source = event::address("SRC", fields.source.ok_or(missing("SRC"))?)?;
    let destination = event::address("DST", fields.destination.ok_or(missing("DST"))?)?;
    let in_if = event::name("IN", fields.in_if.unwrap_or_default())?;
    let out_if = event::name("OUT", fields.out_if.unwrap_or_default())?;
    let proto = fields.proto.filter(|proto| !proto.is_empty()).ok_or(missing("PROTO"))?;
    let proto = protocol::name("PROTO", proto, source)?;
    let seen = Seen::Machine { has_in: in_if.is_some(), has_out: out_if.is_some() };
    let way = match direction::way(seen, source, destination, options) {
        Way::Open => of_chain(prefix).or_else(|| zone::way(in_if?, out_if?)).unwrap_or(Way::Open),
        way => way,
    };
    // net-sentinel's own logs say how often a packet came, and when last.
    let last = fields.last.and_then(|last| date::any_unit("LASTTS", last.trim_matches('"'), options).ok());
    Ok(ParsedEvent {
        time: last.map_or(time, |last| last.max(time)),
        source,
        destination,
        source_port: fields.source_port.map(|value| event::port("SPT", value)).transpose()?,
        destination_port: fields.destination_port.map(|value| event::port("DPT", value)).transpose()?,
        tcp_flags: fields.flags.filter(|_| proto == "TCP"),
        proto,
        in_if: in_if.map(Cow::Borrowed),
        out_if: out_if.map(Cow::Borrowed),
        verdict: verdict::of_prefix(prefix, options.default_verdict),
        way,
        hits: fields.hits.and_then(|hits| hits.parse().ok()).filter(|hits| (1..=MAXIMUM_HITS).contains(hits)).unwrap_or(1),
        is_first_hop: in_if.is_some() && out_if.is_some() && fields.ttl.is_some_and(direction::is_first_hop),
    })
}

/// As [`packet`], where the chain stands apart from the message.
///
/// # Errors
/// As [`packet`].
pub(crate) fn packet_of_chain<'a>(
    time: Timestamp,
    chain: &str,
    message: &'a str,
    options: &ImportOptions,
) -> Result<ParsedEvent<'a>, Reason> {
    let event = packet(time, message, options)?;
    let way = if event.way == Way::Open { of_chain(chain).unwrap_or(Way::Open) } else { event.way };
    Ok(ParsedEvent { way, ..event })
}

/// What the kernel said; none where another program did, or nobody whose name stands there.
pub(crate) fn message<'a>(entry: &Entry<'a>) -> Option<&'a str> {
    PROGRAMS.contains(&entry.program?).then_some(entry.message)
}

/// A packet on a line without the name of a program, with what its host would say about the verdict if it is none.
pub(crate) fn unnamed<'a>(entry: &Entry<'a>) -> Option<&'a str> {
    let says = |text: &str| verdict::of_prefix(text, DefaultVerdict::Usual) != Judged::UNKNOWN;
    let text = match entry.program {
        Some(tag) if entry.is_process || entry.kind.is_some() || !says(tag) => return None,
        _ => entry.unnamed,
    };
    let (_, fields) = split_prefix(text)?;
    if !has_only_fields(fields) {
        return None;
    }
    // A prefix of one word in front of which no host stands looks like one: `DROP IN=eth0`.
    match entry.host {
        Some(host) if fields.len() == text.len() && verdict::of_prefix(host, DefaultVerdict::Unknown) != Judged::UNKNOWN => {
            Some(entry.body)
        }
        _ => Some(text),
    }
}

/// Whether a text holds nothing but what the kernel writes of a packet: no word in small letters that is no value.
fn has_only_fields(text: &str) -> bool {
    let mut depth = 0_u32;
    let mut has_source = false;
    for word in text.split_ascii_whitespace() {
        depth = depth.saturating_add(u32::from(word.starts_with(['[', '('])));
        let is_value = word.contains('=') || word.starts_with("FRAG:") || !word.bytes().any(|byte| byte.is_ascii_lowercase());
        if depth == 0 && !is_value {
            return false;
        }
        has_source |= depth == 0 && word.starts_with("SRC=");
        depth = depth.saturating_sub(u32::from(word.ends_with([']', ')'])));
    }
    has_source
}

/// The log prefix, with the time since boot before it, and the fields from IN= or OUT= on. A prefix need not end in a space:
/// `Shorewall:net2fw:DROP:IN=eth0 OUT=`, `"filter_IN_public_REJECT: "IN=eth0 OUT=`.
fn split_prefix(message: &str) -> Option<(&str, &str)> {
    let mut start = 0;
    for word in message.split([' ', '\t']) {
        let end = start + word.len();
        if word.starts_with("IN=") || word.starts_with("OUT=") {
            return Some(message.split_at(start));
        }
        if let Some(glued) = word.rfind("IN=")
            && !word[..glued].ends_with("PHYS")
            && let rest = message[end..].trim_start()
            && ["OUT=", "PHYSIN=", "MAC=", "SRC="].iter().any(|next| rest.starts_with(next))
        {
            return Some(message.split_at(start + glued));
        }
        start = end + 1;
    }
    None
}

/// The way that the chain of Proxmox VE says, `tap101i0-IN`: to a guest, or from it.
fn of_chain(prefix: &str) -> Option<Way> {
    prefix.split_ascii_whitespace().find_map(|word| match word.rsplit_once('-')?.1 {
        "IN" => Some(Way::In),
        "OUT" => Some(Way::Out),
        _ => None,
    })
}

/// The values of a line, each as the line has it first.
#[derive(Default)]
struct Fields<'a> {
    in_if: Option<&'a str>,
    out_if: Option<&'a str>,
    source: Option<&'a str>,
    destination: Option<&'a str>,
    proto: Option<&'a str>,
    source_port: Option<&'a str>,
    destination_port: Option<&'a str>,
    ttl: Option<&'a str>,
    hits: Option<&'a str>,
    last: Option<&'a str>,
    /// None where the line shows nothing of a TCP header.
    flags: Option<TcpFlags>,
}

impl<'a> Fields<'a> {
    fn read(text: &'a str) -> Self {
        let mut fields = Self::default();
        // An ICMP error quotes the packet that it is about, in brackets; `INCOMPLETE [8 bytes]` may stand inside.
        let mut depth = 0_u32;
        for word in text.split_ascii_whitespace() {
            if word.starts_with('[') {
                depth = depth.saturating_add(1);
            }
            if depth == 0 {
                match word.bytes().position(|byte| byte == b'=') {
                    // It stands before the flags of every TCP header that the kernel had whole.
                    Some(3) if word.starts_with("RES") => _ = fields.flags.get_or_insert_default(),
                    Some(end) => {
                        if let Some(slot) = fields.slot(&word[..end]) {
                            slot.get_or_insert(&word[end + 1..]);
                        }
                    }
                    None if word.len() == 3 => {
                        if let Some(flag) = TcpFlags::named(word) {
                            fields.flags = Some(fields.flags.unwrap_or_default().with(flag));
                        }
                    }
                    None => {}
                }
            }
            if word.ends_with(']') {
                depth = depth.saturating_sub(1);
            }
        }
        fields
    }

    fn slot(&mut self, key: &str) -> Option<&mut Option<&'a str>> {
        match key {
            "IN" => Some(&mut self.in_if),
            "OUT" => Some(&mut self.out_if),
            "SRC" => Some(&mut self.source),
            "DST" => Some(&mut self.destination),
            "PROTO" => Some(&mut self.proto),
            "SPT" => Some(&mut self.source_port),
            "DPT" => Some(&mut self.destination_port),
            "TTL" | "HOPLIMIT" => Some(&mut self.ttl),
            "HITCOUNT" => Some(&mut self.hits),
            "LASTTS" => Some(&mut self.last),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
