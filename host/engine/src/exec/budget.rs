//! What a run may use: time, memory, and patience.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use net_scout_model::{QueryError, QueryLimits};

/// The most memory that the values of one query may take before they are sent, in bytes.
const MEMORY: u64 = 512 << 20;

/// Why a planned query goes to SQLite after all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fallback(pub &'static str);

/// Why a run stops early.
#[derive(Debug)]
pub(super) enum Stopped {
    Error(QueryError),
    Fallback(&'static str),
}

impl From<QueryError> for Stopped {
    fn from(error: QueryError) -> Self {
        Self::Error(error)
    }
}

/// The clock, the memory and the flag that end a run.
pub(super) struct Budget<'a> {
    pub(super) limits: &'a QueryLimits,
    cancelled: &'a AtomicBool,
    started: Instant,
    taken: AtomicU64,
    /// How many rows are processed between two looks at the clock.
    pub(super) stride: usize,
}

impl<'a> Budget<'a> {
    /// A budget whose time begins now.
    pub(super) fn new(limits: &'a QueryLimits, cancelled: &'a AtomicBool, stride: usize) -> Self {
        Self { limits, cancelled, started: Instant::now(), taken: AtomicU64::new(0), stride }
    }

    /// Takes memory for so many values. Where there is too little left, SQLite has to find a way, or an error.
    pub(super) fn take(&self, values: usize) -> Result<(), Stopped> {
        let bytes = values as u64 * size_of::<i64>() as u64;
        let before = self.taken.fetch_add(bytes, Ordering::Relaxed);
        if before.saturating_add(bytes) > MEMORY { Err(Stopped::Fallback("it takes too much memory")) } else { Ok(()) }
    }

    /// Fails when the run must end.
    pub(super) fn check(&self) -> Result<(), Stopped> {
        if self.started.elapsed() >= self.limits.time {
            return Err(self.limits.timed_out().into());
        }
        if self.cancelled.load(Ordering::Relaxed) {
            return Err(QueryError::Unavailable("the query was dropped".to_owned()).into());
        }
        Ok(())
    }

    /// Stretches of some rows, as places from and to: as many rows as are processed between two looks at the clock.
    pub(super) fn strides(&self, rows: usize) -> impl Iterator<Item = (usize, usize)> + use<> {
        let stride = self.stride;
        (0..rows.div_ceil(stride)).map(move |number| (number * stride, rows.min((number + 1) * stride)))
    }
}
