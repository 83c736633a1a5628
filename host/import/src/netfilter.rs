//! One line of netfilter's packet log (`nf_log_ipv4` and `nf_log_ipv6` of the kernel, which UFW writes too).
//!
//! `Mar 11 20:35:11 host kernel: [463490.251762] DROP IN=eth1 OUT= MAC=... SRC=... DST=... LEN=44 ... PROTO=TCP SPT=56247 DPT=1025 ...`
//!
//! Other programs log text that strangers choose, such as the name of a user who tries to log in. `kernel:` therefore counts only where
//! the name of the program stands, never further on.

use std::borrow::Cow;

use super::ImportOptions;
use super::direction;
use super::event::{self, ParsedEvent};
use super::reason::Reason;
use super::verdict::verdict;
use net_scout_model::{TcpFlags, Timestamp};

/// Reads what the kernel said at that time, behind `kernel:`, or a firewall that writes as it does.
///
/// # Errors
/// When that is no packet, or one of its values makes no sense.
pub(super) fn packet<'a>(time: Timestamp, message: &'a str, options: &ImportOptions) -> Result<ParsedEvent<'a>, Reason> {
    let (prefix, fields) = split_prefix(message).ok_or(Reason::NoInterface)?;
    let fields = Fields::read(fields);
    let missing = |field| Reason::Missing { field };
    let source = event::address("SRC", fields.source.ok_or(missing("SRC"))?)?;
    let destination = event::address("DST", fields.destination.ok_or(missing("DST"))?)?;
    let in_if = event::name("IN", fields.in_if.unwrap_or_default())?;
    let out_if = event::name("OUT", fields.out_if.unwrap_or_default())?;
    let proto = event::name("PROTO", fields.proto.unwrap_or_default())?.ok_or(missing("PROTO"))?;
    Ok(ParsedEvent {
        time,
        source,
        destination,
        source_port: fields.source_port.map(|value| event::port("SPT", value)).transpose()?,
        destination_port: fields.destination_port.map(|value| event::port("DPT", value)).transpose()?,
        tcp_flags: fields.flags.filter(|_| proto == "TCP"),
        proto: Cow::Borrowed(proto),
        in_if: in_if.map(Cow::Borrowed),
        out_if: out_if.map(Cow::Borrowed),
        verdict: verdict(prefix, options.default_verdict),
        direction: direction::by_interfaces(in_if, out_if, source, destination, options),
    })
}

/// The log prefix, with the time since boot before it, and the fields from IN= or OUT= on. A prefix need not end in a space:
/// `Shorewall:net2fw:DROP:IN=eth0 OUT=`.
fn split_prefix(message: &str) -> Option<(&str, &str)> {
    let mut start = 0;
    for word in message.split([' ', '\t']) {
        let end = start + word.len();
        if word.starts_with("IN=") || word.starts_with("OUT=") {
            return Some(message.split_at(start));
        }
        if let Some(glued) = word.rfind("IN=")
            && message[end..].trim_start().starts_with("OUT=")
        {
            return Some(message.split_at(start + glued));
        }
        start = end + 1;
    }
    None
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
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
