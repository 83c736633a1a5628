//! What the firewall drops although nobody attacks: answers to floods with forged sources, hosts that are set up wrongly, pings, strays.

use super::event::{Event, Proto, SYN};
use super::{DAY, HOUR, MINUTE, SECOND, Traffic};

pub(super) fn add(traffic: &mut Traffic) {
    backscatter(traffic);
    misconfigured(traffic);
    pings(traffic);
    strays(traffic);
}

/// Somebody floods a web server and forges sources, some of them ours: its answers come here, to any address and any port (Moore and
/// others, "Inferring Internet Denial-of-Service Activity", USENIX Security 2001).
fn backscatter(traffic: &mut Traffic) {
    let mut random = traffic.random("backscatter");
    let local = traffic.site.v4();
    for day in traffic.days() {
        for _ in 0..traffic.amount(&mut random, 3) {
            let victim = (traffic.outside.v4(), random.one_of(&[80, 443, 443, 22, 53, 25_565]));
            let flags = random.one_of(&["SYN,ACK", "SYN,ACK", "RST", "RST,ACK"]);
            let (mut time, packets) = (day + random.between(0, DAY - HOUR), random.count(20, 400));
            let pause = random.between(SECOND / 10, 20 * SECOND);
            for _ in 0..packets {
                let own = (random.one_of(&local), random.port(1_024, 65_535));
                let hits = if flags == "SYN,ACK" { random.port(1, 5) } else { 1 };
                let answer = Event::inbound(time, victim, own, Proto::Tcp(flags)).dropped().repeated(hits);
                traffic.benign("backscatter", answer);
                time += random.between(pause / 2, pause * 3 / 2);
            }
        }
    }
}

/// Somebody outside tries a service that is long gone, and a host inside one that it may not reach, again and again for days.
fn misconfigured(traffic: &mut Traffic) {
    let mut random = traffic.random("misconfigured");
    for index in 0..3 + traffic.options.addresses / 1_000 {
        let host = random.one_of(&traffic.site.v4());
        let (source, port) = (traffic.outside.v4(), random.one_of(&[993, 5_222, 8_123, 8_883, 51_820, 10_050]));
        let pause = random.one_of(&[30 * SECOND, MINUTE, 5 * MINUTE, 15 * MINUTE]);
        let mut time = super::BEGIN + random.between(0, DAY);
        let stops = time + random.between(2 * HOUR, 40 * HOUR);
        let proto = if port == 51_820 { Proto::Udp } else { SYN };
        while time < stops {
            let tries = Event::inbound(time, (source, random.client_port()), (host, port), proto).dropped();
            traffic.benign("misconfigured", tries.repeated(if proto == SYN { 3 } else { 1 }));
            time += pause + random.between(-pause / 20, pause / 20);
        }
        if index == 0 {
            let (host, server) = (random.one_of(&traffic.site.workstations), traffic.outside.v4());
            let mut time = super::BEGIN + random.between(0, 6 * HOUR);
            while time < traffic.end() {
                let tries = Event::outbound(time, (host.v4, random.client_port()), (server, 8_530), SYN).dropped();
                traffic.benign("misconfigured", tries.repeated(3));
                time += 20 * MINUTE + random.between(-MINUTE, MINUTE);
            }
        }
    }
}

/// Plain pings of a few hosts, let through and dropped.
fn pings(traffic: &mut Traffic) {
    let mut random = traffic.random("pings");
    for day in traffic.days() {
        for _ in 0..traffic.amount(&mut random, 10) {
            let (source, mut time) = (traffic.outside.v4(), day + random.between(0, DAY - HOUR));
            let ping = |time, destination| Event::inbound(time, (source, 0), (destination, 0), Proto::Icmp);
            for destination in random.some_of(&traffic.site.v4(), 2) {
                let event = ping(time, destination).repeated(random.port(1, 5));
                traffic.benign("ping", if random.chance(50) { event.dropped() } else { event });
                time += random.between(SECOND, MINUTE);
            }
        }
    }
}

/// Single packets to a wrong address: a number mistyped, an address that was somebody else's until yesterday.
fn strays(traffic: &mut Traffic) {
    let mut random = traffic.random("strays");
    let local = traffic.site.v4();
    for day in traffic.days() {
        for _ in 0..traffic.amount(&mut random, 60) {
            let (source, time) = (traffic.outside.v4(), day + random.between(0, DAY - 1));
            let own = (random.one_of(&local), random.one_of(&[80, 443, 8_080, 8_443, 5_061, 51_413, 27_015, 4_500]));
            let proto = if random.chance(30) { Proto::Udp } else { SYN };
            let stray = Event::inbound(time, (source, random.client_port()), own, proto).dropped();
            traffic.benign("stray", stray.repeated(random.port(1, 4)));
        }
    }
}
