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
    let proto = match pairs.get("proto") {
        "" if pairs.find("type").is_some() && pairs.find("code").is_some() => "icmp",
        proto => proto,
    };
    let sides = Side::read(pairs, ["src", "srcV6"]).zip(Side::read(pairs, ["dst", "dstV6"]));
    let Some((from, to)) = sides.filter(|_| !proto.is_empty()) else {
        return Ok(Line::Other(Cow::Owned(shorten(said, 32))));
    };
    let time = match pairs.get("time") {
        "" => entry.time()?,
        text => date::whole("time", text, options)?,
    };
    let (source, destination) = (event::address("src", from.address)?, event::address("dst", to.address)?);
    let proto = protocol::name("proto", proto.split_once('/').map_or(proto, |(proto, _)| proto), source)?;
    let port = |field, text: &str| {
        if protocol::has_ports(&proto) && !text.is_empty() { event::port(field, text).map(Some) } else { Ok(None) }
    };
    let (source_port, destination_port) = (port("src port", from.port)?, port("dst port", to.port)?);
    let way = match direction::by_addresses(source, destination, options) {
        Way::Open => zone::way(pairs.get("srcZone"), pairs.get("dstZone"))
            .or_else(|| zone::way(from.interface, to.interface))
            .unwrap_or(Way::Open),
        way => way,
    };
    // `note="TCP Flag(s): RST"`
    let flags = pairs.get("note").strip_prefix("TCP Flag(s): ").filter(|_| proto == "TCP");
    let interface = |name: &'a str| event::name("interface", name).map(|name| name.map(Cow::Borrowed));
    Ok(Line::Event(ParsedEvent {
        time,
        source,
        destination,
        source_port,
        destination_port,
        proto,
        in_if: interface(from.interface)?,
        out_if: interface(to.interface)?,
        verdict: action(pairs.get("fw_action").trim_matches('"'), said, options),
        way,
        tcp_flags: flags.and_then(event::flag_words),
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

/// One side of a connection: `192.0.2.1:40000:X1:name`. An address of IPv6 stands in brackets, or apart, with an empty one here.
struct Side<'a> {
    address: &'a str,
    port: &'a str,
    interface: &'a str,
}

impl<'a> Side<'a> {
    fn read(pairs: &Pairs<'a>, [name, name_v6]: [&str; 2]) -> Option<Self> {
        let (text, apart) = (pairs.get(name), pairs.get(name_v6));
        let (address, rest) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((address, rest)) => (address, rest.trim_start_matches(':')),
            None if text.parse::<IpAddr>().is_ok() && apart.is_empty() => (text, ""),
            None => text.split_once(':').unwrap_or((text, "")),
        };
        let mut rest = rest.split(':');
        let (port, interface) = (rest.next().unwrap_or_default(), rest.next().unwrap_or_default());
        let address = if apart.is_empty() { address } else { apart };
        (!address.is_empty()).then_some(Self { address, port, interface })
    }
}
