//! Addresses and the networks that they are of.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Addresses with the same first bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Cidr {
    address: IpAddr,
    length: u8,
}

impl Cidr {
    /// Reads `192.0.2.0/24`, or an address, which is a network of one. Bits behind the prefix are cut off.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (address, length) = match text.split_once('/') {
            Some((address, length)) if length.bytes().all(|byte| byte.is_ascii_digit()) => (address, length.parse().ok()),
            Some(_) => return None,
            None => (text, Some(u8::MAX)),
        };
        Self::of(address.parse().ok()?, length?, text.contains('/'))
    }

    /// The network of an address.
    fn of(address: IpAddr, length: u8, strict: bool) -> Option<Self> {
        let most = if address.is_ipv4() { 32 } else { 128 };
        if strict && length > most {
            return None;
        }
        let length = length.min(most);
        let address = match address {
            IpAddr::V4(address) => Ipv4Addr::from_bits(address.to_bits() & mask(length, 32) as u32).into(),
            IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & mask(length, 128)).into(),
        };
        Some(Self { address, length })
    }

    /// The fewest networks that have all addresses from one to another and no others, ascending; none where they are of two families or the
    /// last comes before the first.
    #[must_use]
    pub fn range(first: IpAddr, last: IpAddr) -> Vec<Self> {
        let (mut from, last, bits) = match (first, last) {
            (IpAddr::V4(first), IpAddr::V4(last)) => (u128::from(first.to_bits()), u128::from(last.to_bits()), 32),
            (IpAddr::V6(first), IpAddr::V6(last)) => (first.to_bits(), last.to_bits(), 128),
            _ => return Vec::new(),
        };
        let mut networks = Vec::new();
        while from <= last {
            // The largest network that begins here and does not reach behind the last.
            let room = (last - from).checked_add(1).map_or(bits, u128::ilog2);
            let host_bits = from.trailing_zeros().min(room).min(bits);
            let address = if bits == 32 { Ipv4Addr::from_bits(from as u32).into() } else { Ipv6Addr::from_bits(from).into() };
            networks.push(Self { address, length: (bits - host_bits) as u8 });
            let Some(next) = 1_u128.checked_shl(host_bits).and_then(|size| from.checked_add(size)) else { break };
            from = next;
        }
        networks
    }

    /// Whether an address is in it.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        address.is_ipv4() == self.address.is_ipv4() && Self::of(address, self.length, true) == Some(*self)
    }

    /// Its first address.
    #[must_use]
    pub fn address(&self) -> IpAddr {
        self.address
    }

    /// Of IPv4 addresses mapped into IPv6, the network of IPv4; any other as it is.
    #[must_use]
    pub fn to_canonical(self) -> Self {
        match (self.address.to_canonical(), self.length.checked_sub(96)) {
            (address @ IpAddr::V4(_), Some(length)) if self.address.is_ipv6() => Self { address, length },
            _ => self,
        }
    }

    /// How many bits its addresses share.
    #[must_use]
    pub fn length(&self) -> u8 {
        self.length
    }
}

impl std::fmt::Display for Cidr {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.address, self.length)
    }
}

fn mask(length: u8, bits: u8) -> u128 {
    let zeros = u32::from(bits - length);
    u128::MAX.checked_shl(zeros).unwrap_or(0)
}

/// What is counted as one source: an IPv4 address's /24, an IPv6 address's /64, which is what one customer has.
#[must_use]
pub fn source_network(address: &str) -> Option<Cidr> {
    let address: IpAddr = address.parse().ok()?;
    Cidr::of(address, if address.is_ipv4() { 24 } else { 64 }, true)
}

/// Whether an address is of a private network, link-local or loopback: RFC 1918, 3927, 4193, 4291.
#[must_use]
pub fn is_private(address: &str) -> bool {
    match address.parse() {
        Ok(IpAddr::V4(address)) => address.is_private() || address.is_loopback() || address.is_link_local(),
        Ok(IpAddr::V6(address)) => address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local(),
        Err(_) => false,
    }
}

/// Whether packets to an address go to many hosts or to nobody: multicast, broadcast, also that of a /24, unspecified.
#[must_use]
pub fn is_group(address: &str) -> bool {
    match address.parse() {
        Ok(IpAddr::V4(address)) => {
            address.is_multicast() || address.is_broadcast() || address.is_unspecified() || address.octets()[3] == 255
        }
        Ok(IpAddr::V6(address)) => address.is_multicast() || address.is_unspecified(),
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_are_read_and_written() {
        for (text, canonical) in [
            ("192.0.2.7/24", "192.0.2.0/24"),
            ("192.0.2.7", "192.0.2.7/32"),
            ("0.0.0.0/0", "0.0.0.0/0"),
            ("2001:DB8::7/64", "2001:db8::/64"),
            ("2001:db8::7", "2001:db8::7/128"),
            ("::/0", "::/0"),
        ] {
            assert_eq!(Cidr::parse(text).map(|cidr| cidr.to_string()).as_deref(), Some(canonical));
        }
        for wrong in ["", "192.0.2.0/33", "192.0.2/24", "192.0.2.0/", "192.0.2.0/+4", "2001:db8::/129", "::/-1", "example"] {
            assert_eq!(Cidr::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn ranges_have_their_addresses_and_no_others() {
        let at = |number: u32| IpAddr::from(Ipv4Addr::from_bits(0xc000_0200 + number));
        for (first, last) in (0..40).flat_map(|first| (first..40).map(move |last| (first, last))) {
            let networks = Cidr::range(at(first), at(last));
            for number in 0..48 {
                let found = networks.iter().filter(|network| network.contains(at(number))).count();
                assert_eq!(found, usize::from((first..=last).contains(&number)), "{first} to {last}: {number} {networks:?}");
            }
        }
        let texts = |first: &str, last: &str| {
            let networks = Cidr::range(first.parse().expect(first), last.parse().expect(last));
            networks.iter().map(Cidr::to_string).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(texts("0.0.0.0", "255.255.255.255"), "0.0.0.0/0");
        assert_eq!(texts("::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), "::/0");
        assert_eq!(texts("192.0.2.1", "192.0.2.8"), "192.0.2.1/32 192.0.2.2/31 192.0.2.4/30 192.0.2.8/32");
        assert_eq!(texts("2001:db8::1", "2001:db8::1"), "2001:db8::1/128");
        assert_eq!((texts("192.0.2.2", "192.0.2.1"), texts("192.0.2.1", "::1")), (String::new(), String::new()));
    }

    #[test]
    fn what_is_inside() {
        let inside = |network: &str, address: &str| {
            Cidr::parse(network).expect("a network").contains(address.parse().expect("an address"))
        };
        assert!(inside("192.0.2.0/24", "192.0.2.255") && !inside("192.0.2.0/24", "192.0.3.0"));
        assert!(inside("2001:db8::/64", "2001:db8::ffff") && !inside("2001:db8::/64", "2001:db8:0:1::"));
        assert!(inside("0.0.0.0/0", "255.255.255.255") && !inside("0.0.0.0/0", "::1"));
    }

    #[test]
    fn sources() {
        assert_eq!(source_network("192.0.2.77").map(|network| network.to_string()).as_deref(), Some("192.0.2.0/24"));
        let v6 = source_network("2001:db8:1:2:3:4:5:6").map(|network| network.to_string());
        assert_eq!(v6.as_deref(), Some("2001:db8:1:2::/64"));
        assert_eq!(source_network("fe80::1%eth0"), None);
        assert!(is_private("10.1.2.3") && is_private("fd00::1") && is_private("127.0.0.1") && !is_private("192.0.2.1"));
        for group in ["239.255.255.250", "224.0.0.1", "255.255.255.255", "192.168.1.255", "ff02::fb", "::"] {
            assert!(is_group(group), "{group}");
        }
        assert!(!is_group("192.0.2.1") && !is_group("2001:db8::ff02") && !is_group("name"));
    }
}
