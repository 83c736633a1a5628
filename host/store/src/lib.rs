//! The SQLite database: the only part of the program that knows rusqlite.
//!
//! Reading is [`Snapshot`]: one state of the database, taken at once, behind a gate that lets a rule read exactly what it was
//! granted. Writing is [`Database`]: migrations, alerts, imported events. It must never know a scan or a plugin.

mod access;
mod again;
mod alerts;
mod allowlist;
mod aside;
mod bounded;
mod condition;
mod coverage;
mod enrichment;
mod error;
mod event_hash;
mod file;
mod function;
mod gate;
mod holder;
mod import;
mod late;
pub mod layout;
mod ledger;
mod live;
mod lock;
mod logged;
mod migrations;
mod open;
mod query;
mod reader;
mod record;
mod retention;
mod scratch;
mod service;
mod snapshot;
mod state;
mod steps;
mod stored;
mod wanted;
mod watch;
mod window;

pub use access::Access;
pub use alerts::{AlertFilter, AlertName, ListedAlerts};
pub use condition::Condition;
pub use coverage::Covered;
pub use enrichment::{AlertToEnrich, CachedAnswer, WhichAlerts};
pub use error::DatabaseError;
pub use event_hash::{HashProgress, HashReport};
pub use file::{belongs_to, not_the_database};
pub use gate::{ReadGrant, TableGrant};
pub use holder::Holder;
pub use import::{ImportedRows, KnownLog, LogHead, LogPosition, LogStep};
pub use late::{Changes, EventTable, SeenRows};
pub use lock::{Lease, Lock};
pub use logged::EventSpan;
pub use migrations::Migrated;
pub use open::{Database, DatabaseOptions, quote};
pub use query::{Engine, Explain, RowStream};
pub use record::{Alongside, Recorded, ScanTransaction};
pub use retention::{Keep, OwnTable, Removal, Retention};
pub use scratch::{ScratchDatabase, ScratchError, ScratchRow};
pub use service::ServiceRow;
pub use snapshot::Snapshot;
pub use state::StateEntry;
pub use stored::Unreadable;
pub use wanted::{SnapshotOptions, Wanted};
