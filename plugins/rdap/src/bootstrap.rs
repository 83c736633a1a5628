//! Which registry answers for an address: RFC 9224, section 5.

use std::net::IpAddr;

use serde_json::Value;

/// The URL of the service with the longest prefix that holds the address.
pub(crate) fn server(file: &Value, address: IpAddr) -> Option<&str> {
    let services = file["services"].as_array()?;
    let prefixes = services.iter().flat_map(|service| {
        let prefixes = service[0].as_array().into_iter().flatten().filter_map(Value::as_str);
        prefixes.map(move |prefix| (prefix, service))
    });
    let matching = prefixes.filter_map(|(prefix, service)| Some((length(prefix, address)?, service)));
    let (_, service) = matching.max_by_key(|(length, _)| *length)?;
    let mut urls = service[1].as_array()?.iter().filter_map(Value::as_str);
    urls.find(|url| url.starts_with("https://") || is_loopback(url))
}

/// The length of a prefix that holds the address.
fn length(prefix: &str, address: IpAddr) -> Option<u32> {
    let (network, length) = prefix.split_once('/')?;
    let length: u32 = length.parse().ok()?;
    let (network, address, bits) = match (network.parse().ok()?, address) {
        (IpAddr::V4(network), IpAddr::V4(address)) => (u128::from(network.to_bits()), u128::from(address.to_bits()), 32_u32),
        (IpAddr::V6(network), IpAddr::V6(address)) => (network.to_bits(), address.to_bits(), 128),
        _ => return None,
    };
    let behind = bits.checked_sub(length)?;
    // A shift by all bits is none of the language.
    let same = (network ^ address).checked_shr(behind).unwrap_or(0) == 0;
    same.then_some(length)
}

/// Whether a URL without TLS stays on this machine. The host checks that again.
fn is_loopback(url: &str) -> bool {
    ["http://127.", "http://[::1]", "http://localhost"].iter().any(|start| url.starts_with(start))
}
