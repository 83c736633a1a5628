//! What servers do every day: names, mail, monitoring, backups, telephones.

use super::event::{Event, Proto, SYN};
use super::{DAY, HOUR, MINUTE, SECOND, Traffic, workday};

pub(super) fn add(traffic: &mut Traffic) {
    names(traffic);
    mail(traffic);
    monitoring(traffic);
    backups(traffic);
    telephones(traffic);
}

/// The resolvers ask servers all over the world, from a new port for each question. Some answers come too late.
fn names(traffic: &mut Traffic) {
    let mut random = traffic.random("names");
    let servers = traffic.outside.several(900);
    for host in traffic.site.resolvers.clone() {
        for day in traffic.days() {
            for _ in 0..traffic.amount(&mut random, 1_500) {
                let time = day + random.between(0, DAY - 1);
                let (server, own) = (servers[random.popular(servers.len())], random.port(1_024, 65_535));
                traffic.benign("resolver", Event::outbound(time, (host.v4, own), (server, 53), Proto::Udp));
                if random.chance(2) {
                    let late =
                        Event::inbound(time + random.between(31 * SECOND, 50 * SECOND), (server, 53), (host.v4, own), Proto::Udp);
                    traffic.benign("late_answer", late.dropped());
                }
            }
        }
    }
}

/// Mail in both directions. A server that does not take mail at once is tried again every quarter of an hour.
fn mail(traffic: &mut Traffic) {
    let mut random = traffic.random("mail");
    let servers = traffic.outside.several(150);
    for host in traffic.site.mail.clone() {
        for day in traffic.days() {
            for _ in 0..traffic.amount(&mut random, 100) {
                let (mut time, server) = (day + random.between(0, DAY - 1), servers[random.popular(servers.len())]);
                for _ in 0..if random.chance(5) { 6 } else { 1 } {
                    traffic.benign("mail_server", Event::outbound(time, (host.v4, random.client_port()), (server, 25), SYN));
                    time += 15 * MINUTE + random.between(0, 30 * SECOND);
                }
            }
            for _ in 0..traffic.amount(&mut random, 150) {
                let (time, server) = (day + random.between(0, DAY - 1), servers[random.popular(servers.len())]);
                traffic.benign("mail_sender", Event::inbound(time, (server, random.client_port()), (host.v4, 25), SYN));
            }
        }
    }
}

/// One host inside polls many ports of many hosts, day and night, and now and then one of them is off; a service outside polls the web
/// servers from three places.
fn monitoring(traffic: &mut Traffic) {
    let mut random = traffic.random("monitoring");
    let (monitor, mut polled) = (traffic.site.monitor, traffic.site.v4());
    polled.retain(|address| *address != monitor.v4);
    polled.truncate(150);
    let services: Vec<(u16, Proto)> = vec![(22, SYN), (80, SYN), (443, SYN), (161, Proto::Udp)];
    let places = traffic.outside.several(3);
    let web = traffic.site.web.clone();
    for day in traffic.days() {
        for round in 0..24 {
            for (index, address) in polled.iter().enumerate() {
                let off = random.chance(1);
                for (port, proto) in &services {
                    let time = day + round * HOUR + index as i64 * 20 * SECOND + random.between(0, SECOND);
                    let poll = Event::outbound(time, (monitor.v4, random.client_port()), (*address, *port), *proto);
                    traffic.benign("monitoring", if off { poll.dropped().repeated(3) } else { poll });
                }
            }
        }
        for (index, place) in places.iter().enumerate() {
            for round in 0..48 {
                for host in &web {
                    let time = day + round * 30 * MINUTE + index as i64 * 10 * MINUTE + random.between(0, 2 * SECOND);
                    traffic.benign("uptime_check", Event::inbound(time, (*place, random.client_port()), (host.v4, 443), SYN));
                }
            }
        }
    }
}

/// At two at night the backup host fetches from every server and some workstations, one after the other, and sends it away.
fn backups(traffic: &mut Traffic) {
    let mut random = traffic.random("backups");
    let backup = traffic.site.backup;
    let hosts: Vec<_> = traffic.site.v4().into_iter().filter(|address| *address != backup.v4).take(300).collect();
    let store = traffic.outside.v4();
    for day in traffic.days() {
        let mut time = day + 2 * HOUR;
        for address in &hosts {
            for _ in 0..random.count(1, 3) {
                traffic.benign("backup", Event::outbound(time, (backup.v4, random.client_port()), (*address, 22), SYN));
                time += random.between(SECOND, 15 * SECOND);
            }
        }
        for _ in 0..random.count(20, 60) {
            traffic.benign("backup", Event::outbound(time, (backup.v4, random.client_port()), (store, 443), SYN));
            time += random.between(5 * SECOND, MINUTE);
        }
    }
}

/// The telephone system keeps in touch with its provider, and each call has ports of its own, in both directions.
fn telephones(traffic: &mut Traffic) {
    let mut random = traffic.random("telephones");
    let pbx = traffic.site.pbx;
    let (provider, media) = (traffic.outside.v4(), traffic.outside.several(3));
    for day in traffic.days() {
        for minute in 0..24 * 60 {
            let time = day + minute * MINUTE;
            traffic.benign("telephone", Event::outbound(time, (pbx.v4, 5_060), (provider, 5_060), Proto::Udp));
        }
        for _ in 0..traffic.amount(&mut random, if workday(day) { 40 } else { 4 }) {
            let time = day + random.between(7 * HOUR, 19 * HOUR);
            let (server, own) = (random.one_of(&media), random.port(10_000, 19_998) & !1);
            let theirs = random.port(16_384, 32_766) & !1;
            for stream in 0..2 {
                let (own, theirs) = ((pbx.v4, own + stream), (server, theirs + stream));
                traffic.benign("telephone", Event::outbound(time, own, theirs, Proto::Udp));
                traffic.benign("telephone_media", Event::inbound(time + SECOND / 2, theirs, own, Proto::Udp));
            }
        }
    }
}
