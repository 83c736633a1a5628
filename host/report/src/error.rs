//! Why there is no report, no summary or no block list.

use std::io;
use std::path::PathBuf;

use net_scout_model::{QueryError, UsageError};
use net_scout_store::DatabaseError;

/// A use case that could not be carried out.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// What the operator wrote makes no sense, and nothing was done.
    #[error(transparent)]
    Usage(#[from] UsageError),
    /// The database cannot be read.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The events cannot be read.
    #[error("the events cannot be read: {0}")]
    Events(#[from] QueryError),
    /// A file cannot be written. What was there before is as it was.
    #[error("{path} cannot be written: {source}", path = path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl ReportError {
    /// Whether the error is in what the operator wrote.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        matches!(self, Self::Usage(_))
    }
}
