//! Which events speak of somebody who tries something, as SQL. Rules that use these very words share the work: the host remembers the
//! rows of a WHERE and their groups.

/// A packet from outside to a port, that was refused and is not an answer.
///
/// Refused is what was dropped; and where the log knows no verdicts, a connection of which nothing but its SYN was seen. Flags decide, where
/// the log has them: whatever carries ACK or RST belongs to a connection that is or was there (RFC 9293), so it is a late packet or
/// backscatter; SYN alone begins a connection, whatever port it comes from. Without flags a packet from a well-known port to one that
/// clients use is an answer. UDP to the ports of traceroute tries nothing. What goes to groups of hosts is for the rules to leave out.
pub const DROPPED: &str = "direction = 'INBOUND' AND (verdict = 'DROP' OR (verdict IS NULL AND tcp_flags = 'SYN')) \
    AND dst_port BETWEEN 1 AND 65535 \
    AND (tcp_flags = 'SYN' OR dst_port < 1024 OR coalesce(src_port, 65535) >= 1024) \
    AND coalesce(tcp_flags, '') NOT LIKE '%ACK%' AND coalesce(tcp_flags, '') NOT LIKE '%RST%' \
    AND (dst_port NOT BETWEEN 33434 AND 33534 OR proto IN ('TCP', 'tcp'))";

/// A packet from outside with ACK and without SYN, that was dropped: it belongs to a connection whose state was lost, or somebody looks for
/// ports with bare ACKs. Only very many ports tell one from the other.
pub const STATELESS: &str = "direction = 'INBOUND' AND verdict = 'DROP' AND dst_port BETWEEN 1 AND 65535 \
    AND tcp_flags IN ('ACK', 'FIN,ACK', 'PSH,ACK', 'FIN,PSH,ACK') \
    AND (dst_port < 1024 OR coalesce(src_port, 65535) >= 1024)";

/// A connection that somebody inside tried to somewhere and that was refused or never answered. What a server of the own sends late carries
/// ACK or RST, or goes from its well-known port to one that clients use.
pub const REFUSED_OUTSIDE: &str = "direction = 'OUTBOUND' AND (verdict = 'DROP' OR (verdict IS NULL AND tcp_flags = 'SYN')) \
    AND dst_port BETWEEN 1 AND 65535 \
    AND (tcp_flags = 'SYN' OR dst_port < 1024 OR coalesce(src_port, 65535) >= 1024) \
    AND coalesce(tcp_flags, '') NOT LIKE '%ACK%' AND coalesce(tcp_flags, '') NOT LIKE '%RST%' \
    AND (dst_port NOT BETWEEN 33434 AND 33534 OR proto IN ('TCP', 'tcp'))";

/// A connection to a well-known port that was let through, in any direction; but to those that everybody uses: mail, names, web and time.
pub const LET_THROUGH: &str = "verdict = 'ACCEPT' AND dst_port BETWEEN 1 AND 1023 AND dst_port NOT IN (25, 53, 80, 123, 443) \
    AND coalesce(tcp_flags, '') IN ('SYN', '') \
    AND (tcp_flags = 'SYN' OR coalesce(src_port, 65535) >= 1024)";

/// A connection that a local host made to somewhere, whatever became of it.
pub const OUTGOING: &str = "direction = 'OUTBOUND'";

/// A packet of a protocol without ports.
pub const WITHOUT_PORTS: &str = "coalesce(dst_port, 0) = 0 AND coalesce(src_port, 0) = 0 AND proto IS NOT NULL";

/// Whether the packets of a group lie close enough to each other that many of them may be of one day, as a HAVING: on average less than
/// twelve hours. Over a week this leaves out strays of many sources before anything of them is collected; within a day it leaves out
/// nobody with three packets or more.
pub const CLOSE: &str = "MAX(time) - MIN(time) <= (COUNT(*) - 1) * 43200000000";

/// The first port of those that systems give to clients; servers hardly ever use them.
pub const FIRST_EPHEMERAL: i64 = 32_768;

/// With fewer packets nothing can be said of how their ports are spread.
const SPREAD: i64 = 8;
/// A relay sends from some ports: STUN and TURN have two each, a conference a few more.
const RELAY_PORTS: i64 = 8;

/// What a source sent, where the log does not say by flags what are answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// How many packets.
    pub packets: i64,
    /// From how many different ports.
    pub source_ports: i64,
    /// The lowest of them.
    pub lowest_source_port: Option<i64>,
    /// The highest of them.
    pub highest_source_port: Option<i64>,
    /// To how many different ports.
    pub ports: i64,
    /// The lowest of them.
    pub lowest_port: i64,
    /// How many packets to ports from [`FIRST_EPHEMERAL`] on.
    pub ephemeral: i64,
    /// How many packets with SYN alone: who sends them answers nobody.
    pub beginnings: i64,
}

impl Sent {
    /// Whether all of it looks like answers: from one port that servers use, or a few as relays have, to ports that clients use. Those are
    /// the ports that systems give to clients; or, of clients whose addresses and ports are forged, any from 1024 on, nearly every packet to
    /// another one, and at least a third of them in the upper half. Scanners that keep one port take one that systems give to clients.
    #[must_use]
    pub fn are_answers(&self) -> bool {
        self.go_to_clients() || self.answer_forged()
    }

    /// Whether they go from one port that servers use, or from a few as those of relays, to ports that systems give to clients.
    #[must_use]
    pub fn go_to_clients(&self) -> bool {
        let few = self.source_ports == 1 || (self.source_ports <= RELAY_PORTS && self.source_ports * 2 <= self.ports);
        self.come_from_servers() && few && self.lowest_port >= FIRST_EPHEMERAL
    }

    /// Whether they go from one port that servers use to the forged ports of clients: a flooded server answers whoever seems to ask.
    #[must_use]
    pub fn answer_forged(&self) -> bool {
        let spread = self.packets >= SPREAD && self.ports * 10 >= self.packets * 9 && self.ephemeral * 3 >= self.packets;
        self.come_from_servers() && self.source_ports == 1 && self.lowest_port >= 1024 && spread
    }

    /// Whether they come from ports that servers use, and begin nothing.
    fn come_from_servers(&self) -> bool {
        self.highest_source_port.is_some_and(|port| port < FIRST_EPHEMERAL) && self.beginnings == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers() {
        let sent = Sent {
            packets: 3,
            source_ports: 1,
            lowest_source_port: Some(27_015),
            highest_source_port: Some(27_015),
            ports: 3,
            lowest_port: 40_000,
            ephemeral: 3,
            beginnings: 0,
        };
        let are = |sent: Sent| sent.are_answers();
        assert!(are(sent));
        assert!(!are(Sent { highest_source_port: Some(56_247), ..sent }), "a scanner's port");
        assert!(!are(Sent { source_ports: 2, ..sent }), "as many ports as answers");
        assert!(!are(Sent { lowest_port: 1_083, ephemeral: 2, ..sent }), "three ports are not spread");
        assert!(!are(Sent { source_ports: 0, lowest_source_port: None, highest_source_port: None, ..sent }), "no source ports");
        assert!(!are(Sent { beginnings: 1, ..sent }), "a connection begins");
    }

    #[test]
    fn a_relay_has_some_ports() {
        let relay = Sent {
            packets: 120,
            source_ports: 4,
            lowest_source_port: Some(3_478),
            highest_source_port: Some(3_481),
            ports: 60,
            lowest_port: 50_000,
            ephemeral: 120,
            beginnings: 0,
        };
        assert!(relay.are_answers());
        assert!(!Sent { source_ports: 40, ..relay }.are_answers());
        assert!(!Sent { lowest_port: 1_100, ..relay }.are_answers(), "not only ports of clients");
    }

    #[test]
    fn answers_to_forged_ports() {
        let sent = Sent {
            packets: 100,
            source_ports: 1,
            lowest_source_port: Some(25_565),
            highest_source_port: Some(25_565),
            ports: 99,
            lowest_port: 1_100,
            ephemeral: 50,
            beginnings: 0,
        };
        let are = |sent: Sent| sent.are_answers();
        assert!(are(sent));
        assert!(!are(Sent { lowest_port: 80, ..sent }), "a port of a service");
        assert!(!are(Sent { ephemeral: 30, ..sent }), "what scanners look for is in the lower half");
        assert!(!are(Sent { ports: 80, ..sent }), "some ports again and again");
        assert!(!are(Sent { packets: 7, ports: 7, ephemeral: 7, ..sent }));
        assert!(sent.answer_forged() && !sent.go_to_clients());
    }
}
