//! How one who writes much leaves turns to others who write.

use std::time::{Duration, Instant};

/// Transactions that follow each other at once leave no gap that another writer, who looks from time to time, would find.
pub(super) struct Turns {
    /// How long the last transactions took, without such a gap.
    held: Duration,
    ended: Instant,
}

/// After so long a writer makes a gap. A writer of SQLite that waits looks every 25 ms at first.
const HELD: Duration = Duration::from_millis(5);
const GAP: Duration = Duration::from_millis(30);

impl Turns {
    pub(super) fn new() -> Self {
        Self { held: Duration::ZERO, ended: Instant::now() }
    }

    /// To be called before a transaction: gives others a turn.
    pub(super) fn take(&mut self) {
        let idle = self.ended.elapsed();
        if idle < GAP && self.held > HELD {
            std::thread::sleep(GAP - idle);
        }
        if idle >= GAP || self.held > HELD {
            self.held = Duration::ZERO;
        }
    }

    /// To be called when a transaction has ended.
    pub(super) fn end(&mut self, begun: Instant) {
        self.ended = Instant::now();
        self.held += self.ended - begun;
    }
}
