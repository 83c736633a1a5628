//! The outbox: what is to be told of alerts, written in the transaction of the alert, and the messages that this becomes.
//!
//! An entry is one alert for one receiver. Entries wait until they are formed into a message, which is then sent, again and again where that
//! is needed. A report is a message with a body of its own. What to tell to whom is decided elsewhere, see [`Outbound`]; nothing here sends anything.

mod depth;
mod entry;
mod message;
mod report;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use super::open::Database;
use super::outbound::Outbound;

pub use depth::OutboxDepth;
pub use entry::OutboxEntry;
pub(super) use entry::{tell, tell_woken};
pub use message::{OutboxMessage, Outcome};

impl Database {
    /// Sets who is told of alerts that are recorded.
    pub fn set_outbound(&mut self, outbound: Option<Arc<dyn Outbound>>) {
        self.outbound = outbound;
    }
}
