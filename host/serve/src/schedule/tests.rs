//! Schedules and jobs on simulated time.

use proptest::prelude::*;

use super::*;
use net_scout_model::time::parse_timestamp;

const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;

fn at(text: &str) -> Timestamp {
    parse_timestamp(text).expect("a timestamp")
}

fn schedule(text: &str) -> Schedule {
    text.parse().expect(text)
}

fn vienna() -> TimeZone {
    // The rule of the European Union, wherever the test runs.
    TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").expect("a zone")
}

/// The runs after an instant.
fn runs(text: &str, zone: &TimeZone, after: &str, count: usize) -> Vec<String> {
    let (schedule, mut instant, mut runs) = (schedule(text), at(after), Vec::new());
    for _ in 0..count {
        instant = schedule.next(instant, zone).expect("a run");
        runs.push(instant.seconds());
    }
    runs
}

#[test]
fn every_form() {
    for (text, shown) in [
        ("1 minute", "every 1 minute"),
        ("every 90 minutes", "every 90 minutes"),
        ("Every 6h", "every 6 hours"),
        ("2 weeks", "every 2 weeks"),
        ("1500ms", "every 1500 ms"),
        ("1 hour 30 minutes 10 seconds", "every 5410 seconds"),
        ("daily 07:00", "daily 07:00"),
        ("daily 19:30, 7:05,7:05", "daily 07:05, 19:30"),
        ("weekly Mon 07:00", "weekly mon 07:00"),
        ("weekly mon,thursday 07:00 19:00", "weekly mon,thu 07:00, 19:00"),
        ("*/10 8-18 * * mon-fri", "cron */10 8-18 * * 1-5"),
        ("cron 0 7 1 * *", "cron 0 7 1 * *"),
        ("off", "off"),
    ] {
        let parsed = schedule(text);
        assert_eq!(parsed.to_string(), shown, "{text}");
        assert_eq!(schedule(shown), parsed, "{shown}");
    }
}

#[test]
fn anything_else_is_an_error_that_shows_the_forms() {
    for (text, reason) in [
        ("", "`` is not a schedule;"),
        ("often", "`often` is not a schedule;"),
        ("0 seconds", "is not a schedule;"),
        ("10ms", ": the shortest interval is a second;"),
        ("daily", ": a time of the day is missing;"),
        ("daily 25:00", ": `25:00` is not a time of the day such as 07:00;"),
        ("daily 7", ": `7` is not a time of the day"),
        ("weekly 07:00", ": `07:00` is not a day of the week such as mon;"),
        ("weekly mon", ": a time of the day is missing;"),
        ("61 * * * *", ": "),
        ("cron * * * *", ": a cron expression has five fields (six with the second first, seven with the year last), and not 4;"),
        ("* * * * * * * *", ", and not 8;"),
        ("0 0 30 2 *", ": there is no such day;"),
        (&"1 ".repeat(300), ": it is too long;"),
    ] {
        let error = text.parse::<Schedule>().expect_err(text).to_string();
        assert!(error.contains(reason) && error.contains("`daily 07:00`"), "{error}");
    }
}

#[test]
fn times_of_the_day_follow_the_clock_on_the_wall() {
    let zone = vienna();
    assert_eq!(
        runs("daily 07:00", &zone, "2026-03-28T06:00:00Z", 2),
        ["2026-03-29T05:00:00Z", "2026-03-30T05:00:00Z"],
        "summer time begins at 02:00 of the first"
    );
    assert_eq!(runs("weekly mon,wed 07:00", &zone, "2026-03-25T06:00:00Z", 2), ["2026-03-30T05:00:00Z", "2026-04-01T05:00:00Z"]);
    assert_eq!(runs("0 7 1 * *", &zone, "2026-03-25T06:00:00Z", 2), ["2026-04-01T05:00:00Z", "2026-05-01T05:00:00Z"]);
}

/// 02:30 is not there in the night of March and there twice in the night of October: it runs once in each.
#[test]
fn one_run_in_a_night_that_the_clock_changes() {
    let zone = vienna();
    for text in ["daily 02:30", "30 2 * * *"] {
        let march = runs(text, &zone, "2026-03-28T12:00:00Z", 2);
        assert_eq!(march[1], "2026-03-30T00:30:00Z", "{text}");
        assert!(march[0].starts_with("2026-03-29T01:"), "{text}: {march:?}");
        let october = runs(text, &zone, "2026-10-24T12:00:00Z", 2);
        assert_eq!(october, ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"], "{text}");
    }
}

/// Runs a job on a clock that moves as it is told: by so much each time, after which the job runs if it is due. When it ran.
fn ran(job: &mut Job, from: Timestamp, moves: impl IntoIterator<Item = i64>) -> Vec<Timestamp> {
    let (mut now, mut ran) = (from, Vec::new());
    for step in moves {
        now = now.plus(step);
        if job.is_due(now, &vienna()) {
            job.begin(now, &vienna());
            job.end(now, Ok(String::new()));
            ran.push(now);
        }
    }
    ran
}

#[test]
fn an_interval_begins_at_once_and_a_machine_that_slept_runs_once() {
    let start = at("2026-03-11T20:35:11Z");
    let mut job = Job::new("scan", schedule("1 minute"), start);
    let ran = ran(&mut job, start, [0, 30 * SECOND, 30 * SECOND, 8 * HOUR, SECOND, SECOND, MINUTE]);
    let seconds: Vec<i64> = ran.iter().map(|run| (run.0 - start.0) / SECOND).collect();
    assert_eq!(seconds, [0, 60, 60 + 8 * 3_600, 60 + 8 * 3_600 + 62]);
}

#[test]
fn a_missed_day_is_made_up_for_once() {
    let start = at("2026-03-11T12:00:00Z");
    let mut job = Job::new("report", schedule("daily 07:00"), start);
    assert_eq!(ran(&mut job, start, [0, HOUR]), [], "not before its time");
    let stored = serde_json::to_string(job.state()).expect("JSON");
    // The service is off for three days.
    let again = at("2026-03-15T12:00:00Z");
    let mut job = Job::new("report", schedule("daily 07:00"), start).remembering(serde_json::from_str(&stored).expect("JSON"));
    assert_eq!(ran(&mut job, again, [0, HOUR, HOUR]), [again]);
    assert_eq!(job.next(&vienna()).map(Timestamp::seconds).as_deref(), Some("2026-03-16T06:00:00Z"));
}

#[test]
fn a_clock_that_is_set_makes_no_double_and_no_gap() {
    let start = at("2026-03-11T05:59:59Z");
    let mut job = Job::new("report", schedule("daily 07:00"), start);
    // 07:00 comes, the clock goes back an hour, and 07:00 comes again.
    assert_eq!(ran(&mut job, start, [SECOND, -HOUR, 30 * MINUTE, 30 * MINUTE, HOUR]), [start.plus(SECOND)]);
    let mut job = Job::new("scan", schedule("1 minute"), start);
    let ran = ran(&mut job, start, [0, -HOUR, MINUTE, HOUR, -400 * 24 * HOUR, MINUTE]);
    assert_eq!(ran.len(), 6, "an interval goes on at once: {ran:?}");
}

#[test]
fn failures_are_tried_again_later_and_later() {
    let start = at("2026-03-11T05:00:00Z");
    let (mut job, zone) = (Job::new("report", schedule("daily 07:00"), start.plus(-24 * HOUR)), vienna());
    let (mut now, mut waits) = (at("2026-03-11T06:00:00Z"), Vec::new());
    for _ in 0..9 {
        assert!(job.is_due(now, &zone));
        job.begin(now, &vienna());
        job.end(now, Err("no".to_owned()));
        let next = job.next(&zone).expect("another try");
        waits.push((next.0 - now.0) / SECOND);
        // A clock that is set back by a year makes it wait no longer.
        let (mut other, back) = (job.clone(), now.plus(-365 * 24 * HOUR));
        assert!(!other.is_due(back, &zone));
        assert_eq!(other.next(&zone).map(|next| (next.0 - back.0) / SECOND), waits.last().copied());
        now = next;
    }
    assert_eq!(waits, [10, 20, 40, 80, 160, 320, 640, 900, 900]);
    assert_eq!((job.state().failures, job.state().outcome), (9, Some(Outcome::Failed)));
    job.begin(now, &vienna());
    job.end(now, Ok("12 alerts".to_owned()));
    assert_eq!((job.state().failures, job.state().message.as_deref()), (0, Some("12 alerts")));
    assert_eq!(job.next(&zone).map(Timestamp::seconds).as_deref(), Some("2026-03-12T06:00:00Z"));
}

#[test]
fn a_run_that_was_stopped_is_made_again_at_once() {
    let start = at("2026-03-11T05:00:00Z");
    let mut job = Job::new("scan", schedule("1 minute"), start);
    job.begin(start, &vienna());
    assert_eq!(job.next(&vienna()), None, "it runs");
    let again = start.plus(5 * SECOND);
    let job = Job::new("scan", schedule("1 minute"), again).remembering(job.state().clone());
    assert_eq!((job.next(&vienna()), job.state().failures), (Some(again), 0));
}

#[test]
fn a_run_is_for_a_time_of_the_schedule_also_when_it_is_made_again() {
    let (start, zone) = (at("2026-03-11T05:00:00Z"), vienna());
    let seven = at("2026-03-11T06:00:00Z");
    let again = |job: &Job, at| Job::new("report", schedule("daily 07:00"), at).remembering(job.state().clone());
    // The service ends before the first run, and is started after its time.
    let waits = again(&Job::new("report", schedule("daily 07:00"), start), start);
    let mut job = again(&waits, seven.plus(HOUR));
    assert!(job.is_due(seven.plus(HOUR), &zone));
    job.begin(seven.plus(HOUR), &zone);
    assert_eq!(job.state().due, Some(seven));
    // It is killed while it runs, fails once, and ends well.
    let mut job = again(&job, seven.plus(2 * HOUR));
    assert_eq!((job.next(&zone), job.state().due), (Some(seven.plus(2 * HOUR)), Some(seven)));
    for (hours, result) in [(2, Err("no".to_owned())), (3, Ok(String::new()))] {
        assert!(job.is_due(seven.plus(hours * HOUR), &zone));
        job.begin(seven.plus(hours * HOUR), &zone);
        assert_eq!(job.state().due, Some(seven));
        job.end(seven.plus(hours * HOUR), result);
    }
    assert_eq!((job.state().due, job.next(&zone)), (None, Some(seven.plus(24 * HOUR))));
    // What is off waits for nothing.
    let off = Job::new("report", Schedule::Off, start).remembering(waits.state().clone());
    assert_eq!(off.state().waits_since, None);
}

#[test]
fn the_last_run_before_an_instant() {
    let last = |text: &str, from: &str, until: &str| schedule(text).last(at(from), at(until), &vienna()).seconds();
    assert_eq!(last("daily 07:00", "2026-03-11T06:00:00Z", "2026-03-14T05:59:59Z"), "2026-03-13T06:00:00Z");
    assert_eq!(last("daily 07:00", "2026-03-11T06:00:00Z", "2026-03-11T06:00:01Z"), "2026-03-11T06:00:00Z");
    assert_eq!(last("6 hours", "2026-03-11T06:00:00Z", "2026-03-13T17:00:00Z"), "2026-03-13T12:00:00Z");
}

#[test]
fn the_one_that_waited_longest_comes_first() {
    let start = at("2026-03-11T05:00:00Z");
    let jobs = vec![
        Job::new("scan", schedule("1 minute"), start.plus(1)),
        Job::new("enrich", schedule("5 minutes"), start),
        Job::new("off", Schedule::Off, start),
    ];
    let mut agenda = Agenda { jobs, zone: vienna() };
    assert_eq!(agenda.next(), Some(start));
    let mut order = Vec::new();
    while let Some(job) = agenda.due(start.plus(SECOND)) {
        order.push(job.name.clone());
        job.begin(start.plus(SECOND), &vienna());
    }
    assert_eq!(order, ["enrich", "scan"]);
    assert_eq!(agenda.next(), None);
    assert!(agenda.job("scan").is_some_and(|job| job.state().is_running) && agenda.job("none").is_none());
    assert_eq!(wait(Some(start), start.plus(1)).as_micros(), 0);
    assert_eq!(wait(Some(start.plus(SECOND)), start).as_millis(), 1_000);
    assert_eq!(wait(None, start), wait(Some(start.plus(HOUR)), start));
}

proptest! {
    /// A run is later than the instant it is asked for, and none is left out in between.
    #[test]
    fn the_next_run_is_the_first(kind in 0..5_usize, from in 0..2_000_000_000_i64, ahead in 0..200_000_i64) {
        let text = ["7 minutes", "daily 02:30, 07:00", "weekly sun 02:30", "17 2-3 * * *", "every 1 day"][kind];
        let (schedule, zone) = (schedule(text), vienna());
        let from = Timestamp(from * SECOND);
        let next = schedule.next(from, &zone).expect("a run");
        prop_assert!(next > from);
        let between = from.plus(ahead * SECOND);
        if between < next {
            prop_assert_eq!(schedule.next(between, &zone), Some(next));
        } else {
            prop_assert!(schedule.next(between, &zone).expect("a run") > between);
        }
    }

    /// Whatever the clock does within a day, a job of the day runs at most once for each of its times, and never long before.
    #[test]
    fn no_time_of_the_day_runs_twice(moves in prop::collection::vec(-3_600..14_400_i64, 1..200)) {
        let start = at("2026-10-20T12:00:00Z");
        let mut job = Job::new("report", schedule("daily 07:00"), start);
        let ran = ran(&mut job, start, moves.iter().map(|seconds| seconds * SECOND));
        let days: Vec<i64> = ran.iter().map(|run| run.plus(-5 * HOUR).0.div_euclid(24 * HOUR)).collect();
        prop_assert!(days.windows(2).all(|pair| pair[0] < pair[1]), "{:?}", ran);
    }
}
