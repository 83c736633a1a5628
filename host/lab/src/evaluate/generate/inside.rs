//! What people and machines inside do: browsing, agents that report, updates, the time, BitTorrent.

use std::net::IpAddr;

use super::event::{Event, Proto, SYN};
use super::random::Random;
use super::site::Host;
use super::{DAY, HOUR, MINUTE, SECOND, Traffic, workday};

pub(super) fn add(traffic: &mut Traffic) {
    browsing(traffic);
    agents(traffic);
    updates(traffic);
    time(traffic);
    torrents(traffic);
}

/// A server outside, where it is on both families.
#[derive(Clone, Copy)]
struct Server {
    v4: IpAddr,
    v6: Option<IpAddr>,
}

/// The addresses with which a host reaches a server.
fn between(random: &mut Random, host: Host, server: Server) -> (IpAddr, IpAddr) {
    match (host.v6, server.v6) {
        (Some(source), Some(destination)) if random.chance(60) => (source, destination),
        _ => (host.v4, server.v4),
    }
}

/// Who sits at which workstation is there four days of five; at the weekend hardly anybody is.
fn at_work(random: &mut Random, day: i64) -> bool {
    random.chance(if workday(day) { 80 } else { 8 })
}

/// Sessions of some minutes: a few sites, each with some connections. Some answers come too late, and the firewall drops them.
fn browsing(traffic: &mut Traffic) {
    let mut random = traffic.random("browsing");
    let count = 300 + traffic.site.workstations.len();
    let servers: Vec<Server> =
        (0..count).map(|_| Server { v4: traffic.outside.v4(), v6: random.chance(30).then(|| traffic.outside.v6()) }).collect();
    for host in traffic.site.workstations.clone() {
        for day in traffic.days() {
            if !at_work(&mut random, day) {
                continue;
            }
            for _ in 0..traffic.amount(&mut random, 9) {
                let mut time = day + random.between(7 * HOUR, 18 * HOUR);
                for _ in 0..random.count(2, 6) {
                    let (source, destination) = {
                        let server = servers[random.popular(servers.len())];
                        between(&mut random, host, server)
                    };
                    let (port, proto) = match random.below(20) {
                        0 => (80, SYN),
                        1..=5 => (443, Proto::Udp),
                        _ => (443, SYN),
                    };
                    for _ in 0..random.count(1, 5) {
                        time += random.between(SECOND / 20, 4 * SECOND);
                        let own = random.client_port();
                        traffic.benign("web_client", Event::outbound(time, (source, own), (destination, port), proto));
                        if proto == SYN && random.chance(2) {
                            let flags = random.one_of(&["RST", "FIN,ACK", "RST,ACK", "ACK"]);
                            let late = time + random.between(2 * MINUTE, 20 * MINUTE);
                            let answer = Event::inbound(late, (destination, port), (source, own), Proto::Tcp(flags));
                            traffic.benign("late_answer", answer.dropped());
                        }
                    }
                    time += random.between(5 * SECOND, 4 * MINUTE);
                }
            }
        }
    }
}

/// Every workstation that is on reports to the same server, every quarter of an hour.
fn agents(traffic: &mut Traffic) {
    let mut random = traffic.random("agents");
    let server = (traffic.outside.v4(), 443);
    for host in traffic.site.workstations.clone() {
        for day in traffic.days() {
            if !at_work(&mut random, day) {
                continue;
            }
            let (mut time, end) = (day + random.between(7 * HOUR, 9 * HOUR), day + random.between(16 * HOUR, 19 * HOUR));
            while time < end {
                traffic.benign("agent", Event::outbound(time, (host.v4, random.client_port()), server, SYN));
                time += 15 * MINUTE + random.between(-20 * SECOND, 20 * SECOND);
            }
        }
    }
}

/// Servers and workstations look for updates once or twice a day, at mirrors that change.
fn updates(traffic: &mut Traffic) {
    let mut random = traffic.random("updates");
    let mirrors = traffic.outside.several(12);
    for host in traffic.site.all.clone() {
        if traffic.site.quiet.contains(&host) {
            continue;
        }
        for day in traffic.days() {
            for _ in 0..random.count(1, 2) {
                let mut time = day + random.between(0, DAY - HOUR);
                let mirror = random.one_of(&mirrors);
                for _ in 0..random.count(1, 6) {
                    let port = random.one_of(&[80, 443]);
                    traffic.benign("update", Event::outbound(time, (host.v4, random.client_port()), (mirror, port), SYN));
                    time += random.between(SECOND, 20 * SECOND);
                }
            }
        }
    }
}

/// Everybody asks for the time. Simple clients ask from port 123, which is one row for ever; good ones from a new port each time.
fn time(traffic: &mut Traffic) {
    let mut random = traffic.random("time");
    let servers = traffic.outside.several(8);
    for host in traffic.site.all.clone() {
        let simple = traffic.site.quiet.contains(&host) || random.chance(90);
        let asked = random.some_of(&servers, if simple { 1 } else { 4 });
        for day in traffic.days() {
            for server in &asked {
                let mut time = day + random.between(0, 30 * MINUTE);
                while time < day + DAY {
                    let port = if simple { 123 } else { random.client_port() };
                    traffic.benign("ntp", Event::outbound(time, (host.v4, port), (*server, 123), Proto::Udp));
                    time += if simple { 6 * HOUR } else { 34 * MINUTE + random.between(-5 * SECOND, 5 * SECOND) };
                }
            }
        }
    }
}

/// Some hours in the evening: hundreds of peers outside, on any port, and peers that come in. Those who come when it is off are dropped.
fn torrents(traffic: &mut Traffic) {
    let mut random = traffic.random("torrents");
    for host in traffic.site.torrents.clone() {
        let listens = random.port(20_000, 60_000);
        for day in traffic.days() {
            if !random.chance(60) {
                continue;
            }
            let (begin, hours) = (day + random.between(16 * HOUR, 20 * HOUR), random.between(1, 4));
            let during = |random: &mut Random| begin + random.between(0, hours * HOUR);
            for _ in 0..traffic.amount(&mut random, 700) {
                let peer = (traffic.outside.v4(), random.port(1_025, 65_535));
                let own = (host.v4, if random.chance(50) { listens } else { random.client_port() });
                let proto = if random.chance(70) { Proto::Udp } else { SYN };
                let time = during(&mut random);
                traffic.benign("torrent", Event::outbound(time, own, peer, proto));
                if random.chance(40) {
                    let answers = Event::inbound(time + random.between(SECOND, HOUR), peer, (host.v4, listens), proto);
                    traffic.benign("torrent_peer", answers);
                }
            }
            for _ in 0..traffic.amount(&mut random, 500) {
                let peer = (traffic.outside.v4(), random.port(1_025, 65_535));
                let proto = if random.chance(70) { Proto::Udp } else { SYN };
                let (time, off) = (during(&mut random), begin + hours * HOUR + random.between(0, 3 * HOUR));
                let event = if random.chance(60) {
                    Event::inbound(time, peer, (host.v4, listens), proto)
                } else {
                    Event::inbound(off, peer, (host.v4, listens), proto).dropped().repeated(random.port(1, 3))
                };
                traffic.benign("torrent_peer", event);
            }
        }
    }
}
