//! The network that the events are of: its addresses and what they are for, and the addresses outside.

use std::collections::HashSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::random::Random;

/// The first local address (RFC 2544: a range that belongs to nobody).
const LOCAL: u32 = u32::from_be_bytes([198, 18, 0, 1]);
/// The local IPv6 network (RFC 3849).
const LOCAL_V6: u128 = 0x2001_0db8_0001_0000 << 64;

/// A host of the network: each has an IPv4 address, some an IPv6 address too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Host {
    pub(super) v4: IpAddr,
    pub(super) v6: Option<IpAddr>,
}

/// The hosts by what they are for.
#[derive(Clone, Debug)]
pub(super) struct Site {
    pub(super) resolvers: Vec<Host>,
    pub(super) web: Vec<Host>,
    pub(super) mail: Vec<Host>,
    pub(super) backup: Host,
    pub(super) monitor: Host,
    pub(super) pbx: Host,
    pub(super) bastion: Host,
    pub(super) torrents: Vec<Host>,
    /// Where people sit.
    pub(super) workstations: Vec<Host>,
    /// Printers, cameras and such: they ask for the time and nothing else.
    pub(super) quiet: Vec<Host>,
    pub(super) all: Vec<Host>,
}

impl Site {
    /// A network of so many addresses, 16 at least.
    pub(super) fn new(addresses: u32) -> Self {
        let host = |index: u32| Host {
            v4: Ipv4Addr::from(LOCAL + index).into(),
            v6: index.is_multiple_of(4).then(|| Ipv6Addr::from(LOCAL_V6 | u128::from(index + 1)).into()),
        };
        let all: Vec<Host> = (0..addresses.max(16)).map(host).collect();
        let mut rest = all.iter().copied();
        let mut take = |count: u32| -> Vec<Host> { rest.by_ref().take(count as usize).collect() };
        let several = 1 + addresses / 1_000;
        let single = take(4);
        let (resolvers, web, mail, torrents) = (take(several), take(several), take(several), take(several));
        let rest: Vec<Host> = rest.collect();
        let (workstations, quiet) = rest.split_at(rest.len() * 6 / 10);
        Self {
            resolvers,
            web,
            mail,
            backup: single[0],
            monitor: single[1],
            pbx: single[2],
            bastion: single[3],
            torrents,
            workstations: workstations.to_vec(),
            quiet: quiet.to_vec(),
            all,
        }
    }

    /// The local addresses that have a second one of IPv6.
    pub(super) fn v6(&self) -> Vec<IpAddr> {
        self.all.iter().filter_map(|host| host.v6).collect()
    }

    /// The local addresses of IPv4.
    pub(super) fn v4(&self) -> Vec<IpAddr> {
        self.all.iter().map(|host| host.v4).collect()
    }
}

/// Addresses outside, none given twice: whoever has one has its /24 or /64 for himself.
#[derive(Debug)]
pub(super) struct Outside {
    random: Random,
    taken: HashSet<u64>,
}

impl Outside {
    pub(super) fn new(seed: u64) -> Self {
        Self { random: Random::of(seed, "outside"), taken: HashSet::new() }
    }

    /// A network of 256 addresses: its first address.
    pub(super) fn block(&mut self) -> u32 {
        loop {
            let block = (self.random.below(1 << 24) as u32) << 8;
            let [a, b, ..] = block.to_be_bytes();
            // What is not private, shared, loopback, link-local, for documentation or benchmarks, multicast, or reserved.
            let public = !matches!(
                (a, b),
                (0 | 10 | 127 | 224.., _) | (100, 64..=127) | (169, 254) | (172, 16..=31) | (192 | 198 | 203, _)
            );
            if public && self.taken.insert(u64::from(block)) {
                return block;
            }
        }
    }

    /// An address of IPv4.
    pub(super) fn v4(&mut self) -> IpAddr {
        let block = self.block();
        Ipv4Addr::from(block + 1 + self.random.below(254) as u32).into()
    }

    /// Several addresses of IPv4.
    pub(super) fn several(&mut self, count: usize) -> Vec<IpAddr> {
        (0..count).map(|_| self.v4()).collect()
    }

    /// A network of IPv6 with a prefix of 64 bits: its first address.
    pub(super) fn v6_block(&mut self) -> u128 {
        loop {
            // 2a00::/12, where European networks are.
            let block = 0x2a00_0000_0000_0000 | self.random.below(1 << 52);
            if self.taken.insert(block) {
                return u128::from(block) << 64;
            }
        }
    }

    /// An address of IPv6.
    pub(super) fn v6(&mut self) -> IpAddr {
        let block = self.v6_block();
        Ipv6Addr::from(block | u128::from(self.random.below(1 << 32) + 1)).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_host_has_one_purpose() {
        for addresses in [16, 24, 5_000] {
            let site = Site::new(addresses);
            assert_eq!(site.all.len(), addresses as usize);
            let parts = [&site.resolvers, &site.web, &site.mail, &site.torrents, &site.workstations, &site.quiet];
            assert!(parts.iter().all(|part| !part.is_empty()));
            assert_eq!(parts.iter().map(|part| part.len()).sum::<usize>() + 4, site.all.len());
        }
    }

    #[test]
    fn outside_addresses_are_public_and_once() {
        let mut outside = Outside::new(3);
        let mut all = outside.several(20_000);
        all.extend((0..1_000).map(|_| outside.v6()));
        let unique: HashSet<IpAddr> = all.iter().copied().collect();
        assert_eq!(unique.len(), all.len());
        assert!(
            !all.iter()
                .any(|address| matches!(address, IpAddr::V4(v4) if v4.is_private() || v4.is_loopback() || v4.is_multicast()))
        );
    }
}
