//! What a machine says of itself in `/proc` and `/etc`, as texts.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use net_scout_model::{Network, Networks};

/// The private ranges, of which the whole one is taken where a machine is in a part of it: behind a router there may be others.
const PRIVATE: [&str; 4] = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"];
/// The port of SMTP.
const SMTP: u16 = 25;
/// A socket that listens, in `/proc/net/tcp`.
const LISTENS: &str = "0A";

/// The networks of `/proc/net/route` and `/proc/net/if_inet6`: those that need no gateway.
pub(super) fn networks(route: &str, inet6: &str) -> Networks {
    let of_route = route.lines().skip(1).filter_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let number = |place: usize| u32::from_str_radix(fields.get(place)?, 16).ok().map(u32::from_be);
        let (network, gateway, mask) = (number(1)?, number(2)?, number(7)?);
        let is_near = gateway == 0 && mask != 0;
        is_near.then(|| Network::around(IpAddr::V4(Ipv4Addr::from(network)), u8::try_from(mask.leading_ones()).unwrap_or(32)))
    });
    let of_inet6 = inet6.lines().filter_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let address = u128::from_str_radix(fields.first()?, 16).ok()?;
        let bits = u8::from_str_radix(fields.get(2)?, 16).ok()?;
        Some(Network::around(IpAddr::V6(Ipv6Addr::from(address)), bits))
    });
    let private: Vec<Network> = PRIVATE.iter().filter_map(|text| text.parse().ok()).collect();
    let widened = |network: Network| private.iter().copied().find(|range| range.covers(&network)).unwrap_or(network);
    let is_own = |network: &Network| {
        let address = network.first();
        let is_link_local = matches!(address, IpAddr::V6(address) if address.is_unicast_link_local());
        !address.is_loopback() && !address.is_multicast() && !is_link_local
    };
    of_route.chain(of_inet6).filter(is_own).map(widened).collect()
}

/// Whether something on this machine takes mail, by `/proc/net/tcp`: on loopback, or on all addresses.
pub(super) fn takes_mail(tcp: &str) -> bool {
    tcp.lines().skip(1).any(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let (Some(local), Some(&state)) = (fields.get(1), fields.get(3)) else { return false };
        let Some((address, port)) = local.split_once(':') else { return false };
        let is_here = u32::from_str_radix(address, 16).is_ok_and(|address| {
            let address = Ipv4Addr::from(u32::from_be(address));
            address.is_loopback() || address.is_unspecified()
        });
        is_here && state == LISTENS && u16::from_str_radix(port, 16) == Ok(SMTP)
    })
}

/// The resolvers of `/etc/resolv.conf`.
pub(super) fn resolvers(conf: &str) -> Vec<IpAddr> {
    let named = conf.lines().filter_map(|line| line.trim().strip_prefix("nameserver"));
    named.filter_map(|rest| rest.split_whitespace().next()?.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_of_interfaces() {
        let route = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\n\
            eth0\t00000000\t0101A8C0\t0003\t0\t0\t0\t00000000\t0\n\
            eth0\t0001A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\n\
            eth1\t007100CB\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\n";
        let inet6 = "20010db8000000000000000000000007 02 40 00 80 eth0\n\
            fe800000000000000000000000000001 02 40 20 80 eth0\n00000000000000000000000000000001 01 80 10 80 lo\n";
        assert_eq!(networks(route, inet6).texts(), ["192.168.0.0/16", "203.0.113.0/24", "2001:db8::/64"]);
        assert!(networks("", "x").is_empty());
    }

    #[test]
    fn mail_and_resolvers() {
        let tcp = "  sl  local_address rem_address   st\n   0: 0100007F:0019 00000000:0000 0A 0\n";
        assert!(takes_mail(tcp));
        assert!(!takes_mail(&tcp.replace("0A 0", "01 0")) && !takes_mail(&tcp.replace(":0019", ":0050")));
        assert!(!takes_mail(&tcp.replace("0100007F", "0101A8C0")) && !takes_mail(""));
        let found = resolvers("# x\nnameserver 192.0.2.53\nnameserver ::1 \nsearch example\n");
        assert_eq!(found, ["192.0.2.53", "::1"].map(|text| text.parse::<IpAddr>().expect(text)));
    }
}
