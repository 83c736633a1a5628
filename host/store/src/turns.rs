//! How one who writes much leaves turns to others who write.

use std::time::{Duration, Instant};

/// Transactions that follow each other at once leave no gap that another writer, who looks from time to time, would find.
pub(super) struct Turns {
    /// How long the last transactions took, without such a gap.
    held: Duration,
    /// How long the last one took.
    last: Duration,
    ended: Instant,
}

/// After so long a writer makes a gap. A writer of SQLite that waits looks every 25 ms at first.
const HELD: Duration = Duration::from_millis(5);
const GAP: Duration = Duration::from_millis(30);
/// After so long, on a slow disk, it looks less often, in the end every 100 ms: a short gap would be missed again and again.
/// See `sqliteDefaultBusyCallback` in SQLite's main.c.
const LONG_HELD: Duration = Duration::from_millis(90);
const LONG_GAP: Duration = Duration::from_millis(110);

impl Turns {
    pub(super) fn new() -> Self {
        Self { held: Duration::ZERO, last: Duration::ZERO, ended: Instant::now() }
    }

    /// To be called before a transaction: gives others a turn.
    pub(super) fn take(&mut self) {
        let idle = self.ended.elapsed();
        let gap = self.gap();
        std::thread::sleep(gap.saturating_sub(idle));
        if idle >= GAP || !gap.is_zero() {
            self.held = Duration::ZERO;
        }
    }

    /// How long a gap others need.
    fn gap(&self) -> Duration {
        match self.held {
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
        let gap = |milliseconds| Turns { held: Duration::from_millis(milliseconds), ..Turns::new() }.gap();
        assert_eq!([0, 5, 6, 90, 91, 5_000].map(gap), [Duration::ZERO, Duration::ZERO, GAP, GAP, LONG_GAP, LONG_GAP]);
    }

    #[test]
    fn after_a_gap_it_begins_anew() {
        let mut turns = Turns { held: HELD * 2, ..Turns::new() };
        turns.take();
        assert!(turns.ended.elapsed() >= GAP, "others had their turn");
        assert_eq!(turns.held, Duration::ZERO);
        turns.end(Instant::now());
        assert!(turns.gap().is_zero());
    }
}
