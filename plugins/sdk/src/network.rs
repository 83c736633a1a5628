//! The networks that are the operator's own.

use std::net::IpAddr;

use crate::Window;

/// Networks, as the host says them.
#[derive(Clone, Debug, Default)]
pub struct Networks(Vec<(IpAddr, u32)>);

impl Networks {
    fn new(texts: &[String]) -> Self {
        let network = |text: &String| {
            let (address, bits) = text.split_once('/')?;
            Some((address.parse().ok()?, bits.parse().ok()?))
        };
        Self(texts.iter().filter_map(network).collect())
    }

    /// Whether a text is an address, perhaps with an interface behind a `%`, that lies in one of them.
    #[must_use]
    pub fn contains(&self, address: &str) -> bool {
        let address = address.split_once('%').map_or(address, |(address, _)| address);
        address.parse::<IpAddr>().is_ok_and(|address| {
            let address = address.to_canonical();
            self.0.iter().any(|network| lies_in(address, network))
        })
    }

    /// Whether none is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn lies_in(address: IpAddr, (first, bits): &(IpAddr, u32)) -> bool {
    // What differs is zero in the bits that are shared, and so after the others were shifted out.
    match (address, first) {
        (IpAddr::V4(address), IpAddr::V4(first)) => {
            let differing = address.to_bits() ^ first.to_bits();
            differing.checked_shr(u32::BITS.saturating_sub(*bits)).unwrap_or(0) == 0
        }
        (IpAddr::V6(address), IpAddr::V6(first)) => {
            let differing = address.to_bits() ^ first.to_bits();
            differing.checked_shr(u128::BITS.saturating_sub(*bits)).unwrap_or(0) == 0
        }
        _ => false,
    }
}

impl Window {
    /// The networks that are the operator's own; empty where none is known. Read once, not for every row.
    #[must_use]
    pub fn local_networks(&self) -> Networks {
        Networks::new(&self.local_networks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_inside_and_outside() {
        let texts = ["10.0.0.0/8", "192.0.2.128/25", "192.0.2.7/32", "2001:db8::/64"].map(str::to_owned);
        let networks = Networks::new(&texts);
        for inside in
            ["10.255.0.1", "192.0.2.128", "192.0.2.7", "2001:db8::ffff", "2001:db8::1%eth0", "::ffff:10.0.0.1", "10.0.0.0"]
        {
            assert!(networks.contains(inside), "{inside}");
        }
        for outside in ["11.0.0.0", "192.0.2.127", "192.0.2.8", "2001:db8:0:1::", "::a00:1", "", "10.0.0", "host"] {
            assert!(!networks.contains(outside), "{outside}");
        }
        let all = Networks::new(&["0.0.0.0/0".to_owned()]);
        assert!(all.contains("255.255.255.255") && !all.contains("::1") && !all.is_empty());
        assert!(Networks::new(&[]).is_empty());
    }
}
