//! One event as a log or a generator gives it, before it is stored.

use crate::{TcpFlags, Timestamp};

/// An event to keep, with all its repeats.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventRow {
    /// Source address.
    pub src_ip: String,
    /// Source port; none for ICMP.
    pub src_port: Option<u16>,
    /// Destination address.
    pub dst_ip: String,
    /// Destination port; none for ICMP.
    pub dst_port: Option<u16>,
    /// TCP, UDP, ICMP, ...
    pub proto: String,
    /// Interface it came in by.
    pub in_if: Option<String>,
    /// Interface it went out by.
    pub out_if: Option<String>,
    /// DROP or ACCEPT; none where the log does not say.
    pub verdict: Option<&'static str>,
    /// INBOUND or OUTBOUND.
    pub direction: &'static str,
    /// The flags of its first packet; none where it is not TCP or the log does not say.
    pub tcp_flags: Option<TcpFlags>,
    /// When it was last seen.
    pub last: Timestamp,
    /// How often it was seen.
    pub hits: i64,
}
