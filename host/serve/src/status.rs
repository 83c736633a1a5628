//! What the service says of itself: written to the database after each change, and read there by `net-scout status` in another process.

mod rules;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::schedule::{Agenda, JobState};
use crate::tick::TickOptions;
use net_scout_model::{Coverage, CoverageState, Span, Timestamp, counted};
use net_scout_store::{Database, DatabaseError, Lock};

pub use rules::{RunningRule, RunningRules, new_since, running};

/// The row that is no job's.
const SERVICE: &str = "service";
/// How many spans of a kind are listed.
const LISTED: usize = 20;
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

/// What is said of the coverage.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CoverageStatus {
    /// The end of the last scan that ended well.
    pub good_until: Option<Timestamp>,
    /// From there to where a scan would look now, in seconds.
    pub lag_seconds: i64,
    /// Stretches whose scan failed; of many the last.
    pub failed: Vec<Span>,
    /// Stretches that rows came late for; of many the last.
    pub late: Vec<Span>,
    /// Stretches that were left out or never scanned; of many the last.
    pub gaps: Vec<Span>,
    /// How much time failed, or was left out, in seconds.
    pub open_seconds: i64,
    /// How much time rows came late for that the service does not go back to any more, in seconds.
    pub stale_seconds: i64,
    /// The oldest event, where it lies before what was scanned.
    pub events_before: Option<Timestamp>,
}

impl CoverageStatus {
    /// Of the coverage from its beginning to `target`. The service goes back to `oldest`.
    #[must_use]
    pub fn of(coverage: &Coverage, oldest: Timestamp, target: Timestamp) -> Self {
        let good_until = coverage.good_until();
        let mut status = Self {
            good_until,
            lag_seconds: good_until.map_or(0, |good| target.0.saturating_sub(good.0).max(0) / SECOND),
            ..Self::default()
        };
        let whole = coverage.stretches().first().and_then(|first| Span::new(first.span.begins, good_until?));
        let mut open = 0_i64;
        for (span, stretch) in whole.map(|whole| coverage.parts(whole)).unwrap_or_default() {
            let list = match stretch.map(|stretch| stretch.state) {
                Some(CoverageState::Scanned) => continue,
                Some(CoverageState::Late) => {
                    let stale = Span::new(span.begins, span.ends.min(oldest)).map_or(0, Span::length);
                    status.stale_seconds = status.stale_seconds.saturating_add(stale);
                    &mut status.late
                }
                Some(CoverageState::Failed) => &mut status.failed,
                Some(CoverageState::Gap) | None => &mut status.gaps,
            };
            if stretch.is_none_or(|stretch| !stretch.state.is_good()) {
                open = open.saturating_add(span.length());
            }
            span.append(list);
        }
        status.open_seconds = open / SECOND;
        status.stale_seconds /= SECOND;
        for list in [&mut status.failed, &mut status.late, &mut status.gaps] {
            list.drain(..list.len().saturating_sub(LISTED));
        }
        status
    }
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
    /// The rules that run.
    pub rules: RunningRules,
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
}

impl Status {
    /// Of the jobs of an agenda.
    #[must_use]
    pub fn of(service: ServiceStatus, agenda: &Agenda, now: Timestamp) -> Self {
        let job = |job: &crate::schedule::Job| {
            let (schedule, next) = (job.schedule.to_string(), job.next(&agenda.zone));
            (job.name.clone(), JobStatus { schedule, next, state: job.state().clone() })
        };
        Self { running: None, at: Some(now), service, jobs: agenda.jobs.iter().map(job).collect() }
    }

    /// Keeps it.
    ///
    /// # Errors
    /// When the database is locked, read-only or full.
    pub fn keep(&self, database: &mut Database, now: Timestamp) -> Result<(), DatabaseError> {
        let service = (SERVICE.to_owned(), serde_json::to_value(&self.service).unwrap_or(Value::Null));
        let jobs = self.jobs.iter().map(|(name, job)| (format!("job {name}"), serde_json::to_value(job).unwrap_or(Value::Null)));
        let rows: Vec<(String, Value)> = std::iter::once(service).chain(jobs).collect();
        database.keep_service(&rows, now)
    }

    /// Reads what a service said last, and whether one runs.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn read(database: &Database, now: Timestamp) -> Result<Self, DatabaseError> {
        let running = database.holder(Lock::Service, now)?.map(|holder| holder.to_string());
        let mut status = Self { running, ..Self::default() };
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
        let (coverage, target) = (database.coverage(table)?, now.plus(-tick.settle));
        let first = coverage.stretches().first().map(|first| first.span.begins);
        // Where there is no table of events any more, nothing lies before.
        let oldest = first.and_then(|_| database.oldest(table).ok().flatten());
        self.service.coverage = CoverageStatus {
            events_before: oldest.filter(|oldest| first.is_some_and(|first| *oldest < first)),
            ..CoverageStatus::of(&coverage, target.plus(-tick.catch_up), target)
        };
        Ok(self)
    }

    /// What is wrong, a line each; nothing where all is well. A lag above so many microseconds counts as being behind. That none runs is a
    /// problem where it is behind: `serve --once` runs from time to time.
    #[must_use]
    pub fn problems(&self, longest_lag: i64) -> Vec<String> {
        let mut problems = Vec::new();
        let coverage = &self.service.coverage;
        let is_behind = coverage.lag_seconds > longest_lag / SECOND;
        if self.running.is_none() && (is_behind || coverage.good_until.is_none()) {
            problems.push(match self.at {
                Some(at) => format!("no service runs on this database; the last one was heard of at {}", at.seconds()),
                None => "no service runs on this database, and none ever did".to_owned(),
            });
        }
        problems.extend(self.service.problems.iter().cloned());
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::schedule::{Job, Schedule};
    use jiff::tz::TimeZone;
    use net_scout_model::Stretch;
    use net_scout_store::Covered;

    const NOW: Timestamp = Timestamp(1_773_261_311_000_000);

    fn coverage(stretches: &[(i64, i64, CoverageState)]) -> Coverage {
        let mut coverage = Coverage::default();
        for &(begins, ends, state) in stretches {
            let span = Span { begins: NOW.plus(begins * SECOND), ends: NOW.plus(ends * SECOND) };
            coverage.record(Stretch { span, state, digest: String::new(), at: NOW, message: None });
        }
        coverage
    }

    fn agenda() -> Agenda {
        let schedule = |text: &str| text.parse::<Schedule>().expect(text);
        let mut scan = Job::new("scan", schedule("1 minute"), NOW);
        scan.begin(NOW);
        scan.end(NOW, Err("the database is locked".to_owned()));
        Agenda { jobs: vec![scan, Job::new("report", schedule("daily 07:00"), NOW)], zone: TimeZone::UTC }
    }

    #[test]
    fn another_process_reads_what_the_service_said() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.db");
        let mut database = Database::open_or_create(&path, "scout_alerts", Duration::from_secs(5)).expect("open");
        database.migrate(NOW).expect("migrate");
        let never = Status::read(&database, NOW).expect("read");
        assert_eq!(never.problems(0), ["no service runs on this database, and none ever did"]);

        let lease = database.try_lock(Lock::Service, "net-scout serve", NOW).expect("write").expect("free");
        let coverage = coverage(&[
            (-600, -300, CoverageState::Scanned),
            (-300, -200, CoverageState::Failed),
            (-200, -100, CoverageState::Scanned),
        ]);
        let service = ServiceStatus {
            version: "1".to_owned(),
            started: Some(NOW),
            coverage: CoverageStatus::of(&coverage, NOW.plus(-1_000 * SECOND), NOW.plus(-30 * SECOND)),
            rules: running(&RunningRules::new(), BTreeMap::from([("a".to_owned(), "1".to_owned())]), NOW),
            problems: vec!["plugin `x` was refused".to_owned()],
        };
        let said = Status::of(service, &agenda(), NOW);
        said.keep(&mut database, NOW).expect("kept");
        let reader = Database::open_read_only(&path, "scout_alerts", Duration::from_secs(5)).expect("open");
        let read = Status::read(&reader, NOW).expect("read");
        assert!(read.running.as_deref().is_some_and(|holder| holder.starts_with("net-scout serve (process ")), "{read:?}");
        assert_eq!(Status { running: None, ..read.clone() }, said);
        assert_eq!(
            read.problems(60 * SECOND),
            [
                "plugin `x` was refused",
                "job scan failed 1 time in a row: the database is locked",
                "scans are 70 s behind",
                "1 span of 100 s could not be scanned"
            ]
        );
        assert_eq!(read.jobs["report"].next.map(Timestamp::seconds).as_deref(), Some("2026-03-12T07:00:00Z"));
        database.unlock(lease).expect("write");
        let stretches = coverage.stretches().to_vec();
        database.cover(&Covered { table: "ip_events".to_owned(), stretches }).expect("kept");
        let tick = TickOptions { catch_up: 450 * SECOND, ..TickOptions::default() };
        let said = Status::read(&database, NOW).expect("read");
        let stopped = said.current(&database, "ip_events", &tick, NOW.plus(200 * SECOND)).expect("read");
        assert_eq!(
            stopped.problems(60 * SECOND)[0],
            "no service runs on this database; the last one was heard of at 2026-03-11T20:35:11Z"
        );
        // The end of the last good scan is 100 s before, and rows are waited for 30 s.
        assert_eq!(stopped.service.coverage.lag_seconds, 270);
        assert!(!stopped.problems(i64::MAX).iter().any(|problem| problem.starts_with("no service")));
    }

    #[test]
    fn the_coverage_is_summed_up() {
        let status = CoverageStatus::of(
            &coverage(&[
                (-1_000, -900, CoverageState::Scanned),
                (-900, -800, CoverageState::Gap),
                (-700, -100, CoverageState::Scanned),
                (-650, -600, CoverageState::Late),
                (-100, -50, CoverageState::Failed),
            ]),
            NOW.plus(-620 * SECOND),
            NOW,
        );
        let span = |begins: i64, ends: i64| Span { begins: NOW.plus(begins * SECOND), ends: NOW.plus(ends * SECOND) };
        // What comes after the last good scan is lag.
        assert_eq!((status.lag_seconds, status.open_seconds, status.stale_seconds), (100, 200, 30));
        let stale =
            Status { service: ServiceStatus { coverage: status.clone(), ..ServiceStatus::default() }, ..Status::default() };
        assert_eq!((status.late, status.failed, status.gaps), (vec![span(-650, -600)], vec![], vec![span(-900, -700)]));
        let way_out =
            "rows came late for 30 s that the service does not go back to; `net-scout scan --fill` scans them again".to_owned();
        assert!(stale.problems(i64::MAX).contains(&way_out), "{:?}", stale.problems(i64::MAX));
        let many: Vec<(i64, i64, CoverageState)> = (0..100).map(|at| (at * 2, at * 2 + 1, CoverageState::Scanned)).collect();
        let status = CoverageStatus::of(&coverage(&many), NOW, NOW);
        assert_eq!((status.gaps.len(), status.open_seconds, status.gaps.last()), (LISTED, 99, Some(&span(197, 198))));
    }
}
