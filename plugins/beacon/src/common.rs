//! The destinations that many local hosts contact, and did on earlier days: what all use during the week is no beacon at the weekend,
//! when one host is left that does.

use std::collections::BTreeMap;

use net_scout_sdk::{Level, log, state};

/// How many bytes are kept.
pub(crate) const BYTES: u32 = 65_536;
/// The most destinations, with room for the longest addresses: those that were common last.
const MOST: usize = 1_200;
/// After so many days without being common a destination is rare again.
const DAYS: i64 = 30;
/// Under what it is kept.
const KEY: &str = "common";
/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;

/// Addresses with the day on which they were common last.
pub(crate) struct Common(BTreeMap<String, i64>);

impl Common {
    /// Those that are common now, at `end`, with those that were. They are kept.
    pub(crate) fn with(now: Vec<String>, end: i64) -> Self {
        let (today, mut common) = (end.div_euclid(DAY), Self::kept());
        common.0.retain(|_, day| today - *day <= DAYS);
        for host in now {
            let day = common.0.entry(host).or_insert(today);
            *day = today.max(*day);
        }
        if common.0.len() > MOST {
            let mut days: Vec<(i64, String)> = common.0.iter().map(|(host, day)| (*day, host.clone())).collect();
            days.sort_unstable_by(|one, other| other.cmp(one));
            for (_, host) in days.drain(MOST..) {
                common.0.remove(&host);
            }
        }
        let lines: Vec<String> = common.0.iter().map(|(host, day)| format!("{host} {day}")).collect();
        // Without a store the rule knows this scan only.
        if let Err(error) = state::set(KEY, lines.join("\n").as_bytes()) {
            log(Level::Warn, &format!("which destinations are common is not kept: {error:?}"));
        }
        common
    }

    /// Whether a destination is one of them.
    pub(crate) fn contains(&self, host: &str) -> bool {
        self.0.contains_key(host)
    }

    /// What an earlier scan kept. A line that is none is left out.
    fn kept() -> Self {
        let bytes = state::get(KEY).ok().flatten().unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        let line = |line: &str| line.split_once(' ').and_then(|(host, day)| Some((host.to_owned(), day.parse().ok()?)));
        Self(text.lines().filter_map(line).collect())
    }
}
