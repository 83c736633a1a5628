//! One line of netfilter's packet log (`nf_log_ipv4` and `nf_log_ipv6` of the kernel, which UFW writes too).
//!
//! `Mar 11 20:35:11 host kernel: [463490.251762] DROP IN=eth1 OUT= MAC=... SRC=... DST=... LEN=44 ... PROTO=TCP SPT=56247 DPT=1025 ...`
//!
//! Other programs log text that strangers choose, such as the name of a user who tries to log in. `kernel:` therefore counts only where
//! the name of the program stands, never further on.

use std::net::IpAddr;

use super::ImportOptions;
use super::reason::{Reason, quoted};
use super::timestamp;
use super::verdict::verdict;
use crate::model::Timestamp;

/// The longest name of an interface or a protocol, in bytes. The kernel's interface names have 15 at most.
const MAXIMUM_NAME: usize = 32;

/// A packet, as one line tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ParsedEvent<'a> {
    pub(super) time: Timestamp,
    pub(super) source: IpAddr,
    pub(super) destination: IpAddr,
    pub(super) source_port: Option<u16>,
    pub(super) destination_port: Option<u16>,
    pub(super) proto: &'a str,
    pub(super) in_if: Option<&'a str>,
    pub(super) out_if: Option<&'a str>,
    pub(super) verdict: Option<&'static str>,
    pub(super) direction: &'static str,
}

/// Reads one line.
///
/// # Errors
/// When the line is no packet of the kernel, or one of its values makes no sense.
pub(super) fn parse<'a>(line: &'a str, options: &ImportOptions) -> Result<ParsedEvent<'a>, Reason> {
    let (time, rest) = timestamp::split(line, options)?;
    let message = kernel_message(rest).ok_or(Reason::NotKernel)?;
    let (prefix, fields) = split_prefix(message).ok_or(Reason::NoInterface)?;
    let fields = Fields::read(fields);
    let source = address("SRC", fields.source)?;
    let destination = address("DST", fields.destination)?;
    let in_if = name("IN", fields.in_if)?;
    let out_if = name("OUT", fields.out_if)?;
    Ok(ParsedEvent {
        time,
        source,
        destination,
        source_port: port("SPT", fields.source_port)?,
        destination_port: port("DPT", fields.destination_port)?,
        proto: name("PROTO", fields.proto)?.ok_or(Reason::Missing { field: "PROTO" })?,
        in_if,
        out_if,
        verdict: verdict(prefix, options.default_verdict),
        direction: direction(in_if, out_if, source, destination),
    })
}

/// What the kernel said: the text behind `kernel:`, which follows the date and, mostly, the host.
fn kernel_message(text: &str) -> Option<&str> {
    const PROGRAM: &str = "kernel:";
    let text = text.trim_start();
    if let Some(message) = text.strip_prefix(PROGRAM) {
        return Some(message);
    }
    let (host, rest) = text.split_once(char::is_whitespace)?;
    // Without a host in the log, this is the name of another program.
    if host.ends_with(':') { None } else { rest.trim_start().strip_prefix(PROGRAM) }
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
            if depth == 0
                && let Some(end) = word.bytes().position(|byte| byte == b'=')
                && let Some(slot) = fields.slot(&word[..end])
            {
                slot.get_or_insert(&word[end + 1..]);
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

fn address(field: &'static str, value: Option<&str>) -> Result<IpAddr, Reason> {
    let value = value.ok_or(Reason::Missing { field })?;
    value.parse().map_err(|_| Reason::BadAddress { field, value: quoted(value) })
}

fn port(field: &'static str, value: Option<&str>) -> Result<Option<u16>, Reason> {
    let Some(value) = value else { return Ok(None) };
    // `parse` alone would also take a sign.
    let number = if value.starts_with('+') { None } else { value.parse().ok() };
    number.map(Some).ok_or_else(|| Reason::BadPort { field, value: quoted(value) })
}

/// A name; an empty one is none.
fn name<'a>(field: &'static str, value: Option<&'a str>) -> Result<Option<&'a str>, Reason> {
    match value {
        Some(value) if value.len() > MAXIMUM_NAME => Err(Reason::LongName { field, value: quoted(value) }),
        value => Ok(value.filter(|value| !value.is_empty())),
    }
}

/// A packet that comes in is inbound, one that leaves is outbound. One that is forwarded is outbound when it leaves the local networks.
fn direction(in_if: Option<&str>, out_if: Option<&str>, source: IpAddr, destination: IpAddr) -> &'static str {
    let outbound = match (in_if, out_if) {
        (None, Some(_)) => true,
        (Some(_), Some(_)) => is_local(source) && !is_local(destination),
        (_, None) => false,
    };
    if outbound { "OUTBOUND" } else { "INBOUND" }
}

/// Whether an address is of a private network (RFC 1918, 4193, 6598), of a single link, or of the machine itself.
fn is_local(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let [first, second, ..] = v4.octets();
            let shared = first == 100 && second & 0xc0 == 0x40;
            v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_unspecified() || shared
        }
        IpAddr::V6(v6) => v6.is_unique_local() || v6.is_unicast_link_local() || v6.is_loopback() || v6.is_unspecified(),
    }
}

#[cfg(test)]
mod tests;
