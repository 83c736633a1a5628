//! What is said, and what is wrong with it.

use std::time::Duration;

use super::coverage::LISTED;
use super::*;
use crate::schedule::{Job, Schedule};
use jiff::tz::TimeZone;
use net_scout_model::{Coverage, CoverageState, Span, Stretch};
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
    scan.begin(NOW, &TimeZone::UTC);
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
    assert_eq!(never.problems(0), ["no service is running on this database, and none has run on it yet"]);

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
        notes: vec!["plugin z was removed".to_owned()],
        problems: vec!["plugin `x` was refused".to_owned()],
        ..ServiceStatus::default()
    };
    let said = Status::of(service, &agenda(), NOW);
    said.keep(&mut database, NOW).expect("kept");
    let failing = |rule: &str, failures| FailingRule {
        rule: rule.to_owned(),
        digest: String::new(),
        failures,
        message: "it trapped".to_owned(),
        at: NOW,
    };
    let failing = [failing("bad", 3), failing("worse", 1)];
    database.keep_failing_rules(&failing, &[]).expect("kept");
    let reader = Database::open_read_only(&path, "scout_alerts", Duration::from_secs(5)).expect("open");
    let read = Status::read(&reader, NOW).expect("read");
    assert!(read.running.as_deref().is_some_and(|holder| holder.starts_with("net-scout serve (process ")), "{read:?}");
    assert_eq!(Status { running: None, user: None, failing_rules: Vec::new(), ..read.clone() }, said);
    assert_eq!(
        read.problems(60 * SECOND),
        [
            "plugin `x` was refused",
            "rule bad is benched since 2026-03-11T20:35:11Z, because it failed in 3 ticks in a row: it trapped; it runs again when its file \
             changes, or after `net-scout plugin enable bad`",
            "rule worse failed in the last tick, at 2026-03-11T20:35:11Z: it trapped",
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
        "no service is running on this database; the last one was active at 2026-03-11T20:35:11Z"
    );
    // The end of the last good scan is 100 s before, and rows are waited for 30 s.
    assert_eq!(stopped.service.coverage.lag_seconds, 270);
    assert!(!stopped.problems(i64::MAX).iter().any(|problem| problem.starts_with("no service")));
    // How late is too late depends on the interval of the service that was there, whatever the one who looks has configured.
    let mut short = stopped;
    short.service.longest_lag_seconds = Some(12);
    assert!(short.problems(i64::MAX)[0].starts_with("no service is running on this database; "));
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
    let stale = Status { service: ServiceStatus { coverage: status.clone(), ..ServiceStatus::default() }, ..Status::default() };
    let way_out =
        "rows came late for 30 s that the service does not go back to; `net-scout scan --fill` scans them again".to_owned();
    assert!(stale.problems(i64::MAX).contains(&way_out), "{:?}", stale.problems(i64::MAX));
    assert_eq!((status.late, status.failed, status.gaps), (vec![span(-650, -600)], vec![], vec![span(-900, -700)]));
    let many: Vec<(i64, i64, CoverageState)> = (0..100).map(|at| (at * 2, at * 2 + 1, CoverageState::Scanned)).collect();
    let status = CoverageStatus::of(&coverage(&many), NOW, NOW);
    assert_eq!((status.gaps.len(), status.open_seconds, status.gaps.last()), (LISTED, 99, Some(&span(197, 198))));
}

/// A service that runs and says nothing: the reason is looked for, and a job that takes long is none.
#[test]
fn silence_is_noticed() {
    let running = |job: JobStatus| Status {
        running: Some("net-scout serve".to_owned()),
        user: Some(0),
        at: Some(NOW),
        jobs: [("scan".to_owned(), job)].into(),
        ..Status::default()
    };
    let waiting = || running(JobStatus { next: Some(NOW.plus(10 * SECOND)), ..JobStatus::default() });
    let working = || {
        running(JobStatus {
            state: crate::schedule::JobState { is_running: true, begun: Some(NOW), ..Default::default() },
            ..JobStatus::default()
        })
    };
    let problems = |status: Status, seconds: i64, found: Option<&str>| {
        status.noticing(NOW.plus(seconds * SECOND), |_| found.map(str::to_owned)).service.problems
    };
    assert_eq!(problems(waiting(), 69, Some("full")), Vec::<String>::new());
    assert_eq!(
        problems(waiting(), 71, Some("the disk is full")),
        [
            "the service has been silent since 2026-03-11T20:35:11Z, though job scan was due at 2026-03-11T20:35:21Z; it cannot write the database: \
          the disk is full"
        ]
    );
    assert!(problems(waiting(), 71, None)[0].ends_with("; see its log"));
    assert_eq!(problems(working(), 600, None), Vec::<String>::new());
    assert!(problems(working(), 600, Some("full"))[0].contains("though job scan runs since "));
    assert_eq!(problems(working(), 901, None).len(), 1);
    let never = |found: Option<&str>| Status::default().noticing_none(|| found.map(str::to_owned)).service.problems;
    assert_eq!(never(None), Vec::<String>::new());
    assert_eq!(
        never(Some("a.db may not be written")),
        ["a service of this user cannot use the database: a.db may not be written"]
    );
    assert_eq!(waiting().noticing_none(|| Some("full".to_owned())).service.problems, Vec::<String>::new());
    let gone = Status { user: None, ..waiting() };
    assert_eq!(problems(gone, 10_000, Some("full")), Vec::<String>::new());
}
