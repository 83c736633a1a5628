//! Packets that ulogd writes as JSON (`output_JSON`), with the names of its keys.
//!
//! `{"timestamp": "2024-01-02T03:04:05.123456+0100", "oob.prefix": "nft-drop: ", "oob.in": "eth0", "src_ip": ..., "ip.protocol": 6, ...}`
//!
//! <https://www.netfilter.org/projects/ulogd/>

use serde_json::Value;

use crate::carrier::date;
use crate::direction::{self, Seen};
use crate::event::{Line, ParsedEvent, Values};
use crate::options::ImportOptions;
use crate::reason::Reason;
use crate::verdict;
use net_scout_model::TcpFlags;

/// Reads a packet.
///
/// # Errors
/// When values are missing, or one makes no sense.
pub(crate) fn read(record: &Value, options: &ImportOptions) -> Result<Line<'static>, Reason> {
    let text = |names: &[&str]| {
        names.iter().find_map(|name| match record.get(*name)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        })
    };
    let some = |names: &[&str]| text(names).unwrap_or_default();
    let source = some(&["src_ip", "ip.saddr.str", "ip.saddr", "orig.ip.saddr.str", "orig.ip.saddr"]);
    if source.is_empty() {
        return Ok(Line::Other("ulogd record without addresses".into()));
    }
    let destination = some(&["dest_ip", "ip.daddr.str", "ip.daddr", "orig.ip.daddr.str", "orig.ip.daddr"]);
    let [source_port, destination_port] = [
        some(&["src_port", "tcp.sport", "udp.sport", "orig.l4.sport"]),
        some(&["dest_port", "tcp.dport", "udp.dport", "orig.l4.dport"]),
    ];
    let proto = some(&["ip.protocol", "ip6.nexthdr", "orig.ip.protocol", "proto"]);
    let (in_if, out_if) = (some(&["oob.in"]), some(&["oob.out"]));
    let values = Values {
        source: &source,
        source_port: &source_port,
        destination: &destination,
        destination_port: &destination_port,
        proto: &proto,
        in_if: &in_if,
        out_if: &out_if,
    };
    let time = match text(&["timestamp"]) {
        Some(text) => date::any_unit("timestamp", &text, options)?,
        None => date::seconds("oob.time.sec", &some(&["oob.time.sec", "flow.start.sec"]), options)?,
    };
    let event = values.event(time, ["src_ip", "src_port", "dest_ip", "dest_port", "ip.protocol"])?.into_owned();
    let seen = Seen::Machine { has_in: event.in_if.is_some(), has_out: event.out_if.is_some() };
    let way = direction::way(seen, event.source, event.destination, options);
    let prefix = some(&["oob.prefix"]);
    // The action that some put into `output_JSON`.
    let verdict = match text(&["action"]) {
        Some(action) if !prefix.is_empty() || action != "unknown" => verdict::of_value(&action, options.default_verdict),
        _ => verdict::of_prefix(&prefix, options.default_verdict),
    };
    let tcp_flags = flags(record).filter(|_| event.proto == "TCP");
    Ok(Line::Event(ParsedEvent { way, verdict, tcp_flags, ..event }))
}

/// None where no flag is named, set or not.
fn flags(record: &Value) -> Option<TcpFlags> {
    let mut flags = None;
    for name in ["FIN", "SYN", "RST", "PSH", "ACK", "URG"] {
        let is_set = match record.get(format!("tcp.{}", name.to_ascii_lowercase())) {
            Some(Value::Bool(is_set)) => *is_set,
            Some(Value::Number(number)) => number.as_u64() != Some(0),
            _ => continue,
        };
        let known: &mut TcpFlags = flags.get_or_insert_default();
        if is_set && let Some(flag) = TcpFlags::named(name) {
            *known = known.with(flag);
        }
    }
    flags
}
