//! Which events speak of somebody who tries something, as SQL. Rules that use these very words share the work: the host remembers the
//! rows of a WHERE and their groups.

/// A packet from outside to a port, that was dropped and is no answer: an answer comes from a well-known port to one that clients use, or
/// has the flags of one, SYN and ACK or RST (RFC 9293), where the log has flags. Servers' late answers, backscatter of attacks on others
/// and replies of resolvers are such; nobody is accused for them.
pub const DROPPED: &str = "direction = 'INBOUND' AND verdict = 'DROP' AND dst_port BETWEEN 1 AND 65535 \
    AND (dst_port < 1024 OR coalesce(src_port, 65535) >= 1024) \
    AND coalesce(tcp_flags, '') NOT IN ('SYN,ACK', 'RST', 'RST,ACK')";

/// A connection that a local host made to somewhere.
pub const OUTGOING: &str = "direction = 'OUTBOUND' AND verdict = 'ACCEPT'";

/// Whether the packets of a group lie close enough to each other that many of them may be of one day, as a HAVING: on average less than
/// twelve hours. Over a week this leaves out strays of many sources before anything of them is collected; within a day it leaves out
/// nobody with three packets or more.
pub const CLOSE: &str = "MAX(time) - MIN(time) <= (COUNT(*) - 1) * 43200000000";

/// The first port of those that systems give to clients; servers hardly ever use them.
pub const FIRST_EPHEMERAL: i64 = 32_768;

/// With fewer packets nothing can be said of how their ports are spread.
const SPREAD: i64 = 8;

/// What a source sent, where the log does not say by flags what are answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// How many packets.
    pub packets: i64,
    /// From how many different ports.
    pub source_ports: i64,
    /// The lowest of them.
    pub lowest_source_port: Option<i64>,
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
    /// Whether all of it looks like answers: from one port that servers use, to ports that clients use. Those are the ports that systems
    /// give to clients; or, of clients whose addresses and ports are forged, any from 1024 on, nearly every packet to another one, and at
    /// least a third of them in the upper half. Scanners that keep one port take one that systems give to clients.
    #[must_use]
    pub fn are_answers(&self) -> bool {
        let from_server =
            self.source_ports == 1 && self.lowest_source_port.is_some_and(|port| port < FIRST_EPHEMERAL) && self.beginnings == 0;
        let spread = self.packets >= SPREAD && self.ports * 10 >= self.packets * 9 && self.ephemeral * 3 >= self.packets;
        from_server && (self.lowest_port >= FIRST_EPHEMERAL || (self.lowest_port >= 1024 && spread))
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
            ports: 3,
            lowest_port: 40_000,
            ephemeral: 3,
            beginnings: 0,
        };
        let are = |sent: Sent| sent.are_answers();
        assert!(are(sent));
        assert!(!are(Sent { lowest_source_port: Some(56_247), ..sent }), "a scanner's port");
        assert!(!are(Sent { source_ports: 2, ..sent }));
        assert!(!are(Sent { lowest_port: 1_083, ephemeral: 2, ..sent }), "three ports are not spread");
        assert!(!are(Sent { source_ports: 0, lowest_source_port: None, ..sent }), "the log has no source ports");
        assert!(!are(Sent { beginnings: 1, ..sent }), "a connection begins");
    }

    #[test]
    fn answers_to_forged_ports() {
        let sent = Sent {
            packets: 100,
            source_ports: 1,
            lowest_source_port: Some(25_565),
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
    }
}
