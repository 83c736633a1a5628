//! A row of the event table, before it is stored.

use super::{TcpFlags, Timestamp};

/// Where the address of an event that is not the operator's own is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Place {
    /// The name of the country, in English.
    pub country: Option<String>,
    /// Its two letters (ISO 3166-1).
    pub country_code: Option<String>,
    /// The name of the state or region.
    pub state: Option<String>,
    /// The name of the city.
    pub city: Option<String>,
    /// Degrees north.
    pub latitude: Option<f64>,
    /// Degrees east.
    pub longitude: Option<f64>,
}

/// An event to keep, with all its repeats.
#[derive(Clone, Debug, PartialEq)]
pub struct EventRow {
    /// Source address.
    pub src_ip: String,
    /// Source port; none for ICMP.
    pub src_port: Option<u16>,
    /// The name of the service at the source port.
    pub src_service: Option<&'static str>,
    /// Destination address.
    pub dst_ip: String,
    /// Destination port; none for ICMP.
    pub dst_port: Option<u16>,
    /// The name of the service at the destination port.
    pub dst_service: Option<&'static str>,
    /// TCP, UDP, ICMP, ...
    pub proto: String,
    /// Interface it came in by.
    pub in_if: Option<String>,
    /// Interface it went out by.
    pub out_if: Option<String>,
    /// DROP or ACCEPT; none where the log does not say.
    pub verdict: Option<&'static str>,
    /// INBOUND or OUTBOUND; none where nothing tells.
    pub direction: Option<&'static str>,
    /// The flags of its first packet; none where it is not TCP or the log does not say.
    pub tcp_flags: Option<TcpFlags>,
    /// When it was last seen.
    pub last: Timestamp,
    /// How often it was seen.
    pub hits: i64,
    /// Where it came from, or went to.
    pub place: Option<Place>,
}
