//! Repeats of an event become one row with a count, before they reach the database. A flood of one packet thus costs one row.

use std::borrow::Cow;
use std::collections::HashMap;
use std::net::IpAddr;

use super::direction::{Basis, Learned, Way};
use super::event::ParsedEvent;
use super::options::ImportOptions;
use super::service::service;
use super::verdict::{ACCEPT, DROP};
use net_scout_model::{EventRow, TcpFlags, Timestamp};

/// How many different events are held before they are handed on. A few tens of megabytes.
pub(super) const BATCH: usize = 50_000;

/// What makes two events the same: the unique key of the event table, and what its direction depends on.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    source: u128,
    destination: u128,
    proto: Cow<'static, str>,
    /// Ports, verdict, direction, and which addresses are of which version: one number is hashed sooner than seven.
    rest: u64,
}

impl Key {
    fn of(event: &ParsedEvent<'_>) -> Self {
        let address = |address: IpAddr| match address {
            IpAddr::V4(v4) => (u128::from(v4.to_bits()), 0),
            IpAddr::V6(v6) => (v6.to_bits(), 1_u64),
        };
        let port = |port: Option<u16>| port.map_or(0, |port| 1 << 16 | u64::from(port));
        let ((source, from_v6), (destination, to_v6)) = (address(event.source), address(event.destination));
        let verdict = match event.verdict.verdict {
            None => 0,
            Some(DROP) => 1,
            Some(_) => 2,
        };
        let way = match event.way {
            Way::In => 0,
            Way::Out => 1,
            Way::Open => 2,
            Way::Seen { is_in: true } => 3,
            Way::Seen { is_in: false } => 4,
        };
        let rest = port(event.source_port)
            | port(event.destination_port) << 17
            | from_v6 << 34
            | to_v6 << 35
            | verdict << 36
            | way << 38;
        Self { source, destination, proto: kept(&event.proto), rest }
    }
}

/// An event with its repeats.
#[derive(Clone)]
struct Held {
    key: Key,
    in_if: Option<Box<str>>,
    out_if: Option<Box<str>>,
    way: Way,
    tcp_flags: Option<TcpFlags>,
    last: Timestamp,
    hits: i64,
}

/// How the directions of the rows came about, by row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Directions {
    /// Taken from the one network that every line has a side in.
    pub(super) shared: u64,
    /// Not known.
    pub(super) unknown: u64,
}

/// Holds different events, in the order in which they first came.
#[derive(Default)]
pub(super) struct Collector {
    held: Vec<Held>,
    /// Where in `held` an event is.
    places: HashMap<Key, usize>,
    /// The event that came last, which a line may say was repeated.
    last: Option<usize>,
    /// The same, when it was handed on already.
    gone: Option<Held>,
    learned: Learned,
    pub(super) directions: Directions,
}

impl Collector {
    /// Adds an event. Hands all rows on when there are enough.
    pub(super) fn add(&mut self, event: &ParsedEvent<'_>, options: &ImportOptions) -> Option<Vec<EventRow>> {
        self.learned.learn(event, options);
        self.gone = None;
        let key = Key::of(event);
        if let Some(place) = self.places.get(&key).copied()
            && let Some(held) = self.held.get_mut(place)
        {
            held.hits = held.hits.saturating_add(event.hits);
            held.last = held.last.max(event.time);
            held.tcp_flags = held.tcp_flags.or(event.tcp_flags);
            self.last = Some(place);
            return None;
        }
        self.places.insert(key.clone(), self.held.len());
        self.last = Some(self.held.len());
        let name = |name: &Option<Cow<'_, str>>| name.as_deref().map(Box::from);
        self.held.push(Held {
            key,
            in_if: name(&event.in_if),
            out_if: name(&event.out_if),
            way: event.way,
            tcp_flags: event.tcp_flags,
            last: event.time,
            hits: event.hits,
        });
        if self.held.len() < BATCH { None } else { self.finish() }
    }

    /// Counts the last event so many times more. False where there is none.
    pub(super) fn repeat(&mut self, time: Timestamp, times: i64) -> bool {
        if let Some(mut held) = self.gone.take() {
            (held.hits, held.last) = (0, time);
            self.places.insert(held.key.clone(), self.held.len());
            self.last = Some(self.held.len());
            self.held.push(held);
        }
        let Some(held) = self.last.and_then(|place| self.held.get_mut(place)) else { return false };
        held.hits = held.hits.saturating_add(times);
        held.last = held.last.max(time);
        true
    }

    /// What comes next is not a repeat of what came before.
    pub(super) fn forget(&mut self) {
        (self.last, self.gone) = (None, None);
    }

    /// Hands on what is left; none where nothing is.
    pub(super) fn finish(&mut self) -> Option<Vec<EventRow>> {
        self.gone = self.last.take().and_then(|place| self.held.get(place).cloned());
        self.places.clear();
        let held = std::mem::take(&mut self.held);
        let rows: Vec<EventRow> = held.into_iter().map(|held| self.row(held)).collect();
        (!rows.is_empty()).then_some(rows)
    }

    /// How many rows would be handed on.
    pub(super) fn len(&self) -> usize {
        self.held.len()
    }

    /// What the log taught about the operator's own networks.
    pub(super) fn learned(&self) -> &Learned {
        &self.learned
    }

    fn row(&mut self, held: Held) -> EventRow {
        let Key { source, destination, proto, rest } = held.key;
        let address = |bits: u128, is_v6: bool| -> IpAddr {
            if is_v6 { std::net::Ipv6Addr::from_bits(bits).into() } else { std::net::Ipv4Addr::from_bits(bits as u32).into() }
        };
        let port = |bits: u64| (bits & 1 << 16 != 0).then_some((bits & 0xffff) as u16);
        let (source, destination) = (address(source, rest & 1 << 34 != 0), address(destination, rest & 1 << 35 != 0));
        let (src_port, dst_port) = (port(rest), port(rest >> 17));
        let (direction, basis) = self.learned.resolve(held.way, source, destination);
        self.directions.shared += u64::from(basis == Basis::Shared);
        self.directions.unknown += u64::from(basis == Basis::Nothing);
        let name = |port: Option<u16>| port.and_then(|port| service(port, &proto));
        EventRow {
            src_ip: source.to_string(),
            src_port,
            src_service: name(src_port),
            dst_ip: destination.to_string(),
            dst_port,
            dst_service: name(dst_port),
            in_if: held.in_if.map(String::from),
            out_if: held.out_if.map(String::from),
            verdict: match rest >> 36 & 3 {
                0 => None,
                1 => Some(DROP),
                _ => Some(ACCEPT),
            },
            direction,
            tcp_flags: held.tcp_flags,
            last: held.last,
            hits: held.hits,
            place: None,
            proto: proto.into_owned(),
        }
    }
}

/// The text, without a copy where it is one of nearly all.
fn kept(proto: &str) -> Cow<'static, str> {
    match proto {
        "TCP" => Cow::Borrowed("TCP"),
        "UDP" => Cow::Borrowed("UDP"),
        "ICMP" => Cow::Borrowed("ICMP"),
        "ICMPv6" => Cow::Borrowed("ICMPv6"),
        other => Cow::Owned(other.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::OPTIONS;
    use crate::verdict::Judged;

    fn event(port: u16, time: i64) -> ParsedEvent<'static> {
        ParsedEvent {
            time: Timestamp(time),
            source: IpAddr::from([192, 0, 2, 1]),
            destination: IpAddr::from([198, 51, 100, 1]),
            source_port: Some(40_000),
            destination_port: Some(port),
            proto: "TCP".into(),
            in_if: Some("eth0".into()),
            out_if: None,
            verdict: Judged::DROP,
            way: Way::In,
            tcp_flags: None,
            hits: 1,
            is_first_hop: false,
        }
    }

    #[test]
    fn repeats_are_counted_at_their_latest_time() {
        let mut collector = Collector::default();
        for (port, time) in [(22, 5), (80, 1), (22, 9), (22, 7)] {
            assert_eq!(collector.add(&event(port, time), &OPTIONS), None);
        }
        assert!(collector.repeat(Timestamp(11), 2));
        let rows = collector.finish().expect("two rows");
        let seen: Vec<_> = rows.iter().map(|row| (row.dst_port, row.last, row.hits)).collect();
        assert_eq!(seen, [(Some(22), Timestamp(11), 5), (Some(80), Timestamp(1), 1)]);
        assert_eq!(collector.finish(), None);
    }

    /// The line that says so may come when the event was handed on.
    #[test]
    fn what_was_handed_on_is_repeated() {
        let mut collector = Collector::default();
        assert!(!collector.repeat(Timestamp(1), 2));
        collector.add(&event(22, 1), &OPTIONS);
        collector.finish().expect("a row");
        assert!(collector.repeat(Timestamp(3), 2) && collector.repeat(Timestamp(4), 1));
        let rows = collector.finish().expect("a row");
        assert_eq!((rows.len(), rows[0].dst_port, rows[0].hits, rows[0].last), (1, Some(22), 3, Timestamp(4)));
        collector.add(&event(22, 1), &OPTIONS);
        collector.forget();
        assert!(!collector.repeat(Timestamp(5), 1));
    }

    #[test]
    fn the_flags_are_those_that_came_first() {
        let mut collector = Collector::default();
        for flags in [None, Some(TcpFlags::SYN), Some(TcpFlags::RST)] {
            collector.add(&ParsedEvent { tcp_flags: flags, ..event(22, 0) }, &OPTIONS);
        }
        assert_eq!(collector.finish().expect("a row")[0].tcp_flags, Some(TcpFlags::SYN));
    }

    #[test]
    fn every_part_of_the_key_counts() {
        let base = event(22, 0);
        let mut collector = Collector::default();
        for event in [
            base.clone(),
            ParsedEvent { source: IpAddr::from([192, 0, 2, 2]), ..base.clone() },
            ParsedEvent { destination: IpAddr::from([198, 51, 100, 2]), ..base.clone() },
            ParsedEvent { source: "::192.0.2.1".parse().expect("an address"), ..base.clone() },
            ParsedEvent { destination: "::198.51.100.1".parse().expect("an address"), ..base.clone() },
            ParsedEvent { source_port: None, ..base.clone() },
            ParsedEvent { source_port: Some(0), ..base.clone() },
            ParsedEvent { destination_port: None, ..base.clone() },
            ParsedEvent { proto: "UDP".into(), ..base.clone() },
            ParsedEvent { verdict: Judged::UNKNOWN, ..base.clone() },
            ParsedEvent { verdict: Judged::ACCEPT, ..base.clone() },
            ParsedEvent { way: Way::Out, ..base.clone() },
            ParsedEvent { in_if: Some("eth1".into()), out_if: Some("eth2".into()), ..base },
        ] {
            collector.add(&event, &OPTIONS);
        }
        let rows = collector.finish().expect("rows");
        let hits: Vec<_> = rows.iter().map(|row| row.hits).collect();
        assert_eq!(hits, [2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
        assert_eq!(rows[0].in_if.as_deref(), Some("eth0"), "the interfaces are those of the first event");
        assert_eq!((rows[0].dst_service, rows[5].src_port, rows[6].src_port), (Some("ssh"), None, Some(0)));
        assert_eq!((rows[3].src_ip.as_str(), rows[11].direction), ("::c000:201", Some("OUTBOUND")));
    }

    #[test]
    fn a_full_batch_is_handed_on() {
        let mut collector = Collector::default();
        let mut batches = Vec::new();
        for port in 0..=u16::try_from(BATCH).expect("as many ports as that") {
            batches.extend(collector.add(&event(port, 0), &OPTIONS));
        }
        batches.extend(collector.finish());
        assert_eq!(batches.iter().map(Vec::len).collect::<Vec<_>>(), [BATCH, 1]);
    }
}
