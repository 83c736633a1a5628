//! The traffic log of WatchGuard's Firebox.
//!
//! `Nov 20 22:29:36 fb1 (2020-11-20T11:29:36) firewall: msg_id="3000-0148" Deny 0-External Firebox 52 tcp 20 127 192.0.2.1 198.51.100.1
//! 50000 22 offset 8 S 123 win 8192 (Unhandled External Packet-00)`
//!
//! <https://www.watchguard.com/help/docs/help-center/en-US/Content/en-US/Fireware/logging/log_message_types_c.html>

use std::net::IpAddr;

use crate::carrier::entry::Entry;
use crate::direction::{self, Way};
use crate::event::{self, Line, ParsedEvent, Values};
use crate::options::ImportOptions;
use crate::reason::Reason;
use crate::{verdict, zone};

/// What the firewall calls itself where an interface stands.
const ITSELF: &str = "Firebox";

/// Reads a line; none where it is of anything else.
pub(crate) fn read<'a>(entry: &Entry<'a>, options: &ImportOptions) -> Option<Result<Line<'a>, Reason>> {
    let (_, rest) = entry.message.split_once("msg_id=\"")?;
    let program = entry.program.or_else(|| behind_serial(entry.message));
    let is_theirs = entry.message.starts_with("msg_id=")
        || program.is_some_and(|program| matches!(program, "firewall" | "loggerd" | "pxy") || program.ends_with("-proxy"));
    if !is_theirs {
        return None;
    }
    let (_, said) = rest.split_once('"')?;
    let mut words = said.split_ascii_whitespace();
    let action = words.next().unwrap_or_default();
    if !matches!(action, "Allow" | "Deny" | "Drop" | "Block" | "Reject" | "Strip") {
        return Some(Ok(Line::Other("message of the firewall".into())));
    }
    Some(packet(entry, action, &words.collect::<Vec<_>>(), options).map(Line::Event))
}

/// The program behind the serial number and the device's own time: `FVE6035FD3AE3 (2020-11-20T11:29:36) firewall[10]: msg_id=`.
fn behind_serial(text: &str) -> Option<&str> {
    let (serial, rest) = text.split_once(" (")?;
    let (time, rest) = rest.split_once(") ")?;
    let (program, rest) = rest.split_once(": ")?;
    let is_serial = (8..=16).contains(&serial.len()) && serial.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let is_time = time.len() == "2020-11-20T11:29:36".len() && time.as_bytes()[10] == b'T';
    let name = program.split_once('[').map_or(program, |(name, _)| name);
    (is_serial && is_time && rest.starts_with("msg_id=")).then_some(name)
}

/// Interfaces, some numbers, the protocol, some numbers, two addresses, ports: the addresses are what can be recognized.
fn packet<'a>(entry: &Entry<'a>, action: &str, words: &[&'a str], options: &ImportOptions) -> Result<ParsedEvent<'a>, Reason> {
    let is_address = |word: &&str| word.parse::<IpAddr>().is_ok();
    let place = words.iter().zip(words.iter().skip(1)).position(|(first, second)| is_address(first) && is_address(second));
    let place = place.ok_or(Reason::Absent { field: "addresses" })?;
    let is_number = |word: &&str| word.bytes().all(|byte| byte.is_ascii_digit());
    let proto = words[..place].iter().rev().find(|word| !is_number(word)).copied().unwrap_or_default();
    let word = |place: usize| words.get(place).copied().filter(|word| is_number(word)).unwrap_or_default();
    let interface = |place: usize| words.get(place).copied().unwrap_or_default();
    let [from, to] = [interface(0), interface(1)];
    let values = Values {
        source: words[place],
        source_port: word(place + 2),
        destination: words[place + 1],
        destination_port: word(place + 3),
        proto,
        in_if: if from == ITSELF { "" } else { from },
        out_if: if to == ITSELF { "" } else { to },
    };
    let event = values.event(entry.time()?, ["source", "source port", "destination", "destination port", "protocol"])?;
    let way = match (from, to) {
        (_, ITSELF) => Way::In,
        (ITSELF, _) => Way::Out,
        _ => match direction::by_addresses(event.source, event.destination, options) {
            Way::Open => zone::way(from, to).unwrap_or(Way::Open),
            way => way,
        },
    };
    // Behind the ports: `offset 8 S 123 win 8192`.
    let flags = words[place..].iter().position(|word| *word == "offset").and_then(|offset| words.get(place + offset + 2));
    let tcp_flags = flags.filter(|_| event.proto == "TCP").and_then(|flags| event::flag_letters(flags));
    Ok(ParsedEvent { verdict: verdict::of_value(action, options.default_verdict), way, tcp_flags, ..event })
}
