//! A service that is there and says nothing: it may not be able to write the database, and then nobody but whoever looks can say so.

use std::time::Duration;

use super::{SECOND, Status};
use net_scout_model::Timestamp;
use net_scout_store::{DatabaseOptions, obstacle, own_obstacle};

/// So long after a job was due, or began, it should have been heard of, in microseconds.
const EXPECTED: i64 = 60 * SECOND;
/// A job that has run for so long may hang, in microseconds.
const LONG: i64 = 900 * SECOND;
/// How long another program's lock is waited for.
const PATIENCE: Duration = Duration::from_secs(2);

impl Status {
    /// Adds to the problems that a service that runs is silent, and what keeps it from writing, as far as that is seen from here.
    #[must_use]
    pub fn noticing_silence(self, options: &DatabaseOptions, now: Timestamp) -> Self {
        self.noticing(now, |user| obstacle(&options.path, user, PATIENCE)).noticing_none(|| own_obstacle(&options.path, PATIENCE))
    }

    /// Where none ever ran: one may be waiting for a database that it cannot write, and then nothing of it is stored.
    pub(super) fn noticing_none(mut self, obstacle: impl FnOnce() -> Option<String>) -> Self {
        if self.running.is_none() && self.at.is_none() {
            let found = obstacle().map(|reason| format!("a service of this user cannot use the database: {reason}"));
            self.service.problems.extend(found);
        }
        self
    }

    pub(super) fn noticing(mut self, now: Timestamp, obstacle: impl FnOnce(u32) -> Option<String>) -> Self {
        let Some((user, (what, since))) = self.user.zip(self.overdue(now)) else { return self };
        let late = now.0.saturating_sub(since.0);
        let found = obstacle(user);
        if found.is_none() && self.is_working() && late < LONG {
            return self;
        }
        let at = self.at.map_or("-".to_owned(), Timestamp::seconds);
        let why = found.map_or_else(|| "see its log".to_owned(), |reason| format!("it cannot write the database: {reason}"));
        self.service.problems.push(format!("the service has been silent since {at}, though {what} {}; {why}", since.seconds()));
        self
    }

    fn is_working(&self) -> bool {
        self.jobs.values().any(|job| job.state.is_running)
    }

    /// What should have been heard of by now, and since when.
    fn overdue(&self, now: Timestamp) -> Option<(String, Timestamp)> {
        let running = self.jobs.iter().filter(|(_, job)| job.state.is_running);
        let begun = running.filter_map(|(name, job)| Some((format!("job {name} runs since"), job.state.begun?)));
        let waiting = self.jobs.iter().filter(|(_, job)| !job.state.is_running && !self.is_working());
        let due = waiting.filter_map(|(name, job)| Some((format!("job {name} was due at"), job.next?)));
        let (what, since) = begun.chain(due).min_by_key(|(_, since)| *since)?;
        (now.0.saturating_sub(since.0) > EXPECTED).then_some((what, since))
    }
}
