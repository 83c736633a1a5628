//! Names of services by port: those that net-sentinel writes beside ports, and that some firewalls write instead of them.

use std::collections::HashMap;
use std::sync::LazyLock;

/// Lines of a port, a name, and the protocols that have both.
const LIST: &str = include_str!("services.txt");

/// A protocol that the list has.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Transport {
    Tcp,
    Udp,
    Sctp,
}

impl Transport {
    fn named(proto: &str) -> Option<Self> {
        let is = |name: &str| proto.eq_ignore_ascii_case(name);
        match () {
            () if is("tcp") => Some(Self::Tcp),
            () if is("udp") => Some(Self::Udp),
            () if is("sctp") => Some(Self::Sctp),
            () => None,
        }
    }
}

static SERVICES: LazyLock<HashMap<(u16, Transport), &'static str>> = LazyLock::new(|| {
    let lines = LIST.lines().filter(|line| !line.starts_with('#'));
    lines.flat_map(entries).map(|(port, transport, name)| ((port, transport), name)).collect()
});

static PORTS: LazyLock<HashMap<&'static str, u16>> = LazyLock::new(|| {
    LIST.lines().filter(|line| !line.starts_with('#')).flat_map(entries).map(|(port, _, name)| (name, port)).collect()
});

fn entries(line: &'static str) -> impl Iterator<Item = (u16, Transport, &'static str)> {
    let mut words = line.split(' ');
    let port = words.next().and_then(|port| port.parse().ok());
    let name = words.next();
    words.filter_map(move |word| Some((port?, Transport::named(word)?, name?)))
}

/// The name of the service at a port; none where nothing is known to be there.
#[must_use]
pub fn service(port: u16, proto: &str) -> Option<&'static str> {
    SERVICES.get(&(port, Transport::named(proto)?)).copied()
}

/// The port of a service that a log names instead of it: Cisco has `www` and `domain`.
pub(super) fn port(name: &str, proto: &str) -> Option<u16> {
    if !name.starts_with(|first: char| first.is_ascii_alphabetic()) {
        return None;
    }
    let spelled = match name {
        "www" => "http",
        "netbios-ssn" | "netbios-ns" | "netbios-dgm" => name,
        "sqlnet" => "ncube-lm",
        "ldaps" => "ldaps",
        "lpd" => "printer",
        "snmptrap" => "snmp-trap",
        "ident" => "auth",
        "citrix-ica" => return Some(1_494),
        "h323" => return Some(1_720),
        "aol" => return Some(5_190),
        "pcanywhere-data" => return Some(5_631),
        "pcanywhere-status" => return Some(5_632),
        "radius" => return Some(1_645),
        "radius-acct" => return Some(1_646),
        "bgp" => return Some(179),
        "rip" => return Some(520),
        "cifs" => return Some(3_020),
        "nameserver" => return Some(42),
        other => other,
    };
    Transport::named(proto)?;
    PORTS.get(spelled).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_ports() {
        for (number, proto, name) in [
            (22, "TCP", Some("ssh")),
            (53, "UDP", Some("domain")),
            (51_820, "UDP", Some("wireguard")),
            (51_820, "TCP", None),
            (22, "ICMP", None),
        ] {
            assert_eq!(service(number, proto), name, "{number} {proto}");
        }
        for (name, number) in
            [("ssh", Some(22)), ("www", Some(80)), ("https", Some(443)), ("domain", Some(53)), ("22", None), ("nothing", None)]
        {
            assert_eq!(port(name, "TCP"), number, "{name}");
        }
    }

    #[test]
    fn the_list_is_sound() {
        for line in LIST.lines().filter(|line| !line.starts_with('#')) {
            assert!(entries(line).count() + 2 == line.split(' ').count(), "{line}");
        }
    }
}
