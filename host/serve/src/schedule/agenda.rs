//! All jobs of the service: which is due, and how long to wait for the next.

use std::time::Duration;

use jiff::tz::TimeZone;

use super::{Job, JobState};
use net_scout_model::Timestamp;

/// The longest wait without a look at the clock, which may be set, or the machine may have slept: a timer does not run meanwhile.
const LONGEST: Duration = Duration::from_secs(10);

/// The jobs of the service.
#[derive(Clone, Debug)]
pub struct Agenda {
    /// The jobs. Of several that are due, the first comes first.
    pub jobs: Vec<Job>,
    /// The zone of times of the day.
    pub zone: TimeZone,
}

impl Agenda {
    /// The job that is to run now: of those that are due the one that waited longest.
    pub fn due(&mut self, now: Timestamp) -> Option<&mut Job> {
        let zone = &self.zone;
        let due = self.jobs.iter_mut().filter_map(|job| job.is_due(now, zone).then(|| (job.next(zone), job)));
        due.min_by_key(|(next, _)| *next).map(|(_, job)| job)
    }

    /// When the next job runs; none where none ever does.
    #[must_use]
    pub fn next(&self) -> Option<Timestamp> {
        self.jobs.iter().filter_map(|job| job.next(&self.zone)).min()
    }

    /// Gives each job what is known of its name from before.
    pub fn remember(&mut self, mut known: impl FnMut(&str) -> Option<JobState>) {
        for job in &mut self.jobs {
            if let Some(state) = known(&job.name) {
                *job = job.clone().remembering(state);
            }
        }
    }

    /// The job of a name.
    pub fn job(&mut self, name: &str) -> Option<&mut Job> {
        self.jobs.iter_mut().find(|job| job.name == name)
    }
}

/// How long to wait for an instant before the clock is looked at again.
#[must_use]
pub fn wait(next: Option<Timestamp>, now: Timestamp) -> Duration {
    let left = next.map_or(i64::MAX, |next| next.0.saturating_sub(now.0));
    Duration::from_micros(u64::try_from(left).unwrap_or(0)).min(LONGEST)
}
