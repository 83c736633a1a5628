//! Logs into the database: joins `import`, which reads them, with `store`, which keeps the rows and how far each log was read. It must
//! never print anything, nor know what becomes of the events.
//!
//! The use case is [`import_logs`].

mod describe;
mod error;
mod follow;
mod geoip;
mod ingest;
mod offset;
mod place;
mod run;
mod stream;

pub use error::IngestError;
pub use follow::Followed;
pub use geoip::{GeoIp, GeoIpError};
pub use ingest::{Began, Ingest};
pub use place::Again;
pub use run::{ImportRequest, ImportTarget, Imported, LogsError, import_logs};
