//! Ports that matter more than others.

/// Ports of services that give whoever gets in a shell, a desktop, files or data: remote access, file sharing, databases, control of
/// containers and of industrial plants.
pub const SENSITIVE: [i64; 34] = [
    21, 22, 23, 69, 111, 135, 139, 161, 389, 445, 502, 512, 513, 514, 623, 873, 1433, 1521, 1723, 1883, 2049, 2375, 2376, 3306,
    3389, 5432, 5900, 5984, 5985, 6379, 9200, 11211, 20000, 27017,
];

/// Ports whose service gives whoever is let in a shell, a desktop, files or data, with those that such services are often moved to: to be
/// let in there matters, whoever it is.
pub const ENTRANCES: [i64; 30] = [
    21, 22, 23, 111, 135, 139, 389, 445, 512, 513, 514, 873, 1433, 1521, 2049, 2222, 2323, 2375, 2376, 3306, 3389, 5432, 5555,
    5900, 5985, 5986, 6379, 9200, 11211, 27017,
];

/// Ports that worms spread through, and those with which somebody takes over one Windows host after the other: whoever goes to many hosts
/// there does not just look after them.
pub const TAKEOVER: [i64; 12] = [23, 135, 137, 139, 445, 2323, 3389, 5555, 5985, 5986, 7547, 37215];

/// Ports that botnets and worms spread through: Telnet and its neighbours, SMB, router administration, ADB.
pub const ABUSED: [i64; 19] =
    [23, 135, 139, 445, 2323, 5358, 5555, 7547, 8291, 9527, 23231, 26, 37215, 48101, 52869, 60001, 6667, 1900, 17000];

/// A service that asks for a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Service {
    /// Its name for evidence.
    pub name: &'static str,
    /// Its usual ports.
    pub ports: &'static [i64],
    /// Whether ordinary clients connect often and by themselves, as mail programs and telephones do: then many connections that were let
    /// in accuse nobody.
    pub has_busy_clients: bool,
}

/// The services where somebody who connects again and again is guessing. Ports 80 and 443 are not among them: a firewall cannot tell a
/// login from a visit.
pub const SERVICES: [Service; 12] = [
    Service { name: "SSH", ports: &[22, 2222, 22222], has_busy_clients: false },
    Service { name: "Telnet", ports: &[23, 2323], has_busy_clients: false },
    Service { name: "RDP", ports: &[3388, 3389], has_busy_clients: false },
    Service { name: "VNC", ports: &[5900, 5901, 5902, 5903], has_busy_clients: false },
    Service { name: "SMB", ports: &[139, 445], has_busy_clients: false },
    Service { name: "WinRM", ports: &[5985, 5986], has_busy_clients: false },
    Service { name: "database", ports: &[1433, 1521, 3306, 5432, 6379, 27017], has_busy_clients: false },
    Service { name: "FTP", ports: &[21, 990], has_busy_clients: true },
    Service { name: "mail", ports: &[110, 143, 465, 587, 993, 995], has_busy_clients: true },
    Service { name: "SIP", ports: &[5060, 5061], has_busy_clients: true },
    Service { name: "VPN", ports: &[500, 1194, 1723, 4443, 10443], has_busy_clients: true },
    Service { name: "web login", ports: &[2082, 2083, 2086, 2087, 8006, 8291, 10000], has_busy_clients: true },
];

/// Ports where clients ask again and again by themselves, as a clock does: DNS, DHCP, NTP, NetBIOS, mDNS, SSDP; and mail, which a server
/// that cannot deliver it tries again every so often (RFC 5321, 4.5.4.1).
pub const PERIODIC: [i64; 12] = [25, 53, 67, 68, 123, 137, 138, 853, 1900, 5353, 5355, 3702];

/// Whether a port is sensitive or known to be abused.
#[must_use]
pub fn is_sensitive(port: i64) -> bool {
    SENSITIVE.contains(&port) || ABUSED.contains(&port)
}

/// The ports as a list for SQL.
#[must_use]
pub fn sql_list(ports: &[i64]) -> String {
    ports.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// The ports of a parameter, separated by commas. The error names what is none.
///
/// # Errors
/// Where a word is not a number from 0 to 65535.
pub fn parse(text: &str) -> Result<Vec<i64>, String> {
    let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
    words.map(|word| word.parse::<u16>().map(i64::from).map_err(|_| format!("`{word}` is no port"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists() {
        assert_eq!(parse(" 22, 23,,445 "), Ok(vec![22, 23, 445]));
        assert_eq!(parse("22,ssh"), Err("`ssh` is no port".to_owned()));
        assert_eq!(parse("65536"), Err("`65536` is no port".to_owned()));
        assert_eq!(sql_list(&[1, 2]), "1, 2");
        assert!(is_sensitive(445) && is_sensitive(7547) && !is_sensitive(80) && !is_sensitive(443));
    }
}
