//! Which way a packet went, for the column `direction`.

use std::net::IpAddr;

use super::ImportOptions;

/// A packet that came in.
pub(super) const INBOUND: &str = "INBOUND";
/// A packet that left.
pub(super) const OUTBOUND: &str = "OUTBOUND";

/// A packet that comes in is inbound, one that leaves is outbound. One that is forwarded is outbound when it leaves the local networks.
pub(super) fn by_interfaces(
    in_if: Option<&str>,
    out_if: Option<&str>,
    source: IpAddr,
    destination: IpAddr,
    options: &ImportOptions,
) -> &'static str {
    match (in_if, out_if) {
        (None, Some(_)) => OUTBOUND,
        (Some(_), Some(_)) => by_addresses(source, destination, options),
        (_, None) => INBOUND,
    }
}

/// Outbound is what leaves the local networks. What goes to many at once stays in them.
pub(super) fn by_addresses(source: IpAddr, destination: IpAddr, options: &ImportOptions) -> &'static str {
    if is_local(source, options) && !is_local(destination, options) && !is_many(destination) { OUTBOUND } else { INBOUND }
}

/// A packet that was seen at one interface, in or out. There a packet of the local networks to the outside comes in too, on its way out.
pub(super) fn at_interface(is_in: bool, source: IpAddr, destination: IpAddr, options: &ImportOptions) -> &'static str {
    match (is_local(source, options), is_local(destination, options)) {
        (true, false) if !is_many(destination) => OUTBOUND,
        (false, true) => INBOUND,
        _ if is_in => INBOUND,
        _ => OUTBOUND,
    }
}

/// Whether an address is a multicast or the broadcast one.
pub(super) fn is_many(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.is_multicast() || v4.is_broadcast(),
        IpAddr::V6(v6) => v6.is_multicast(),
    }
}

/// Whether an address is of a network of the operator's, of a private one (RFC 1918, 4193, 6598), of a single link, or of the machine itself.
fn is_local(address: IpAddr, options: &ImportOptions) -> bool {
    if options.local_networks.as_ref().is_some_and(|networks| networks.contains(address)) {
        return true;
    }
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let [first, second, ..] = v4.octets();
            let shared = first == 100 && second & 0xc0 == 0x40;
            v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_unspecified() || shared
        }
        IpAddr::V6(v6) => v6.is_unique_local() || v6.is_unicast_link_local() || v6.is_loopback() || v6.is_unspecified(),
    }
}
