//! Events of which the truth is known: the traffic of a network, mixed with attacks. The same options give the same events on every
//! machine, and everything happens in a week of March 2026, whatever the time is.

mod attacks;
mod event;
mod everyday;
mod further;
mod inside;
mod intrusions;
mod noise;
mod random;
mod scans;
mod site;
mod visitors;

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use event::Event;
use random::Random;
use site::{Outside, Site};

use super::truth::{Attack, Benign, Others, Truth};
use net_scout_model::{EventRow, Network, Timestamp};

const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// Where all of it begins: 2026-03-02T00:00:00Z, a Monday.
const BEGIN: i64 = 1_772_409_600 * SECOND;

/// The fewest addresses of a network.
pub const FEWEST_ADDRESSES: u32 = 16;
/// The most addresses of a network.
pub const MOST_ADDRESSES: u32 = 60_000;

/// How fast attacks are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Speed {
    /// Some faster than one probe a minute, some slower.
    #[default]
    All,
    /// Faster than one probe a minute.
    Fast,
    /// Slower than one probe a minute.
    Slow,
}

/// What to generate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// How many addresses the network has, from [`FEWEST_ADDRESSES`] to [`MOST_ADDRESSES`].
    pub addresses: u32,
    /// How many days.
    pub days: u32,
    /// What tells one from another of the same options.
    pub seed: u64,
    /// How many attacks of each kind.
    pub attacks: u32,
    /// How fast they are.
    pub speed: Speed,
    /// How much other traffic there is, in percent of what is usual.
    pub traffic: u32,
}

/// What was generated.
#[derive(Clone, Debug)]
pub struct Generated {
    /// The events, each row of the table once, in order of time.
    pub events: Vec<EventRow>,
    /// What is true of them.
    pub truth: Truth,
}

/// Generates.
#[must_use]
pub fn generate(options: &Options) -> Generated {
    let mut traffic = Traffic {
        options: *options,
        site: Site::new(options.addresses),
        outside: Outside::new(options.seed),
        events: Vec::new(),
        benign: BTreeMap::new(),
        attacks: Vec::new(),
    };
    inside::add(&mut traffic);
    everyday::add(&mut traffic);
    visitors::add(&mut traffic);
    noise::add(&mut traffic);
    attacks::add(&mut traffic);
    further::add(&mut traffic);
    let Traffic { events, benign, attacks, .. } = traffic;
    let benign = benign
        .into_iter()
        .map(|(kind, sources)| Benign { kind: kind.to_owned(), sources: sources.into_iter().map(single).collect() });
    Generated { events: event::rows(events), truth: Truth { attacks, benign: benign.collect(), others: Others::Benign } }
}

/// What is being put together.
struct Traffic {
    options: Options,
    site: Site,
    outside: Outside,
    events: Vec<Event>,
    benign: BTreeMap<&'static str, BTreeSet<IpAddr>>,
    attacks: Vec<Attack>,
}

impl Traffic {
    /// The random numbers of a part.
    fn random(&self, part: &str) -> Random {
        Random::of(self.options.seed, part)
    }

    /// The first instants of the days.
    fn days(&self) -> impl Iterator<Item = i64> + use<> {
        (0..i64::from(self.options.days)).map(|day| BEGIN + day * DAY)
    }

    /// The first instant after all.
    fn end(&self) -> i64 {
        BEGIN + i64::from(self.options.days) * DAY
    }

    /// So many of something of other traffic, as the options have it. Rounded by chance, so that little does not become nothing.
    fn amount(&self, random: &mut Random, usual: usize) -> usize {
        let hundredths = usual as u64 * u64::from(self.options.traffic);
        (hundredths / 100) as usize + usize::from(random.chance(hundredths % 100))
    }

    /// Adds an event of a source that must not alert.
    fn benign(&mut self, kind: &'static str, event: Event) {
        if event.time < self.end() {
            self.benign.entry(kind).or_default().insert(event.source);
            self.events.push(event);
        }
    }

    /// Adds an attack with its events, as far as they are within the days.
    fn attack(&mut self, kind: &str, sources: Vec<Network>, targets: &[IpAddr], events: Vec<Event>) {
        let end = self.end();
        let events: Vec<Event> = events.into_iter().filter(|event| event.time < end).collect();
        let (Some(since), Some(until)) =
            (events.iter().map(|event| event.time).min(), events.iter().map(|event| event.time).max())
        else {
            return;
        };
        self.attacks.push(Attack {
            kind: kind.to_owned(),
            sources,
            targets: targets.iter().copied().map(single).collect(),
            since: Some(Timestamp(since)),
            until: Some(Timestamp(until)),
        });
        self.events.extend(events);
    }
}

/// The network that is one address.
fn single(address: IpAddr) -> Network {
    Network::around(address, u8::MAX)
}

/// Whether people are at work: Monday to Friday.
fn workday(day: i64) -> bool {
    (day - BEGIN) / DAY % 7 < 5
}

#[cfg(test)]
mod tests;
