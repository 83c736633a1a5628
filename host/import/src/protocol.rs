//! Names of protocols: the one table of numbers and spellings, whatever a log writes.

use std::borrow::Cow;
use std::net::IpAddr;

use super::event;
use super::reason::Reason;

/// Names by number, as IANA assigns them; the commonest first.
/// <https://www.iana.org/assignments/protocol-numbers/protocol-numbers.xhtml>
const NUMBERS: [(u8, &str); 43] = [
    (6, "TCP"),
    (17, "UDP"),
    (1, "ICMP"),
    (58, "ICMPv6"),
    (2, "IGMP"),
    (47, "GRE"),
    (50, "ESP"),
    (51, "AH"),
    (132, "SCTP"),
    (89, "OSPF"),
    (103, "PIM"),
    (112, "VRRP"),
    (136, "UDPLITE"),
    (33, "DCCP"),
    (4, "IPIP"),
    (41, "IPv6"),
    (0, "HOPOPT"),
    (3, "GGP"),
    (5, "ST"),
    (7, "CBT"),
    (8, "EGP"),
    (9, "IGP"),
    (12, "PUP"),
    (27, "RDP"),
    (43, "IPv6-Route"),
    (44, "IPv6-Frag"),
    (46, "RSVP"),
    (48, "DSR"),
    (54, "NARP"),
    (55, "MOBILE"),
    (59, "IPv6-NoNxt"),
    (60, "IPv6-Opts"),
    (80, "ISO-IP"),
    (88, "EIGRP"),
    (94, "IPIP"),
    (97, "ETHERIP"),
    (98, "ENCAP"),
    (108, "IPComp"),
    (115, "L2TP"),
    (124, "ISIS"),
    (133, "FC"),
    (137, "MPLS-in-IP"),
    (139, "HIP"),
];

/// Other spellings of some.
const SPELLINGS: [(&str, &str); 16] = [
    ("ipv6-icmp", "ICMPv6"),
    ("icmp6", "ICMPv6"),
    ("icmp-v6", "ICMPv6"),
    ("ipv6icmp", "ICMPv6"),
    ("icmpv4", "ICMP"),
    ("icmp4", "ICMP"),
    ("icmp-v4", "ICMP"),
    ("tcp6", "TCP"),
    ("udp6", "UDP"),
    ("tcp4", "TCP"),
    ("udp4", "UDP"),
    ("ospfigp", "OSPF"),
    ("ospfig", "OSPF"),
    ("udp-lite", "UDPLITE"),
    ("ipencap", "IPIP"),
    ("ip-encap", "IPIP"),
];

/// The name of a number; the number itself where nothing has it.
pub(super) fn named(number: u8) -> Cow<'static, str> {
    match NUMBERS.iter().find(|(known, _)| *known == number) {
        Some((_, name)) => Cow::Borrowed(*name),
        None => Cow::Owned(number.to_string()),
    }
}

/// The name of a protocol, whatever its case, spelling or number; one that is not known stays as it is.
///
/// # Errors
/// When it is empty or too long.
pub(super) fn name<'a>(field: &'static str, value: &'a str, source: IpAddr) -> Result<Cow<'a, str>, Reason> {
    // Nearly all are these, written so.
    let known = match value {
        "TCP" => return Ok(Cow::Borrowed("TCP")),
        "UDP" => return Ok(Cow::Borrowed("UDP")),
        _ => event::name(field, value)?.ok_or(Reason::Absent { field })?,
    };
    if let Ok(number) = known.parse::<u8>()
        && !known.starts_with('+')
    {
        return Ok(of_version(named(number), source));
    }
    let spelled = SPELLINGS.iter().find(|(spelling, _)| known.eq_ignore_ascii_case(spelling)).map(|(_, name)| *name);
    // What a log calls carp or options has another meaning than the number.
    let listed = || NUMBERS.iter().find(|(_, name)| known.eq_ignore_ascii_case(name)).map(|(_, name)| *name);
    Ok(of_version(spelled.or_else(listed).map_or(Cow::Borrowed(known), Cow::Borrowed), source))
}

/// ICMP between IPv6 addresses is ICMPv6, whatever it is called.
fn of_version(name: Cow<'_, str>, source: IpAddr) -> Cow<'_, str> {
    if name == "ICMP" && source.is_ipv6() { Cow::Borrowed("ICMPv6") } else { name }
}

/// Whether the protocol has ports.
pub(super) fn has_ports(protocol: &str) -> bool {
    matches!(protocol, "TCP" | "UDP" | "SCTP" | "UDPLITE" | "DCCP")
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
            ("2", v4, "IGMP"),
            ("132", v4, "SCTP"),
            ("icmp", v4, "ICMP"),
            ("icmp", v6, "ICMPv6"),
            ("1", v6, "ICMPv6"),
            ("IPv6-ICMP", v6, "ICMPv6"),
            ("udplite", v4, "UDPLITE"),
            ("carp", v4, "carp"),
            ("Options", v6, "Options"),
            ("253", v4, "253"),
            ("300", v4, "300"),
        ] {
            assert_eq!(name("proto", value, source).as_deref(), Ok(expected), "{value}");
        }
        assert_eq!(name("proto", "", v4), Err(Reason::Absent { field: "proto" }));
        assert!(name("proto", &"x".repeat(65), v4).is_err());
    }
}
