//! The outbox: what is to be told of alerts, written in the transaction of the alert, and the messages that this becomes.
//!
//! An entry is one alert for one receiver. Entries wait until they are formed into a message, which is then sent, again and again where that
//! is needed. What to tell to whom is decided elsewhere, see [`Outbound`]; nothing here sends anything.

mod entry;
mod message;

#[cfg(test)]
mod tests;

use std::fmt::Debug;
use std::sync::Arc;

use super::open::Database;
use net_scout_model::{News, StoredAlert, Timestamp};

pub use entry::OutboxEntry;
pub(super) use entry::tell;
pub use message::{OutboxMessage, Outcome};

/// Decides who is told of an alert that is recorded.
pub trait Outbound: Debug + Send + Sync {
    /// Who is told of it.
    fn tell(&self, alert: &StoredAlert, news: News, now: Timestamp) -> Vec<Tell>;
}

/// That somebody is told of an alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tell {
    /// The route that says so.
    pub route: String,
    /// Who is told.
    pub receiver: String,
    /// How long others are waited for that go with it, in microseconds.
    pub wait: i64,
    /// After how long an incident that goes on is told again, in microseconds; none for never.
    pub repeat: Option<i64>,
}

impl Database {
    /// Sets who is told of alerts that are recorded.
    pub fn set_outbound(&mut self, outbound: Option<Arc<dyn Outbound>>) {
        self.outbound = outbound;
    }
}
