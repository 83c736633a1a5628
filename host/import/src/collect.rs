//! Repeats of an event become one row with a count, before they reach the database. A flood of one packet thus costs one row.

use std::borrow::Cow;
use std::collections::HashMap;
use std::net::IpAddr;

use super::direction::INBOUND;
use super::event::ParsedEvent;
use super::verdict::DROP;
use net_scout_model::EventRow;

/// How many different events are held before they are handed on. A few tens of megabytes.
pub(super) const BATCH: usize = 50_000;

/// What makes two events the same: the unique key of the event table.
#[derive(PartialEq, Eq, Hash)]
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
        let verdict = match event.verdict {
            None => 0,
            Some(DROP) => 1,
            Some(_) => 2,
        };
        let rest = port(event.source_port)
            | port(event.destination_port) << 17
            | from_v6 << 34
            | to_v6 << 35
            | verdict << 36
            | u64::from(event.direction == INBOUND) << 38;
        Self { source, destination, proto: kept(&event.proto), rest }
    }
}

/// Holds different events, in the order in which they first came.
#[derive(Default)]
pub(super) struct Collector {
    rows: Vec<EventRow>,
    /// Where in `rows` an event is.
    places: HashMap<Key, usize>,
}

impl Collector {
    /// Adds an event. Hands all rows on when there are enough.
    pub(super) fn add(&mut self, event: &ParsedEvent<'_>) -> Option<Vec<EventRow>> {
        let place = *self.places.entry(Key::of(event)).or_insert(self.rows.len());
        if let Some(row) = self.rows.get_mut(place) {
            row.hits = row.hits.saturating_add(1);
            row.last = row.last.max(event.time);
            row.tcp_flags = row.tcp_flags.or(event.tcp_flags);
            return None;
        }
        self.rows.push(row(event));
        if self.rows.len() < BATCH { None } else { self.finish() }
    }

    /// Hands on what is left; none where nothing is.
    pub(super) fn finish(&mut self) -> Option<Vec<EventRow>> {
        self.places.clear();
        let rows = std::mem::take(&mut self.rows);
        (!rows.is_empty()).then_some(rows)
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

fn row(event: &ParsedEvent<'_>) -> EventRow {
    EventRow {
        src_ip: event.source.to_string(),
        src_port: event.source_port,
        dst_ip: event.destination.to_string(),
        dst_port: event.destination_port,
        proto: event.proto.to_string(),
        in_if: event.in_if.as_deref().map(str::to_owned),
        out_if: event.out_if.as_deref().map(str::to_owned),
        verdict: event.verdict,
        direction: event.direction,
        tcp_flags: event.tcp_flags,
        last: event.time,
        hits: 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use net_scout_model::{TcpFlags, Timestamp};

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
            verdict: Some("DROP"),
            direction: "INBOUND",
            tcp_flags: None,
        }
    }

    #[test]
    fn repeats_are_counted_at_their_latest_time() {
        let mut collector = Collector::default();
        for (port, time) in [(22, 5), (80, 1), (22, 9), (22, 7)] {
            assert_eq!(collector.add(&event(port, time)), None);
        }
        let rows = collector.finish().expect("two rows");
        let seen: Vec<_> = rows.iter().map(|row| (row.dst_port, row.last, row.hits)).collect();
        assert_eq!(seen, [(Some(22), Timestamp(9), 3), (Some(80), Timestamp(1), 1)]);
        assert_eq!(collector.finish(), None);
        assert_eq!(collector.add(&event(22, 1)), None);
        assert_eq!(collector.finish().expect("one row")[0].hits, 1);
    }

    #[test]
    fn the_flags_are_those_that_came_first() {
        let mut collector = Collector::default();
        for flags in [None, Some(TcpFlags::SYN), Some(TcpFlags::RST)] {
            collector.add(&ParsedEvent { tcp_flags: flags, ..event(22, 0) });
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
            ParsedEvent { verdict: None, ..base.clone() },
            ParsedEvent { verdict: Some("ACCEPT"), ..base.clone() },
            ParsedEvent { direction: "OUTBOUND", ..base.clone() },
            ParsedEvent { in_if: Some("eth1".into()), out_if: Some("eth2".into()), ..base },
        ] {
            collector.add(&event);
        }
        let rows = collector.finish().expect("rows");
        let hits: Vec<_> = rows.iter().map(|row| row.hits).collect();
        assert_eq!(hits, [2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
        assert_eq!(rows[0].in_if.as_deref(), Some("eth0"), "the interfaces are those of the first event");
    }

    #[test]
    fn a_full_batch_is_handed_on() {
        let mut collector = Collector::default();
        let mut batches = Vec::new();
        for port in 0..=u16::try_from(BATCH).expect("as many ports as that") {
            batches.extend(collector.add(&event(port, 0)));
        }
        batches.extend(collector.finish());
        assert_eq!(batches.iter().map(Vec::len).collect::<Vec<_>>(), [BATCH, 1]);
    }
}
