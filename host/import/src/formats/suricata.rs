//! Events of Suricata's `eve.json`. Alerts, drops and flows are about packets with addresses; what else Suricata logs there tells of what
//! passed in flows that it logs too, or of itself.
//!
//! <https://docs.suricata.io/en/latest/output/eve/eve-json-format.html>

use std::borrow::Cow;

use serde::Deserialize;

use super::json::Record;
use crate::carrier::date;
use crate::direction::by_addresses;
use crate::event::{Line, ParsedEvent, Values};
use crate::flow::{Outcome, reversed};
use crate::options::ImportOptions;
use crate::reason::{Reason, shorten};
use crate::verdict::Judged;
use net_scout_model::{TcpFlags, Timestamp};

/// The longest name of a kind of event that is counted by its name, in characters.
const MAXIMUM_KIND: usize = 24;

/// What an alert adds.
#[derive(Debug, Deserialize)]
pub(super) struct Alert {
    action: Option<String>,
}

/// One direction of a flow.
#[derive(Debug, Deserialize)]
pub(super) struct NetFlow {
    start: Option<String>,
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
    tcp_flags: Option<String>,
    tcp_flags_ts: Option<String>,
    tcp_flags_tc: Option<String>,
}

/// One direction of a flow, which waits for the other: Suricata writes that of the client first, and that of the server at once behind it
/// where the server sent anything.
#[derive(Debug, Default)]
pub(crate) struct Halves {
    waiting: Option<(u64, ParsedEvent<'static>)>,
    /// How many have waited so far.
    count: u64,
}

impl Halves {
    /// Takes one direction; the flow that is whole with it or before it, if there is one.
    fn take(&mut self, id: u64, event: ParsedEvent<'static>) -> Option<ParsedEvent<'static>> {
        match self.waiting.take() {
            Some((first, client))
                if first == id && (client.source, client.source_port) == (event.destination, event.destination_port) =>
            {
                Some(ParsedEvent { verdict: Judged::ACCEPT, ..client })
            }
            before => {
                self.waiting = Some((id, event));
                self.count += 1;
                before.map(|(_, client)| unanswered(client))
            }
        }
    }

    /// The number of the one that waits.
    pub(crate) fn waiting(&self) -> Option<u64> {
        self.waiting.is_some().then_some(self.count)
    }

    /// The one that waited for an answer that did not come.
    pub(crate) fn end(&mut self) -> Option<ParsedEvent<'static>> {
        self.waiting.take().map(|(_, client)| unanswered(client))
    }
}

fn unanswered(event: ParsedEvent<'static>) -> ParsedEvent<'static> {
    let failed = Outcome::of_packets(false, &event.proto, event.destination);
    let outcome = if event.proto == "TCP" && event.tcp_flags == Some(TcpFlags::SYN) { Outcome::Failed } else { failed };
    ParsedEvent { verdict: outcome.judged(), ..event }
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
pub(super) fn read(mut record: Record, halves: &mut Halves, options: &ImportOptions) -> Result<Line<'static>, Reason> {
    let kind = record.event_type.take().unwrap_or_else(|| "alert".to_owned());
    let event = match kind.as_str() {
        "alert" => alert(&record, options)?,
        "drop" => {
            let event = packet(&record, options)?;
            let tcp_flags = record.drop.as_ref().filter(|_| event.proto == "TCP").and_then(Drop::flags);
            ParsedEvent { verdict: Judged::DROP, tcp_flags, ..event }
        }
        "netflow" => {
            let start = record.netflow.as_ref().and_then(|netflow| netflow.start.as_deref());
            let event = build(&record, Ends::of(&record), start.or(record.timestamp.as_deref()), options)?;
            let flags = record.tcp.as_ref().and_then(|tcp| bits(tcp.tcp_flags.as_ref())).filter(|_| event.proto == "TCP");
            let tcp_flags = flags.filter(|flags| !flags.is_empty()).map(|all| first_of(all, false));
            let whole = halves.take(record.flow_id.unwrap_or_default(), ParsedEvent { tcp_flags, ..event });
            return Ok(whole.map_or(Line::Part, Line::Event));
        }
        "flow" => match flow(&record, options)? {
            Some(event) => event,
            None => return Ok(Line::Other(Cow::Borrowed("flow without a TCP session"))),
        },
        _ => return Ok(Line::Other(Cow::Owned(shorten(&kind, MAXIMUM_KIND)))),
    };
    Ok(Line::Event(event))
}

/// The addresses and ports of an event, or those of its flow.
struct Ends<'r> {
    source: &'r Option<String>,
    source_port: Option<u64>,
    destination: &'r Option<String>,
    destination_port: Option<u64>,
}

impl<'r> Ends<'r> {
    fn of(record: &'r Record) -> Self {
        Self {
            source: &record.src_ip,
            source_port: record.src_port,
            destination: &record.dest_ip,
            destination_port: record.dest_port,
        }
    }
}

/// The packet of an event, with neither verdict nor flags.
fn packet(record: &Record, options: &ImportOptions) -> Result<ParsedEvent<'static>, Reason> {
    build(record, Ends::of(record), record.timestamp.as_deref(), options)
}

fn build(record: &Record, ends: Ends<'_>, time: Option<&str>, options: &ImportOptions) -> Result<ParsedEvent<'static>, Reason> {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let port = |port: Option<u64>| port.map(|port| port.to_string()).unwrap_or_default();
    let (source, destination, proto) = (text(ends.source), text(ends.destination), text(&record.proto));
    let (source_port, destination_port) = (port(ends.source_port), port(ends.destination_port));
    let values = Values {
        source: &source,
        source_port: &source_port,
        destination: &destination,
        destination_port: &destination_port,
        proto: &proto,
        in_if: record.in_iface.as_deref().unwrap_or_default(),
        out_if: "",
    };
    let event = values.event(Timestamp(0), ["src_ip", "src_port", "dest_ip", "dest_port", "proto"])?.into_owned();
    let time = date::whole("timestamp", time.unwrap_or_default(), options)?;
    Ok(ParsedEvent { time, way: by_addresses(event.source, event.destination, options), ..event })
}

/// Flags in two digits in base 16.
fn bits(text: Option<&String>) -> Option<TcpFlags> {
    let text = text?;
    u8::from_str_radix(text, 16).ok().filter(|_| !text.starts_with('+')).map(TcpFlags::from_bits)
}

/// An alert is told as its flow: what a server answers is no probe of its client.
fn alert(record: &Record, options: &ImportOptions) -> Result<ParsedEvent<'static>, Reason> {
    let event = packet(record, options)?;
    let event = match &record.flow {
        Some(flow) if flow.src_ip.is_some() && flow.dest_ip.is_some() => {
            let ends = Ends {
                source: &flow.src_ip,
                source_port: flow.src_port,
                destination: &flow.dest_ip,
                destination_port: flow.dest_port,
            };
            build(record, ends, record.timestamp.as_deref(), options)?
        }
        _ if record.direction.as_ref().is_some_and(|direction| direction == "to_client") => {
            let way = by_addresses(event.destination, event.source, options);
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
        () if blocked => Judged::DROP,
        // Whether it will be answered is for the event of the flow to say.
        () if unanswered || !allowed => Judged::UNKNOWN,
        () => Judged::ACCEPT,
    };
    Ok(ParsedEvent { verdict, ..event })
}

/// A flow; none where no connection was ever begun: packets of TCP that fit no session, such as backscatter, of which Suricata does not say
/// what they were.
fn flow(record: &Record, options: &ImportOptions) -> Result<Option<ParsedEvent<'static>>, Reason> {
    let none = Flow::default();
    let flow = record.flow.as_ref().unwrap_or(&none);
    let start = flow.start.as_deref().or(record.timestamp.as_deref());
    let event = build(record, Ends::of(record), start, options)?;
    let answered = flow.pkts_toclient.unwrap_or(0) > 0;
    let dropped = flow.action.as_deref().is_some_and(|action| matches!(action, "drop" | "reject"));
    if event.proto != "TCP" {
        let outcome = Outcome::of_packets(answered, &event.proto, event.destination);
        return Ok(Some(ParsedEvent { verdict: if dropped { Judged::DROP } else { outcome.judged() }, ..event }));
    }
    let is_known = |flags: &TcpFlags| !flags.is_empty();
    let (to_server, to_client) =
        record.tcp.as_ref().map_or((None, None), |tcp| (bits(tcp.tcp_flags_ts.as_ref()), bits(tcp.tcp_flags_tc.as_ref())));
    // Suricata writes 00 for both sides where it followed no session. Where packets went both ways, somebody answered.
    let follows_none = !to_server.as_ref().is_some_and(is_known) && !to_client.as_ref().is_some_and(is_known);
    let (to_server, to_client) = if follows_none && answered { (None, None) } else { (to_server, to_client) };
    let (Some(to_server), Some(to_client)) = (to_server, to_client) else {
        // Without flags the state of the flow is all there is.
        let outcome = match flow.state.as_deref() {
            _ if answered => Outcome::Answered,
            Some("new") => Outcome::Failed,
            _ => Outcome::Unknown,
        };
        return Ok(Some(ParsedEvent { verdict: if dropped { Judged::DROP } else { outcome.judged() }, ..event }));
    };
    if dropped {
        return Ok(Some(ParsedEvent { verdict: Judged::DROP, tcp_flags: first(to_server, flow), ..event }));
    }
    if to_server.is_empty() && to_client.is_empty() && record.tcp.as_ref().is_some_and(|tcp| tcp.state.is_none()) {
        return Ok(None);
    }
    // Only the far side spoke, or the near side did no more than to refuse what it got.
    if !to_client.is_empty() && !to_server.has(TcpFlags::SYN) && !to_server.has(TcpFlags::ACK) {
        let way = by_addresses(event.destination, event.source, options);
        let tcp_flags = Some(if to_client.has(TcpFlags::SYN) { TcpFlags::SYN.with(TcpFlags::ACK) } else { to_client });
        return Ok(Some(ParsedEvent { tcp_flags, ..reversed(event, way) }));
    }
    let refused = to_client.has(TcpFlags::RST) && !to_client.has(TcpFlags::SYN);
    let outcome = match () {
        () if to_client.has(TcpFlags::SYN) || to_client.has(TcpFlags::ACK) && !refused => Outcome::Answered,
        () if to_server.has(TcpFlags::SYN) => Outcome::Failed,
        () => Outcome::Unknown,
    };
    Ok(Some(ParsedEvent { verdict: outcome.judged(), tcp_flags: first(to_server, flow), ..event }))
}

/// The flags of the first packet of a side, of which those of all its packets are known.
fn first(all: TcpFlags, flow: &Flow) -> Option<TcpFlags> {
    (!all.is_empty()).then(|| first_of(all, flow.pkts_toserver == Some(1)))
}

fn first_of(all: TcpFlags, is_alone: bool) -> TcpFlags {
    if all.has(TcpFlags::SYN) && !is_alone { TcpFlags::SYN } else { all }
}

impl Drop {
    /// None where no flag is named, set or not.
    fn flags(&self) -> Option<TcpFlags> {
        let bits = [self.fin, self.syn, self.rst, self.psh, self.ack, self.urg];
        let set = bits.iter().enumerate().fold(0, |set, (bit, flag)| set | u8::from(*flag == Some(true)) << bit);
        bits.iter().any(Option::is_some).then(|| TcpFlags::from_bits(set))
    }
}
