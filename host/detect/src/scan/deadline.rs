//! When a scan has to end, whatever its rules do.

use std::future::Future;
use std::time::{Duration, Instant};

use tokio::time::timeout_at;

/// What the work after the rules gets where they took all the time: what they raised is worth its evidence.
const GRACE: Duration = Duration::from_secs(10);

/// The end of a scan.
#[derive(Clone, Copy, Debug)]
pub struct Deadline {
    at: Instant,
    after: Duration,
}

impl Deadline {
    /// So long after now.
    #[must_use]
    pub fn after(after: Duration) -> Self {
        Self { at: Instant::now() + after, after }
    }

    /// The instant.
    #[must_use]
    pub fn at(&self) -> Instant {
        self.at
    }

    /// How long the scan may take.
    #[must_use]
    pub fn limit(&self) -> Duration {
        self.after
    }

    /// What the work comes to if it ends in time.
    pub(super) async fn bound<T>(deadline: Option<Self>, work: impl Future<Output = T>) -> Result<T, Duration> {
        match deadline {
            None => Ok(work.await),
            Some(Self { at, after }) => timeout_at(at.into(), work).await.map_err(|_| after),
        }
    }

    /// The same for what is done with the alerts: a little later, where the time is over.
    pub(super) fn with_grace(self) -> Self {
        Self { at: self.at.max(Instant::now() + GRACE), ..self }
    }
}
