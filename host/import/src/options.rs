//! How the lines of a log are to be read, and the bounds of what is read.

use super::carrier::zone::LogZone;
use super::verdict::DefaultVerdict;
use net_scout_model::{Networks, Timestamp};

/// The longest line of syslog that is read, in bytes. The kernel writes about 1,000 at most, and rsyslog cuts at 8 KiB unless told
/// otherwise.
pub const MAXIMUM_LINE: usize = 8_192;
/// The longest line of any format, in bytes. Suricata writes what packets hold into its alerts.
pub const MAXIMUM_RECORD: usize = 1 << 20;

/// How far ahead of now a log's clock may be, in microseconds: the furthest zones are 26 hours apart.
pub const AHEAD: i64 = 26 * 3_600 * 1_000_000;

/// How the lines are to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportOptions {
    /// A date without a year is of the year that brings it closest to this.
    pub now: Timestamp,
    /// The zone of dates that do not say it.
    pub zone: LogZone,
    /// What became of a packet of which the log does not say it.
    pub default_verdict: DefaultVerdict,
    /// The networks that are the operator's own, besides the private ones.
    pub local_networks: Option<Networks>,
}
