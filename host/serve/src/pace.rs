//! How time passes for the service: it asks what the time is, and waits. On the machine both are real. A test may have time of its own, in
//! which a week takes minutes.

use std::pin::Pin;
use std::time::Duration;

use net_scout_model::clock::{Clock, SystemClock};

/// Waiting that has begun.
pub type Passing<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// A clock, and what waits by it.
pub trait Pace: Clock + Send + Sync {
    /// Waits for so long.
    fn pass(&self, pause: Duration) -> Passing<'_>;
}

impl Pace for SystemClock {
    fn pass(&self, pause: Duration) -> Passing<'_> {
        Box::pin(tokio::time::sleep(pause))
    }
}
