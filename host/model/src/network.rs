//! Networks: an address with the number of its bits that all of them share (CIDR, RFC 4632), and sets of these.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;
use std::sync::LazyLock;

use ipnet::IpNet;

/// The function of SQL that says whether an address lies in one of some networks, which are written with commas between them.
pub const IN_NETWORKS: &str = "in_networks";

/// The bits of an IPv4 address that is written as an IPv6 address (`::ffff:0:0/96`, RFC 4291).
const MAPPED: u8 = 96;

/// A network, or a single address. IPv4 written as IPv6 is IPv4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Network(
    /// No bit behind the shared ones is set.
    IpNet,
);

/// A text that is not a network. Says what is wrong and what to write.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NetworkError {
    /// It is something else.
    #[error(
        "`{0}` is not a network: write an address such as 192.0.2.7 or 2001:db8::7, or a network such as 192.0.2.0/24 or 2001:db8::/32"
    )]
    Form(String),
    /// An address has fewer bits than that.
    #[error("`{text}` is not a network: an address like that has {longest} bits")]
    Bits {
        /// The text.
        text: String,
        /// How many bits the address has.
        longest: u8,
    },
    /// Bits of the address are set that do not belong to the network: one of the two numbers is wrong.
    #[error("`{text}` is not a network: it begins at {network}")]
    Inside {
        /// The text.
        text: String,
        /// The network that the address lies in.
        network: Network,
    },
}

impl Network {
    /// The network of an address with so many shared bits; as many as the address has where that is too many.
    #[must_use]
    pub fn around(address: IpAddr, bits: u8) -> Self {
        let single = IpNet::from(address.to_canonical());
        Self(IpNet::new(single.addr(), bits).map_or(single, |network| network.trunc()))
    }

    /// Whether an address lies in it. One that is IPv4 written as IPv6 is IPv4.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }

    /// Whether another network lies in it, or is the same.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        self.0.contains(&other.0)
    }

    /// Its first address.
    #[must_use]
    pub fn first(&self) -> IpAddr {
        self.0.addr()
    }

    /// How many bits its addresses share.
    #[must_use]
    pub fn bits(&self) -> u8 {
        self.0.prefix_len()
    }
}

impl FromStr for Network {
    type Err = NetworkError;

    /// Reads an address, or `ADDRESS/BITS`.
    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let shown = || super::plain(text, 100);
        let form = || NetworkError::Form(shown());
        let (address, bits) = match text.trim().split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text.trim(), None),
        };
        let written: IpAddr = address.parse().map_err(|_| form())?;
        let longest = IpNet::from(written).max_prefix_len();
        let bits = match bits {
            // A number with a sign is none.
            Some(bits) if bits.is_empty() || !bits.bytes().all(|digit| digit.is_ascii_digit()) => return Err(form()),
            Some(bits) => {
                let fits = bits.parse().ok().filter(|bits| *bits <= longest);
                fits.ok_or_else(|| NetworkError::Bits { text: shown(), longest })?
            }
            None => longest,
        };
        let address = written.to_canonical();
        // A mapped network that is wider than all of IPv4 is not a network of IPv4 addresses.
        let bits = if address.is_ipv4() && written.is_ipv6() { bits.checked_sub(MAPPED).ok_or_else(form)? } else { bits };
        let network = Self::around(address, bits);
        if network.first() == address { Ok(network) } else { Err(NetworkError::Inside { text: shown(), network }) }
    }
}

impl fmt::Display for Network {
    /// `192.0.2.0/24`; a single address without its bits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.bits() == self.0.max_prefix_len() { self.first().fmt(f) } else { self.0.fmt(f) }
    }
}

/// An address, perhaps with an interface behind a `%` (RFC 4007), which is left out.
#[must_use]
pub fn parse_address(text: &str) -> Option<IpAddr> {
    text.split_once('%').map_or(text, |(address, _)| address).parse().ok()
}

static PRIVATE: LazyLock<Networks> = LazyLock::new(|| {
    ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"].iter().filter_map(|text| text.parse::<Network>().ok()).collect()
});

static NEAR: LazyLock<Networks> = LazyLock::new(|| {
    [
        "0.0.0.0",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "::",
        "::1",
        "fc00::/7",
        "fe80::/10",
    ]
    .iter()
    .filter_map(|text| text.parse::<Network>().ok())
    .collect()
});

/// A set of networks, none inside another, in ascending order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Networks(Vec<Network>);

impl Networks {
    /// Whether an address lies in one of them.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        let behind = self.0.partition_point(|network| network.first() <= address);
        behind.checked_sub(1).is_some_and(|index| self.0[index].contains(address))
    }

    /// Whether a text is an address, perhaps with an interface behind a `%`, that lies in one of them.
    #[must_use]
    pub fn contains_text(&self, text: &str) -> bool {
        parse_address(text).is_some_and(|address| self.contains(address))
    }

    /// The networks that are somebody's own wherever they occur (RFC 1918, RFC 4193): what counts where nothing better is known.
    #[must_use]
    pub fn private() -> Self {
        PRIVATE.clone()
    }

    /// The networks that no packet from the Internet comes from: private and shared ones, those of a single link, and the machine itself
    /// (RFC 1918, 4193, 6598, 3927, 4291, 1122).
    #[must_use]
    pub fn near() -> &'static Self {
        &NEAR
    }

    /// These, or where there are none the [private](Self::private) ones.
    #[must_use]
    pub fn or_private(&self) -> &Self {
        if self.is_empty() { &PRIVATE } else { self }
    }

    /// In ascending order.
    pub fn iter(&self) -> impl Iterator<Item = &Network> {
        self.0.iter()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each as text, an address with its bits.
    #[must_use]
    pub fn texts(&self) -> Vec<String> {
        self.0.iter().map(|network| network.0.to_string()).collect()
    }
}

impl FromIterator<Network> for Networks {
    fn from_iter<T: IntoIterator<Item = Network>>(networks: T) -> Self {
        let mut sorted: Vec<Network> = networks.into_iter().collect();
        sorted.sort_unstable();
        let mut kept: Vec<Network> = Vec::new();
        for network in sorted {
            // A wider one sorts before all that lie in it.
            if !kept.last().is_some_and(|last| last.covers(&network)) {
                kept.push(network);
            }
        }
        Self(kept)
    }
}

impl FromStr for Networks {
    type Err = NetworkError;

    /// Reads networks separated by commas; an empty text is none.
    fn from_str(text: &str) -> Result<Self, NetworkError> {
        text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::parse).collect()
    }
}

impl fmt::Display for Networks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.iter().map(Network::to_string).collect::<Vec<_>>().join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(text: &str) -> Network {
        text.parse().expect(text)
    }

    fn address(text: &str) -> IpAddr {
        text.parse().expect(text)
    }

    #[test]
    fn texts_and_back() {
        for (text, shown) in [
            ("192.0.2.0/24", "192.0.2.0/24"),
            (" 192.0.2.7 ", "192.0.2.7"),
            ("192.0.2.7/32", "192.0.2.7"),
            ("0.0.0.0/0", "0.0.0.0/0"),
            ("2001:DB8::/32", "2001:db8::/32"),
            ("2001:db8::7", "2001:db8::7"),
            ("::/0", "::/0"),
            ("::ffff:192.0.2.0/120", "192.0.2.0/24"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
        ] {
            assert_eq!(network(text).to_string(), shown, "{text}");
            assert_eq!(network(shown), network(text));
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        let error = |text: &str| text.parse::<Network>().expect_err(text).to_string();
        for text in
            ["", "/", "/24", "192.0.2", "192.0.2.0/", "192.0.2.0/+8", "192.0.2.0/a", "a/8", "fe80::1%eth0", "::ffff:0.0.0.0/90"]
        {
            assert!(error(text).starts_with(&format!("`{text}` is not a network: write an address such as")), "{}", error(text));
        }
        assert_eq!(error("192.0.2.0/33"), "`192.0.2.0/33` is not a network: an address like that has 32 bits");
        assert_eq!(error("::/999"), "`::/999` is not a network: an address like that has 128 bits");
        assert_eq!(error("192.168.1.0/16"), "`192.168.1.0/16` is not a network: it begins at 192.168.0.0/16");
    }

    #[test]
    fn addresses_inside_and_outside() {
        let net = network("192.0.2.128/25");
        assert!(net.contains(address("192.0.2.128")) && net.contains(address("192.0.2.255")));
        assert!(net.contains(address("::ffff:192.0.2.200")));
        assert!(!net.contains(address("192.0.2.127")) && !net.contains(address("192.0.3.128")));
        assert!(!network("0.0.0.0/0").contains(address("::1")) && !network("::/0").contains(address("192.0.2.1")));
        assert!(network("2001:db8::/64").contains(address("2001:db8::ffff")));
        assert!(!network("2001:db8::/64").contains(address("2001:db8:0:1::")));
        assert_eq!(Network::around(address("2001:db8::1:2"), 64).to_string(), "2001:db8::/64");
        assert_eq!(Network::around(address("192.0.2.9"), 200).to_string(), "192.0.2.9");
    }

    #[test]
    fn a_set_has_no_network_inside_another() {
        let networks: Networks = "192.168.1.0/24, fd00::/8,192.168.0.0/16,10.0.0.0/8, 192.168.0.0/16,192.169.0.1,fd12::/64,"
            .parse()
            .expect("networks");
        assert_eq!(networks.to_string(), "10.0.0.0/8, 192.168.0.0/16, 192.169.0.1, fd00::/8");
        assert_eq!(networks.texts(), ["10.0.0.0/8", "192.168.0.0/16", "192.169.0.1/32", "fd00::/8"]);
        for inside in ["10.255.0.1", "192.168.77.1", "192.169.0.1", "fd12::1", "fd00::", "::ffff:10.0.0.1", "fd00::1%eth0"] {
            assert!(networks.contains_text(inside), "{inside}");
        }
        for outside in ["9.255.255.255", "11.0.0.0", "192.169.0.2", "fc00::1", "fe00::", "", "10.0.0", "localhost"] {
            assert!(!networks.contains_text(outside), "{outside}");
        }
        assert!("10.0.0.0/8,x".parse::<Networks>().is_err());
        assert!(!Networks::default().contains(address("10.0.0.1")) && "".parse::<Networks>().is_ok_and(|none| none.is_empty()));
    }
}
