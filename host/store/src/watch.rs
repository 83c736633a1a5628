//! How long the query of a reader may still run, for all that looks at it: SQLite's machine, its compiler, and the functions of the host.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// What ends the query that runs.
#[derive(Debug)]
pub(super) struct Watch {
    made: Instant,
    /// When its time is up, in microseconds after `made`.
    until: AtomicU64,
    cancelled: Mutex<Arc<AtomicBool>>,
    /// Why a function refused a call.
    complaint: Mutex<Option<String>>,
}

impl Watch {
    /// Without a query.
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            made: Instant::now(),
            until: AtomicU64::new(u64::MAX),
            cancelled: Mutex::default(),
            complaint: Mutex::default(),
        })
    }

    /// A query begins, which may take so long and may be given up.
    pub(super) fn begin(&self, time: Duration, cancelled: &Arc<AtomicBool>) {
        let until = u64::try_from((self.made.elapsed() + time).as_micros()).unwrap_or(u64::MAX);
        self.until.store(until, Ordering::Relaxed);
        *self.cancelled.lock().unwrap_or_else(PoisonError::into_inner) = Arc::clone(cancelled);
        *self.complaint.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// The query has ended. Nothing of it is kept: whoever waits for its end sees that.
    pub(super) fn end(&self) {
        self.until.store(u64::MAX, Ordering::Relaxed);
        *self.cancelled.lock().unwrap_or_else(PoisonError::into_inner) = Arc::default();
    }

    /// Whether it has to end.
    pub(super) fn is_over(&self) -> bool {
        self.made.elapsed().as_micros() >= u128::from(self.until.load(Ordering::Relaxed))
            || self.cancelled.lock().unwrap_or_else(PoisonError::into_inner).load(Ordering::Relaxed)
    }

    /// Keeps why a function refused a call: SQLite passes on a code, or words, and not both.
    pub(super) fn complain(&self, reason: String) {
        self.complaint.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(reason);
    }

    /// Why a function refused a call.
    pub(super) fn complaint(&self) -> Option<String> {
        self.complaint.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
