//! Connections of Zeek's `conn.log`, as tab-separated values under a header of `#` lines, and as JSON.
//!
//! <https://docs.zeek.org/en/current/logs/conn.html>

use std::borrow::Cow;

use serde_json::Value;

use super::json::Record;
use crate::carrier::date;
use crate::direction::{self, Way};
use crate::event::{Line, ParsedEvent, Values};
use crate::flow::{Outcome, reversed};
use crate::options::ImportOptions;
use crate::reason::{Reason, quoted, shorten};
use crate::verdict::Judged;
use net_scout_model::TcpFlags;

/// The longest name of another log that its lines are counted by, in characters.
const MAXIMUM_PATH: usize = 24;

/// What the `#` lines say of those that follow.
#[derive(Clone, Debug)]
pub(crate) struct Header {
    separator: char,
    empty: String,
    unset: String,
    path: String,
    fields: Vec<String>,
}

impl Default for Header {
    fn default() -> Self {
        Self { separator: '\t', empty: "(empty)".into(), unset: "-".into(), path: String::new(), fields: Vec::new() }
    }
}

impl Header {
    /// Whether a line is of such a header.
    pub(crate) fn begins(line: &str) -> bool {
        line.starts_with('#') && ["#separator ", "#fields", "#path", "#set_separator"].iter().any(|word| line.starts_with(word))
    }

    /// Takes what a `#` line says.
    pub(crate) fn read(&mut self, line: &str) {
        if let Some(separator) = line.strip_prefix("#separator ") {
            // A new log begins, as where several are put together.
            *self = Self::default();
            let code = separator.trim().strip_prefix("\\x").and_then(|digits| u8::from_str_radix(digits, 16).ok());
            self.separator = code.map(char::from).or(separator.chars().next()).unwrap_or('\t');
            return;
        }
        let Some((word, value)) = line.split_once(self.separator) else { return };
        match word {
            "#empty_field" => value.clone_into(&mut self.empty),
            "#unset_field" => value.clone_into(&mut self.unset),
            "#path" => value.clone_into(&mut self.path),
            "#fields" => self.fields = value.split(self.separator).map(str::to_owned).collect(),
            _ => {}
        }
    }

    /// Reads a row.
    ///
    /// # Errors
    /// When there is no header before it, or values are missing or make no sense.
    pub(crate) fn row<'a>(&self, line: &'a str, options: &ImportOptions) -> Result<Line<'a>, Reason> {
        if self.fields.is_empty() {
            return Err(Reason::NoHeader);
        }
        if !matches!(self.path.as_str(), "" | "conn") {
            return Ok(Line::Other(Cow::Owned(shorten(&self.path, MAXIMUM_PATH))));
        }
        let mut connection = Connection::default();
        let mut found = 0;
        for value in line.split(self.separator) {
            if let Some(name) = self.fields.get(found)
                && value != self.unset
                && value != self.empty
            {
                connection.set(name, value);
            }
            found += 1;
        }
        if found != self.fields.len() {
            return Err(Reason::Ragged { found, expected: self.fields.len() });
        }
        connection.event(options).map(Line::Event)
    }
}

/// Reads a connection in JSON; a record of another log is something else.
pub(super) fn read_json(record: Record, options: &ImportOptions) -> Result<Line<'static>, Reason> {
    let is_connection = record.path.as_deref().map_or(record.conn_state.is_some(), |path| path == "conn");
    if !is_connection {
        let path = record.path.as_deref().unwrap_or("another log of Zeek");
        return Ok(Line::Other(Cow::Owned(shorten(path, MAXIMUM_PATH))));
    }
    let time = record.ts.map(|value| match value {
        Value::String(text) => text,
        other => other.to_string(),
    });
    let id = record.id.unwrap_or_default();
    let text = |port: Option<u64>| port.map(|port| port.to_string());
    let (source_port, destination_port) = (text(record.orig_p.or(id.orig_p)), text(record.resp_p.or(id.resp_p)));
    let (source, destination) = (record.orig_h.or(id.orig_h), record.resp_h.or(id.resp_h));
    let packets = [record.orig_pkts, record.resp_pkts].map(|packets| packets.map(|packets| packets.to_string()));
    let number = record.ip_proto.map(|number| number.to_string());
    let local = |value: Option<bool>| value.map(|value| if value { "T" } else { "F" });
    let connection = Connection {
        time: time.as_deref(),
        source: source.as_deref(),
        source_port: source_port.as_deref(),
        destination: destination.as_deref(),
        destination_port: destination_port.as_deref(),
        proto: record.proto.as_deref(),
        number: number.as_deref(),
        state: record.conn_state.as_deref(),
        history: record.history.as_deref(),
        source_packets: packets[0].as_deref(),
        destination_packets: packets[1].as_deref(),
        source_is_local: local(record.local_orig),
        destination_is_local: local(record.local_resp),
    };
    Ok(Line::Event(connection.event(options)?.into_owned()))
}

/// The values of a connection, each if it is set.
#[derive(Default)]
struct Connection<'a> {
    time: Option<&'a str>,
    source: Option<&'a str>,
    source_port: Option<&'a str>,
    destination: Option<&'a str>,
    destination_port: Option<&'a str>,
    proto: Option<&'a str>,
    /// Its number, since Zeek 7.1.
    number: Option<&'a str>,
    state: Option<&'a str>,
    history: Option<&'a str>,
    source_packets: Option<&'a str>,
    destination_packets: Option<&'a str>,
    source_is_local: Option<&'a str>,
    destination_is_local: Option<&'a str>,
}

impl<'a> Connection<'a> {
    fn set(&mut self, name: &str, value: &'a str) {
        let slot = match name {
            "ts" => &mut self.time,
            "id.orig_h" | "id_orig_h" | "id$orig_h" => &mut self.source,
            "id.orig_p" | "id_orig_p" | "id$orig_p" => &mut self.source_port,
            "id.resp_h" | "id_resp_h" | "id$resp_h" => &mut self.destination,
            "id.resp_p" | "id_resp_p" | "id$resp_p" => &mut self.destination_port,
            "proto" => &mut self.proto,
            "ip_proto" => &mut self.number,
            "conn_state" => &mut self.state,
            "history" => &mut self.history,
            "orig_pkts" => &mut self.source_packets,
            "resp_pkts" => &mut self.destination_packets,
            "local_orig" => &mut self.source_is_local,
            "local_resp" => &mut self.destination_is_local,
            _ => return,
        };
        slot.get_or_insert(value);
    }

    fn event(&self, options: &ImportOptions) -> Result<ParsedEvent<'a>, Reason> {
        let history = History::read(self.history.unwrap_or_default());
        let values = Values {
            source: self.source.unwrap_or_default(),
            source_port: self.source_port.unwrap_or_default(),
            destination: self.destination.unwrap_or_default(),
            destination_port: self.destination_port.unwrap_or_default(),
            proto: self.proto.filter(|proto| *proto != "unknown_transport").or(self.number).or(self.proto).unwrap_or_default(),
            ..Values::default()
        };
        let time = date::any_unit("ts", self.time.ok_or(Reason::Absent { field: "ts" })?, options)?;
        let packet = values.event(time, ["id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p", "proto"])?;
        let is_tcp = packet.proto == "TCP";
        let way = direction::by_addresses(packet.source, packet.destination, options);
        let packet = ParsedEvent { way, tcp_flags: history.first.filter(|_| is_tcp), ..packet };
        let [from_local, to_local] = [self.source_is_local, self.destination_is_local].map(|flag| flag.map(|flag| flag == "T"));
        let way = |from: Option<bool>, to: Option<bool>, otherwise: Way| match (from, to) {
            (Some(true), Some(false)) => Way::Out,
            (Some(true), Some(true)) | (Some(false), Some(true)) => Way::In,
            _ => otherwise,
        };
        if self.is_unsolicited(&history) {
            let otherwise = direction::by_addresses(packet.destination, packet.source, options);
            let tcp_flags = packet.tcp_flags.or((is_tcp && history.is_empty).then_some(TcpFlags::SYN.with(TcpFlags::ACK)));
            return Ok(ParsedEvent { tcp_flags, ..reversed(packet, way(to_local, from_local, otherwise)) });
        }
        let verdict = match self.outcome(&history, &packet)? {
            // A broadcast needs no answer.
            Outcome::Failed if packet.proto == "UDP" && direction::may_be_broadcast(packet.destination, options) => {
                Judged::UNKNOWN
            }
            outcome => outcome.judged(),
        };
        // What goes to many at once stays inside.
        let way = if direction::is_many(packet.destination) { Way::In } else { way(from_local, to_local, packet.way) };
        Ok(ParsedEvent { verdict, way, ..packet })
    }

    /// Whether only the responder spoke, save that the originator may have refused what it got. Zeek calls the sender of an answer the
    /// responder even where it saw no question.
    fn is_unsolicited(&self, history: &History) -> bool {
        if history.is_empty {
            matches!(self.state, Some("RSTRH" | "SHR"))
        } else {
            history.responder_began && !history.originator_spoke
        }
    }

    fn outcome(&self, history: &History, packet: &ParsedEvent<'_>) -> Result<Outcome, Reason> {
        let sent = |packets: Option<&str>| packets.is_some_and(|packets| packets.bytes().any(|digit| digit != b'0'));
        let is_answered = self.state == Some("SF") || history.responder_spoke || sent(self.destination_packets);
        if packet.proto != "TCP" {
            return Ok(Outcome::of_packets(is_answered, &packet.proto, packet.destination));
        }
        Ok(match self.state {
            Some("S1" | "S2" | "S3" | "SF") => Outcome::Answered,
            // Someone aborted; a responder that did nothing else refused.
            Some("RSTO" | "RSTR") if history.is_empty || history.responder_spoke => Outcome::Answered,
            Some("RSTO" | "RSTR" | "S0" | "REJ" | "RSTOS0" | "SH") => Outcome::Failed,
            // It was under way when Zeek began to look.
            Some("OTH") if history.responder_spoke && history.originator_spoke => Outcome::Answered,
            Some("OTH" | "RSTRH" | "SHR") | None => Outcome::Unknown,
            Some(other) => return Err(Reason::BadValue { field: "conn_state", value: quoted(other) }),
        })
    }
}

/// What the letters of `history` say: upper case for packets of the originator, lower case for those of the responder, `^` where Zeek
/// exchanged the two.
#[derive(Default)]
struct History {
    is_empty: bool,
    responder_began: bool,
    /// Anything but resets.
    originator_spoke: bool,
    /// Anything but resets.
    responder_spoke: bool,
    /// The flags of the first packet, where its letter tells them all.
    first: Option<TcpFlags>,
}

impl History {
    fn read(text: &str) -> Self {
        let mut letters = text.chars().filter(char::is_ascii_alphabetic).peekable();
        let first = letters.peek().copied();
        let mut history = Self { is_empty: first.is_none(), ..Self::default() };
        history.responder_began = first.is_some_and(|letter| letter.is_ascii_lowercase());
        history.first = match first.map(|letter| letter.to_ascii_uppercase()) {
            Some('S') => Some(TcpFlags::SYN),
            Some('H') => Some(TcpFlags::SYN.with(TcpFlags::ACK)),
            Some('R') => Some(TcpFlags::RST),
            // A FIN may come with an ACK or alone, and data with or without a PSH.
            _ => None,
        };
        for letter in letters {
            let spoke = match letter {
                'S' | 'H' | 'A' | 'D' | 'F' => &mut history.originator_spoke,
                's' | 'h' | 'a' | 'd' | 'f' => &mut history.responder_spoke,
                _ => continue,
            };
            *spoke = true;
        }
        history
    }
}
