//! One firewall event, whatever the layout it is written in. It must know nothing of tables.

use std::net::IpAddr;

/// The protocol of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
    /// ICMP, which has no ports.
    Icmp,
}

impl Protocol {
    /// As net-sentinel writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Tcp => "TCP",
            Self::Udp => "UDP",
            Self::Icmp => "ICMP",
        }
    }
}

/// One firewall event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// Microseconds since 1970 UTC.
    pub time: i64,
    /// Who sent it.
    pub source: IpAddr,
    /// The sender's port; none for ICMP.
    pub source_port: Option<u16>,
    /// To whom.
    pub destination: IpAddr,
    /// The receiver's port; none for ICMP.
    pub destination_port: Option<u16>,
    /// The protocol.
    pub protocol: Protocol,
    /// From outside to inside.
    pub inbound: bool,
    /// Let through by the firewall.
    pub accepted: bool,
    /// How many packets the event stands for, at least 1.
    pub hits: u32,
    /// The country of the outside address, where it is known: two letters.
    pub country: Option<&'static str>,
}

/// The name of a well-known port.
pub(super) fn service(port: Option<u16>) -> Option<&'static str> {
    Some(match port? {
        22 => "ssh",
        23 => "telnet",
        25 => "smtp",
        53 => "domain",
        80 => "http",
        123 => "ntp",
        443 => "https",
        445 => "microsoft-ds",
        1433 => "ms-sql-s",
        3389 => "ms-wbt-server",
        5060 => "sip",
        8080 => "http-alt",
        _ => return None,
    })
}
