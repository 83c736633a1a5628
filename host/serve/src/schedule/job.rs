//! A job of the service: its schedule, how its last run ended, and when it runs next.

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::Schedule;
use net_scout_model::Timestamp;

/// How long a job waits after a failure: twice as long after each that follows, up to the longest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// After the first, in microseconds.
    pub first: i64,
    /// The longest, in microseconds.
    pub longest: i64,
}

impl Default for Backoff {
    /// Ten seconds to fifteen minutes.
    fn default() -> Self {
        Self { first: 10_000_000, longest: 900_000_000 }
    }
}

impl Backoff {
    /// Where a database cannot be used: two seconds to a minute, so that the work goes on soon after it can.
    pub const TROUBLE: Self = Self { first: 2_000_000, longest: 60_000_000 };

    /// The wait after so many failures in a row.
    #[must_use]
    pub fn delay(self, failures: u32) -> i64 {
        let doubled = self.first.saturating_mul(1_i64 << failures.saturating_sub(1).min(40));
        if failures == 0 { 0 } else { doubled.min(self.longest) }
    }
}

/// A clock that was set back by more than this counts as another calendar: what ran in its future runs again.
const DAY: i64 = 86_400_000_000;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// All was done.
    Done,
    /// Something failed; it is tried again.
    Failed,
}

/// What a job remembers, also when the service begins again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct JobState {
    /// When the last run began.
    pub begun: Option<Timestamp>,
    /// When the last run ended.
    pub ended: Option<Timestamp>,
    /// When the last run that ended well began.
    pub good: Option<Timestamp>,
    /// How the last run ended.
    pub outcome: Option<Outcome>,
    /// What it says of itself, or why it failed.
    pub message: Option<String>,
    /// How many runs in a row failed.
    pub failures: u32,
    /// How many runs ended.
    pub runs: u64,
    /// Whether it runs now.
    pub is_running: bool,
    /// The time of its schedule that the run is for that runs, or that did not end well yet.
    pub due: Option<Timestamp>,
    /// Since when a schedule without a good run is waited for.
    pub waits_since: Option<Timestamp>,
}

/// A job.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    /// Its name.
    pub name: String,
    /// When it runs.
    pub schedule: Schedule,
    /// How long it waits after a failure.
    pub backoff: Backoff,
    state: JobState,
    /// When the service learned of it.
    known_since: Timestamp,
}

impl Job {
    /// A job that the service learns of now. An interval begins at once, a time of the day when it comes.
    #[must_use]
    pub fn new(name: &str, schedule: Schedule, now: Timestamp) -> Self {
        let state = JobState { waits_since: (schedule != Schedule::Off).then_some(now), ..JobState::default() };
        Self { name: name.to_owned(), schedule, backoff: Backoff::default(), state, known_since: now }
    }

    /// The same with what it remembers. A run that did not end was interrupted: the process was stopped.
    #[must_use]
    pub fn remembering(mut self, state: JobState) -> Self {
        let interrupted = state.is_running;
        self.state = state;
        // A service that is started for each run has waited before.
        let is_off = self.schedule == Schedule::Off;
        self.state.waits_since = (!is_off).then(|| self.state.waits_since.unwrap_or(self.known_since).min(self.known_since));
        if interrupted {
            self.interrupt(self.known_since);
        }
        self
    }

    /// What it remembers.
    #[must_use]
    pub fn state(&self) -> &JobState {
        &self.state
    }

    /// When it runs next; a past instant where it is due. None where it runs now, or is off.
    #[must_use]
    pub fn next(&self, zone: &TimeZone) -> Option<Timestamp> {
        if self.state.is_running || self.schedule == Schedule::Off {
            return None;
        }
        if self.state.failures > 0 {
            let delay = self.backoff.delay(self.state.failures);
            return self.state.ended.map(|ended| ended.plus(delay));
        }
        match self.state.due {
            // It was interrupted.
            Some(due) => Some(due.max(self.known_since)),
            None => self.scheduled(zone),
        }
    }

    /// The first time of its schedule for which it has not run well.
    fn scheduled(&self, zone: &TimeZone) -> Option<Timestamp> {
        match (self.state.good, &self.schedule) {
            (Some(good), schedule) => schedule.next(good, zone),
            (None, Schedule::Every(_)) => Some(self.known_since),
            (None, schedule) => schedule.next(self.state.waits_since.unwrap_or(self.known_since), zone),
        }
    }

    /// Whether it is to run now. However many runs were missed, it is one.
    #[must_use]
    pub fn is_due(&mut self, now: Timestamp, zone: &TimeZone) -> bool {
        self.notice(now);
        self.next(zone).is_some_and(|next| next <= now)
    }

    /// Notices that the clock was set back. Nothing waits for longer than it would have; an interval begins again, and what ran at a time of
    /// the day does not run twice unless the clock was set back by more than a day.
    fn notice(&mut self, now: Timestamp) {
        self.known_since = self.known_since.min(now);
        self.state.waits_since = self.state.waits_since.map(|since| since.min(now));
        self.state.ended = self.state.ended.map(|ended| ended.min(now));
        let (longest, again) = match self.schedule {
            Schedule::Every(period) => (period, now.plus(-period)),
            _ => (DAY, now),
        };
        self.state.good = self.state.good.map(|good| if good.0.saturating_sub(now.0) > longest { again } else { good });
        self.state.due = self.state.due.map(|due| if due.0.saturating_sub(now.0) > longest { now } else { due });
    }

    /// Notes that it runs.
    pub fn begin(&mut self, now: Timestamp, zone: &TimeZone) {
        self.state.due = self.state.due.or_else(|| self.scheduled(zone)).map(|due| due.min(now));
        self.state.begun = Some(now);
        self.state.is_running = true;
    }

    /// Notes that it was stopped before its end: it is neither done nor failed, and runs again.
    pub fn interrupt(&mut self, now: Timestamp) {
        let state = &mut self.state;
        (state.is_running, state.ended) = (false, Some(now));
        state.message = Some("the service was stopped while it ran".to_owned());
    }

    /// Notes how it ended: with what it has to say, or why it failed.
    pub fn end(&mut self, now: Timestamp, result: Result<String, String>) {
        let state = &mut self.state;
        (state.is_running, state.ended, state.runs) = (false, Some(now), state.runs.saturating_add(1));
        match result {
            Ok(message) => {
                state.outcome = Some(Outcome::Done);
                state.message = Some(message).filter(|message| !message.is_empty());
                state.failures = 0;
                (state.good, state.due) = (state.begun, None);
            }
            Err(message) => {
                state.outcome = Some(Outcome::Failed);
                state.message = Some(message);
                state.failures = state.failures.saturating_add(1);
            }
        }
    }
}
