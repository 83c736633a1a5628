//! FortiGate's logs in its own form: `key=value`, values with spaces in quotes, also with commas between the pairs.
//!
//! `date=2021-01-15 time=12:58:59 devname="FG" type="traffic" subtype="local" srcip=192.0.2.139 srcport=45295 srcintf="wan1" ... action="deny"`
//!
//! FortiOS 4 had other names for some: `src`, `src_port`, `src_int`, `status`.
//!
//! <https://docs.fortinet.com/document/fortigate/7.4.0/fortios-log-message-reference>

use std::borrow::Cow;

use crate::carrier::date;
use crate::carrier::entry::Entry;
use crate::direction::{self, Way};
use crate::event::{Line, ParsedEvent, Values};
use crate::keyvalue::Pairs;
use crate::options::ImportOptions;
use crate::reason::{Reason, shorten};
use crate::verdict;
use net_scout_model::Timestamp;

/// What a message begins with.
const BEGINNINGS: [&str; 6] = ["date=", "devname=", "logver=", "itime=", "timestamp=", "eventtime="];

/// Reads a line; none where it is of anything else.
pub(crate) fn read<'a>(entry: &Entry<'a>, options: &ImportOptions) -> Option<Result<Line<'a>, Reason>> {
    let is_theirs = |text: &str| {
        BEGINNINGS.iter().any(|beginning| text.starts_with(beginning))
            && ["devid=", "logid=", "device_id="].iter().any(|name| text.contains(name))
    };
    let text = [entry.message, entry.unnamed].into_iter().find(|text| is_theirs(text))?;
    if entry.is_process {
        return None;
    }
    Some(event(entry, &Pairs::read(text), options))
}

fn event<'a>(entry: &Entry<'a>, pairs: &Pairs<'a>, options: &ImportOptions) -> Result<Line<'a>, Reason> {
    let kind = pairs.get("type");
    let (source, destination) = (pairs.first(&["srcip", "src"]), pairs.first(&["dstip", "dst"]));
    if source.is_empty() || destination.is_empty() || kind == "event" {
        let kind = format!("{kind} {}", pairs.get("subtype"));
        return Ok(Line::Other(Cow::Owned(shorten(kind.trim(), 24))));
    }
    let interface = |names: &[&str]| Some(pairs.first(names)).filter(|name| !name.starts_with("unknown")).unwrap_or_default();
    let values = Values {
        source,
        source_port: pairs.first(&["srcport", "src_port"]),
        destination,
        destination_port: pairs.first(&["dstport", "dst_port"]),
        proto: pairs.get("proto"),
        in_if: interface(&["srcintf", "src_int"]),
        out_if: interface(&["dstintf", "dst_int"]),
    };
    let event = values.event(time(entry, pairs, options)?, ["srcip", "srcport", "dstip", "dstport", "proto"])?;
    let way = match direction::by_addresses(event.source, event.destination, options) {
        Way::Open => by_roles(pairs).unwrap_or(Way::Open),
        way => way,
    };
    let action = pairs.first(&["action", "utmaction", "status"]);
    Ok(Line::Event(ParsedEvent { verdict: verdict::of_value(action, options.default_verdict), way, ..event }))
}

/// What the interfaces are for, and whether a packet was for the firewall itself.
fn by_roles(pairs: &Pairs<'_>) -> Option<Way> {
    let is_own = |role: &str| matches!(role, "lan" | "dmz");
    match (pairs.get("srcintfrole"), pairs.get("dstintfrole")) {
        ("wan", role) if is_own(role) => Some(Way::In),
        (role, "wan") if is_own(role) => Some(Way::Out),
        ("wan", _) if pairs.get("subtype") == "local" => Some(Way::In),
        _ if pairs.get("subtype") == "local" && pairs.get("dstintf").starts_with("unknown") => Some(Way::In),
        _ => crate::zone::way(pairs.get("srcintf"), pairs.get("dstintf")),
    }
}

/// `eventtime` is exact; date and time are in the zone `tz`.
fn time(entry: &Entry<'_>, pairs: &Pairs<'_>, options: &ImportOptions) -> Result<Timestamp, Reason> {
    let exact = pairs.get("eventtime");
    // FortiOS 6.0 had seconds there.
    if exact.len() >= 10
        && let Ok(time) = date::any_unit("eventtime", exact, options)
    {
        return Ok(time);
    }
    match (pairs.get("date"), pairs.get("time")) {
        ("", _) | (_, "") => entry.time(),
        (day, time) => date::whole("date", &format!("{day} {time} {}", pairs.get("tz")), options),
    }
}
