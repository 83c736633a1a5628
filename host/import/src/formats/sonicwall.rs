//! SonicWall's syslog: `key=value` with the sides of a connection in one value each.
//!
//! `id=firewall sn=00 time="2026-03-11 20:35:11" fw=198.51.100.1 pri=5 c=64 m=36 msg="TCP connection dropped" n=1
//! src=192.0.2.1:40000:X1 dst=198.51.100.1:22:X0 proto=tcp/ssh`
//!
//! <https://www.sonicwall.com/techdocs/pdf/sonicos-6-5-4-log-events-reference-guide.pdf>

use std::borrow::Cow;
use std::net::IpAddr;

use crate::carrier::date;
use crate::carrier::entry::Entry;
use crate::direction::{self, Way};
use crate::event::{self, Line, ParsedEvent};
use crate::keyvalue::Pairs;
use crate::options::ImportOptions;
use crate::reason::{Reason, shorten};
use crate::verdict::{self, Judged};
use crate::{protocol, zone};

/// Reads a line; none where it is of anything else.
pub(crate) fn read<'a>(entry: &Entry<'a>, options: &ImportOptions) -> Option<Result<Line<'a>, Reason>> {
    let message = [entry.message, entry.unnamed].into_iter().find(|text| text.starts_with("id=") && text.contains(" sn="))?;
    if entry.is_process {
        return None;
    }
    Some(event(entry, &Pairs::read(message), options))
}

fn event<'a>(entry: &Entry<'a>, pairs: &Pairs<'a>, options: &ImportOptions) -> Result<Line<'a>, Reason> {
    let said = pairs.get("msg");
    let (source, destination, proto) = (pairs.get("src"), pairs.get("dst"), pairs.get("proto"));
    if source.is_empty() || destination.is_empty() || proto.is_empty() {
        return Ok(Line::Other(Cow::Owned(shorten(said, 32))));
    }
    let time = match pairs.get("time") {
        "" => entry.time()?,
        text => date::whole("time", text, options)?,
    };
    let (source, source_port, from) = side(["src", "src port"], source)?;
    let (destination, destination_port, to) = side(["dst", "dst port"], destination)?;
    let proto = protocol::name("proto", proto.split_once('/').map_or(proto, |(proto, _)| proto), source)?;
    let has_ports = protocol::has_ports(&proto);
    let way = match direction::by_addresses(source, destination, options) {
        Way::Open => zone::way(pairs.get("srcZone"), pairs.get("dstZone")).unwrap_or(Way::Open),
        way => way,
    };
    let interface = |name: &'a str| event::name("interface", name).map(|name| name.map(Cow::Borrowed));
    Ok(Line::Event(ParsedEvent {
        time,
        source,
        destination,
        source_port: source_port.filter(|_| has_ports),
        destination_port: destination_port.filter(|_| has_ports),
        proto,
        in_if: interface(from)?,
        out_if: interface(to)?,
        verdict: action(pairs.get("fw_action").trim_matches('"'), said, options),
        way,
        tcp_flags: None,
        hits: 1,
        is_first_hop: false,
    }))
}

/// What was done: the firewall's own value where it says one, else the words of the message.
fn action(value: &str, said: &str, options: &ImportOptions) -> Judged {
    if !matches!(value, "" | "NA" | "mgmt") {
        return verdict::of_value(value, options.default_verdict);
    }
    if said.starts_with("Connection Opened") || said.starts_with("Connection Closed") {
        return Judged::ACCEPT;
    }
    verdict::of_value(said, options.default_verdict)
}

/// `192.0.2.1:40000:X1:name`; an address of IPv6 is in brackets, or has the rest behind its eighth part.
fn side<'a>([address_name, port_name]: [&'static str; 2], text: &'a str) -> Result<(IpAddr, Option<u16>, &'a str), Reason> {
    let (host, rest) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, rest)) => (host, rest.trim_start_matches(':')),
        None if text.parse::<IpAddr>().is_ok() => (text, ""),
        None => text.split_once(':').unwrap_or((text, "")),
    };
    let mut rest = rest.split(':');
    let port = rest.next().filter(|port| !port.is_empty());
    let interface = rest.next().unwrap_or_default();
    Ok((event::address(address_name, host)?, port.map(|port| event::port(port_name, port)).transpose()?, interface))
}
