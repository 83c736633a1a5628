//! Who is told of an alert that is recorded: a question that recording asks, and whose answer is decided elsewhere.

use std::fmt::Debug;

use net_scout_model::{News, StoredAlert, Timestamp};

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
