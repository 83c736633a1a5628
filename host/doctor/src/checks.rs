//! The checks: each is a function that looks at one thing.

mod configuration;
mod database;
mod events;
mod plugins;
mod service;
mod telling;

use crate::answer::{Answer, Checked, Outcome, State, Unknown};
use crate::facts::{Facts, Installation};
use net_scout_model::{Timestamp, plain};

/// The most characters of what is said of a check.
const LONGEST: usize = 1_000;

/// A check.
type Check = fn(&Facts<'_>) -> Outcome;

/// All of them, in the order in which something is to be mended.
const CHECKS: [(&str, Check); 32] = [
    ("configuration", configuration::file),
    ("environment", configuration::environment),
    ("parameters", configuration::parameters),
    ("directories", configuration::directories),
    ("cache", configuration::cache),
    ("database", database::there),
    ("integrity", database::integrity),
    ("permissions", database::permissions),
    ("disk", database::disk),
    ("journal", database::journal),
    ("version", database::version),
    ("alert_table", database::alert_table),
    ("layout", events::layout),
    ("index", events::index),
    ("newest_event", events::newest),
    ("clock", events::clock),
    ("time_zone", events::time_zone),
    ("timestamps", events::timestamps),
    ("networks", events::networks),
    ("plugins", plugins::files),
    ("approvals", plugins::approvals),
    ("rules", plugins::rules),
    ("columns", plugins::columns),
    ("enrichers", plugins::enrichers),
    ("programs", plugins::programs),
    ("dns", plugins::dns),
    ("allowlist", service::allowlist),
    ("receivers", telling::receivers),
    ("routes", telling::routes),
    ("outbox", telling::outbox),
    ("service", service::service),
    ("coverage", service::coverage),
];

/// Looks an installation over: an answer for each check. Nothing is written.
pub async fn examine(installation: &Installation, now: Timestamp) -> Vec<Checked> {
    examine_facts(&Facts::gather(installation, now).await)
}

/// The answers of what was found out before.
pub(crate) fn examine_facts(facts: &Facts<'_>) -> Vec<Checked> {
    CHECKS.iter().map(|(name, check)| checked(name, check(facts))).collect()
}

/// What a check says, in a form that can be shown: others may have written parts of it.
fn checked(name: &'static str, outcome: Result<Answer, Unknown>) -> Checked {
    let checked = match outcome {
        Ok(answer) => answer.of(name),
        Err(Unknown(why)) => Checked { check: name, state: State::Unknown, evidence: why, fix: None },
    };
    let (evidence, fix) = (plain(&checked.evidence, LONGEST), checked.fix.map(|fix| plain(&fix, LONGEST)));
    Checked { evidence, fix, ..checked }
}
