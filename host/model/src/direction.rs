//! Which way an event went, whatever the case in which it is written, and where what is stored is wrong.
//!
//! net-sentinel takes a packet with an out interface for one that leaves, also where it is forwarded from outside to the inside. Where both
//! interfaces are set and the source is outside the own networks, it came in.

use crate::{Networks, parse_address};

/// A packet that came in.
pub const INBOUND: &str = "INBOUND";
/// A packet that left.
pub const OUTBOUND: &str = "OUTBOUND";
/// How each direction is written, in any case, and what it is called here.
pub const WRITTEN_DIRECTIONS: [(&str, &str); 4] = [(INBOUND, INBOUND), (OUTBOUND, OUTBOUND), ("RX", INBOUND), ("TX", OUTBOUND)];

/// The name of a direction, whatever its case; anything else as it is.
#[must_use]
pub fn canonical_direction(text: &[u8]) -> &[u8] {
    let known = WRITTEN_DIRECTIONS.iter().find(|(written, _)| text.eq_ignore_ascii_case(written.as_bytes()));
    known.map_or(text, |(_, name)| name.as_bytes())
}

/// What proves that a forwarded packet came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectionCheck {
    /// The operator's own networks; none where they are not configured.
    own: Option<Networks>,
}

impl DirectionCheck {
    /// With the own networks, if they are configured. Networks that are learned from the events would be learned from wrong directions.
    #[must_use]
    pub fn new(own: Option<&Networks>) -> Self {
        Self { own: own.cloned() }
    }

    /// Which way a forwarded packet went that is stored with this direction.
    ///
    /// It came in where the source is outside: not in a network of the operator's, nor private. Without configured networks a public source
    /// may be the operator's own, so the destination must be private too.
    #[must_use]
    pub fn direction(&self, stored: &str, source: Option<&str>, destination: Option<&str>) -> ForwardedDirection {
        let is_outbound = match canonical_direction(stored.as_bytes()) {
            name if name == INBOUND.as_bytes() => return ForwardedDirection::Inbound,
            name => name == OUTBOUND.as_bytes(),
        };
        let is_near = |text: Option<&str>| self.is_near(text?);
        let came_in = is_near(source) == Some(false) && (self.own.is_some() || is_near(destination) == Some(true));
        match is_outbound {
            true if came_in => ForwardedDirection::Corrected,
            true => ForwardedDirection::Outbound,
            false => ForwardedDirection::Unknown,
        }
    }

    /// Whether an address is of the own networks, private (RFC 1918, 4193, 6598), of a single link, or of the machine itself; none where it
    /// is not an address.
    fn is_near(&self, text: &str) -> Option<bool> {
        let address = parse_address(text)?.to_canonical();
        let is_own = self.own.as_ref().is_some_and(|own| own.contains(address));
        Some(is_own || Networks::near().contains(address))
    }
}

/// Which way a forwarded packet went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForwardedDirection {
    /// In.
    Inbound,
    /// Out.
    Outbound,
    /// In, though it is stored as one that left.
    Corrected,
    /// What is stored is no direction.
    Unknown,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directions_in_any_case() {
        for text in ["INBOUND", "Inbound", "inbound", "RX", "rx"] {
            assert_eq!(canonical_direction(text.as_bytes()), b"INBOUND", "{text}");
        }
        for text in ["OUTBOUND", "Outbound", "TX", "Tx"] {
            assert_eq!(canonical_direction(text.as_bytes()), b"OUTBOUND", "{text}");
        }
        for text in ["", "IN", "INBOUND ", "FORWARD", "\u{17f}"] {
            assert_eq!(canonical_direction(text.as_bytes()), text.as_bytes(), "{text}");
        }
    }

    #[test]
    fn what_came_in_and_was_stored_as_leaving() {
        let own: Networks = "203.0.113.0/24, 2001:db8:1::/48".parse().expect("networks");
        let (configured, unknown) = (DirectionCheck::new(Some(&own)), DirectionCheck::new(None));
        let of = |check: &DirectionCheck, source, destination| check.direction("Outbound", Some(source), Some(destination));
        for (source, destination, with_own, without) in [
            ("198.51.100.7", "192.168.1.10", ForwardedDirection::Corrected, ForwardedDirection::Corrected),
            ("198.51.100.7", "203.0.113.9", ForwardedDirection::Corrected, ForwardedDirection::Outbound),
            ("198.51.100.7", "8.8.8.8", ForwardedDirection::Corrected, ForwardedDirection::Outbound),
            ("203.0.113.9", "198.51.100.7", ForwardedDirection::Outbound, ForwardedDirection::Outbound),
            ("203.0.113.9", "192.168.1.10", ForwardedDirection::Outbound, ForwardedDirection::Corrected),
            ("192.168.1.10", "198.51.100.7", ForwardedDirection::Outbound, ForwardedDirection::Outbound),
            ("192.168.1.10", "10.0.0.1", ForwardedDirection::Outbound, ForwardedDirection::Outbound),
            ("100.64.0.9", "10.0.0.1", ForwardedDirection::Outbound, ForwardedDirection::Outbound),
            ("fe80::1%eth0", "2001:db8:1::1", ForwardedDirection::Outbound, ForwardedDirection::Outbound),
            ("2001:db8:2::1", "2001:db8:1::1", ForwardedDirection::Corrected, ForwardedDirection::Outbound),
            ("2001:db8:2::1", "fd00::1", ForwardedDirection::Corrected, ForwardedDirection::Corrected),
            ("::ffff:198.51.100.7", "::ffff:10.0.0.1", ForwardedDirection::Corrected, ForwardedDirection::Corrected),
            ("?", "10.0.0.1", ForwardedDirection::Outbound, ForwardedDirection::Outbound),
            ("198.51.100.7", "host", ForwardedDirection::Corrected, ForwardedDirection::Outbound),
        ] {
            assert_eq!(of(&configured, source, destination), with_own, "{source} {destination}");
            assert_eq!(of(&unknown, source, destination), without, "{source} {destination}");
        }
        let check = |stored, source| unknown.direction(stored, source, Some("10.0.0.1"));
        assert_eq!(check("inbound", Some("198.51.100.7")), ForwardedDirection::Inbound);
        assert_eq!(check("FORWARD", Some("198.51.100.7")), ForwardedDirection::Unknown);
        assert_eq!(check("TX", Some("198.51.100.7")), ForwardedDirection::Corrected);
        assert_eq!(check("OUTBOUND", None), ForwardedDirection::Outbound);
    }

    #[test]
    fn a_configured_network_within_the_private_ones_keeps_the_others_near() {
        let own: Networks = "192.168.1.0/24".parse().expect("networks");
        let check = DirectionCheck::new(Some(&own));
        assert_eq!(check.direction("OUTBOUND", Some("10.9.9.9"), Some("192.168.1.1")), ForwardedDirection::Outbound);
    }
}
