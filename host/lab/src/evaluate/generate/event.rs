//! A packet that the firewall logged, and the rows that net-sentinel makes of them.

use std::net::IpAddr;

use net_scout_model::{EventRow, TcpFlags, Timestamp};

/// What a packet is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Proto {
    /// With the flags that are set.
    Tcp(&'static str),
    Udp,
    Icmp,
    /// Any other without ports, by its number.
    Other(&'static str),
}

/// A packet, with its immediate repeats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Event {
    pub(super) time: i64,
    pub(super) source: IpAddr,
    pub(super) destination: IpAddr,
    pub(super) source_port: u16,
    pub(super) destination_port: u16,
    pub(super) proto: Proto,
    pub(super) accepted: bool,
    pub(super) outbound: bool,
    pub(super) hits: u16,
}

/// A connection that begins.
pub(super) const SYN: Proto = Proto::Tcp("SYN");

impl Event {
    /// A packet from outside that is let through.
    pub(super) fn inbound(time: i64, source: (IpAddr, u16), destination: (IpAddr, u16), proto: Proto) -> Self {
        Self {
            time,
            source: source.0,
            destination: destination.0,
            source_port: source.1,
            destination_port: destination.1,
            proto,
            accepted: true,
            outbound: false,
            hits: 1,
        }
    }

    /// A packet of a local host that is let through.
    pub(super) fn outbound(time: i64, source: (IpAddr, u16), destination: (IpAddr, u16), proto: Proto) -> Self {
        Self { outbound: true, ..Self::inbound(time, source, destination, proto) }
    }

    /// The same, but dropped.
    pub(super) fn dropped(self) -> Self {
        Self { accepted: false, ..self }
    }

    /// The same, so often within seconds: what a system sends again that got no answer.
    pub(super) fn repeated(self, hits: u16) -> Self {
        Self { hits, ..self }
    }

    /// What net-sentinel knows a row by. Flags are not of it.
    fn key(&self) -> (IpAddr, IpAddr, u16, u16, &'static str, bool, bool) {
        (self.source, self.destination, self.source_port, self.destination_port, self.proto.name(), self.accepted, self.outbound)
    }
}

impl Proto {
    fn name(self) -> &'static str {
        match self {
            Self::Tcp(_) => "TCP",
            Self::Udp => "UDP",
            Self::Icmp => "ICMP",
            Self::Other(number) => number,
        }
    }
}

/// The rows of the packets: each key once, at its latest time, in order of time.
pub(super) fn rows(mut events: Vec<Event>) -> Vec<EventRow> {
    events.sort_by_key(|event| (event.key(), event.time));
    let mut rows: Vec<(Event, i64)> = Vec::new();
    for event in events {
        match rows.last_mut() {
            Some((last, hits)) if last.key() == event.key() => {
                *hits += i64::from(event.hits);
                *last = event;
            }
            _ => rows.push((event, event.hits.into())),
        }
    }
    rows.sort_by_key(|(event, _)| (event.time, event.key()));
    rows.into_iter().map(|(event, hits)| row(&event, hits)).collect()
}

fn row(event: &Event, hits: i64) -> EventRow {
    let port = |port: u16| matches!(event.proto, Proto::Tcp(_) | Proto::Udp).then_some(port);
    let proto = match (event.proto, event.source) {
        (Proto::Icmp, IpAddr::V6(_)) => "ICMPv6",
        (proto, _) => proto.name(),
    };
    let interface = |here: bool| here.then(|| "eth0".to_owned());
    EventRow {
        src_ip: event.source.to_string(),
        src_port: port(event.source_port),
        src_service: None,
        dst_ip: event.destination.to_string(),
        dst_port: port(event.destination_port),
        dst_service: None,
        place: None,
        proto: proto.to_owned(),
        in_if: interface(!event.outbound),
        out_if: interface(event.outbound),
        verdict: Some(if event.accepted { "ACCEPT" } else { "DROP" }),
        direction: Some(if event.outbound { "OUTBOUND" } else { "INBOUND" }),
        tcp_flags: if let Proto::Tcp(flags) = event.proto { Some(flags_of(flags)) } else { None },
        last: Timestamp(event.time),
        hits,
    }
}

/// The flags of which the names are in the text.
fn flags_of(names: &str) -> TcpFlags {
    names.split(',').filter_map(TcpFlags::named).fold(TcpFlags::default(), TcpFlags::with)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeats_are_one_row_at_the_latest_time() {
        let (source, destination) = (IpAddr::from([192, 0, 2, 1]), IpAddr::from([198, 18, 0, 1]));
        let event = |time, port| Event::inbound(time, (source, 4_000), (destination, port), SYN).dropped();
        let rows = rows(vec![event(9, 22), event(5, 80), event(3, 22).repeated(3), Event { proto: Proto::Icmp, ..event(1, 0) }]);
        let seen: Vec<_> = rows.iter().map(|event| (event.dst_port, event.last.0, event.hits, event.tcp_flags)).collect();
        assert_eq!(seen, [(None, 1, 1, None), (Some(80), 5, 1, Some(TcpFlags::SYN)), (Some(22), 9, 4, Some(TcpFlags::SYN))]);
        assert_eq!((rows[0].verdict, rows[0].direction, rows[0].in_if.as_deref()), (Some("DROP"), Some("INBOUND"), Some("eth0")));
    }
}
