//! What a line of any format becomes, and how its single values are read.

use std::borrow::Cow;
use std::net::IpAddr;

use super::reason::{Reason, quoted};
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
    pub(super) verdict: Option<&'static str>,
    pub(super) direction: &'static str,
    pub(super) tcp_flags: Option<TcpFlags>,
}

/// A line that was understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Line<'a> {
    /// It tells of a packet or a flow.
    Event(ParsedEvent<'a>),
    /// It is sound and tells of something else, such as `dns` or `header`.
    Other(Cow<'a, str>),
}

pub(super) fn address(field: &'static str, value: &str) -> Result<IpAddr, Reason> {
    value.parse().map_err(|_| Reason::BadAddress { field, value: quoted(value) })
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

/// A protocol as netfilter writes it, whatever its case or number; one that is not known stays as it is.
pub(super) fn protocol<'a>(field: &'static str, value: &'a str, source: IpAddr) -> Result<Cow<'a, str>, Reason> {
    const KNOWN: [(&str, &[&str]); 11] = [
        ("TCP", &["tcp", "6"]),
        ("UDP", &["udp", "17"]),
        ("ICMP", &["icmp", "1"]),
        ("ICMPv6", &["icmpv6", "ipv6-icmp", "icmp6", "58"]),
        ("IGMP", &["igmp", "2"]),
        ("GRE", &["gre", "47"]),
        ("ESP", &["esp", "50"]),
        ("AH", &["ah", "51"]),
        ("SCTP", &["sctp", "132"]),
        ("OSPF", &["ospf", "89"]),
        ("PIM", &["pim", "103"]),
    ];
    let value = name(field, value)?.ok_or(Reason::Absent { field })?;
    let known = KNOWN.iter().find(|(_, names)| names.iter().any(|name| value.eq_ignore_ascii_case(name)));
    Ok(match known {
        Some(("ICMP", _)) if source.is_ipv6() => Cow::Borrowed("ICMPv6"),
        Some((name, _)) => Cow::Borrowed(*name),
        None => Cow::Borrowed(value),
    })
}

/// Whether the protocol has ports.
pub(super) fn has_ports(protocol: &str) -> bool {
    matches!(protocol, "TCP" | "UDP" | "SCTP")
}

/// Flags in letters, as pf writes them: `SA` is SYN and ACK. None where a letter is none of a TCP header's.
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

/// Flags as words with anything between them: `SYN,ACK`. None where a word is none of a TCP header's.
pub(super) fn flag_words(text: &str) -> Option<TcpFlags> {
    let mut words = text.split(|character: char| !character.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.try_fold(TcpFlags::default(), |flags, word| match word.to_ascii_uppercase().as_str() {
        "ECE" | "CWR" => Some(flags),
        name => TcpFlags::named(name).map(|flag| flags.with(flag)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn protocols_have_one_name() {
        let (v4, v6) = (IpAddr::from([192, 0, 2, 1]), IpAddr::from([0x2001, 0xdb8, 0, 0, 0, 0, 0, 1]));
        for (value, source, expected) in [
            ("tcp", v4, "TCP"),
            ("17", v4, "UDP"),
            ("icmp", v4, "ICMP"),
            ("icmp", v6, "ICMPv6"),
            ("IPv6-ICMP", v6, "ICMPv6"),
            ("carp", v4, "carp"),
        ] {
            assert_eq!(protocol("proto", value, source).as_deref(), Ok(expected), "{value}");
        }
        assert_eq!(protocol("proto", "", v4), Err(Reason::Absent { field: "proto" }));
        assert!(protocol("proto", &"x".repeat(65), v4).is_err());
    }

    #[test]
    fn flags_in_letters_and_words() {
        for (text, expected) in
            [("S", "SYN"), ("SA", "SYN,ACK"), ("FPU", "FIN,PSH,URG"), ("SEW", "SYN"), ("", ""), ("R.", "RST,ACK")]
        {
            assert_eq!(flag_letters(text).map(|flags| flags.to_string()).as_deref(), Some(expected), "{text}");
        }
        for (text, expected) in [("SYN", "SYN"), ("ack,syn", "SYN,ACK"), ("SYN|ECE|CWR", "SYN"), ("", "")] {
            assert_eq!(flag_words(text).map(|flags| flags.to_string()).as_deref(), Some(expected), "{text}");
        }
        assert_eq!((flag_letters("SX"), flag_words("SYN,X")), (None, None));
    }
}
