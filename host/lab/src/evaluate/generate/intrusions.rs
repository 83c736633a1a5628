//! Attacks on one service or from one host: probes of few ports, guessed passwords, a door that opens, a host that reports to its master.

use super::attacks::Pace;
use super::event::{Event, SYN};
use super::random::Random;
use super::{HOUR, MINUTE, SECOND, Traffic, single};

/// The ports that attackers know a way through.
const SENSITIVE: [u16; 14] = [21, 23, 135, 445, 1_433, 2_323, 3_389, 5_555, 5_900, 6_379, 7_547, 9_200, 27_017, 37_215];
/// The ports where a password is asked for.
const LOGINS: [u16; 4] = [22, 3_389, 22, 5_900];

pub(super) fn add(traffic: &mut Traffic, random: &mut Random, pace: Pace, index: u32) {
    brute_force(traffic, random, pace, index);
    beacon(traffic, random, pace);
    if !pace.slow {
        probe(traffic, random);
        drop_then_accept(traffic, random);
    }
}

/// A few sensitive ports of one host to three, each tried two times or three.
fn probe(traffic: &mut Traffic, random: &mut Random) {
    let source = traffic.outside.v4();
    let (ports, hosts) = (random.count(3, 6), random.count(1, 3));
    let (ports, hosts) = (random.some_of(&SENSITIVE, ports), random.some_of(&traffic.site.v4(), hosts));
    let mut time = Pace { pause: SECOND, slow: false }.begin(random, traffic);
    let mut events = Vec::new();
    for host in &hosts {
        for port in &ports {
            for _ in 0..random.count(2, 3) {
                events.push(Event::inbound(time, (source, random.client_port()), (*host, *port), SYN).dropped());
                time += random.between(SECOND, 20 * SECOND);
            }
        }
    }
    traffic.attack("probe", vec![single(source)], &hosts, events);
}

/// One login of one host, hundreds of times: let through, or refused.
fn brute_force(traffic: &mut Traffic, random: &mut Random, pace: Pace, index: u32) {
    let (source, target) = (traffic.outside.v4(), random.one_of(&traffic.site.v4()));
    let (port, refused) = (LOGINS[index as usize % LOGINS.len()], index % 2 == 1);
    // Guessing is slower than scanning, and a slow one is just slower than one a minute.
    let pace = if pace.slow {
        Pace { pause: random.between(70 * SECOND, 4 * MINUTE), ..pace }
    } else {
        Pace { pause: random.between(SECOND / 2, 15 * SECOND), ..pace }
    };
    let tries = pace.at_most(random.count(200, 900));
    let (mut time, mut events) = (pace.begin(random, traffic), Vec::new());
    for _ in 0..tries {
        let attempt = Event::inbound(time, (source, random.client_port()), (target, port), SYN);
        events.push(if refused { attempt.dropped() } else { attempt });
        time += pace.next(random);
    }
    traffic.attack(&pace.kind("brute_force"), vec![single(source)], &[target], events);
}

/// A host inside reports to a master outside until the end, every so often, more or less.
fn beacon(traffic: &mut Traffic, random: &mut Random, pace: Pace) {
    let infected = traffic.attacks.iter().filter(|attack| attack.kind.starts_with("beacon")).count();
    let Some(host) = traffic.site.quiet.get(infected).copied() else { return };
    let (master, port) = (traffic.outside.v4(), random.one_of(&[443, 80, 8_443, 4_444, 53]));
    let period = if pace.slow {
        random.one_of(&[2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 20 * MINUTE, 30 * MINUTE])
    } else {
        random.one_of(&[10 * SECOND, 30 * SECOND, MINUTE])
    };
    let jitter = period * random.between(0, 20) / 100;
    let until = traffic.end();
    let begin = random.between(super::BEGIN, (until - 30 * HOUR).max(super::BEGIN));
    let until = until.min(begin + random.between(30 * HOUR, 60 * HOUR));
    let (mut time, mut events) = (begin, Vec::new());
    while time < until {
        events.push(Event::outbound(time, (host.v4, random.client_port()), (master, port), SYN));
        time += period + random.between(-jitter, jitter);
    }
    traffic.attack(&pace.kind("beacon"), vec![single(host.v4)], &[master], events);
}

/// Refused at one door after the other, of one host, and later let through at one of those that are open to many.
fn drop_then_accept(traffic: &mut Traffic, random: &mut Random) {
    let (source, target) = (traffic.outside.v4(), random.one_of(&traffic.site.v4()));
    let doors = random.count(6, 14);
    let (doors, opened) = (random.some_of(&SENSITIVE, doors), random.one_of(&[22, 443, 8_022, 8_443]));
    let mut time = Pace { pause: SECOND, slow: false }.begin(random, traffic);
    let mut events = Vec::new();
    for port in doors.into_iter().chain([opened]) {
        for _ in 0..random.count(1, 3) {
            events.push(Event::inbound(time, (source, random.client_port()), (target, port), SYN).dropped());
            time += random.between(SECOND, MINUTE);
        }
    }
    time += random.between(MINUTE, 5 * HOUR);
    for _ in 0..random.count(1, 5) {
        events.push(Event::inbound(time, (source, random.client_port()), (target, opened), SYN));
        time += random.between(SECOND, MINUTE);
    }
    traffic.attack("drop_then_accept", vec![single(source)], &[target], events);
}
