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

/// Whether all that a source sent looks like answers: from one port that servers use, to ports that clients use.
#[must_use]
pub fn are_answers(source_ports: i64, lowest_source_port: Option<i64>, lowest_target_port: i64) -> bool {
    let from_server = lowest_source_port.is_some_and(|port| port < FIRST_EPHEMERAL);
    source_ports == 1 && from_server && lowest_target_port >= FIRST_EPHEMERAL
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers() {
        assert!(are_answers(1, Some(27_015), 40_000));
        assert!(!are_answers(1, Some(56_247), 40_000), "a scanner's port");
        assert!(!are_answers(2, Some(27_015), 40_000));
        assert!(!are_answers(1, Some(27_015), 1_083));
        assert!(!are_answers(0, None, 40_000), "the log has no source ports");
    }
}
