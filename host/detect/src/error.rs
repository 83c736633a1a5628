//! Why a use case could not be carried out.

use std::io;
use std::path::PathBuf;

use net_scout_model::UsageError;
use net_scout_plugin_host::PluginsError;
use net_scout_store::DatabaseError;

/// A use case that could not be carried out.
#[derive(Debug, thiserror::Error)]
pub enum DetectError {
    /// What the operator wrote makes no sense, and nothing was done.
    #[error(transparent)]
    Usage(#[from] UsageError),
    /// The plugins cannot be used.
    #[error(transparent)]
    Plugins(#[from] PluginsError),
    /// The database cannot be read or written.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The scan could not be made.
    #[error(transparent)]
    Scan(#[from] ScanError),
    /// The recording cannot be written.
    #[error("the recording {path} cannot be written", path = path.display())]
    Recording {
        /// Its file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The tables of net-scout are of an earlier version, and nothing may be written.
    #[error("the tables of net-scout are not up to date{0}; run `net-scout migrate` first")]
    NotMigrated(&'static str),
    /// Somebody stopped the scan.
    #[error("the scan was stopped, and nothing of it was kept")]
    Stopped,
    /// There is no such alert.
    #[error("there is no alert {0}")]
    NoAlert(i64),
    /// The alert cannot be read.
    #[error("{reason}; another program wrote it so, into table `{table}`")]
    UnreadableAlert {
        /// What is wrong with it.
        reason: String,
        /// Where it is.
        table: String,
    },
    /// There is no such entry of the allowlist.
    #[error("the allowlist has no entry {0}; `net-scout allow list` shows them (configured ones are removed in the file)")]
    NoEntry(i64),
    /// There are no resolvers to be asked.
    #[error("{0}")]
    Resolvers(String),
    /// Nothing looks up this observable.
    #[error("no enricher that is granted looks up {0}")]
    NothingLooksUp(String),
    /// It is a private address, which nobody outside is asked about.
    #[error(
        "{address} is a private or reserved address, and nobody outside is asked about it; `[enrichers.NAME] private = true` lets one of {enrichers} \
         ask where the answer lies in your own network"
    )]
    Private {
        /// The address.
        address: String,
        /// Who would have been asked.
        enrichers: String,
    },
    /// A part of what an enrichment leaves could not be kept.
    #[error("the answers are kept, {what}")]
    PartlyKept {
        /// What is not.
        what: &'static str,
        /// Why.
        source: DatabaseError,
    },
}

/// A scan that could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// The database cannot be read.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DetectError {
    /// Whether the operator wrote what makes no sense, and nothing was done.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        match self {
            Self::Usage(_) => true,
            Self::Plugins(error) => error.is_usage(),
            _ => false,
        }
    }
}
