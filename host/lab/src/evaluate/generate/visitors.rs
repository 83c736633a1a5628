//! Who comes from outside and is welcome: visitors of the web servers, crawlers, a large office behind one address, administrators.

use std::net::{IpAddr, Ipv4Addr};

use super::event::{Event, SYN};
use super::{DAY, HOUR, MINUTE, SECOND, Traffic};

pub(super) fn add(traffic: &mut Traffic) {
    visitors(traffic);
    crawlers(traffic);
    office(traffic);
    administrators(traffic);
}

/// Hundreds a day, each with some connections within minutes.
fn visitors(traffic: &mut Traffic) {
    let mut random = traffic.random("visitors");
    for host in traffic.site.web.clone() {
        for day in traffic.days() {
            for _ in 0..traffic.amount(&mut random, 500) {
                let (source, destination) = match host.v6 {
                    Some(v6) if random.chance(30) => (traffic.outside.v6(), v6),
                    _ => (traffic.outside.v4(), host.v4),
                };
                let mut time = day + random.between(0, DAY - HOUR);
                for index in 0..random.count(1, 9) {
                    let port = if index == 0 && random.chance(30) { 80 } else { 443 };
                    traffic.benign("visitor", Event::inbound(time, (source, random.client_port()), (destination, port), SYN));
                    time += random.between(SECOND / 10, 40 * SECOND);
                }
            }
        }
    }
}

/// Two search engines, each from twenty addresses of one network, all day long.
fn crawlers(traffic: &mut Traffic) {
    let mut random = traffic.random("crawlers");
    let web = traffic.site.web.clone();
    for _ in 0..2 {
        let block = traffic.outside.block();
        let sources: Vec<IpAddr> = (1..=20).map(|host| Ipv4Addr::from(block + host).into()).collect();
        for day in traffic.days() {
            for _ in 0..traffic.amount(&mut random, 300) {
                let (source, host) = (random.one_of(&sources), random.one_of(&web));
                let time = day + random.between(0, DAY - 1);
                traffic.benign("crawler", Event::inbound(time, (source, random.client_port()), (host.v4, 443), SYN));
            }
        }
    }
}

/// A customer whose whole office is behind one address.
fn office(traffic: &mut Traffic) {
    let mut random = traffic.random("office");
    let (source, host) = (traffic.outside.v4(), traffic.site.web[0]);
    for day in traffic.days() {
        for _ in 0..traffic.amount(&mut random, 400) {
            let time = day + random.between(7 * HOUR, 17 * HOUR);
            traffic.benign("office", Event::inbound(time, (source, random.client_port()), (host.v4, 443), SYN));
        }
    }
}

/// Three people who log in by SSH some times a day; sometimes they mistype the password and try again.
fn administrators(traffic: &mut Traffic) {
    let mut random = traffic.random("administrators");
    let bastion = traffic.site.bastion;
    for source in traffic.outside.several(3) {
        for day in traffic.days() {
            for _ in 0..random.count(0, 4) {
                let mut time = day + random.between(7 * HOUR, 22 * HOUR);
                for _ in 0..random.count(1, 3) {
                    let event = Event::inbound(time, (source, random.client_port()), (bastion.v4, 22), SYN);
                    traffic.benign("administrator", event);
                    time += random.between(5 * SECOND, MINUTE);
                }
            }
        }
    }
}
