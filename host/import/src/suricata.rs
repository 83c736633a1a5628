//! Events of Suricata's `eve.json`. Alerts, drops and flows are about packets with addresses; what else Suricata logs there tells of what
//! passed in flows that it logs too, or of itself.
//!
//! <https://docs.suricata.io/en/latest/output/eve/eve-json-format.html>

use std::borrow::Cow;

use serde::Deserialize;

use super::event::{self, Line, ParsedEvent};
use super::flow::{Outcome, reversed};
use super::json::Record;
use super::reason::{Reason, quoted, shorten};
use super::verdict::{ACCEPT, DROP};
use super::{ImportOptions, direction, timestamp};
use net_scout_model::TcpFlags;

/// The longest name of a kind of event that is counted by its name, in characters.
const MAXIMUM_KIND: usize = 24;

/// What an alert adds.
#[derive(Debug, Deserialize)]
pub(super) struct Alert {
    action: Option<String>,
}

/// What is said of the flow, by its own event or by that of a packet in it.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Flow {
    pkts_toserver: Option<u64>,
    pkts_toclient: Option<u64>,
    start: Option<String>,
    state: Option<String>,
    action: Option<String>,
    src_ip: Option<String>,
    src_port: Option<u64>,
    dest_ip: Option<String>,
    dest_port: Option<u64>,
}

/// The flags of all packets of a TCP flow, of each side: two digits in base 16.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Tcp {
    state: Option<String>,
    tcp_flags_ts: Option<String>,
    tcp_flags_tc: Option<String>,
}

/// The flags of a packet that was dropped.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Drop {
    fin: Option<bool>,
    syn: Option<bool>,
    rst: Option<bool>,
    psh: Option<bool>,
    ack: Option<bool>,
    urg: Option<bool>,
}

/// What became of a packet in the end, since Suricata 7.
#[derive(Debug, Deserialize)]
pub(super) struct Verdict {
    action: Option<String>,
}

/// Reads an event.
///
/// # Errors
/// When values are missing, or one makes no sense.
pub(super) fn read(mut record: Record, options: &ImportOptions) -> Result<Line<'static>, Reason> {
    let kind = record.event_type.take().unwrap_or_default();
    let event = match kind.as_str() {
        "alert" => alert(&record, options)?,
        "drop" => {
            let event = packet(&record, options)?;
            let tcp_flags = record.drop.as_ref().filter(|_| event.proto == "TCP").and_then(Drop::flags);
            ParsedEvent { verdict: Some(DROP), tcp_flags, ..event }
        }
        "flow" => match flow(&record, options)? {
            Some(event) => event,
            None => return Ok(Line::Other(Cow::Borrowed("flow without a TCP session"))),
        },
        _ => return Ok(Line::Other(Cow::Owned(shorten(&kind, MAXIMUM_KIND)))),
    };
    Ok(Line::Event(event))
}

/// The packet of an event, with neither verdict nor flags.
fn packet(record: &Record, options: &ImportOptions) -> Result<ParsedEvent<'static>, Reason> {
    let from = [("src_ip", &record.src_ip), ("dest_ip", &record.dest_ip)];
    let ports = [record.src_port, record.dest_port];
    build(record, from, ports, record.timestamp.as_deref(), options)
}

fn build(
    record: &Record,
    [source, destination]: [(&'static str, &Option<String>); 2],
    [source_port, destination_port]: [Option<u64>; 2],
    time: Option<&str>,
    options: &ImportOptions,
) -> Result<ParsedEvent<'static>, Reason> {
    let address = |(field, value): (&'static str, &Option<String>)| {
        event::address(field, value.as_deref().ok_or(Reason::Absent { field })?)
    };
    let (source, destination) = (address(source)?, address(destination)?);
    let proto = event::protocol("proto", record.proto.as_deref().unwrap_or_default(), source)?.into_owned();
    let port = |field, value: Option<u64>| match value {
        // ICMP has its type and code elsewhere; some versions write zeros here.
        Some(value) if event::has_ports(&proto) => whole_port(field, value).map(Some),
        _ => Ok(None),
    };
    let in_if = event::name("in_iface", record.in_iface.as_deref().unwrap_or_default())?;
    Ok(ParsedEvent {
        time: timestamp::whole("timestamp", time.unwrap_or_default(), options)?,
        source,
        destination,
        source_port: port("src_port", source_port)?,
        destination_port: port("dest_port", destination_port)?,
        proto: Cow::Owned(proto),
        in_if: in_if.map(|name| Cow::Owned(name.to_owned())),
        out_if: None,
        verdict: None,
        direction: direction::by_addresses(source, destination, options),
        tcp_flags: None,
    })
}

pub(super) fn whole_port(field: &'static str, value: u64) -> Result<u16, Reason> {
    u16::try_from(value).map_err(|_| Reason::BadPort { field, value: quoted(&value.to_string()) })
}

/// An alert is told as its flow: what a server answers is no probe of its client.
fn alert(record: &Record, options: &ImportOptions) -> Result<ParsedEvent<'static>, Reason> {
    let event = packet(record, options)?;
    let event = match &record.flow {
        Some(flow) if flow.src_ip.is_some() && flow.dest_ip.is_some() => {
            let from = [("flow.src_ip", &flow.src_ip), ("flow.dest_ip", &flow.dest_ip)];
            build(record, from, [flow.src_port, flow.dest_port], record.timestamp.as_deref(), options)?
        }
        _ if record.direction.as_ref().is_some_and(|direction| direction == "to_client") => {
            let way = direction::by_addresses(event.destination, event.source, options);
            reversed(event, way)
        }
        _ => event,
    };
    let is = |action: &Option<String>, words: &[&str]| action.as_deref().is_some_and(|action| words.contains(&action));
    let blocked = record.alert.as_ref().is_some_and(|alert| is(&alert.action, &["blocked"]))
        || record.verdict.as_ref().is_some_and(|verdict| is(&verdict.action, &["drop", "reject"]));
    let unanswered = record.flow.as_ref().is_some_and(|flow| flow.pkts_toclient == Some(0));
    let allowed = record.alert.as_ref().is_some_and(|alert| is(&alert.action, &["allowed"]));
    let verdict = match () {
        () if blocked => Some(DROP),
        // Whether it will be answered is for the event of the flow to say.
        () if unanswered || !allowed => None,
        () => Some(ACCEPT),
    };
    Ok(ParsedEvent { verdict, ..event })
}

/// A flow; none where no connection was ever begun: packets of TCP that fit no session, such as backscatter, of which Suricata does not say
/// what they were.
fn flow(record: &Record, options: &ImportOptions) -> Result<Option<ParsedEvent<'static>>, Reason> {
    let none = Flow::default();
    let flow = record.flow.as_ref().unwrap_or(&none);
    let start = flow.start.as_deref().or(record.timestamp.as_deref());
    let from = [("src_ip", &record.src_ip), ("dest_ip", &record.dest_ip)];
    let event = build(record, from, [record.src_port, record.dest_port], start, options)?;
    let answered = flow.pkts_toclient.unwrap_or(0) > 0;
    let dropped = flow.action.as_deref().is_some_and(|action| matches!(action, "drop" | "reject"));
    if event.proto != "TCP" {
        let outcome = Outcome::of_packets(answered, &event.proto, event.destination);
        return Ok(Some(ParsedEvent { verdict: if dropped { Some(DROP) } else { outcome.verdict() }, ..event }));
    }
    let bits = |text: &Option<String>| {
        let text = text.as_deref()?;
        u8::from_str_radix(text, 16).ok().filter(|_| !text.starts_with('+')).map(TcpFlags::from_bits)
    };
    let (to_server, to_client) =
        record.tcp.as_ref().map_or((None, None), |tcp| (bits(&tcp.tcp_flags_ts), bits(&tcp.tcp_flags_tc)));
    let (Some(to_server), Some(to_client)) = (to_server, to_client) else {
        // Without flags the state of the flow is all there is.
        let outcome = match flow.state.as_deref() {
            Some("new") => Outcome::Failed,
            Some(_) if answered => Outcome::Answered,
            _ => Outcome::Unknown,
        };
        return Ok(Some(ParsedEvent { verdict: if dropped { Some(DROP) } else { outcome.verdict() }, ..event }));
    };
    if dropped {
        return Ok(Some(ParsedEvent { verdict: Some(DROP), tcp_flags: first(to_server, flow), ..event }));
    }
    if to_server.is_empty() && to_client.is_empty() && record.tcp.as_ref().is_some_and(|tcp| tcp.state.is_none()) {
        return Ok(None);
    }
    // Only the far side spoke, or the near side did no more than to refuse what it got.
    if !to_client.is_empty() && !to_server.has(TcpFlags::SYN) && !to_server.has(TcpFlags::ACK) {
        let way = direction::by_addresses(event.destination, event.source, options);
        let tcp_flags = Some(if to_client.has(TcpFlags::SYN) { TcpFlags::SYN.with(TcpFlags::ACK) } else { to_client });
        return Ok(Some(ParsedEvent { tcp_flags, ..reversed(event, way) }));
    }
    let refused = to_client.has(TcpFlags::RST) && !to_client.has(TcpFlags::SYN);
    let outcome = match () {
        () if to_client.has(TcpFlags::SYN) || to_client.has(TcpFlags::ACK) && !refused => Outcome::Answered,
        () if to_server.has(TcpFlags::SYN) => Outcome::Failed,
        () => Outcome::Unknown,
    };
    Ok(Some(ParsedEvent { verdict: outcome.verdict(), tcp_flags: first(to_server, flow), ..event }))
}

/// The flags of the first packet of a side, of which those of all its packets are known.
fn first(all: TcpFlags, flow: &Flow) -> Option<TcpFlags> {
    let is_alone = flow.pkts_toserver == Some(1);
    if all.has(TcpFlags::SYN) && !is_alone { Some(TcpFlags::SYN) } else { (!all.is_empty()).then_some(all) }
}

impl Drop {
    /// None where no flag is named, set or not.
    fn flags(&self) -> Option<TcpFlags> {
        let bits = [self.fin, self.syn, self.rst, self.psh, self.ack, self.urg];
        let set = bits.iter().enumerate().fold(0, |set, (bit, flag)| set | u8::from(*flag == Some(true)) << bit);
        bits.iter().any(Option::is_some).then(|| TcpFlags::from_bits(set))
    }
}
