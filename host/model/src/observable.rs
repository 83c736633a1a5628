//! What can be looked up, and which addresses are nobody's business outside.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::ObservableKind;

/// Something to look up, in its canonical form.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Observable {
    /// What it is.
    pub kind: ObservableKind,
    /// An address, or a domain name in lower case without a dot at its end.
    pub value: String,
}

impl Observable {
    /// Reads an address or a domain name; none where the text is neither.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Ok(address) = text.parse::<IpAddr>() {
            return Some(Self { kind: ObservableKind::Ip, value: address.to_canonical().to_string() });
        }
        let name = text.strip_suffix('.').unwrap_or(text).to_ascii_lowercase();
        let label = |label: &str| {
            let fits = (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-');
            fits && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
        };
        let all_digits = name.rsplit('.').next().is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit()));
        let fits = name.len() <= 253 && name.contains('.') && name.split('.').all(label) && !all_digits;
        fits.then_some(Self { kind: ObservableKind::Domain, value: name })
    }

    /// Whether others outside may be asked about it: not private, loopback, link-local, documentation or otherwise reserved.
    #[must_use]
    pub fn is_public(&self) -> bool {
        match self.value.parse::<IpAddr>() {
            Ok(address) => is_public(address),
            Err(_) => {
                let reserved =
                    ["local", "localhost", "internal", "lan", "home", "arpa", "test", "example", "invalid", "onion", "corp"];
                let last = self.value.rsplit('.').next().unwrap_or_default();
                !reserved.contains(&last)
            }
        }
    }
}

impl fmt::Display for Observable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.value)
    }
}

/// The networks of the IANA special-purpose address registries (RFC 6890) that are not globally reachable, and multicast.
const RESERVED_V4: [([u8; 4], u32); 16] = [
    ([0, 0, 0, 0], 8),
    ([10, 0, 0, 0], 8),
    ([100, 64, 0, 0], 10),
    ([127, 0, 0, 0], 8),
    ([169, 254, 0, 0], 16),
    ([172, 16, 0, 0], 12),
    ([192, 0, 0, 0], 24),
    ([192, 0, 2, 0], 24),
    ([192, 31, 196, 0], 24),
    ([192, 88, 99, 0], 24),
    ([192, 168, 0, 0], 16),
    ([192, 175, 48, 0], 24),
    ([198, 18, 0, 0], 15),
    ([198, 51, 100, 0], 24),
    ([203, 0, 113, 0], 24),
    ([224, 0, 0, 0], 3),
];

fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let within = |(network, bits): &([u8; 4], u32)| {
        let mask = u32::MAX << (32 - bits);
        address.to_bits() & mask == u32::from_be_bytes(*network)
    };
    !RESERVED_V4.iter().any(within)
}

/// Global unicast is 2000::/3; within it lie documentation, the IETF's protocol assignments with Teredo and ORCHID, and 6to4, which
/// carries an IPv4 address.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    match segments {
        [0x2001, second, ..] if second < 0x0200 || second == 0x0db8 => false,
        [0x2002, high, low, ..] => is_public_v4(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low))),
        [0x3fff, second, ..] if second < 0x1000 => false,
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_names() {
        let value = |text: &str| Observable::parse(text).map(|observable| observable.value);
        assert_eq!(value("192.0.2.1").as_deref(), Some("192.0.2.1"));
        assert_eq!(value("2001:0DB8::0001").as_deref(), Some("2001:db8::1"));
        assert_eq!(value("::ffff:192.0.2.1").as_deref(), Some("192.0.2.1"));
        assert_eq!(value("Example.COM.").as_deref(), Some("example.com"));
        for text in ["", "1.2.3", "--help", "a b.example", "host", "1.2.3.4; id", "-x.example", "exa$mple.com", "1.2.3.4.5"] {
            assert_eq!(value(text), None, "{text}");
        }
    }

    #[test]
    fn reserved_networks_stay_inside() {
        let public = |text: &str| Observable::parse(text).expect(text).is_public();
        for text in
            ["8.8.8.8", "1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a02::1", "2002:808:808::1", "example.com"]
        {
            assert!(public(text), "{text}");
        }
        for text in [
            "10.1.2.3",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "127.0.0.1",
            "169.254.1.1",
            "100.64.0.1",
            "0.0.0.0",
            "192.0.2.1",
            "198.51.100.7",
            "203.0.113.9",
            "198.18.0.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "2001:db8::1",
            "2001::1",
            "2002:c0a8:101::1",
            "64:ff9b::1",
            "3fff::1",
            "::ffff:10.0.0.1",
            "host.local",
        ] {
            assert!(!public(text), "{text}");
        }
    }
}
