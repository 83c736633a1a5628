//! What others get to read of alerts and events: alerts in the formats of other systems, a report over a period, the summary of a morning, and
//! block lists for firewalls. It must never show or send anything: each use case returns what it made.
//!
//! Attackers write parts of what is told here, such as names and types of alerts from other programs. Every format escapes them itself.

pub mod blocklist;
pub mod browse;
pub mod clause;
mod document;
mod error;
mod events;
pub mod evidence;
pub mod figures;
mod file;
pub mod formats;
mod life;
mod page;
pub mod plot;
pub mod report;
pub mod summary;
#[cfg(test)]
mod test_support;
pub mod words;

pub use error::ReportError;
pub use file::replace_file;
