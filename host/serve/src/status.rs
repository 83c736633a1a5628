//! What the service says of itself: written to the database after each change, and read there by `net-scout status` in another process.

mod coverage;
mod rules;
mod silent;

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::schedule::{Agenda, Job, JobState};
use crate::tick::TickOptions;
pub use coverage::CoverageStatus;
use net_scout_model::{Timestamp, counted};
use net_scout_store::{Database, DatabaseError, FailingRule, Lock, OutboxDepth};

pub use rules::{RunningRule, RunningRules, new_since, running};

/// The row that is no job's.
const SERVICE: &str = "service";
/// A rule that failed in so many ticks in a row is benched.
pub const BENCHED: u32 = 3;
/// A second, in microseconds.
const SECOND: i64 = 1_000_000;

/// What is said of a job.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct JobStatus {
    /// Its schedule, in words.
    pub schedule: String,
    /// When it runs next.
    pub next: Option<Timestamp>,
    /// How its last run ended.
    #[serde(flatten)]
    pub state: JobState,
}

/// What is said of the service as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ServiceStatus {
    /// The version of the program.
    pub version: String,
    /// When it began.
    pub started: Option<Timestamp>,
    /// Which time was scanned.
    pub coverage: CoverageStatus,
    /// How far behind its scans may be, by its interval.
    pub longest_lag_seconds: Option<i64>,
    /// How long it waits for late rows.
    pub settle_seconds: Option<i64>,
    /// The rules that run.
    pub rules: RunningRules,
    /// What changed since it began, and is no fault.
    pub notes: Vec<String>,
    /// What is wrong now: a database that is gone, a plugin that was refused, a configuration that cannot be read.
    pub problems: Vec<String>,
}

/// All of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Status {
    /// Who the service is; none where none runs.
    pub running: Option<String>,
    /// When it was last heard of.
    pub at: Option<Timestamp>,
    /// The service.
    pub service: ServiceStatus,
    /// Its jobs.
    pub jobs: BTreeMap<String, JobStatus>,
    /// The rules that failed in the last ticks.
    pub failing_rules: Vec<FailingRule>,
    /// What waits for receivers of messages.
    pub outbox: Vec<OutboxDepth>,
    /// Whose process the service is.
    #[serde(skip)]
    user: Option<u32>,
}

impl JobStatus {
    /// Of a job.
    #[must_use]
    pub fn of(job: &Job, zone: &TimeZone) -> Self {
        Self { schedule: job.schedule.to_string(), next: job.next(zone), state: job.state().clone() }
    }

    /// Keeps it.
    ///
    /// # Errors
    /// When the database is locked, read-only or full.
    pub fn keep(&self, name: &str, database: &mut Database, now: Timestamp) -> Result<(), DatabaseError> {
        let (name, state) = row(name, self);
        database.keep_job(&name, &state, now)
    }
}

/// What is kept of a job.
fn row(name: &str, job: &JobStatus) -> (String, Value) {
    (format!("job {name}"), serde_json::to_value(job).unwrap_or(Value::Null))
}

impl Status {
    /// Of the jobs of an agenda.
    #[must_use]
    pub fn of(service: ServiceStatus, agenda: &Agenda, now: Timestamp) -> Self {
        let job = |job: &Job| (job.name.clone(), JobStatus::of(job, &agenda.zone));
        Self { at: Some(now), service, jobs: agenda.jobs.iter().map(job).collect(), ..Self::default() }
    }

    /// Keeps it.
    ///
    /// # Errors
    /// When the database is locked, read-only or full.
    pub fn keep(&self, database: &mut Database, now: Timestamp) -> Result<(), DatabaseError> {
        let service = (SERVICE.to_owned(), serde_json::to_value(&self.service).unwrap_or(Value::Null));
        let jobs = self.jobs.iter().map(|(name, job)| row(name, job));
        let rows: Vec<(String, Value)> = std::iter::once(service).chain(jobs).collect();
        database.keep_service(&rows, now)
    }

    /// Reads what a service said last, and whether one runs.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn read(database: &Database, now: Timestamp) -> Result<Self, DatabaseError> {
        let holder = database.holder(Lock::Service, now)?;
        let (running, user) = (holder.as_ref().map(|holder| holder.to_string()), holder.map(|holder| holder.uid));
        let mut status = Self { running, user, failing_rules: database.failing_rules()?, ..Self::default() };
        status.outbox = database.outbox_depths()?;
        for row in database.service()? {
            status.at = status.at.max(Some(row.at));
            if let Some(name) = row.job.strip_prefix("job ") {
                // What a later version wrote may say more, or something else.
                status.jobs.extend(serde_json::from_value(row.state).ok().map(|job| (name.to_owned(), job)));
            } else if row.job == SERVICE {
                status.service = serde_json::from_value(row.state).unwrap_or_default();
            }
        }
        Ok(status)
    }

    /// Says how far the scans are behind now: what was stored is as old as the last job. `settle` is how long rows are waited for.
    #[must_use]
    pub fn aged(mut self, settle: i64, now: Timestamp) -> Self {
        let coverage = &mut self.service.coverage;
        let lag = coverage.good_until.map_or(0, |good| now.0.saturating_sub(good.0).saturating_sub(settle) / SECOND);
        coverage.lag_seconds = coverage.lag_seconds.max(lag);
        self
    }

    /// The same with the coverage as it is now: what was stored is as old as the last job.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn current(
        mut self,
        database: &Database,
        table: &str,
        tick: &TickOptions,
        now: Timestamp,
    ) -> Result<Self, DatabaseError> {
        let settle = self.service.settle_seconds.map_or(tick.settle, |seconds| seconds.saturating_mul(SECOND));
        let (coverage, target) = (database.coverage(table)?, now.plus(-settle));
        let first = coverage.stretches().first().map(|first| first.span.begins);
        // Where there is no table of events any more, nothing lies before.
        let oldest = first.and_then(|_| database.oldest(table).ok().flatten());
        self.service.coverage = CoverageStatus {
            events_before: oldest.filter(|oldest| first.is_some_and(|first| *oldest < first)),
            ..CoverageStatus::of(&coverage, target.plus(-tick.catch_up), target)
        };
        Ok(self)
    }

    /// What is wrong, a line each; nothing where all is well. A lag above what the service said, or else above so many microseconds, counts as
    /// being behind. That none runs is a problem where it is behind: `serve --once` runs from time to time.
    #[must_use]
    pub fn problems(&self, longest_lag: i64) -> Vec<String> {
        let mut problems = Vec::new();
        let coverage = &self.service.coverage;
        let is_behind = coverage.lag_seconds > self.service.longest_lag_seconds.unwrap_or(longest_lag / SECOND);
        if self.running.is_none() && (is_behind || coverage.good_until.is_none()) {
            problems.push(match self.at {
                Some(at) => format!("no service is running on this database; the last one was active at {}", at.seconds()),
                None => "no service is running on this database, and none has run on it yet".to_owned(),
            });
        }
        problems.extend(self.service.problems.iter().cloned());
        problems.extend(self.failing_rules.iter().map(failing_words));
        for (name, job) in self.jobs.iter().filter(|(_, job)| job.state.failures > 0) {
            let times = counted(job.state.failures as usize, "time");
            let message = job.state.message.as_deref().unwrap_or("nobody knows why");
            problems.push(format!("job {name} failed {times} in a row: {message}"));
        }
        if is_behind {
            problems.push(format!("scans are {} s behind", coverage.lag_seconds));
        }
        if !coverage.failed.is_empty() {
            let length: i64 = coverage.failed.iter().map(|span| span.length()).sum();
            problems.push(format!("{} of {} s could not be scanned", counted(coverage.failed.len(), "span"), length / SECOND));
        }
        if coverage.stale_seconds > 0 {
            problems.push(format!(
                "rows came late for {} s that the service does not go back to; `net-scout scan --fill` scans them again",
                coverage.stale_seconds
            ));
        }
        problems
    }
}

/// That a rule fails, and what becomes of it.
fn failing_words(failing: &FailingRule) -> String {
    let FailingRule { rule, failures, message, at, .. } = failing;
    let at = at.seconds();
    if *failures >= BENCHED {
        return format!(
            "rule {rule} is benched since {at}, because it failed in {failures} ticks in a row: {message}; it runs again when its file changes, \
             or after `net-scout plugin enable {rule}`"
        );
    }
    let ticks = if *failures == 1 { "tick".to_owned() } else { format!("{failures} ticks") };
    format!("rule {rule} failed in the last {ticks}, at {at}: {message}")
}

#[cfg(test)]
mod tests;
