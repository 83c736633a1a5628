//! What firewalls call the side of the Internet and their own.

use super::direction::Way;

/// Which side of the firewall an interface or a zone is on, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SideOf {
    Outside,
    Inside,
}

/// The way of a packet from one zone or interface to another, where their names tell it.
pub(super) fn way(from: &str, to: &str) -> Option<Way> {
    match (side(from), side(to)) {
        (Some(SideOf::Outside), Some(SideOf::Inside)) => Some(Way::In),
        (Some(SideOf::Inside), Some(SideOf::Outside)) => Some(Way::Out),
        _ => None,
    }
}

fn side(name: &str) -> Option<SideOf> {
    const OUTSIDE: [&str; 11] =
        ["wan", "untrust", "untrusted", "outside", "internet", "external", "isp", "ppp", "pppoe", "wwan", "uplink"];
    const INSIDE: [&str; 14] = [
        "lan", "trust", "trusted", "inside", "internal", "dmz", "guest", "br", "bridge", "vlan", "office", "wlan", "iot", "virbr",
    ];
    let words = || {
        name.split(|character: char| !character.is_ascii_alphanumeric())
            .map(|word| word.trim_end_matches(|digit: char| digit.is_ascii_digit()))
            .filter(|word| !word.is_empty())
    };
    let says = |known: &[&str]| words().any(|word| known.iter().any(|known| word.eq_ignore_ascii_case(known)));
    match (says(&OUTSIDE), says(&INSIDE)) {
        (true, false) => Some(SideOf::Outside),
        (false, true) => Some(SideOf::Inside),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_the_way() {
        for (from, to, expected) in [
            ("wan1", "lan", Some(Way::In)),
            ("br-lan", "eth1", None),
            ("br-lan", "pppoe-wan", Some(Way::Out)),
            ("Trust", "L3-Untrust", Some(Way::Out)),
            ("0-External", "1-Trusted", Some(Way::In)),
            ("lan", "dmz", None),
            ("eth0", "eth1", None),
            ("", "", None),
            ("swan", "plan", None),
        ] {
            assert_eq!(way(from, to), expected, "{from} {to}");
        }
    }
}
