//! What one query of a rule may use, and why it gives no rows.

use std::time::Duration;

/// The most rows in a batch.
pub const BATCH_ROWS: usize = 10_000;
/// A batch is sent when its values take so many bytes.
pub const BATCH_BYTES: u64 = 4 << 20;
/// The most bytes of a row: more than this would not fit beside the rest into the memory of a guest.
pub const ROW_BYTES: u64 = 32 << 20;

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

impl QueryLimits {
    /// Fails when a result has more rows than these.
    pub fn check_rows(&self, rows: u64) -> Result<(), QueryError> {
        if rows <= self.rows {
            return Ok(());
        }
        Err(QueryError::TooLarge(format!("the result has more than {} rows (limits.rows)", self.rows)))
    }

    /// Fails when the rows of a result take more bytes than these.
    pub fn check_bytes(&self, bytes: u64) -> Result<(), QueryError> {
        if bytes <= self.bytes {
            return Ok(());
        }
        Err(QueryError::TooLarge(format!("the result takes more than {} MiB (limits.result_mib)", self.bytes >> 20)))
    }

    /// What a query that ran too long is told.
    pub fn timed_out(&self) -> QueryError {
        QueryError::TimedOut(format!("the query ran longer than {} s (limits.query_seconds)", self.time.as_secs_f64()))
    }
}

/// Fails when one row takes more bytes than any may.
pub fn check_row(bytes: u64) -> Result<(), QueryError> {
    if bytes <= ROW_BYTES { Ok(()) } else { Err(QueryError::TooLarge(format!("a row takes more than {} MiB", ROW_BYTES >> 20))) }
}
