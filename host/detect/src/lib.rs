//! Detection: one scan of the rules over a window, what is known of its sources, and the enrichment of its alerts. It must never read the
//! command line or the configuration, ask the clock, or show anything.
//!
//! Its use cases are functions that take options and a sink, for the command line and a service alike: [`scan::run_scan`],
//! [`enrich::enrich_alerts`], [`enrich::look_up`], [`explain::explain`], [`maintain::maintain`], [`send::send`], and those of [`act`],
//! [`alerts`], [`allow`], [`known`] and [`names`].

pub mod act;
pub mod alerts;
pub mod allow;
mod database;
pub mod enrich;
mod error;
pub mod explain;
pub mod known;
pub mod maintain;
pub mod names;
mod options;
pub mod scan;
pub mod send;
#[cfg(test)]
mod test_support;

pub use database::{advise_journal, prepare};
pub use error::DetectError;
