//! How one who writes much leaves turns to others who write: short gaps between its transactions, where others write, or might be waiting.

use std::time::{Duration, Instant};

/// Transactions that follow each other at once leave no gap that another writer, who looks from time to time, would find.
pub(super) struct Turns {
    /// How long the last transactions took, without such a gap.
    held: Duration,
    /// How long the last one took.
    last: Duration,
    ended: Instant,
    /// SQLite's count of the commits of others, as it was seen last.
    version: Option<i64>,
    /// When another one was seen to write.
    others: Option<Instant>,
}

/// After so long a writer makes a gap. A writer of SQLite that waits looks every 25 ms at first.
const HELD: Duration = Duration::from_millis(5);
const GAP: Duration = Duration::from_millis(30);
/// After so long, on a slow disk, it looks less often, in the end every 100 ms: a short gap would be missed again and again.
/// See `sqliteDefaultBusyCallback` in SQLite's main.c.
const LONG_HELD: Duration = Duration::from_millis(90);
const LONG_GAP: Duration = Duration::from_millis(110);
/// Where nobody else writes, a gap is made only after so much more time was held than left free: one who comes then waits for so long, once.
const ALONE_HELD: Duration = Duration::from_millis(50);
/// For so long one who wrote is expected to write again.
const EXPECTED: Duration = Duration::from_secs(60);

impl Turns {
    pub(super) fn new() -> Self {
        Self { held: Duration::ZERO, last: Duration::ZERO, ended: Instant::now(), version: None, others: None }
    }

    /// To be called before a transaction: gives others a turn.
    pub(super) fn take(&mut self) {
        let idle = self.ended.elapsed();
        let gap = self.gap();
        std::thread::sleep(gap.saturating_sub(idle));
        if idle >= GAP || !gap.is_zero() {
            self.held = Duration::ZERO;
        } else if self.is_alone() {
            self.held = self.held.saturating_sub(idle);
        }
    }

    /// To be called in a transaction, with SQLite's count of the commits of others.
    pub(super) fn notice(&mut self, version: i64) {
        if self.version.replace(version).is_some_and(|before| before != version) {
            self.others = Some(Instant::now());
        }
    }

    /// Whether nobody else has written for a while.
    fn is_alone(&self) -> bool {
        self.others.is_none_or(|seen| seen.elapsed() > EXPECTED)
    }

    /// How long a gap others need.
    fn gap(&self) -> Duration {
        match self.held {
            held if self.is_alone() => {
                if held > ALONE_HELD {
                    GAP
                } else {
                    Duration::ZERO
                }
            }
            held if held > LONG_HELD => LONG_GAP,
            held if held > HELD => GAP,
            _ => Duration::ZERO,
        }
    }

    /// To be called when a transaction has ended.
    pub(super) fn end(&mut self, begun: Instant) {
        self.ended = Instant::now();
        self.last = self.ended - begun;
        self.held += self.last;
    }

    /// How long the last transaction took, without the wait before it.
    pub(super) fn last(&self) -> Duration {
        self.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gap_is_as_long_as_one_who_waits_sleeps() {
        let others = Some(Instant::now());
        let gap = |milliseconds| Turns { held: Duration::from_millis(milliseconds), others, ..Turns::new() }.gap();
        assert_eq!([0, 5, 6, 90, 91, 5_000].map(gap), [Duration::ZERO, Duration::ZERO, GAP, GAP, LONG_GAP, LONG_GAP]);
    }

    #[test]
    fn after_a_gap_it_begins_anew() {
        let mut turns = Turns { held: HELD * 2, others: Some(Instant::now()), ..Turns::new() };
        turns.take();
        assert!(turns.ended.elapsed() >= GAP, "others had their turn");
        assert_eq!(turns.held, Duration::ZERO);
        turns.end(Instant::now());
        assert!(turns.gap().is_zero());
    }

    #[test]
    fn who_is_alone_makes_few_gaps_until_another_one_writes() {
        let mut turns = Turns { held: HELD * 8, ..Turns::new() };
        assert!(turns.gap().is_zero(), "nobody was seen to write");
        turns.notice(7);
        turns.notice(7);
        assert!(turns.gap().is_zero(), "nobody wrote");
        let held = Turns { held: ALONE_HELD * 2, ..Turns::new() };
        assert_eq!(held.gap(), GAP, "somebody may wait");
        turns.notice(8);
        assert_eq!(turns.gap(), GAP, "somebody wrote");
    }
}
