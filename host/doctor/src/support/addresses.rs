//! Pseudonyms of addresses in which networks stay together: addresses of one network begin alike.

use std::net::IpAddr;

use net_scout_model::{Network, Networks, Pseudonyms, replace_addresses};

/// How many bits of an address each part of its name stands for: networks, smaller networks, the address.
const V4: [u8; 3] = [16, 24, 32];
const V6: [u8; 3] = [48, 64, 128];
/// How many letters of the hash each part has.
const LETTERS: [usize; 3] = [5, 3, 4];

/// The names of one archive.
pub(super) struct AddressNames(Pseudonyms);

impl AddressNames {
    /// With a new key, that nobody keeps.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub(super) fn new() -> std::io::Result<Self> {
        let mut key = [0; 32];
        getrandom::fill(&mut key).map_err(|error| std::io::Error::other(error.to_string()))?;
        Ok(Self(Pseudonyms::new(&Networks::default(), key)))
    }

    /// What an address is called: `public-3fa2c-9c1-77d0`. Those of one /24 differ in the last part, those of one /16 in the last two; of IPv6
    /// that is a /64 and a /48. None for an address that is the same everywhere.
    pub(super) fn of(&self, address: IpAddr) -> Option<String> {
        let address = address.to_canonical();
        if address.is_loopback() || address.is_unspecified() {
            return None;
        }
        let (bits, family) = if address.is_ipv4() { (V4, "") } else { (V6, "6") };
        let kind = if Networks::near().contains(address) { "private" } else { "public" };
        let part = |(bits, letters): (u8, usize)| {
            let name = self.0.of(Network::around(address, bits).first());
            let hash = name.rsplit('-').next().unwrap_or_default();
            // Networks of different sizes begin at the same address.
            let from = usize::from(bits) % 5;
            hash[from..from + letters].to_owned()
        };
        let parts: Vec<String> = bits.into_iter().zip(LETTERS).map(part).collect();
        Some(format!("{kind}{family}-{}", parts.join("-")))
    }

    /// A text with names for all addresses.
    pub(super) fn replace(&self, text: &str) -> String {
        replace_addresses(text, |address| self.of(address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_stay_together() {
        let names = AddressNames::new().expect("random numbers");
        let parts = |text: &str| -> Vec<String> {
            names.of(text.parse().expect(text)).expect(text).split('-').map(str::to_owned).collect()
        };
        let (one, same, near, far) = (parts("203.0.113.7"), parts("203.0.113.8"), parts("203.0.1.7"), parts("198.51.100.7"));
        assert_eq!((one.len(), one[0].as_str(), parts("10.0.0.1")[0].as_str()), (4, "public", "private"));
        assert!(one[..3] == same[..3] && one[3] != same[3]);
        assert!(one[1] == near[1] && one[2..] != near[2..] && one[1] != far[1]);
        let (six, seven) = (parts("2001:db8::1"), parts("2001:db8::2"));
        assert!(six[..3] == seven[..3] && six[3] != seven[3] && six[0] == "public6");
        assert_eq!(names.replace("127.0.0.1 ::1 0.0.0.0"), "127.0.0.1 ::1 0.0.0.0");
        assert!(!names.replace("from 203.0.113.7:80 to [2001:db8::1]").contains("203.0"));
        assert_ne!(AddressNames::new().expect("random").of("203.0.113.7".parse().expect("an address")), Some(one.join("-")));
    }
}
