//! What a line of any format becomes, and how its single values are read.

use std::borrow::Cow;
use std::net::IpAddr;

use super::direction::Way;
use super::protocol;
use super::reason::{Reason, quoted};
use super::verdict::Judged;
use net_scout_model::{TcpFlags, Timestamp};

/// The longest name of an interface or a protocol, in bytes. The kernel's interface names have 15 at most, RouterOS has longer ones.
pub(super) const MAXIMUM_NAME: usize = 64;

/// A packet or a flow, as one line tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ParsedEvent<'a> {
    pub(super) time: Timestamp,
    pub(super) source: IpAddr,
    pub(super) destination: IpAddr,
    pub(super) source_port: Option<u16>,
    pub(super) destination_port: Option<u16>,
    pub(super) proto: Cow<'a, str>,
    pub(super) in_if: Option<Cow<'a, str>>,
    pub(super) out_if: Option<Cow<'a, str>>,
    pub(super) verdict: Judged,
    pub(super) way: Way,
    pub(super) tcp_flags: Option<TcpFlags>,
    /// How often it was, as the line says.
    pub(super) hits: i64,
    /// Whether the packet came from a network that the firewall itself is in: it had made only one hop when it was forwarded.
    pub(super) is_first_hop: bool,
}

impl ParsedEvent<'_> {
    /// The same without anything borrowed from its line.
    pub(super) fn into_owned(self) -> ParsedEvent<'static> {
        let owned = |name: Option<Cow<'_, str>>| name.map(|name| Cow::Owned(name.into_owned()));
        ParsedEvent { proto: Cow::Owned(self.proto.into_owned()), in_if: owned(self.in_if), out_if: owned(self.out_if), ..self }
    }
}

/// A line that was understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Line<'a> {
    /// It tells of a packet or a flow.
    Event(ParsedEvent<'a>),
    /// It tells of several.
    Events(Vec<ParsedEvent<'static>>),
    /// It says that the event before it came so many times more.
    Repeat(Timestamp, i64),
    /// It is a part of a record that goes on.
    Part,
    /// It is sound and tells of something else, such as `dns` or `header`.
    Other(Cow<'a, str>),
}

/// The values of a line as it has them: the empty text, and a dash, where there is none.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Values<'a> {
    pub(super) source: &'a str,
    pub(super) source_port: &'a str,
    pub(super) destination: &'a str,
    pub(super) destination_port: &'a str,
    pub(super) proto: &'a str,
    pub(super) in_if: &'a str,
    pub(super) out_if: &'a str,
}

impl<'a> Values<'a> {
    /// The event of these values, so far without verdict, direction and flags.
    ///
    /// # Errors
    /// When an address or the protocol is missing, or one makes no sense. `names` are what the log calls source, source port, destination,
    /// destination port and protocol.
    pub(super) fn event(self, time: Timestamp, names: [&'static str; 5]) -> Result<ParsedEvent<'a>, Reason> {
        let [source_name, source_port_name, destination_name, destination_port_name, proto_name] = names;
        let needed = |field, value: &'a str| if is_none(value) { Err(Reason::Absent { field }) } else { Ok(value) };
        let source = address(source_name, needed(source_name, self.source)?)?;
        let destination = address(destination_name, needed(destination_name, self.destination)?)?;
        let proto = protocol::name(proto_name, needed(proto_name, self.proto)?, source)?;
        // Zeros of a protocol without ports are none, and neither are the type and code of ICMP that some write there.
        let has_ports = protocol::has_ports(&proto);
        let port = |field, value: &str| if has_ports && !is_none(value) { port(field, value).map(Some) } else { Ok(None) };
        let interface = |field, value: &'a str| if is_none(value) { Ok(None) } else { name(field, value) };
        Ok(ParsedEvent {
            time,
            source,
            destination,
            source_port: port(source_port_name, self.source_port)?,
            destination_port: port(destination_port_name, self.destination_port)?,
            proto,
            in_if: interface("in interface", self.in_if)?.map(Cow::Borrowed),
            out_if: interface("out interface", self.out_if)?.map(Cow::Borrowed),
            verdict: Judged::UNKNOWN,
            way: Way::Open,
            tcp_flags: None,
            hits: 1,
            is_first_hop: false,
        })
    }
}

/// Whether a value stands for none.
pub(super) fn is_none(value: &str) -> bool {
    matches!(value, "" | "-" | "N/A" | "n/a" | "null" | "(null)")
}

/// An address; one of IPv4 that is written as IPv6 is IPv4, and an interface behind a `%` is left out.
pub(super) fn address(field: &'static str, value: &str) -> Result<IpAddr, Reason> {
    let plain = if value.contains('%') { value.split_once('%').map_or(value, |(address, _)| address) } else { value };
    let address: Result<IpAddr, _> = plain.parse();
    address.map(|address| address.to_canonical()).map_err(|_| Reason::BadAddress { field, value: quoted(value) })
}

pub(super) fn port(field: &'static str, value: &str) -> Result<u16, Reason> {
    // `parse` alone would also take a sign.
    let number = if value.starts_with('+') { None } else { value.parse().ok() };
    number.ok_or_else(|| Reason::BadPort { field, value: quoted(value) })
}

/// A name; an empty one is none.
pub(super) fn name<'a>(field: &'static str, value: &'a str) -> Result<Option<&'a str>, Reason> {
    if value.len() > MAXIMUM_NAME {
        return Err(Reason::LongName { field, value: quoted(value) });
    }
    Ok((!value.is_empty()).then_some(value))
}

/// An address with or without a port: `192.0.2.1:80`, `[2001:db8::1]:80`, `192.0.2.1`, `2001:db8::1`.
pub(super) fn endpoint([address_name, port_name]: [&'static str; 2], value: &str) -> Result<(IpAddr, Option<u16>), Reason> {
    let split = match value.strip_prefix('[') {
        Some(rest) => rest.split_once(']').map(|(host, rest)| (host, rest.strip_prefix(':'))),
        None if value.bytes().filter(|&byte| byte == b':').count() == 1 => {
            value.split_once(':').map(|(host, port)| (host, Some(port)))
        }
        None => None,
    };
    let (host, number) = split.unwrap_or((value, None));
    Ok((address(address_name, host)?, number.map(|number| port(port_name, number)).transpose()?))
}

/// Flags in letters, as pf writes them: `SA` is SYN and ACK, and a dot is ACK. None where a letter is none of a TCP header's.
pub(super) fn flag_letters(letters: &str) -> Option<TcpFlags> {
    letters.chars().try_fold(TcpFlags::default(), |flags, letter| {
        let name = match letter {
            'F' => "FIN",
            'S' => "SYN",
            'R' => "RST",
            'P' => "PSH",
            'A' | '.' => "ACK",
            'U' => "URG",
            // ECE and CWR, which are not kept.
            'E' | 'W' | 'C' => return Some(flags),
            _ => return None,
        };
        TcpFlags::named(name).map(|flag| flags.with(flag))
    })
}

/// Flags in letters with a dot in place of each that is not set, as nfdump writes them: six to eight of them, `...AP.SF`.
pub(super) fn flag_places(text: &str) -> Option<TcpFlags> {
    let is_place = (6..=8).contains(&text.len()) && text.bytes().all(|byte| b".CEUAPRSF".contains(&byte));
    let letters: String = text.chars().filter(|letter| *letter != '.').collect();
    if is_place { flag_letters(&letters) } else { None }
}

/// Flags as words with anything between them: `SYN,ACK`. None where a word is none of a TCP header's.
pub(super) fn flag_words(text: &str) -> Option<TcpFlags> {
    let mut words = text.split(|character: char| !character.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.try_fold(TcpFlags::default(), |flags, word| match word.to_ascii_uppercase().as_str() {
        "ECE" | "CWR" => Some(flags),
        "PUSH" => Some(flags.with(TcpFlags::named("PSH")?)),
        name => TcpFlags::named(name).map(|flag| flags.with(flag)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_in_letters_and_words() {
        let shown = |flags: Option<TcpFlags>| flags.map(|flags| flags.to_string());
        for (text, expected) in
            [("S", "SYN"), ("SA", "SYN,ACK"), ("FPU", "FIN,PSH,URG"), ("SEW", "SYN"), ("", ""), ("R.", "RST,ACK")]
        {
            assert_eq!(shown(flag_letters(text)).as_deref(), Some(expected), "{text}");
        }
        for (text, expected) in [("SYN", "SYN"), ("ack,syn", "SYN,ACK"), ("SYN|ECE|CWR", "SYN"), ("", "")] {
            assert_eq!(shown(flag_words(text)).as_deref(), Some(expected), "{text}");
        }
        for (text, expected) in [
            ("......S.", Some("SYN")),
            (".AP.SF", Some("FIN,SYN,PSH,ACK")),
            ("........", Some("")),
            ("S.", None),
            ("....X...", None),
        ] {
            assert_eq!(shown(flag_places(text)).as_deref(), expected, "{text}");
        }
        assert_eq!((flag_letters("SX"), flag_words("SYN,X")), (None, None));
    }

    #[test]
    fn addresses_have_one_form() {
        let shown = |text| address("src", text).map(|address| address.to_string());
        assert_eq!(shown("::ffff:192.0.2.1").as_deref(), Ok("192.0.2.1"));
        assert_eq!(shown("2001:0DB8::0001").as_deref(), Ok("2001:db8::1"));
        assert_eq!(shown("fe80::1%eth0").as_deref(), Ok("fe80::1"));
        assert!(shown("192.0.2.256").is_err() && shown("").is_err() && shown("%eth0").is_err());
    }
}
