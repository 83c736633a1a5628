//! Messages about packets and connections of Cisco's ASA, FTD, FWSM and PIX.
//!
//! `Mar 11 2026 20:35:11 fw : %ASA-4-106023: Deny tcp src outside:192.0.2.1/40000 dst inside:198.51.100.1/22 by access-group "x" [0x0, 0x0]`
//!
//! <https://www.cisco.com/c/en/us/td/docs/security/asa/syslog/b_syslog.html>

use std::borrow::Cow;
use std::net::IpAddr;

use super::firepower;
use crate::carrier::entry::Entry;
use crate::direction::{self, Way};
use crate::event::{self, Line, ParsedEvent};
use crate::options::ImportOptions;
use crate::reason::{Reason, quoted};
use crate::verdict::{self, Judged};
use crate::{protocol, service, zone};

/// Reads a line; none where it is of anything else.
pub(crate) fn read<'a>(entry: &Entry<'a>, options: &ImportOptions) -> Option<Result<Line<'a>, Reason>> {
    let (number, said) = [entry.unnamed, entry.message].into_iter().find_map(message)?;
    if let "430001" | "430002" | "430003" = number {
        return Some(firepower::read(entry, said, options));
    }
    let Some(read) = Message::read(number, said) else {
        return Some(Ok(Line::Other(Cow::Owned(format!("message {number}")))));
    };
    Some(read.and_then(|message| message.event(entry, options)).map(Line::Event))
}

/// The number of a message and its text.
fn message(text: &str) -> Option<(&str, &str)> {
    let rest = text.strip_prefix('%')?;
    let (head, said) = rest.split_once(": ")?;
    let mut parts = head.split('-');
    let product = parts.next()?;
    let number = parts.next_back()?;
    let is_theirs = matches!(product, "ASA" | "FTD" | "PIX" | "FWSM" | "ASASM") && number.len() == 6;
    (is_theirs && number.bytes().all(|byte| byte.is_ascii_digit())).then_some((number, said))
}

/// What a message says.
struct Message<'a> {
    verdict: Judged,
    proto: &'a str,
    source: Side<'a>,
    destination: Side<'a>,
    flags: Option<&'a str>,
    interface: &'a str,
    way: Option<Way>,
    hits: i64,
}

/// One side of a connection: `outside:192.0.2.1/40000`.
#[derive(Clone, Copy)]
struct Side<'a> {
    interface: &'a str,
    address: &'a str,
    port: &'a str,
}

impl<'a> Side<'a> {
    /// With or without interface and port: `inside:2001:db8::1/443(user)`, `inside/192.0.2.1(443)`, `192.0.2.1`.
    fn read(text: &'a str) -> Self {
        let text = text.trim_end_matches([',', ';']);
        let is_address = |text: &str| text.parse::<IpAddr>().is_ok();
        let text = text.strip_suffix(':').filter(|text| is_address(text)).unwrap_or(text);
        // access-list: interface/address(port)
        if let Some((before, rest)) = text.split_once('(')
            && let Some((interface, address)) = before.split_once('/')
            && is_address(address)
        {
            return Self { interface, address, port: rest.split_once(')').map_or(rest, |(port, _)| port) };
        }
        let text = text.split_once('(').map_or(text, |(before, _)| before);
        let (host, port) = text.rsplit_once('/').unwrap_or((text, ""));
        if is_address(host) {
            return Self { interface: "", address: host, port };
        }
        let (interface, address) = host.split_once(':').unwrap_or(("", host));
        Self { interface, address, port }
    }
}

/// The value behind `name=`.
fn behind_sign<'a>(said: &'a str, name: &str) -> &'a str {
    said.split_once(name).and_then(|(_, rest)| rest.split([',', ' ']).next()).unwrap_or_default()
}

impl<'a> Message<'a> {
    /// None where the message is about something else.
    fn read(number: &'a str, said: &'a str) -> Option<Result<Self, Reason>> {
        let words: Vec<&str> = said.split_ascii_whitespace().collect();
        let behind = |name: &str| words.iter().position(|word| *word == name).and_then(|place| words.get(place + 1)).copied();
        let missing = || Some(Err(Reason::BadValue { field: "message of that number", value: quoted(said) }));
        let at = |place: usize| words.get(place).copied().unwrap_or_default();
        let interface = behind("interface").unwrap_or_default();
        let flags = said.split_once(" flags ").map(|(_, rest)| rest.split_once(" on ").map_or(rest, |(flags, _)| flags));
        let (verdict, proto, way, sides) = match number {
            "106001" => (Judged::DROP, "TCP", Some(Way::In), behind("from").zip(behind("to"))),
            "106006" | "106007" => (Judged::DROP, "UDP", Some(Way::In), behind("from").zip(behind("to"))),
            "106010" => (Judged::DROP, at(2), Some(Way::In), behind("src").zip(behind("dst").or(behind("dest")))),
            "106002" => (Judged::DROP, at(0), Some(Way::Out), behind("src").zip(behind("dest"))),
            "106014" | "106023" => (
                Judged::DROP,
                match at(1) {
                    _ if number == "106014" => "ICMP",
                    "protocol" => at(2),
                    proto => proto,
                },
                None,
                behind("src").zip(behind("dst")),
            ),
            "106015" => (Judged::DROP, "TCP", None, behind("from").zip(behind("to"))),
            "106021" | "106022" => (Judged::DROP, at(1), None, behind("from").zip(behind("to"))),
            "106011" => (Judged::DROP, at(4), None, behind("src").zip(behind("dst"))),
            "305006" => {
                let proto = behind("for").filter(|word| *word != "protocol").or_else(|| behind("protocol"));
                (Judged::DROP, proto.unwrap_or_default(), None, behind("src").zip(behind("dst")))
            }
            "313004" => (Judged::DROP, "ICMP", None, behind("laddr").or(behind("from")).zip(behind("to"))),
            "313005" => (Judged::DROP, "ICMP", None, behind("src").zip(behind("dst"))),
            "313009" => (Judged::DROP, "ICMP", None, behind("for").zip(behind("to"))),
            // Of the traffic of a botnet.
            "338001" | "338002" | "338003" | "338004" | "338005" | "338006" | "338007" | "338008" => {
                let verdict = if at(2) == "dropped" { Judged::DROP } else { Judged::ACCEPT };
                let proto = words.iter().position(|word| *word == "traffic").and_then(|place| words.get(place.checked_sub(1)?));
                (verdict, proto.copied().unwrap_or_default(), None, behind("from").zip(behind("to")))
            }
            "500004" => (Judged::DROP, behind_sign(said, "protocol="), None, behind("from").zip(behind("to"))),
            "106100" | "106102" | "106103" => {
                let verdict = match at(2) {
                    "denied" => Judged::DROP,
                    "permitted" | "est-allowed" => Judged::ACCEPT,
                    _ => Judged::UNKNOWN,
                };
                let arrow = words.iter().position(|word| *word == "->");
                (
                    verdict,
                    at(3),
                    None,
                    arrow.and_then(|place| {
                        words[..place].iter().rev().find(|word| word.contains('/')).copied().zip(words.get(place + 1).copied())
                    }),
                )
            }
            "302013" | "302015" | "302017" | "302020" | "302303" => {
                let way = direction::said(at(1));
                let proto = at(2);
                let (first, second) = match number {
                    "302020" => (behind("faddr"), behind("laddr").or(behind("gaddr"))),
                    _ => (behind("for"), behind("to")),
                };
                // The side of lower security stands first, whoever began.
                let sides = if way == Some(Way::Out) { second.zip(first) } else { first.zip(second) };
                (Judged::ACCEPT, proto, way, sides)
            }
            "710002" | "710003" | "710005" => {
                let verdict = if number == "710002" { Judged::ACCEPT } else { Judged::DROP };
                (verdict, at(0), Some(Way::In), behind("from").zip(behind("to")))
            }
            _ => return None,
        };
        let Some((source, destination)) = sides else { return missing() };
        let hits = behind("hit-cnt").and_then(|count| count.parse().ok()).filter(|count| *count > 0).unwrap_or(1);
        let (source, destination) = (Side::read(source), Side::read(destination));
        Some(Ok(Self { verdict, proto, source, destination, flags, interface, way, hits }))
    }

    fn event(self, entry: &Entry<'a>, options: &ImportOptions) -> Result<ParsedEvent<'a>, Reason> {
        let source = event::address("source", self.source.address)?;
        let destination = event::address("destination", self.destination.address)?;
        let proto = protocol::name("protocol", self.proto, source)?;
        // Well-known ports have names here: `/ssh`, `(domain)`.
        let port = |field, text: &str| match text {
            "" => Ok(None),
            _ if !protocol::has_ports(&proto) => Ok(None),
            _ => service::port(text, &proto).map_or_else(|| event::port(field, text), Ok).map(Some),
        };
        let (source_port, destination_port) =
            (port("source port", self.source.port)?, port("destination port", self.destination.port)?);
        let in_if = if self.source.interface.is_empty() { self.interface } else { self.source.interface };
        let out_if = self.destination.interface;
        let way = self.way.unwrap_or_else(|| match direction::by_addresses(source, destination, options) {
            Way::Open => zone::way(in_if, out_if).unwrap_or(Way::Open),
            way => way,
        });
        let interface = |name: &'a str| event::name("interface", name).map(|name| name.map(Cow::Borrowed));
        Ok(ParsedEvent {
            time: entry.time()?,
            source,
            destination,
            source_port,
            destination_port,
            tcp_flags: self.flags.filter(|_| proto == "TCP").and_then(event::flag_words),
            proto,
            in_if: interface(in_if)?,
            out_if: interface(out_if)?,
            verdict: if self.verdict == Judged::UNKNOWN { verdict::of_value("", options.default_verdict) } else { self.verdict },
            way,
            hits: self.hits,
            is_first_hop: false,
        })
    }
}
