//! One line of `filterlog`, the packet log of pfSense and OPNsense: comma-separated values whose meaning depends on the IP version and the
//! protocol.
//!
//! `Sep 28 10:38:24 pfSense filterlog: 53,,,1000102631,em0,match,block,in,4,0x0,,64,600,0,none,6,tcp,44,10.0.2.2,10.0.2.15,53792,22,0,S,...`
//!
//! <https://docs.netgate.com/pfsense/en/latest/monitoring/logs/raw-filter-format.html>

use crate::carrier::entry::Entry;
use crate::direction::{self, Seen};
use crate::event::{self, Line, ParsedEvent, Values};
use crate::options::ImportOptions;
use crate::reason::{Reason, quoted};
use crate::verdict::Judged;
use net_scout_model::Timestamp;

/// How many values are looked at: the flags of an IPv4 TCP packet are the 24th.
const FIELDS: usize = 24;

/// Reads what `filterlog` said; none where the line is of anything else.
pub(crate) fn read<'a>(entry: &Entry<'a>, options: &ImportOptions) -> Option<Result<Line<'a>, Reason>> {
    let message = entry.of_program("filterlog")?;
    Some(entry.time().and_then(|time| packet(time, message, options)).map(Line::Event))
}

fn packet<'a>(time: Timestamp, message: &'a str, options: &ImportOptions) -> Result<ParsedEvent<'a>, Reason> {
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
    let is_in = match way {
        "in" => true,
        "out" => false,
        _ => return Err(Reason::BadValue { field: "direction", value: quoted(way) }),
    };
    let values = Values {
        source: addresses[0],
        destination: addresses[1],
        proto,
        in_if: if is_in { interface } else { "" },
        out_if: if is_in { "" } else { interface },
        ..Values::default()
    };
    let event = values.event(time, ["source", "source port", "destination", "destination port", "protocol"])?;
    let has_ports = crate::protocol::has_ports(&event.proto) && !is_later_fragment;
    let port = |field, value: &str| if has_ports { event::port(field, value).map(Some) } else { Ok(None) };
    let flags = addresses.get(5).filter(|_| event.proto == "TCP" && has_ports);
    Ok(ParsedEvent {
        source_port: port("source port", addresses[2])?,
        destination_port: port("destination port", addresses[3])?,
        tcp_flags: flags
            .map(|flags| event::flag_letters(flags).ok_or_else(|| Reason::BadValue { field: "TCP flags", value: quoted(flags) }))
            .transpose()?,
        verdict: match action {
            "block" | "reject" => Judged::DROP,
            "pass" => Judged::ACCEPT,
            // Translations, and what was only matched.
            _ => Judged::UNKNOWN,
        },
        way: direction::way(Seen::Interface { is_in }, event.source, event.destination, options),
        is_first_hop: !is_in && direction::is_first_hop(rest[2]),
        ..event
    })
}
