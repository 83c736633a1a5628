//! Pseudonyms of the operator's own addresses, for whoever is not to learn them: the same for an address every time, and of no use without
//! the key.

use std::net::IpAddr;

use sha2::{Digest as _, Sha256};

use super::{Networks, hex};

/// How many hexadecimal digits a pseudonym has: two of a million addresses are the same in one of two cases.
const DIGITS: usize = 10;
/// The longest text of an address (RFC 4291).
const LONGEST: usize = 45;

/// Knows the operator's own addresses, and what to call them.
#[derive(Clone)]
pub struct Pseudonyms {
    own: Networks,
    /// Of a fixed length, and before what is hashed: nobody who sees pseudonyms can try all addresses.
    key: [u8; 32],
}

impl Pseudonyms {
    /// Of these networks, and of all that no packet from the Internet comes from.
    #[must_use]
    pub fn new(own: &Networks, key: [u8; 32]) -> Self {
        Self { own: own.iter().chain(Networks::near().iter()).copied().collect(), key }
    }

    /// Whether an address is the operator's own.
    #[must_use]
    pub fn is_own(&self, address: IpAddr) -> bool {
        !address.is_unspecified() && self.own.contains(address)
    }

    /// What an own address is called.
    #[must_use]
    pub fn of(&self, address: IpAddr) -> String {
        let mut hash = Sha256::new();
        hash.update(self.key);
        hash.update(address.to_canonical().to_string());
        format!("own-{}", &hex(&hash.finalize())[..DIGITS])
    }

    /// The text with every own address in it replaced, also one that other letters stand before or behind.
    #[must_use]
    pub fn replace(&self, text: &str) -> String {
        replace_addresses(text, |address| self.is_own(address).then(|| self.of(address)))
    }
}

/// The text with the addresses in it replaced that have another name, also those that other letters stand before or behind.
#[must_use]
pub fn replace_addresses(text: &str, name: impl Fn(IpAddr) -> Option<String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let found = address(rest);
        let length = found.map_or(letter.len_utf8(), |(_, length)| length);
        match found.and_then(|(address, _)| name(address)) {
            Some(name) => out.push_str(&name),
            None => out.push_str(&rest[..length]),
        }
        rest = &rest[length..];
    }
    out
}

/// The longest address that a text begins with, and its length.
fn address(text: &str) -> Option<(IpAddr, usize)> {
    let length = text.bytes().take(LONGEST).take_while(|&byte| is_of_address(byte)).count();
    // What has neither dot nor colon soon is none.
    if !text.bytes().take(length.min(5)).any(|byte| matches!(byte, b'.' | b':')) {
        return None;
    }
    (2..=length).rev().find_map(|length| Some((text[..length].parse().ok()?, length)))
}

fn is_of_address(byte: u8) -> bool {
    byte.is_ascii_hexdigit() || matches!(byte, b'.' | b':')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pseudonyms() -> Pseudonyms {
        Pseudonyms::new(&"198.51.100.0/24, 2001:db8::/32".parse().expect("networks"), [7; 32])
    }

    #[test]
    fn stable_and_secret() {
        let of = |text: &str| pseudonyms().of(text.parse().expect(text));
        assert_eq!(of("10.0.0.1"), of("::ffff:10.0.0.1"));
        assert_ne!(of("10.0.0.1"), of("10.0.0.2"));
        let other = Pseudonyms::new(&Networks::default(), [8; 32]);
        assert_ne!(of("10.0.0.1"), other.of("10.0.0.1".parse().expect("an address")));
        assert_eq!(of("10.0.0.1").len(), 14);
    }

    #[test]
    fn own_addresses_in_a_text() {
        let names = pseudonyms();
        let name = |text: &str| names.of(text.parse().expect(text));
        for own in ["10.0.0.1", "198.51.100.9", "2001:db8::9", "fe80::1", "::1", "192.168.1.1", "100.64.1.1"] {
            let (name, text) = (name(own), names.replace(own));
            assert_eq!(text, name, "{own}");
            assert_eq!(
                names.replace(&format!("from <{own}>, then {own}/24. x{own}")),
                format!("from <{name}>, then {name}/24. x{name}")
            );
        }
        assert_eq!(names.replace("10.0.0.1:443 10.0.0.1. [2001:db8::9]:80"), {
            let (four, six) = (name("10.0.0.1"), name("2001:db8::9"));
            format!("{four}:443 {four}. [{six}]:80")
        });
        assert_eq!(names.replace("8.8.8.8:10.0.0.1z"), format!("8.8.8.8:{}z", name("10.0.0.1")));
        assert_eq!(names.replace("a10.0.0.1b"), format!("a{}b", name("10.0.0.1")));
        for other in [
            "203.0.113.9",
            "std::x",
            "a::b ::",
            "0.0.0.0",
            "2a02::1",
            "8.8.8.8:53",
            "10.0.0",
            "a.b.c.d",
            "12:30:45",
            "",
            "\u{e9}1.2",
            "deadbeef",
            "1.0.0.10.0",
        ] {
            assert_eq!(names.replace(other), other);
        }
    }
}
