//! What happens in a simulated network, and when its rows are written: noise that no rule minds, and attacks, each by a source of its own.
//!
//! The same seed gives the same rows at the same moments, whoever reads them.

use std::collections::VecDeque;

use net_scout_tests::sample::Random;

use crate::{HOUR, MINUTE, SECOND};

/// How many known events the noise repeats, so that the producer updates their rows in place.
const REPEATED: usize = 1_000;

/// An event, as far as it tells one from another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packet {
    /// Who sent it, and from which port.
    pub source: (String, u16),
    /// To whom, and to which port.
    pub destination: (String, u16),
}

/// A row that is to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// When it is written, in microseconds since 1970.
    pub at: i64,
    /// How long before that it happened.
    pub delay: i64,
    /// What.
    pub packet: Packet,
}

/// An attack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attack {
    /// 120 ports of a host in three minutes.
    Ports,
    /// One port of 100 hosts in three minutes.
    Hosts,
    /// 120 ports of a host in fifty minutes.
    Slow,
    /// 400 connections to one port in twenty minutes.
    Many,
    /// One packet again and again, which stays one row that the producer counts up: 400 times in ten minutes.
    Again,
}

impl Attack {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Ports, Self::Hosts, Self::Slow, Self::Many, Self::Again];

    /// How many packets, and over which time.
    #[must_use]
    pub fn shape(self) -> (u16, i64) {
        match self {
            Self::Ports => (120, 3 * MINUTE),
            Self::Hosts => (100, 3 * MINUTE),
            Self::Slow => (120, 50 * MINUTE),
            Self::Many => (400, 20 * MINUTE),
            Self::Again => (400, 10 * MINUTE),
        }
    }

    /// Its packets, when it begins then. Each is written `delay` after it was seen.
    #[must_use]
    pub fn arrivals(self, source: &str, begins: i64, delay: i64) -> Vec<Arrival> {
        let (count, length) = self.shape();
        let packet = |number: u16| {
            let (from, host, port) = match self {
                Self::Ports | Self::Slow => (40_000, 7, 1 + number),
                Self::Hosts => (40_000 + number, 1 + number, 445),
                Self::Many => (40_000 + number, 7, 22),
                Self::Again => (40_000, 7, 22),
            };
            Packet { source: (source.to_owned(), from), destination: (format!("203.0.113.{host}"), port) }
        };
        let arrival = |number: u16| {
            let time = begins + length * i64::from(number) / i64::from(count);
            Arrival { at: time - time.rem_euclid(SECOND) + delay, delay, packet: packet(number) }
        };
        (0..count).map(arrival).collect()
    }
}

/// An attack that is planted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planted {
    /// What it is.
    pub attack: Attack,
    /// Its source, which nothing else comes from.
    pub source: String,
    /// When it begins.
    pub begins: i64,
}

impl Planted {
    /// When all of it has happened.
    #[must_use]
    pub fn ends(&self) -> i64 {
        self.begins + self.attack.shape().1
    }
}

/// Plants an attack about every so often between two instants. None is at work at midnight UTC, where an alert may begin a new row.
#[must_use]
pub fn plant(begins: i64, ends: i64, every: i64, seed: u64) -> Vec<Planted> {
    let mut random = Random::new(seed);
    let (mut planted, mut number) = (Vec::new(), 0_usize);
    let mut at = begins;
    while at < ends {
        let begins = at + random.below(every.unsigned_abs() / 2) as i64;
        let hour = begins.rem_euclid(crate::DAY) / HOUR;
        if (1..21).contains(&hour) && begins + HOUR < ends {
            let source = format!("192.0.{}.{}", 2 + 49 * (number / 250 % 2), 1 + number % 250);
            planted.push(Planted { attack: Attack::ALL[number % Attack::ALL.len()], source, begins });
            number += 1;
        }
        at += every;
    }
    planted
}

/// The rows of noise and attacks, in the order in which they are written. `late` says for each attack how late its rows are.
pub fn rows(
    begins: i64,
    ends: i64,
    per_hour: u64,
    planted: &[Planted],
    late: fn(usize) -> i64,
    seed: u64,
) -> impl Iterator<Item = Arrival> + use<> {
    let mut attacks: Vec<Arrival> = planted
        .iter()
        .enumerate()
        .flat_map(|(number, planted)| planted.attack.arrivals(&planted.source, planted.begins, late(number)))
        .collect();
    attacks.sort_by_key(|arrival| arrival.at);
    let mut attacks = attacks.into_iter().peekable();
    let mut noise = noise(begins, ends, per_hour, seed).peekable();
    std::iter::from_fn(move || {
        let attack_first = match (attacks.peek(), noise.peek()) {
            (Some(attack), Some(noise)) => attack.at <= noise.at,
            (attack, _) => attack.is_some(),
        };
        if attack_first { attacks.next() } else { noise.next() }
    })
}

/// Packets that no rule minds: each from another of very many sources. Some are repeated later.
fn noise(begins: i64, ends: i64, per_hour: u64, seed: u64) -> impl Iterator<Item = Arrival> + use<> {
    let mut random = Random::new(seed);
    let mut known: VecDeque<Packet> = VecDeque::with_capacity(REPEATED);
    let step = HOUR / per_hour.max(1) as i64;
    let count = (ends - begins) / step.max(1);
    (0..count).map(move |number| {
        let time = begins + number * step + random.below(step.unsigned_abs()) as i64;
        let packet = if known.len() == REPEATED && random.chance(10) {
            random.pick(known.make_contiguous()).clone()
        } else {
            let (a, b, c) = (random.below(64), random.below(256), random.below(256));
            Packet {
                source: (format!("77.{a}.{b}.{c}"), 1_024 + random.below(64_000) as u16),
                destination: (format!("203.0.113.{}", 1 + random.below(200)), 1 + random.below(65_535) as u16),
            }
        };
        known.push_back(packet.clone());
        known.drain(..known.len().saturating_sub(REPEATED));
        let delay = random.below(5) as i64 * SECOND;
        Arrival { at: time, delay, packet }
    })
}
