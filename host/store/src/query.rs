//! One query: its SQL runs on a thread of its own, its batches stream through a channel that holds one at a time.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::sync::mpsc;

use net_scout_model::{Batch, QueryError, QueryLimits};

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
    #[must_use]
    pub fn life(&self) -> Weak<AtomicBool> {
        Arc::downgrade(&self.cancelled)
    }
}

impl Drop for RowStream {
    fn drop(&mut self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }
}
