//! Scans: one host's ports, one port of many hosts, at random, from many sources, with odd flags, over UDP.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::attacks::{Pace, hopping};
use super::event::{Event, Proto, SYN};
use super::random::Random;
use super::{HOUR, Traffic, single};
use net_scout_model::Network;

/// The ports that sweeps look for.
const SWEPT: [u16; 16] = [22, 23, 80, 443, 445, 1_433, 2_323, 3_306, 3_389, 5_060, 5_432, 5_900, 6_379, 8_080, 8_443, 9_200];
/// The UDP ports that scans look for.
const UDP_PORTS: [u16; 8] = [53, 123, 161, 389, 1_900, 5_060, 5_353, 11_211];

pub(super) fn add(traffic: &mut Traffic, random: &mut Random, pace: Pace, index: u32) {
    vertical(traffic, random, pace, index);
    horizontal(traffic, random, pace);
    at_random(traffic, random, pace);
    udp(traffic, random, pace, index);
    if !pace.slow {
        stealth(traffic, random, pace, index);
        distributed_sweep(traffic, random, index);
        distributed_ports(traffic, random, index);
    }
}

/// The port that a source probes from: scanners keep one or take a new one for each probe.
fn own_port(random: &mut Random, fixed: Option<u16>) -> u16 {
    fixed.unwrap_or_else(|| random.client_port())
}

/// A probe. What listens there lets it through.
fn probe(traffic: &Traffic, time: i64, source: (IpAddr, u16), target: (IpAddr, u16), proto: Proto, hits: u16) -> Event {
    let serves = |hosts: &[super::site::Host]| hosts.iter().any(|host| host.v4 == target.0 || host.v6 == Some(target.0));
    let open = proto == SYN
        && match target.1 {
            80 | 443 => serves(&traffic.site.web),
            25 => serves(&traffic.site.mail),
            22 => traffic.site.bastion.v4 == target.0,
            _ => false,
        };
    let event = Event::inbound(time, source, target, proto);
    if open { event } else { event.dropped().repeated(hits) }
}

/// Different ports in a random order: well-known ones, a range, or any.
fn ports(random: &mut Random, count: usize) -> Vec<u16> {
    let (low, high) = random.one_of(&[(1_u16, 1_024_u16), (1, 65_535), (1_000, 10_000)]);
    let all: Vec<u16> = (low..=high).collect();
    random.some_of(&all, count)
}

/// Many ports of one host. One attack of three is over IPv6, from many addresses of one network.
fn vertical(traffic: &mut Traffic, random: &mut Random, pace: Pace, index: u32) {
    let count = pace.at_most(if pace.slow { random.count(120, 600) } else { random.count(60, 1_000) });
    let (ports, hits) = (ports(random, count), random.one_of(&[1, 1, 2]));
    let mut time = pace.begin(random, traffic);
    let (target, attacker, sources) = if index % 3 == 2 {
        let (block, sources) = hopping(traffic, random, 16);
        (random.one_of(&traffic.site.v6()), Network::around(Ipv6Addr::from(block).into(), 64), sources)
    } else {
        let source = traffic.outside.v4();
        (random.one_of(&traffic.site.v4()), single(source), vec![source])
    };
    let fixed = random.chance(40).then(|| random.client_port());
    let mut events = Vec::new();
    for port in ports {
        let source = (random.one_of(&sources), own_port(random, fixed));
        events.push(probe(traffic, time, source, (target, port), SYN, hits));
        time += pace.next(random);
    }
    traffic.attack(&pace.kind("vertical"), vec![attacker], &[target], events);
}

/// One port, or two, of most of the hosts of a small network, of some hundred of a large one.
fn horizontal(traffic: &mut Traffic, random: &mut Random, pace: Pace) {
    let source = traffic.outside.v4();
    let hosts = traffic.site.v4();
    let most = if pace.slow { 400 } else { 1_500 };
    let share = random.count(hosts.len() * 7 / 10, hosts.len());
    let many = random.count(100, most).min(share);
    let hosts = random.some_of(&hosts, pace.at_most(many));
    let count = random.count(1, 2);
    let swept = random.some_of(&SWEPT, count);
    let fixed = random.chance(60).then(|| random.client_port());
    let (mut time, mut events) = (pace.begin(random, traffic), Vec::new());
    for port in swept {
        for host in &hosts {
            let own = own_port(random, fixed);
            events.push(probe(traffic, time, (source, own), (*host, port), SYN, 1));
            time += pace.next(random);
        }
    }
    traffic.attack(&pace.kind("horizontal"), vec![single(source)], &[], events);
}

/// Any port of any host.
fn at_random(traffic: &mut Traffic, random: &mut Random, pace: Pace) {
    let (source, hosts) = (traffic.outside.v4(), traffic.site.v4());
    let (mut time, mut events) = (pace.begin(random, traffic), Vec::new());
    for _ in 0..pace.at_most(random.count(120, 500)) {
        let target = (random.one_of(&hosts), random.port(1, 65_535));
        events.push(probe(traffic, time, (source, random.client_port()), target, SYN, 1));
        time += pace.next(random);
    }
    traffic.attack(&pace.kind("random"), vec![single(source)], &[], events);
}

/// Over UDP: many ports of one host, or a few of all.
fn udp(traffic: &mut Traffic, random: &mut Random, pace: Pace, index: u32) {
    let (source, hosts) = (traffic.outside.v4(), traffic.site.v4());
    let own = random.client_port();
    let targets: Vec<(IpAddr, u16)> = if index.is_multiple_of(2) {
        let target = random.one_of(&hosts);
        let count = random.count(100, 300);
        ports(random, pace.at_most(count)).into_iter().map(|port| (target, port)).collect()
    } else {
        let (swept, some) = (random.some_of(&UDP_PORTS, 2), random.some_of(&hosts, pace.at_most(400)));
        swept.iter().flat_map(|port| some.iter().map(|host| (*host, *port))).collect()
    };
    let (mut time, mut events) = (pace.begin(random, traffic), Vec::new());
    for target in targets {
        events.push(probe(traffic, time, (source, own), target, Proto::Udp, 1));
        time += pace.next(random);
    }
    traffic.attack(&pace.kind("udp"), vec![single(source)], &[], events);
}

/// With flags that no connection begins with: FIN, none, FIN with URG and PSH.
fn stealth(traffic: &mut Traffic, random: &mut Random, pace: Pace, index: u32) {
    let (source, target) = (traffic.outside.v4(), random.one_of(&traffic.site.v4()));
    let flags = ["FIN", "", "FIN,PSH,URG"][index as usize % 3];
    let own = random.client_port();
    let count = random.count(60, 400);
    let (mut time, mut events) = (pace.begin(random, traffic), Vec::new());
    for port in ports(random, count) {
        events.push(probe(traffic, time, (source, own), (target, port), Proto::Tcp(flags), 1));
        time += pace.next(random);
    }
    traffic.attack("stealth", vec![single(source)], &[target], events);
}

/// The sources of an attack from many: a network of 256 addresses, or a botnet.
fn crowd(traffic: &mut Traffic, random: &mut Random, index: u32) -> (Vec<Network>, Vec<IpAddr>) {
    let count = random.count(50, 150);
    if index.is_multiple_of(2) {
        let block = traffic.outside.block();
        let all: Vec<u32> = (1..255).collect();
        let sources = random.some_of(&all, count).into_iter().map(|host| Ipv4Addr::from(block + host).into());
        (vec![Network::around(Ipv4Addr::from(block).into(), 24)], sources.collect())
    } else {
        let sources = traffic.outside.several(count);
        (sources.iter().copied().map(single).collect(), sources)
    }
}

/// One port of all hosts, of a few hundred of a large network: each source takes a few of them.
fn distributed_sweep(traffic: &mut Traffic, random: &mut Random, index: u32) {
    let (attacker, sources) = crowd(traffic, random, index);
    let (hosts, port) = (traffic.site.v4(), random.one_of(&SWEPT));
    let hosts = random.some_of(&hosts, 300);
    let begin = Pace { pause: 0, slow: false }.begin(random, traffic);
    let lasts = random.between(HOUR / 2, 3 * HOUR);
    let mut events = Vec::new();
    for source in sources {
        for host in random.some_of(&hosts, 3) {
            let time = begin + random.between(0, lasts);
            events.push(probe(traffic, time, (source, random.client_port()), (host, port), SYN, 1));
        }
    }
    traffic.attack("distributed_sweep", attacker, &[], events);
}

/// Many ports of one host: each source takes a few of them.
fn distributed_ports(traffic: &mut Traffic, random: &mut Random, index: u32) {
    let (attacker, sources) = crowd(traffic, random, index);
    let target = random.one_of(&traffic.site.v4());
    let begin = Pace { pause: 0, slow: false }.begin(random, traffic);
    let lasts = random.between(HOUR / 2, 3 * HOUR);
    let mut events = Vec::new();
    for (source, ports) in sources.iter().zip(ports(random, sources.len() * 4).chunks(4)) {
        for port in ports {
            let time = begin + random.between(0, lasts);
            events.push(probe(traffic, time, (*source, random.client_port()), (target, *port), SYN, 1));
        }
    }
    traffic.attack("distributed_ports", attacker, &[target], events);
}
