//! The packet filters of Sophos: UTM (`ulogd`, `id="2001" ... sub="packetfilter"`) and XG, now SFOS (`device="SFW" ... log_type="Firewall"`).
//!
//! <https://docs.sophos.com/nsg/sophos-firewall/latest/PDF/SF%20syslog%20guide.pdf>

use std::borrow::Cow;

use crate::carrier::date;
use crate::carrier::entry::Entry;
use crate::direction::{self, Seen, Way};
use crate::event::{self, Line, ParsedEvent, Values};
use crate::keyvalue::Pairs;
use crate::options::ImportOptions;
use crate::reason::{Reason, shorten};
use crate::{verdict, zone};
use net_scout_model::Timestamp;

/// Reads a line; none where it is of anything else.
pub(crate) fn read<'a>(entry: &Entry<'a>, options: &ImportOptions) -> Option<Result<Line<'a>, Reason>> {
    let message = entry.message;
    if message.starts_with("id=\"") && message.contains(" sub=\"") {
        return Some(utm(entry, &Pairs::read(message), options));
    }
    let begins = ["device=", "device_name=", "timestamp=", "log_id="].iter().any(|beginning| message.starts_with(beginning));
    if begins && message.contains("log_type=") && !entry.is_process {
        return Some(xg(entry, &Pairs::read(message), options));
    }
    None
}

fn utm<'a>(entry: &Entry<'a>, pairs: &Pairs<'a>, options: &ImportOptions) -> Result<Line<'a>, Reason> {
    if pairs.get("sub") != "packetfilter" || pairs.get("srcip").is_empty() {
        return Ok(Line::Other(Cow::Owned(shorten(pairs.get("sub"), 24))));
    }
    let values = Values {
        source: pairs.get("srcip"),
        source_port: pairs.get("srcport"),
        destination: pairs.get("dstip"),
        destination_port: pairs.get("dstport"),
        proto: pairs.get("proto"),
        in_if: pairs.get("initf"),
        out_if: pairs.get("outitf"),
    };
    let event = values.event(entry.time()?, ["srcip", "srcport", "dstip", "dstport", "proto"])?;
    let seen = Seen::Machine { has_in: event.in_if.is_some(), has_out: event.out_if.is_some() };
    let flags = Some(pairs.get("tcpflags")).filter(|flags| event.proto == "TCP" && !flags.is_empty());
    Ok(Line::Event(ParsedEvent {
        verdict: verdict::of_value(pairs.get("action"), options.default_verdict),
        way: direction::way(seen, event.source, event.destination, options),
        tcp_flags: flags.and_then(event::flag_words),
        ..event
    }))
}

fn xg<'a>(entry: &Entry<'a>, pairs: &Pairs<'a>, options: &ImportOptions) -> Result<Line<'a>, Reason> {
    if pairs.get("src_ip").is_empty()
        || pairs.get("dst_ip").is_empty()
        || !matches!(pairs.get("log_type"), "Firewall" | "IDP" | "IPS")
    {
        return Ok(Line::Other(Cow::Owned(shorten(pairs.get("log_type"), 24))));
    }
    // Of fragments that were dropped before they were put together nothing is known.
    if pairs.get("src_ip") == "0.0.0.0" && pairs.get("dst_ip") == "0.0.0.0" {
        return Ok(Line::Other(Cow::Owned(shorten(pairs.get("log_component"), 24))));
    }
    let values = Values {
        source: pairs.get("src_ip"),
        source_port: pairs.get("src_port"),
        destination: pairs.get("dst_ip"),
        destination_port: pairs.get("dst_port"),
        proto: pairs.get("protocol"),
        in_if: pairs.get("in_interface"),
        out_if: pairs.get("out_interface"),
    };
    let event = values.event(time(entry, pairs, options)?, ["src_ip", "src_port", "dst_ip", "dst_port", "protocol"])?;
    let way = match direction::by_addresses(event.source, event.destination, options) {
        Way::Open => {
            let [from, to] = ["srczonetype", "dstzonetype"].map(|key| pairs.get(key));
            let [from, to] =
                if from.is_empty() { ["src_zone_type", "dst_zone_type"].map(|key| pairs.get(key)) } else { [from, to] };
            zone::way(from, to).unwrap_or(Way::Open)
        }
        way => way,
    };
    let action = pairs.first(&["log_subtype", "status"]);
    Ok(Line::Event(ParsedEvent { verdict: verdict::of_value(action, options.default_verdict), way, ..event }))
}

fn time(entry: &Entry<'_>, pairs: &Pairs<'_>, options: &ImportOptions) -> Result<Timestamp, Reason> {
    let exact = pairs.get("timestamp");
    if !exact.is_empty() {
        return date::any_unit("timestamp", exact, options);
    }
    match (pairs.get("date"), pairs.get("time")) {
        ("", _) | (_, "") => entry.time(),
        (day, time) => date::whole("date", format!("{day} {time} {}", pairs.get("timezone")).trim(), options).or_else(|_| {
            // A zone that is not known by its abbreviation is the operator's.
            date::whole("date", &format!("{day} {time}"), options)
        }),
    }
}
