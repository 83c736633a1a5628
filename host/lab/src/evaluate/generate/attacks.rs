//! The attacks, each with a label. Sources of attacks do nothing else, so that no label is half true.

use std::net::{IpAddr, Ipv6Addr};

use super::random::Random;
use super::{DAY, HOUR, MINUTE, SECOND, Speed, Traffic, intrusions, scans};

/// How an attack paces its probes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pace {
    /// The usual pause between two probes.
    pub(super) pause: i64,
    pub(super) slow: bool,
}

impl Pace {
    fn fast(random: &mut Random) -> Self {
        let pause = random.one_of(&[SECOND / 100, SECOND / 10, SECOND / 2, SECOND, 3 * SECOND, 10 * SECOND]);
        Self { pause, slow: false }
    }

    fn slow(random: &mut Random) -> Self {
        let pause = random.one_of(&[75 * SECOND, 2 * MINUTE, 3 * MINUTE, 5 * MINUTE, 8 * MINUTE, 12 * MINUTE]);
        Self { pause, slow: true }
    }

    /// The pause until the next probe: as usual, more or less. A slow one is never faster than one probe a minute.
    pub(super) fn next(self, random: &mut Random) -> i64 {
        let pause = random.between(self.pause / 2, self.pause * 3 / 2);
        if self.slow { pause.max(61 * SECOND) } else { pause }
    }

    /// How many probes it makes at most: a slow one ends after two days.
    pub(super) fn at_most(self, probes: usize) -> usize {
        if self.slow { probes.min((2 * DAY / self.pause) as usize) } else { probes }
    }

    /// The name of a kind at this pace.
    pub(super) fn kind(self, name: &str) -> String {
        if self.slow { format!("{name}_slow") } else { name.to_owned() }
    }

    /// When such an attack begins: so that a slow one has a day, where there are enough days.
    pub(super) fn begin(self, random: &mut Random, traffic: &Traffic) -> i64 {
        let needs = if self.slow { 26 * HOUR } else { 7 * HOUR };
        let last = traffic.end() - needs.min((traffic.end() - super::BEGIN) / 2);
        random.between(super::BEGIN + HOUR, last.max(super::BEGIN + HOUR))
    }
}

pub(super) fn add(traffic: &mut Traffic) {
    for index in 0..traffic.options.attacks {
        let mut random = traffic.random(&format!("attack {index}"));
        let both = [Pace::fast(&mut random), Pace::slow(&mut random)];
        let paces: &[Pace] = match traffic.options.speed {
            Speed::All => &both,
            Speed::Fast => &both[..1],
            Speed::Slow => &both[1..],
        };
        for pace in paces {
            scans::add(traffic, &mut random, *pace, index);
            intrusions::add(traffic, &mut random, *pace, index);
        }
    }
}

/// The addresses of one IPv6 attacker: many of one network with a prefix of 64 bits.
pub(super) fn hopping(traffic: &mut Traffic, random: &mut Random, count: usize) -> (u128, Vec<IpAddr>) {
    let block = traffic.outside.v6_block();
    let address = |random: &mut Random| Ipv6Addr::from(block | u128::from(random.below(u64::MAX) | 1)).into();
    (block, (0..count).map(|_| address(random)).collect())
}
