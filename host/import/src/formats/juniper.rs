//! Session logs of Juniper's SRX (`RT_FLOW`) and what its screens drop (`RT_IDS`), structured and not.
//!
//! `<14>1 2026-03-11T20:35:11Z srx RT_FLOW - RT_FLOW_SESSION_DENY [junos@2636.1.1.1.2.40 source-address="192.0.2.1" source-port="56639" ...]`
//! `Mar 11 20:35:11 srx RT_FLOW: RT_FLOW_SESSION_DENY: session denied 192.0.2.1/40000->198.51.100.1/22 0x0 junos-ssh 6(0) policy ...`
//!
//! <https://www.juniper.net/documentation/us/en/software/junos/network-mgmt/topics/topic-map/system-logging-for-a-security-device.html>

use std::borrow::Cow;

use crate::carrier::entry::Entry;
use crate::direction::{self, Way};
use crate::event::{Line, ParsedEvent, Values};
use crate::keyvalue::Pairs;
use crate::options::ImportOptions;
use crate::reason::{Reason, quoted};
use crate::verdict::Judged;
use crate::zone;

/// Reads a line; none where it is of anything else.
pub(crate) fn read<'a>(entry: &Entry<'a>, options: &ImportOptions) -> Option<Result<Line<'a>, Reason>> {
    let program = entry.program.filter(|program| matches!(*program, "RT_FLOW" | "RT_IDS"))?;
    let (kind, text) = match entry.kind {
        Some(kind) if kind.contains('_') => (kind, if entry.data.is_empty() { entry.message } else { entry.data }),
        _ => entry.message.split_once(':').map(|(kind, text)| (kind.trim(), text.trim_start()))?,
    };
    let verdict = match kind.strip_prefix("RT_FLOW_SESSION_").map(|kind| kind.trim_end_matches("_LS")) {
        Some("DENY") => Judged::DROP,
        Some("CREATE" | "CLOSE") => Judged::ACCEPT,
        _ if program == "RT_IDS" && kind.starts_with("RT_SCREEN_") => return Some(screen(entry, kind, text, options)),
        _ => return Some(Ok(Line::Other(Cow::Borrowed(kind)))),
    };
    let event = if text.contains("source-address=\"") { structured(entry, text, options) } else { plain(entry, text, options) };
    Some(event.map(|event| Line::Event(ParsedEvent { verdict, ..event })))
}

fn structured<'a>(entry: &Entry<'a>, text: &'a str, options: &ImportOptions) -> Result<ParsedEvent<'a>, Reason> {
    let pairs = Pairs::read(text.trim_end_matches(']'));
    let values = Values {
        source: pairs.get("source-address"),
        source_port: pairs.get("source-port"),
        destination: pairs.get("destination-address"),
        destination_port: pairs.get("destination-port"),
        proto: pairs.get("protocol-id"),
        in_if: pairs.get("packet-incoming-interface"),
        out_if: "",
    };
    let zones = [pairs.get("source-zone-name"), pairs.get("destination-zone-name")];
    event(entry, values, zones, options)
}

/// What a screen found; none where it counts packets of many.
/// `TCP port scan! source: 192.0.2.4:50630, destination: 198.51.100.143:10778, zone name: untrust, interface name: ge-0/0/1.0, action: drop`
fn screen<'a>(entry: &Entry<'a>, kind: &'a str, text: &'a str, options: &ImportOptions) -> Result<Line<'a>, Reason> {
    let pairs = Pairs::read(text.trim_end_matches(']'));
    let said = |name: &str| {
        let (_, rest) = text.split_once(name)?;
        rest.split([',', ' ']).next()
    };
    let side = |names: [&str; 2], name| match pairs.get(names[0]) {
        "" => said(name).map_or(("", ""), |side| side.rsplit_once(':').unwrap_or((side, ""))),
        address => (address, pairs.get(names[1])),
    };
    let (source, source_port) = side(["source-address", "source-port"], "source: ");
    let (destination, destination_port) = side(["destination-address", "destination-port"], "destination: ");
    let proto = match kind.trim_start_matches("RT_SCREEN_").trim_end_matches("_LS") {
        "IP" => pairs.get("protocol-id"),
        proto @ ("TCP" | "UDP" | "ICMP") => proto,
        _ => "",
    };
    if source.is_empty() || destination.is_empty() || proto.is_empty() {
        return Ok(Line::Other(Cow::Borrowed(kind)));
    }
    let or_said = |value: &'a str, name| if value.is_empty() { said(name).unwrap_or_default() } else { value };
    let in_if = or_said(pairs.get("interface-name"), "interface name: ");
    let values = Values { source, source_port, destination, destination_port, proto, in_if, out_if: "" };
    let event = event(entry, values, [pairs.get("source-zone-name"), ""], options)?;
    let verdict = match or_said(pairs.get("action"), "action: ") {
        "drop" => Judged::DROP,
        _ => Judged::UNKNOWN,
    };
    Ok(Line::Event(ParsedEvent { verdict, ..event }))
}

/// `session denied 192.0.2.1/40000->198.51.100.1/22 0x0 junos-ssh 6(0) policy-name untrust trust ... reth0.0`
fn plain<'a>(entry: &Entry<'a>, text: &'a str, options: &ImportOptions) -> Result<ParsedEvent<'a>, Reason> {
    let mut words = text.split_ascii_whitespace();
    let ends = words.find(|word| word.contains("->")).and_then(|word| word.split_once("->"));
    let (source, destination) = ends.ok_or(Reason::Absent { field: "addresses" })?;
    let side = |text: &'a str| text.rsplit_once('/').unwrap_or((text, ""));
    let ((source, source_port), (destination, destination_port)) = (side(source), side(destination));
    let words: Vec<&str> = words.collect();
    // The number of the protocol is the first one behind the addresses, and behind those of NAT: alone, or with the type of ICMP in
    // parentheses. Counts of packets look the same, further on.
    let translated = words.iter().position(|word| word.contains("->")).map_or(0, |place| place + 1);
    let number = |word: &&str| word.split_once('(').map_or(*word, |(number, _)| number).parse::<u8>().is_ok();
    let place = words[translated..].iter().position(number).map(|place| translated + place);
    let place = place.ok_or_else(|| Reason::BadValue { field: "session", value: quoted(text) })?;
    let proto = words[place].split_once('(').map_or(words[place], |(number, _)| number);
    let zones = [place + 2, place + 3].map(|place| words.get(place).copied().unwrap_or_default());
    let values = Values { source, source_port, destination, destination_port, proto, ..Values::default() };
    event(entry, values, zones, options)
}

fn event<'a>(
    entry: &Entry<'a>,
    values: Values<'a>,
    zones: [&str; 2],
    options: &ImportOptions,
) -> Result<ParsedEvent<'a>, Reason> {
    let names = ["source-address", "source-port", "destination-address", "destination-port", "protocol-id"];
    let event = values.event(entry.time()?, names)?;
    let way = match direction::by_addresses(event.source, event.destination, options) {
        Way::Open => zone::way(zones[0], zones[1]).unwrap_or(Way::Open),
        way => way,
    };
    Ok(ParsedEvent { way, ..event })
}
