//! A scan by hand on a database that a service may scan too: it waits for its turn, and says which time it has scanned, where that is true.

use std::time::Duration;

use super::pipeline::Scanned;
use crate::options::ScanOptions;
use net_scout_model::clock::Clock;
use net_scout_model::{Coverage, CoverageState, Sink, Span, Stretch, Window};
use net_scout_plugin_host::RuleSet;
use net_scout_store::{Covered, Database, DatabaseError, Lease, Lock, Turn};

/// A scan by hand.
pub struct ByHand<'a> {
    /// How it waits for its turn.
    pub turn: Turn,
    /// The clock of locks: they hold across processes, so it goes on where the time of the scan stands still.
    pub clock: &'a (dyn Clock + Send + Sync),
    /// What it may say of the time that it scanned.
    pub claim: Claim,
    /// Whether it goes on: it is asked while others have the turn, and a few times a second while the rules work. What is stopped keeps
    /// nothing.
    pub goes_on: &'a (dyn Fn() -> bool + Send + Sync),
}

/// How often a scan is asked whether it goes on.
const ASKED: Duration = Duration::from_millis(200);

/// What a scan by hand may say of the time that it scanned.
#[derive(Clone, Copy, Debug)]
pub struct Claim {
    /// How long the service waits for late rows, in microseconds.
    pub settle: i64,
    /// How far the scans of the service look back, in microseconds: what looked at less has not seen all that they see.
    pub look_back: i64,
}

impl Claim {
    /// The part of a window that counts as scanned. Only where there is coverage: a service keeps it, and begins it. Only with the rules and
    /// parameters of its last good scan, and over a window that is as long as those of the service, to where all rows have come.
    #[must_use]
    pub fn of(self, window: Window, coverage: &Coverage, digest: &str) -> Option<Span> {
        let ends = window.until.map_or(window.now, |until| until.min(window.now));
        let first = coverage.stretches().first()?;
        let last = coverage.stretches().iter().rev().find(|stretch| stretch.state.is_good())?;
        let is_long = ends.0.saturating_sub(window.since.0) >= self.look_back;
        let span = Span::new(window.since, ends.min(window.now.plus(-self.settle.max(0))))?;
        (is_long && last.digest == digest && span.ends >= first.span.begins).then_some(span)
    }
}

/// What a scan says of the time that it scanned.
pub(super) enum Covering<'a> {
    /// Nothing, or its caller says it.
    Nothing,
    /// That this was scanned.
    Span(Span),
    /// What a scan by hand may say.
    ByHand(ByHand<'a>),
}

impl Covering<'_> {
    /// Waits for the turn, where the caller does not have it.
    pub(super) fn take_turn(&self, database: &mut Database, sink: &dyn Sink) -> Result<Option<Lease>, DatabaseError> {
        match self {
            Self::ByHand(ByHand { turn, clock, goes_on, .. }) => {
                turn.take_while(database, Lock::Turn, *clock, sink, goes_on).map(Some)
            }
            Self::Nothing | Self::Span(_) => Ok(None),
        }
    }

    /// Ends when somebody stops the scan.
    pub(super) async fn stopped(&self) {
        let Self::ByHand(by_hand) = self else { return std::future::pending().await };
        while (by_hand.goes_on)() {
            tokio::time::sleep(ASKED).await;
        }
    }

    /// What is recorded as scanned: nothing where a rule failed, or alerts were left out of a scan that looks at more than the service would.
    pub(super) fn of(
        &self,
        scanned: &Scanned,
        options: &ScanOptions,
        window: Window,
        rules: &RuleSet,
        database: &Database,
    ) -> Result<Option<Covered>, DatabaseError> {
        let digest = rules.digest();
        let span = match self {
            Self::Span(span) if scanned.failures.is_empty() => Some(*span),
            Self::ByHand(by_hand) if scanned.failures.is_empty() && scanned.cut == 0 => {
                by_hand.claim.of(window, &database.coverage(&options.table)?, &digest)
            }
            _ => None,
        };
        let stretch = |span| Stretch { span, state: CoverageState::Scanned, digest, at: window.now, message: None };
        Ok(span.map(|span| Covered { table: options.table.clone(), stretches: vec![stretch(span)] }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::NOW;
    use net_scout_model::Timestamp;

    const MINUTE: i64 = 60_000_000;
    const CLAIM: Claim = Claim { settle: MINUTE, look_back: 60 * MINUTE };

    fn at(minutes: i64) -> Timestamp {
        NOW.plus(minutes * MINUTE)
    }

    fn span(begins: i64, ends: i64) -> Span {
        Span { begins: at(begins), ends: at(ends) }
    }

    fn coverage() -> Coverage {
        let stretch =
            |begins, ends, state| Stretch { span: span(begins, ends), state, digest: "rules".to_owned(), at: NOW, message: None };
        [stretch(-500, -100, CoverageState::Scanned), stretch(-100, -90, CoverageState::Failed)].into_iter().collect()
    }

    fn claimed(since: i64, until: Option<i64>, digest: &str) -> Option<Span> {
        CLAIM.of(Window { since: at(since), until: until.map(at), now: NOW }, &coverage(), digest)
    }

    #[test]
    fn what_was_looked_at_as_the_service_does_is_claimed() {
        // Rows of the last minute may still come.
        assert_eq!(claimed(-60, None, "rules"), Some(span(-60, -1)));
        assert_eq!(claimed(-600, Some(-300), "rules"), Some(span(-600, -300)));
        assert_eq!(claimed(-600, Some(60), "rules"), Some(span(-600, -1)), "nobody has seen what has not come");
    }

    #[test]
    fn what_the_service_would_see_more_of_is_not() {
        assert_eq!(claimed(-59, None, "rules"), None, "it counts over less time");
        assert_eq!(claimed(-600, None, "one of the rules"), None);
        assert_eq!(claimed(-700, Some(-501), "rules"), None, "it does not touch what was scanned");
        assert_eq!(claimed(-700, Some(-500), "rules"), Some(span(-700, -500)));
        let window = Window { since: at(-60), until: None, now: NOW };
        assert_eq!(CLAIM.of(window, &Coverage::default(), "rules"), None, "no service began it");
        let only_failed: Coverage = coverage().stretches()[1..].iter().cloned().collect();
        assert_eq!(CLAIM.of(window, &only_failed, "rules"), None, "nobody knows which rules are all");
    }
}
