//! Networks that no packet from the Internet comes from: to block one would hit own hosts, or nobody.

use std::sync::LazyLock;

use net_scout_model::Network;

/// The special-purpose registries (RFC 6890 with its updates), what is reserved, and multicast.
const OLD: [&str; 17] = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.31.196.0/24",
    "192.52.193.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "192.175.48.0/24",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/3",
];
/// What is not a global unicast address of IPv6 (RFC 4291), and what is one by its bits alone.
const GLOBAL: &str = "2000::/3";
const NEW: [&str; 5] = ["2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"];

static BOGONS: LazyLock<Vec<Network>> = LazyLock::new(|| OLD.iter().chain(&NEW).filter_map(|text| text.parse().ok()).collect());
static UNICAST: LazyLock<Option<Network>> = LazyLock::new(|| GLOBAL.parse().ok());

/// Whether any address of a network is one of these.
pub(super) fn is_bogon(network: Network) -> bool {
    let is_global = network.first().is_ipv4() || UNICAST.is_some_and(|global| global.covers(&network));
    !is_global || BOGONS.iter().any(|bogon| bogon.covers(&network) || network.covers(bogon))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_network_is_one_and_the_internet_is_not_among_them() {
        assert_eq!(BOGONS.len(), OLD.len() + NEW.len());
        let of = |text: &str| is_bogon(text.parse().expect(text));
        for text in
            ["10.1.2.3", "192.0.2.7", "240.0.0.1", "255.255.255.255", "224.0.0.1", "100.100.0.1", "fe80::/64", "fd00::/64"]
        {
            assert!(of(text), "{text}");
        }
        for text in ["::/64", "2001:db8:1::/64", "2002:c000:201::/64", "ff02::/64", "3fff:1::/64"] {
            assert!(of(text), "{text}");
        }
        for text in ["8.8.8.8", "100.128.0.1", "172.32.0.1", "198.20.0.1", "223.255.255.255", "2a00:1450::/64", "2001:4860::/64"]
        {
            assert!(!of(text), "{text}");
        }
    }
}
