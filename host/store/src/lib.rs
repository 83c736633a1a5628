//! The SQLite database: the only part of the program that knows rusqlite.
//!
//! Reading is [`Snapshot`]: several read-only connections that see the same state, behind a gate that lets a rule read exactly what it
//! was granted. Writing is [`Database`]: migrations, alerts, imported events. It must never know a scan or a plugin.

mod access;
mod again;
mod alerts;
mod allowlist;
mod enrichment;
mod error;
mod event_hash;
mod function;
mod gate;
mod import;
pub mod layout;
mod ledger;
mod logged;
mod migrations;
mod open;
mod query;
mod reader;
mod record;
mod scratch;
mod snapshot;
mod state;
mod stored;
mod window;

pub use access::Access;
pub use alerts::{AlertFilter, ListedAlerts};
pub use enrichment::{AlertToEnrich, CachedAnswer, WhichAlerts};
pub use error::DatabaseError;
pub use event_hash::{HashProgress, HashReport};
pub use gate::{ReadGrant, TableGrant};
pub use import::ImportedRows;
pub use logged::EventSpan;
pub use migrations::Migrated;
pub use open::{Database, quote};
pub use query::{Engine, Explain, RowStream};
pub use record::Recorded;
pub use scratch::{ScratchDatabase, ScratchError, ScratchRow};
pub use snapshot::{Snapshot, SnapshotOptions};
pub use state::StateEntry;
pub use stored::Unreadable;
