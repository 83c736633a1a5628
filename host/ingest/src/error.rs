//! Why a log was not imported to its end.

use std::io;
use std::path::PathBuf;

use net_scout_import::ImportError;
use net_scout_store::DatabaseError;

/// Why an import stopped.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// The log cannot be opened.
    #[error("the log {path} cannot be read", path = path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        source: io::Error,
    },
    /// A packed log is not what was packed.
    #[error("{path} is damaged, and nothing of it was imported; get it again, or take what can be read of it with `zcat` or the like and `net-scout import -`", path = path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: io::Error,
    },
    /// Reading stopped, or the rows could not be kept.
    #[error("importing {path} stopped", path = path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: ImportError<DatabaseError>,
    },
    /// The database could not be opened or written.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}
