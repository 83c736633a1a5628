//! One query: its SQL runs on a thread of its own, its batches stream through a channel that holds one at a time.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::sync::mpsc;

use crate::model::Batch;

/// The most rows in a batch.
pub(crate) const BATCH_ROWS: usize = 10_000;
/// A batch is sent when its values take so many bytes.
pub(crate) const BATCH_BYTES: u64 = 4 << 20;
/// The most bytes of a row: more than this would not fit beside the rest into the memory of a guest.
pub(crate) const ROW_BYTES: u64 = 32 << 20;

/// Why a query gave no rows. As in `wit/query.wit`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// A table, column, function or statement that may not be used.
    #[error("access denied: {0}")]
    AccessDenied(String),
    /// Not one SELECT that SQLite understands, or parameters that do not fit.
    #[error("invalid query: {0}")]
    Invalid(String),
    /// A value is not of the type of its column.
    #[error("type mismatch: {0}")]
    TypeMismatch(String),
    /// It ran too long.
    #[error("timed out: {0}")]
    TimedOut(String),
    /// Too many rows, bytes or open queries.
    #[error("too large: {0}")]
    TooLarge(String),
    /// The database could not be read.
    #[error("unavailable: {0}")]
    Unavailable(String),
}

/// What one query may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueryLimits {
    /// How long it may run.
    pub time: Duration,
    /// How many rows it may give.
    pub rows: u64,
    /// How many bytes its rows may take.
    pub bytes: u64,
}

/// Where a query ran.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Engine {
    /// On the window in memory.
    Memory,
    /// In SQLite, and why.
    Sqlite(String),
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory => f.write_str("in memory"),
            Self::Sqlite(reason) => write!(f, "by SQLite: {reason}"),
        }
    }
}

/// Hears of each query where it ran, and how long: until its last row was taken.
pub type Explain = Arc<dyn Fn(&str, &Engine, Duration) + Send + Sync>;

impl QueryLimits {
    /// Fails when a result has more rows than these.
    pub(crate) fn check_rows(&self, rows: u64) -> Result<(), QueryError> {
        if rows <= self.rows {
            return Ok(());
        }
        Err(QueryError::TooLarge(format!("the result has more than {} rows (limits.rows)", self.rows)))
    }

    /// Fails when the rows of a result take more bytes than these.
    pub(crate) fn check_bytes(&self, bytes: u64) -> Result<(), QueryError> {
        if bytes <= self.bytes {
            return Ok(());
        }
        Err(QueryError::TooLarge(format!("the result takes more than {} MiB (limits.result_mib)", self.bytes >> 20)))
    }

    /// What a query that ran too long is told.
    pub(crate) fn timed_out(&self) -> QueryError {
        QueryError::TimedOut(format!("the query ran longer than {} s (limits.query_seconds)", self.time.as_secs_f64()))
    }
}

/// Fails when one row takes more bytes than any may.
pub(crate) fn check_row(bytes: u64) -> Result<(), QueryError> {
    if bytes <= ROW_BYTES { Ok(()) } else { Err(QueryError::TooLarge(format!("a row takes more than {} MiB", ROW_BYTES >> 20))) }
}

/// The rows of a query, batch by batch. Dropping it ends the query.
pub struct RowStream {
    pub(super) batches: mpsc::Receiver<Result<Batch, QueryError>>,
    pub(super) cancelled: Arc<AtomicBool>,
    pub(super) limits: QueryLimits,
    /// When the rows are waited for no longer, whatever the query does.
    pub(super) until: tokio::time::Instant,
}

impl RowStream {
    /// The next batch; none when all rows were read.
    ///
    /// # Errors
    /// As [`QueryError`] says. After an error the stream is at its end.
    pub async fn next(&mut self) -> Result<Option<Batch>, QueryError> {
        match tokio::time::timeout_at(self.until, self.batches.recv()).await {
            Ok(batch) => batch.transpose(),
            Err(_) => {
                self.cancelled.store(true, Ordering::Relaxed);
                Err(self.limits.timed_out())
            }
        }
    }

    /// What lives as long as the query does, which may be longer than the stream.
    pub(crate) fn life(&self) -> Weak<AtomicBool> {
        Arc::downgrade(&self.cancelled)
    }
}

impl Drop for RowStream {
    fn drop(&mut self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }
}
