//! The attacks that are planted among the background: the ones that a scan must find.
//!
//! Every attacker but the noisy local host has an address for documentation (RFC 5737 and 2001:db8:bad::/48), which nobody else may use.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

use super::SECOND;
use super::event::{Event, Protocol};
use super::schema::Layout;
use super::traffic::{local, local6, outside};

const MINUTE: i64 = 60 * SECOND;

/// A kind of planted attack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// 300 ports of one host within half a minute, in the last hour.
    VerticalScan,
    /// Port 445 of 120 hosts within two minutes, in the last hour.
    HorizontalScan,
    /// 400 connections to port 22 of one host, in the last hour.
    BruteForce,
    /// 2,000 connections of a local host to one destination, in the last hour.
    Volume,
    /// 144 ports of one host, one every ten minutes, in the last 24 hours.
    SlowVerticalScan,
    /// 200 ports of one host over IPv6, in the last 24 hours.
    Ipv6VerticalScan,
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::VerticalScan => "vertical scan",
            Self::HorizontalScan => "horizontal scan",
            Self::BruteForce => "brute force",
            Self::Volume => "volume",
            Self::SlowVerticalScan => "slow vertical scan",
            Self::Ipv6VerticalScan => "IPv6 vertical scan",
        })
    }
}

/// An attack that was planted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planted {
    /// What it is.
    pub kind: Kind,
    /// The attacker.
    pub src_ip: String,
    /// The one victim; none where there are many, or where the layout does not hold it.
    pub dst_ip: Option<String>,
    /// The instant of the first event, in microseconds since 1970 UTC; a whole second.
    pub first: i64,
    /// The instant of the last event.
    pub last: i64,
}

/// An attack to plant.
struct Attack {
    kind: Kind,
    source: IpAddr,
    /// None for many.
    victim: Option<IpAddr>,
    /// None for another one each time.
    port: Option<u16>,
    count: u16,
    begin: i64,
    step: i64,
}

/// The events of all attacks, in order and before `end`, and what they are.
///
/// The first layout knows no destination and makes one row of all packets from one address to one port. So it shows neither the horizontal
/// scan nor the local host, which are left out, and the brute force only where hits are counted.
pub(super) fn plant(end: i64, layout: Layout) -> (Vec<Event>, Vec<Planted>) {
    let attacks: Vec<Attack> = all(end)
        .into_iter()
        .filter(|attack| layout == Layout::V2 || !matches!(attack.kind, Kind::HorizontalScan | Kind::Volume))
        .collect();
    let events = attacks.iter().flat_map(|attack| (0..attack.count).map(|index| attack.event(index)));
    let mut events: Vec<Event> = events.collect();
    events.sort_by_key(|event| event.time);
    (events, attacks.iter().map(|attack| attack.planted(layout)).collect())
}

fn all(end: i64) -> [Attack; 6] {
    [
        Attack {
            kind: Kind::VerticalScan,
            source: IpAddr::from([198, 51, 100, 23]),
            victim: Some(local(17)),
            port: None,
            count: 300,
            begin: end - 40 * MINUTE,
            step: SECOND / 10,
        },
        Attack {
            kind: Kind::HorizontalScan,
            source: IpAddr::from([203, 0, 113, 77]),
            victim: None,
            port: Some(445),
            count: 120,
            begin: end - 30 * MINUTE,
            step: SECOND,
        },
        Attack {
            kind: Kind::BruteForce,
            source: IpAddr::from([192, 0, 2, 144]),
            victim: Some(outside(10)),
            port: Some(22),
            count: 400,
            begin: end - 50 * MINUTE,
            step: 2 * SECOND,
        },
        Attack {
            kind: Kind::Volume,
            source: local(66),
            victim: Some(IpAddr::from([203, 0, 113, 200])),
            port: Some(443),
            count: 2_000,
            begin: end - 55 * MINUTE,
            step: 3 * SECOND / 2,
        },
        Attack {
            kind: Kind::SlowVerticalScan,
            source: IpAddr::from([198, 51, 100, 99]),
            victim: Some(local(30)),
            port: None,
            count: 144,
            begin: end - 24 * 60 * MINUTE + 5 * MINUTE,
            step: 10 * MINUTE,
        },
        Attack {
            kind: Kind::Ipv6VerticalScan,
            source: Ipv6Addr::new(0x2001, 0xdb8, 0xbad, 0, 0, 0, 0, 1).into(),
            victim: Some(local6(20)),
            port: None,
            count: 200,
            begin: end - 10 * 60 * MINUTE,
            step: 3 * SECOND,
        },
    ]
}

impl Attack {
    /// The instant of an event: a whole second, so that it is the same in every form of timestamp.
    fn time(&self, index: u16) -> i64 {
        let time = self.begin + i64::from(index) * self.step;
        time - time.rem_euclid(SECOND)
    }

    fn event(&self, index: u16) -> Event {
        // Half of the network's hosts, then its public addresses.
        let nth = |index: u16| if index < 60 { local(10 + index as u8) } else { outside((index - 59) as u8) };
        Event {
            time: self.time(index),
            source: self.source,
            // Each another one, so that the unique key keeps every event.
            source_port: Some(32_768 + index),
            destination: self.victim.unwrap_or_else(|| nth(index)),
            // 37 and 1,024 share no factor, so no port comes twice.
            destination_port: self.port.or(Some(1 + index.wrapping_mul(37) % 1_024)),
            protocol: Protocol::Tcp,
            inbound: self.kind != Kind::Volume,
            accepted: matches!(self.kind, Kind::Volume | Kind::BruteForce),
            hits: 1,
            country: None,
        }
    }

    fn planted(&self, layout: Layout) -> Planted {
        Planted {
            kind: self.kind,
            src_ip: self.source.to_string(),
            dst_ip: self.victim.filter(|_| layout == Layout::V2).map(|victim| victim.to_string()),
            first: self.time(0),
            last: self.time(self.count - 1),
        }
    }
}
