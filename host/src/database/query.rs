//! One query: its SQL runs on a thread of its own, its batches stream through a channel that holds one at a time.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::mpsc;

use crate::model::Batch;

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

/// Hears of each query where it ran.
pub type Explain = Arc<dyn Fn(&str, &Engine) + Send + Sync>;

/// The rows of a query, batch by batch. Dropping it ends the query.
pub struct RowStream {
    pub(super) batches: mpsc::Receiver<Result<Batch, QueryError>>,
    pub(super) cancelled: Arc<AtomicBool>,
}

impl RowStream {
    /// The next batch; none when all rows were read.
    ///
    /// # Errors
    /// As [`QueryError`] says. After an error the stream is at its end.
    pub async fn next(&mut self) -> Result<Option<Batch>, QueryError> {
        self.batches.recv().await.transpose()
    }
}

impl Drop for RowStream {
    fn drop(&mut self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }
}
