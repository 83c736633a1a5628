//! One line of `filterlog`, the packet log of pfSense and OPNsense: comma-separated values whose meaning depends on the IP version and the
//! protocol.
//!
//! `Sep 28 10:38:24 pfSense filterlog: 53,,,1000102631,em0,match,block,in,4,0x0,,64,600,0,none,6,tcp,44,10.0.2.2,10.0.2.15,53792,22,0,S,...`
//!
//! <https://docs.netgate.com/pfsense/en/latest/monitoring/logs/raw-filter-format.html>

use std::borrow::Cow;

use super::ImportOptions;
use super::direction;
use super::event::{self, ParsedEvent};
use super::reason::{Reason, quoted};
use super::syslog::Entry;
use super::verdict::{ACCEPT, DROP};
use net_scout_model::Timestamp;

/// How many values are looked at: the flags of an IPv4 TCP packet are the 24th.
const FIELDS: usize = 24;

/// What `filterlog` said; none where the line is of anything else.
pub(super) fn message<'a>(entry: &Entry<'a>) -> Option<&'a str> {
    entry.of_program("filterlog")
}

/// Reads what `filterlog` said.
///
/// # Errors
/// When values are missing, or one makes no sense.
pub(super) fn packet<'a>(time: Timestamp, message: &'a str, options: &ImportOptions) -> Result<ParsedEvent<'a>, Reason> {
    let mut fields = [""; FIELDS];
    for (slot, value) in fields.iter_mut().zip(message.trim().split(',')) {
        *slot = value;
    }
    let [_, _, _, _, interface, _, action, way, version, rest @ ..] = fields;
    let (proto, is_later_fragment, addresses) = match version {
        "4" => (rest[7], rest[4] != "0", &rest[9..]),
        "6" => (rest[3], false, &rest[6..]),
        _ => return Err(Reason::BadValue { field: "IP version", value: quoted(version) }),
    };
    let source = event::address("source", addresses[0])?;
    let destination = event::address("destination", addresses[1])?;
    let proto = event::protocol("protocol", proto, source)?;
    let ports = if event::has_ports(&proto) && !is_later_fragment { Some((addresses[2], addresses[3])) } else { None };
    let flags = addresses.get(5).filter(|_| proto == "TCP" && ports.is_some());
    let is_in = match way {
        "in" => true,
        "out" => false,
        _ => return Err(Reason::BadValue { field: "direction", value: quoted(way) }),
    };
    let interface = event::name("interface", interface)?.map(Cow::Borrowed);
    let (in_if, out_if) = if is_in { (interface, None) } else { (None, interface) };
    Ok(ParsedEvent {
        time,
        source,
        destination,
        source_port: ports.map(|(port, _)| event::port("source port", port)).transpose()?,
        destination_port: ports.map(|(_, port)| event::port("destination port", port)).transpose()?,
        tcp_flags: flags
            .map(|flags| event::flag_letters(flags).ok_or_else(|| Reason::BadValue { field: "TCP flags", value: quoted(flags) }))
            .transpose()?,
        proto,
        in_if,
        out_if,
        verdict: match action {
            "block" | "reject" => Some(DROP),
            "pass" => Some(ACCEPT),
            // Translations, and what was only matched.
            _ => None,
        },
        direction: direction::at_interface(is_in, source, destination, options),
    })
}
