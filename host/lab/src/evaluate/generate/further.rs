//! What the first weeks did not have: ways to look around that are no scan of ports, guessing that is soon over, infected hosts whose server is
//! gone, and what looks like all of that and is not. Everything here draws from numbers of its own and comes last, so that the rest of a week
//! stays as it was.

use super::event::{Event, Proto, SYN};
use super::random::Random;
use super::{DAY, HOUR, MINUTE, SECOND, Speed, Traffic, single};

/// Protocols without ports, by their numbers.
const PROTOCOLS: [&str; 24] = [
    "2", "3", "4", "5", "7", "8", "9", "12", "14", "20", "27", "41", "43", "44", "46", "47", "50", "51", "60", "88", "89", "103",
    "115", "132",
];

pub(super) fn add(traffic: &mut Traffic) {
    voices(traffic);
    traces(traffic);
    relays(traffic);
    if traffic.options.speed == Speed::Slow {
        return;
    }
    for index in 0..traffic.options.attacks {
        let mut random = traffic.random(&format!("further attack {index}"));
        pings(traffic, &mut random);
        protocols(traffic, &mut random);
        quick_guess(traffic, &mut random);
        outgoing_scan(traffic, &mut random);
        dead_server(traffic, &mut random);
    }
}

/// Somewhere within the days, so early that what takes some hours still fits.
fn begin(random: &mut Random, traffic: &Traffic) -> i64 {
    random.between(super::BEGIN + HOUR, (traffic.end() - 4 * HOUR).max(super::BEGIN + HOUR))
}

/// A call has ended, and the other side goes on to speak for a while.
fn voices(traffic: &mut Traffic) {
    let mut random = traffic.random("voices");
    let (pbx, media) = (traffic.site.pbx, traffic.outside.v4());
    for day in traffic.days() {
        for _ in 0..traffic.amount(&mut random, 30) {
            let time = day + random.between(8 * HOUR, 9 * HOUR);
            let (own, theirs) = (random.port(10_000, 19_998) & !1, random.port(16_384, 32_766) & !1);
            let late = Event::inbound(time, (media, theirs), (pbx.v4, own), Proto::Udp).dropped();
            traffic.benign("late_voice", late.repeated(random.port(50, 900)));
        }
    }
}

/// Somebody looks for the way to one of the hosts.
fn traces(traffic: &mut Traffic) {
    let mut random = traffic.random("traces");
    let local = traffic.site.v4();
    for day in traffic.days() {
        let (source, host) = (traffic.outside.v4(), random.one_of(&local));
        let mut time = day + random.between(0, DAY - HOUR);
        for port in 33_434..33_434 + 90 {
            let packet = Event::inbound(time, (source, random.port(32_768, 60_999)), (host, port), Proto::Udp);
            traffic.benign("traceroute", packet.dropped());
            time += random.between(SECOND / 20, SECOND / 4);
        }
    }
}

/// A conference is over, and its relay does not know it yet.
fn relays(traffic: &mut Traffic) {
    let mut random = traffic.random("relays");
    let relay = traffic.outside.v4();
    for day in traffic.days() {
        for host in traffic.site.workstations.clone() {
            let mut time = day + random.between(9 * HOUR, 16 * HOUR);
            for _ in 0..random.count(0, 12) {
                let own = (host.v4, random.port(50_000, 50_059));
                let late = Event::inbound(time, (relay, random.port(3_478, 3_481)), own, Proto::Udp).dropped();
                traffic.benign("relay", late.repeated(random.port(1, 4)));
                time += random.between(SECOND, MINUTE);
            }
        }
    }
}

/// Pings of most hosts.
fn pings(traffic: &mut Traffic, random: &mut Random) {
    let (source, mut time) = (traffic.outside.v4(), begin(random, traffic));
    let hosts = traffic.site.v4();
    let count = random.count(15, 200).max(hosts.len().min(15));
    let hosts = random.some_of(&hosts, count);
    let mut events = Vec::new();
    for host in &hosts {
        let ping = Event::inbound(time, (source, 0), (*host, 0), Proto::Icmp);
        events.push(if random.chance(50) { ping.dropped() } else { ping });
        time += random.between(SECOND / 100, 10 * SECOND);
    }
    traffic.attack("ping_sweep", vec![single(source)], &hosts, events);
}

/// Most protocols of one host.
fn protocols(traffic: &mut Traffic, random: &mut Random) {
    let (source, host, mut time) = (traffic.outside.v4(), random.one_of(&traffic.site.v4()), begin(random, traffic));
    let mut events = Vec::new();
    let count = random.count(15, PROTOCOLS.len());
    for proto in random.some_of(&PROTOCOLS, count) {
        events.push(Event::inbound(time, (source, 0), (host, 0), Proto::Other(proto)).dropped().repeated(random.port(1, 2)));
        time += random.between(SECOND / 10, 5 * SECOND);
    }
    traffic.attack("protocol_scan", vec![single(source)], &[host], events);
}

/// A few logins of one host or two, and on to the next network.
fn quick_guess(traffic: &mut Traffic, random: &mut Random) {
    let (source, mut time, tries) = (traffic.outside.v4(), begin(random, traffic), random.count(8, 12));
    let hosts = random.count(1, 2);
    let hosts = random.some_of(&traffic.site.v4(), hosts);
    let refused = random.chance(50);
    let mut events = Vec::new();
    for number in 0..tries {
        let login = Event::inbound(time, (source, random.client_port()), (hosts[number % hosts.len()], 22), SYN);
        events.push(if refused { login.dropped() } else { login });
        time += random.between(SECOND, 10 * SECOND);
    }
    traffic.attack("quick_guess", vec![single(source)], &hosts, events);
}

/// A host inside that nothing else has taken yet.
fn victim(traffic: &Traffic) -> Option<std::net::IpAddr> {
    let inside = |kind: &str| kind.starts_with("beacon") || kind == "outgoing_scan";
    let taken = traffic.attacks.iter().filter(|attack| inside(&attack.kind)).count();
    traffic.site.quiet.get(taken).map(|host| host.v4)
}

/// A host inside tries the ports of one outside, and is refused.
fn outgoing_scan(traffic: &mut Traffic, random: &mut Random) {
    let Some(host) = victim(traffic) else { return };
    let (target, mut time) = (traffic.outside.v4(), begin(random, traffic));
    let mut events = Vec::new();
    for _ in 0..random.count(20, 60) {
        events.push(Event::outbound(time, (host, random.client_port()), (target, random.port(1, 2_000)), SYN).dropped());
        time += random.between(SECOND / 20, 2 * SECOND);
    }
    traffic.attack("outgoing_scan", vec![single(host)], &[target], events);
}

/// A host inside calls a server that is gone, for less than an hour.
fn dead_server(traffic: &mut Traffic, random: &mut Random) {
    let Some(host) = victim(traffic) else { return };
    let (master, port) = (traffic.outside.v4(), random.one_of(&[1_177, 6_667, 4_444, 443]));
    let mut time = begin(random, traffic);
    let (pause, until) = (random.between(8 * SECOND, 25 * SECOND), time + random.between(40 * MINUTE, 55 * MINUTE));
    let mut events = Vec::new();
    while time < until {
        events.push(Event::outbound(time, (host, random.client_port()), (master, port), SYN).dropped().repeated(2));
        time += pause + random.between(-SECOND, SECOND);
    }
    traffic.attack("beacon_dead", vec![single(host)], &[master], events);
}
