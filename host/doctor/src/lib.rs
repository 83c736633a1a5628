//! What helps in the first hour, and when something is wrong: [`examine`] names what is wrong with an installation and what mends it.
//!
//! It must never write to the database, the configuration or a log; what it finds is shown by whoever calls it.

mod answer;
mod checks;
mod facts;
mod inject;
pub mod setup;
mod support;
mod words;

pub use answer::{Checked, State};
pub use checks::examine;
pub use facts::{Installation, Stranger};
pub use inject::{InjectError, Injected, inject};
pub use support::{Archive, SupportRequest, support};
