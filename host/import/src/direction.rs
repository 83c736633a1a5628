//! Which way a packet went: the one decision for all formats, and what a log teaches about the networks that are the operator's own.

use std::net::IpAddr;

use super::event::ParsedEvent;
use super::options::ImportOptions;
use net_scout_model::{INBOUND, Network, Networks, OUTBOUND};

/// The most networks that a log may teach.
const MAXIMUM_LEARNED: usize = 1_024;

/// Which way a packet went, as far as its own line tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// It came in.
    In,
    /// It left.
    Out,
    /// Neither of its addresses is known to be the operator's own.
    Open,
    /// The same, of a packet that was seen where it came in, or went out, at one interface.
    Seen {
        /// Whether it came in there.
        is_in: bool,
    },
}

/// How the line came about.
#[derive(Clone, Copy, Debug)]
pub(super) enum Seen {
    /// By the machine that it came to, left, or was forwarded by: which interfaces are set.
    Machine {
        /// The interface it came in by is set.
        has_in: bool,
        /// The interface it went out by is set.
        has_out: bool,
    },
    /// At one interface of a firewall, as it came in or went out.
    Interface {
        /// Whether it came in there.
        is_in: bool,
    },
    /// By a sensor beside the line.
    Sensor,
}

/// Decides. A packet for the machine is inbound, one of its own is outbound. Any other is outbound when it leaves the local networks; what
/// goes to many at once stays in them.
pub(super) fn way(seen: Seen, source: IpAddr, destination: IpAddr, options: &ImportOptions) -> Way {
    match seen {
        Seen::Machine { has_in: false, has_out: true } => return Way::Out,
        Seen::Machine { has_in: true, has_out: false } => return Way::In,
        _ => {}
    }
    // No router forwards what comes from an address of a single link.
    if let Seen::Interface { is_in } = seen
        && is_link_local(source)
    {
        return if is_in { Way::In } else { Way::Out };
    }
    let stays = is_local(destination, options) || is_many(destination);
    match (is_local(source, options), stays, seen) {
        (true, false, _) => Way::Out,
        (false, true, _) if !is_many(destination) => Way::In,
        (_, true, Seen::Interface { is_in }) => {
            if is_in {
                Way::In
            } else {
                Way::Out
            }
        }
        (_, true, _) => Way::In,
        (false, false, Seen::Interface { is_in }) => Way::Seen { is_in },
        (false, false, _) => Way::Open,
    }
}

fn is_link_local(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_unicast_link_local(),
    }
}

/// The way by addresses alone.
pub(super) fn by_addresses(source: IpAddr, destination: IpAddr, options: &ImportOptions) -> Way {
    way(Seen::Sensor, source, destination, options)
}

/// A way that a log says in words.
pub(super) fn said(text: &str) -> Option<Way> {
    let is = |words: &[&str]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    if is(&["in", "inbound", "incoming", "ingress", "rx", "receive", "i", "to_lan", "wan_in"]) {
        Some(Way::In)
    } else if is(&["out", "outbound", "outgoing", "egress", "tx", "send", "o"]) {
        Some(Way::Out)
    } else {
        None
    }
}

/// Whether an address is a multicast or the broadcast one.
pub(super) fn is_many(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_multicast() || v4.is_broadcast(),
        IpAddr::V6(v6) => v6.is_multicast(),
    }
}

/// Whether an address may be the broadcast one of its network: the last of a private /24. Whoever sends there expects no answer.
pub(super) fn may_be_broadcast(address: IpAddr, options: &ImportOptions) -> bool {
    matches!(address, IpAddr::V4(v4) if v4.octets()[3] == 255) && is_local(address, options)
}

/// Whether an address is of a network of the operator's, of a private one (RFC 1918, 4193, 6598), of a single link, or of the machine itself.
pub(super) fn is_local(address: IpAddr, options: &ImportOptions) -> bool {
    if options.local_networks.as_ref().is_some_and(|networks| networks.contains(address)) {
        return true;
    }
    match address {
        IpAddr::V4(v4) => {
            let [first, second, ..] = v4.octets();
            let shared = first == 100 && second & 0xc0 == 0x40;
            v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_unspecified() || shared
        }
        IpAddr::V6(v6) => v6.is_unique_local() || v6.is_unicast_link_local() || v6.is_loopback() || v6.is_unspecified(),
    }
}

/// What a log teaches about the operator's own networks, besides the private ones and those of the configuration.
#[derive(Debug, Default)]
pub(super) struct Learned {
    /// Networks of the machine's own addresses, and those that forwarded packets came from after a single hop.
    own: Vec<Network>,
    /// The networks of both sides of the first packet of which neither was known, as long as every such packet has a side in it.
    shared: Option<[Option<Network>; 2]>,
    set: Networks,
}

/// How the direction of an event came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Basis {
    /// Its line tells it.
    Line,
    /// Another line told which network is own.
    Learned,
    /// Every line has a side in one network, which is taken for own.
    Shared,
    /// Nothing tells it.
    Nothing,
}

impl Learned {
    /// Takes what a line teaches.
    pub(super) fn learn(&mut self, event: &ParsedEvent<'_>, options: &ImportOptions) {
        if event.is_first_hop && is_global_v6(event.source) && !is_local(event.source, options) {
            self.add(Network::around(event.source, 64));
        }
        if event.way != Way::Open {
            return;
        }
        let [from, to] = [event.source, event.destination].map(around);
        match &mut self.shared {
            None => self.shared = Some([Some(to), Some(from)]),
            Some(candidates) => {
                for candidate in candidates {
                    *candidate = candidate.filter(|network| *network == from || *network == to);
                }
            }
        }
    }

    fn add(&mut self, network: Network) {
        if !self.own.contains(&network) && self.own.len() < MAXIMUM_LEARNED {
            self.own.push(network);
            self.set = self.own.iter().copied().collect();
        }
    }

    /// The direction of a packet with all that was learned.
    pub(super) fn resolve(&self, way: Way, source: IpAddr, destination: IpAddr) -> (Option<&'static str>, Basis) {
        let otherwise = match way {
            Way::In => return (Some(INBOUND), Basis::Line),
            Way::Out => return (Some(OUTBOUND), Basis::Line),
            Way::Seen { is_in } => (Some(if is_in { INBOUND } else { OUTBOUND }), Basis::Line),
            Way::Open => match self.shared {
                Some([Some(own), _] | [None, Some(own)]) if own.contains(destination) => (Some(INBOUND), Basis::Shared),
                Some([Some(own), _] | [None, Some(own)]) if own.contains(source) => (Some(OUTBOUND), Basis::Shared),
                _ => (None, Basis::Nothing),
            },
        };
        match (self.set.contains(source), self.set.contains(destination)) {
            (true, false) => (Some(OUTBOUND), Basis::Learned),
            (false, true) => (Some(INBOUND), Basis::Learned),
            _ => otherwise,
        }
    }

    /// The networks that lines taught, for a note to the operator.
    pub(super) fn networks(&self) -> &Networks {
        &self.set
    }

    /// The network that every open packet has a side in.
    pub(super) fn shared(&self) -> Option<Network> {
        self.shared.and_then(|[first, second]| first.or(second))
    }
}

fn around(address: IpAddr) -> Network {
    Network::around(address, if address.is_ipv4() { 24 } else { 64 })
}

fn is_global_v6(address: IpAddr) -> bool {
    matches!(address, IpAddr::V6(v6) if !v6.is_multicast() && !v6.is_unicast_link_local() && !v6.is_loopback() && !v6.is_unspecified())
}

/// Whether a forwarded packet had made one hop: systems begin with 64, 128 or 255, and the firewall has counted down once.
pub(super) fn is_first_hop(ttl: &str) -> bool {
    matches!(ttl, "63" | "127" | "254")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::OPTIONS;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect(text)
    }

    #[test]
    fn every_case() {
        let (lan, wan, other, many) = ("192.168.1.5", "192.0.2.1", "198.51.100.1", "224.0.0.251");
        let machine = |has_in, has_out| Seen::Machine { has_in, has_out };
        let (comes, goes) = (Seen::Interface { is_in: true }, Seen::Interface { is_in: false });
        for (seen, from, to, expected) in [
            (machine(true, false), lan, wan, Way::In),
            (machine(false, true), wan, lan, Way::Out),
            (machine(true, true), lan, wan, Way::Out),
            (machine(true, true), wan, lan, Way::In),
            (machine(true, true), wan, other, Way::Open),
            (machine(true, true), lan, "10.0.0.1", Way::In),
            (machine(false, false), lan, wan, Way::Out),
            (comes, lan, wan, Way::Out),
            (goes, wan, lan, Way::In),
            (comes, wan, other, Way::Seen { is_in: true }),
            (goes, wan, other, Way::Seen { is_in: false }),
            (goes, lan, "10.0.0.1", Way::Out),
            (comes, "fe80::1", "2001:db8::1", Way::In),
            (comes, lan, many, Way::In),
            (goes, lan, many, Way::Out),
            (Seen::Sensor, lan, many, Way::In),
            (Seen::Sensor, wan, other, Way::Open),
        ] {
            assert_eq!(way(seen, ip(from), ip(to), &OPTIONS), expected, "{seen:?} {from} {to}");
        }
    }

    fn event(from: &str, to: &str, way: Way) -> ParsedEvent<'static> {
        let values = crate::event::Values { source: from, destination: to, proto: "TCP", ..Default::default() };
        let event = values.event(net_scout_model::Timestamp(0), ["", "", "", "", ""]).expect("an event");
        ParsedEvent { way, ..event.into_owned() }
    }

    #[test]
    fn a_network_that_every_line_has_a_side_in_is_own() {
        let mut learned = Learned::default();
        for (from, to) in [("192.0.2.1", "198.51.100.1"), ("192.0.2.2", "198.51.100.9"), ("198.51.100.3", "203.0.113.1")] {
            learned.learn(&event(from, to, Way::Open), &OPTIONS);
        }
        let resolve = |learned: &Learned, from, to| learned.resolve(Way::Open, ip(from), ip(to));
        assert_eq!(resolve(&learned, "192.0.2.1", "198.51.100.1"), (Some(INBOUND), Basis::Shared));
        assert_eq!(resolve(&learned, "198.51.100.3", "203.0.113.1"), (Some(OUTBOUND), Basis::Shared));
        learned.learn(&event("192.0.2.1", "203.0.113.1", Way::Open), &OPTIONS);
        assert_eq!(resolve(&learned, "192.0.2.1", "198.51.100.1"), (None, Basis::Nothing));
    }

    #[test]
    fn a_first_hop_teaches_a_network() {
        let mut learned = Learned::default();
        let (from, to) = ("2001:db8:1::10", "2001:db8:ffff::443");
        let seen = Way::Seen { is_in: true };
        assert_eq!(learned.resolve(seen, ip(from), ip(to)), (Some(INBOUND), Basis::Line));
        learned.learn(&ParsedEvent { is_first_hop: true, ..event(from, to, seen) }, &OPTIONS);
        assert_eq!(learned.resolve(seen, ip(from), ip(to)), (Some(OUTBOUND), Basis::Learned));
        assert_eq!(learned.resolve(Way::Open, ip(to), ip(from)), (Some(INBOUND), Basis::Learned));
        assert_eq!(learned.networks().to_string(), "2001:db8:1::/64");
    }
}
