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
    }
}
