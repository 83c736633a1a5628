//! What an ordinary network sees: its own hosts browse, and the internet's background noise knocks.
//!
//! Nothing here may use an address of the attackers, which are all in the ranges for documentation (RFC 5737 and 2001:db8:bad::/48).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::event::{Event, Protocol};
use super::random::Random;
use super::rhythm::Moment;

/// The network's hosts: 192.168.1.10 and up.
const HOSTS: u8 = 40;
const FIRST_HOST: u8 = 10;

/// A few thousand servers, a few of them popular: 2^12 - 1.
const SERVER_OCTAVES: u32 = 12;

/// The sources of background noise.
const NOISE_SOURCES: u64 = 200_000;

const COUNTRIES: [&str; 16] = ["US", "CN", "DE", "NL", "RU", "GB", "FR", "BR", "IN", "VN", "SG", "KR", "JP", "AT", "BG", "TW"];

/// What background noise asks for, the popular first.
const KNOCKED: [u16; 15] = [23, 445, 22, 3389, 8080, 1433, 80, 443, 5060, 2323, 5555, 6379, 8443, 25, 5900];

/// How large the network is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scale {
    /// 40 hosts that browse, at a few thousand servers.
    #[default]
    Home,
    /// 1,000 hosts that use services of all kinds, at 200,000 addresses.
    Campus,
}

/// The hosts of a campus.
const CAMPUS_HOSTS: u64 = 1_000;
/// Whom they talk to.
const CAMPUS_SERVERS: u64 = 200_000;
/// What a third of their events ask for: services that attackers use too, of which few hosts are used to all.
const CAMPUS_PORTS: [u16; 15] = [22, 25, 21, 445, 3389, 3306, 5432, 23, 5900, 389, 139, 1433, 6379, 873, 2049];

/// The local host with this number: 192.168.1.0/24.
pub(super) fn local(number: u8) -> IpAddr {
    Ipv4Addr::new(192, 168, 1, number).into()
}

/// The local host with this number, over IPv6.
pub(super) fn local6(number: u8) -> IpAddr {
    Ipv6Addr::new(0x2001, 0xdb8, 1, 0, 0, 0, 0, number.into()).into()
}

/// The network's own public addresses, from the range for measurements (RFC 2544), which nobody else uses here.
pub(super) fn outside(number: u8) -> IpAddr {
    Ipv4Addr::new(198, 18, 7, number).into()
}

/// The port that a client opens a connection from.
fn client_port(random: &mut Random) -> u16 {
    (32_768 + random.below(28_232)) as u16
}

/// The background. It draws its own random numbers.
#[derive(Debug)]
pub(super) struct Traffic {
    random: Random,
    scale: Scale,
    servers: Vec<(IpAddr, &'static str)>,
    knockers: Vec<(IpAddr, &'static str)>,
}

impl Traffic {
    pub(super) fn new(random: &mut Random, scale: Scale) -> Self {
        let mut random = random.fork();
        let servers = match scale {
            Scale::Home => (1 << SERVER_OCTAVES) - 1,
            Scale::Campus => CAMPUS_SERVERS,
        };
        let servers = (0..servers).map(|_| public(&mut random, 12)).collect();
        let knockers = (0..NOISE_SOURCES).map(|_| public(&mut random, 3)).collect();
        Self { random, scale, servers, knockers }
    }

    pub(super) fn event(&mut self, moment: Moment) -> Event {
        let mut event = match (moment.own, self.scale) {
            (false, _) => self.knock(),
            (true, Scale::Home) => self.browse(),
            (true, Scale::Campus) => self.work(),
        };
        event.time = moment.time;
        if event.protocol == Protocol::Icmp {
            (event.source_port, event.destination_port) = (None, None);
        }
        event
    }

    /// A local host contacts a server.
    fn browse(&mut self) -> Event {
        let random = &mut self.random;
        let (server, country) = self.servers[random.rank(SERVER_OCTAVES) as usize];
        let host = FIRST_HOST + (random.rank(6) % u64::from(HOSTS)) as u8;
        let (protocol, port) = match random.below(100) {
            ..72 => (Protocol::Tcp, 443),
            72..80 => (Protocol::Udp, 443),
            80..86 => (Protocol::Tcp, 80),
            86..97 => (Protocol::Udp, 53),
            97..99 => (Protocol::Udp, 123),
            _ => (Protocol::Icmp, 0),
        };
        Event {
            time: 0,
            source: if server.is_ipv6() { local6(host) } else { local(host) },
            source_port: Some(client_port(random)),
            destination: server,
            destination_port: Some(port),
            protocol,
            inbound: false,
            accepted: true,
            hits: hits(random),
            country: Some(country),
        }
    }

    /// One of very many hosts contacts one of very many servers.
    fn work(&mut self) -> Event {
        let mut event = self.browse();
        let random = &mut self.random;
        let (server, country) = random.one_of(&self.servers);
        let host = random.below(CAMPUS_HOSTS) as u16;
        let [above, below] = host.to_be_bytes();
        event.source = match server {
            IpAddr::V4(_) => Ipv4Addr::new(10, 20, above, below).into(),
            IpAddr::V6(_) => Ipv6Addr::new(0x2001, 0xdb8, 1, 0, 0, 0, 1, host).into(),
        };
        (event.destination, event.country) = (server, Some(country));
        if random.below(3) == 0 {
            (event.protocol, event.destination_port) = (Protocol::Tcp, Some(CAMPUS_PORTS[random.rank(4) as usize]));
        }
        event
    }

    /// Somebody on the internet tries a port of ours, in vain.
    fn knock(&mut self) -> Event {
        let random = &mut self.random;
        let (source, country) = random.one_of(&self.knockers);
        let protocol = match random.below(100) {
            ..84 => Protocol::Tcp,
            84..94 => Protocol::Udp,
            _ => Protocol::Icmp,
        };
        let port = if random.chance(80) { KNOCKED[random.rank(4) as usize] } else { 1 + random.below(65_535) as u16 };
        let number = 1 + random.below(62) as u8;
        Event {
            time: 0,
            source,
            source_port: Some(1_024 + random.below(64_512) as u16),
            destination: if source.is_ipv6() { local6(number) } else { outside(number) },
            destination_port: Some(port),
            protocol,
            inbound: true,
            accepted: false,
            hits: hits(random),
            country: Some(country),
        }
    }
}

/// Mostly 1, with a long tail.
fn hits(random: &mut Random) -> u32 {
    if random.chance(88) { 1 } else { 2 + random.rank(8) as u32 }
}

/// An address somewhere on the internet and its country. IPv6 in so many of 100 cases.
fn public(random: &mut Random, ipv6: u64) -> (IpAddr, &'static str) {
    let country = COUNTRIES[random.rank(4) as usize];
    if random.chance(ipv6) {
        let bits = random.number();
        let group = |index: u32| (bits >> (16 * index)) as u16;
        return (Ipv6Addr::new(0x2a02, group(0), group(1), 0, 0, 0, group(2), group(3)).into(), country);
    }
    loop {
        let [first, second, third, fourth] = (random.number() as u32).to_be_bytes();
        // These begin the ranges that are private, reserved or for documentation. The rest of them is not missed.
        if (1..224).contains(&first) && ![10, 100, 127, 169, 172, 192, 198, 203].contains(&first) {
            return (Ipv4Addr::new(first, second, third, fourth).into(), country);
        }
    }
}
