//! One packet of pf's log as `tcpdump -n -e -i pflog0` prints it, on OpenBSD, FreeBSD and their firewalls.
//!
//! `Sep 27 10:00:00.123456 rule 5/(match) block in on em0: 192.0.2.1.53792 > 198.51.100.1.22: S 31552001:31552001(0) win 65535`
//!
//! <https://man.openbsd.org/pflog.4>, <https://www.tcpdump.org/manpages/tcpdump.1.html>

use std::net::IpAddr;

use crate::carrier::entry::Entry;
use crate::direction::{self, Seen};
use crate::event::{self, Line, ParsedEvent, Values};
use crate::options::ImportOptions;
use crate::reason::{Reason, quoted};
use crate::verdict::Judged;
use net_scout_model::TcpFlags;

/// Reads a packet; none where the line is of anything else.
pub(crate) fn read<'a>(entry: &Entry<'a>, options: &ImportOptions) -> Option<Result<Line<'a>, Reason>> {
    if entry.program.is_some_and(|program| !matches!(program, "pf" | "pflogd" | "tcpdump" | "pflog"))
        && !entry.body.starts_with("rule ")
    {
        return None;
    }
    let text = [entry.body, entry.message].into_iter().find(|text| text.starts_with("rule "))?;
    let (head, packet) = text.split_once(": ")?;
    // Newer versions put the first colon behind the reason: `rule 5/0(match): block in on em0: `.
    let (head, packet) = if head.contains(" on ") { (head, packet) } else { packet.split_once(": ")? };
    let (before, interface) = head.rsplit_once(" on ")?;
    let (before, way) = before.rsplit_once(' ')?;
    let action = before.rsplit([' ', ':']).next()?;
    Some(event(entry, action, way, interface, packet, options).map(Line::Event))
}

fn event<'a>(
    entry: &Entry<'a>,
    action: &str,
    way: &str,
    interface: &'a str,
    packet: &'a str,
    options: &ImportOptions,
) -> Result<ParsedEvent<'a>, Reason> {
    let absent = |field| Reason::Absent { field };
    let is_in = match way {
        "in" => true,
        "out" => false,
        _ => return Err(Reason::BadValue { field: "direction", value: quoted(way) }),
    };
    // tcpdump -v puts what the IP header says in front, in parentheses.
    let packet = packet.strip_prefix("IP6 ").or_else(|| packet.strip_prefix("IP ")).unwrap_or(packet);
    let packet = if packet.starts_with('(') { packet.split_once(") ").map_or(packet, |(_, rest)| rest) } else { packet };
    let (source, rest) = packet.split_once(" > ").ok_or(absent("addresses"))?;
    let (destination, said) =
        rest.split_once(": ").or_else(|| rest.strip_suffix(':').map(|rest| (rest, ""))).ok_or(absent("addresses"))?;
    let (source, source_port) = endpoint(source)?;
    let (destination, destination_port) = endpoint(destination)?;
    let (proto, flags) = protocol(said, source_port.is_some());
    let (in_if, out_if) = if is_in { (interface, "") } else { ("", interface) };
    // The addresses were read already; they are put in below.
    let values = Values { source: "::", destination: "::", proto, in_if, out_if, ..Values::default() };
    let draft = values.event(entry.time()?, ["source", "source port", "destination", "destination port", "protocol"])?;
    let proto = if draft.proto == "ICMPv6" && source.is_ipv4() { "ICMP".into() } else { draft.proto };
    Ok(ParsedEvent {
        source,
        destination,
        source_port,
        destination_port,
        proto,
        tcp_flags: flags,
        verdict: match action {
            "block" | "reject" => Judged::DROP,
            "pass" => Judged::ACCEPT,
            _ => Judged::UNKNOWN,
        },
        way: direction::way(Seen::Interface { is_in }, source, destination, options),
        ..draft
    })
}

/// An address with a port behind a dot: `192.0.2.1.53792`, `2001:db8::1.443`.
fn endpoint(text: &str) -> Result<(IpAddr, Option<u16>), Reason> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Ok((address, None));
    }
    let (address, port) = text.rsplit_once('.').unwrap_or((text, ""));
    Ok((event::address("address", address)?, Some(event::port("port", port)?)))
}

/// The protocol that tcpdump's text is of, and the flags of TCP.
fn protocol(said: &str, has_ports: bool) -> (&str, Option<TcpFlags>) {
    let first = said.split([' ', ',']).next().unwrap_or_default();
    if let Some(letters) = said.strip_prefix("Flags [").and_then(|rest| rest.split_once(']')) {
        return ("TCP", event::flag_letters(letters.0));
    }
    let is_flags = has_ports && !first.is_empty() && first.len() <= 6 && event::flag_letters(first).is_some();
    // `ESP(spi=0x1,seq=0x1)`, `CARPv2-advertise 36:`
    let name = first.split(['(', '-', ':']).next().unwrap_or_default();
    if let Some(number) = first.strip_prefix("ip-proto-") {
        return (number, None);
    }
    match name {
        "icmp" | "ICMP" | "icmp6" | "ICMP6" => ("ICMP", None),
        "igmp" => ("IGMP", None),
        _ if is_flags && (said.contains("win ") || said.contains(" ack ")) => {
            let flags = event::flag_letters(first);
            ("TCP", if said.contains(" ack ") { flags.map(|flags| flags.with(TcpFlags::ACK)) } else { flags })
        }
        _ if has_ports => ("UDP", None),
        "CARPv2" | "VRRPv2" | "VRRPv3" => ("VRRP", None),
        "esp" | "ESP" => ("ESP", None),
        "gre" | "GREv0" => ("GRE", None),
        _ => ("unknown", None),
    }
}
