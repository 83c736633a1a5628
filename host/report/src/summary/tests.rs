use net_scout_model::{Messages, Severity};

use super::*;
use crate::test_support::{MINUTE, NOW, alert, event, record, scene};

#[test]
fn it_says_what_is_open_and_what_is_new_in_80_columns() {
    let (_folder, options) = scene(&[event(3, "8.8.4.4", "10.0.0.5", 22, "DROP", "INBOUND")]);
    let old = NOW.plus(-3 * 24 * 60 * MINUTE);
    let alerts = [
        (alert("8.8.4.4", 80, Severity::High, NOW), NOW.plus(-MINUTE)),
        (alert("2001:4860:4860:1111:2222:3333:4444:8844", 30, Severity::Low, NOW), NOW.plus(-2 * MINUTE)),
        (alert("8.8.8.8", 95, Severity::Critical, old), old),
    ];
    record(&options, &alerts);
    let sink = Messages::default();
    let summary = make_summary(&options, NOW.plus(-24 * 60 * MINUTE), NOW, &sink).expect("a summary");
    assert_eq!(summary.open, [("critical", 1), ("high", 1), ("medium", 0), ("low", 1), ("informational", 0)]);
    assert_eq!((summary.new, summary.snoozed, summary.newest.len(), summary.strongest.len()), (2, 0, 2, 3));
    assert_eq!(summary.newest_event, Some(NOW.plus(-3 * MINUTE)));
    let text = summary.write();
    assert!(text.contains("open     1 critical, 1 high, 1 low\n"), "{text}");
    assert!(text.contains("new      2 since 2026-03-10 20:35:11Z (1 d ago)\n"), "{text}");
    assert!(text.contains("events   the newest is of 2026-03-11 20:32:11Z (3 min ago)\n"), "{text}");
    assert!(text.contains("service  not running\n"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
}

#[test]
fn what_is_new_is_new_since_the_last_look_of_the_same_person() {
    let (_folder, options) = scene(&[]);
    record(&options, &[(alert("8.8.4.4", 80, Severity::High, NOW), NOW.plus(-MINUTE))]);
    let look = |person: &str, now| summary_since_last_look(&options, person, now, &Messages::default()).expect("a summary");
    let first = look("anna", NOW);
    assert_eq!((first.new, first.is_since_last_look, first.since), (1, false, NOW.plus(-24 * 60 * MINUTE)));
    keep_look(&options.database, "anna", NOW).expect("kept");
    let second = look("anna", NOW.plus(MINUTE));
    assert_eq!((second.new, second.is_since_last_look, second.since), (0, true, NOW));
    assert!(second.write().contains("new      0 since you looked last, 2026-03-11 20:35:11Z (1 min ago)\n"));
    assert_eq!(look("bob", NOW.plus(MINUTE)).new, 1);
    assert!(!look("anna", NOW.plus(-MINUTE)).is_since_last_look, "the clock was set back");
}

#[test]
fn what_fails_is_a_problem() {
    let (_folder, options) = scene(&[]);
    let job = ("job scan".to_owned(), serde_json::json!({ "failures": 2, "message": "it is locked\u{1b}[2J" }));
    options.database.open().expect("opened").keep_service(&[job], NOW).expect("kept");
    let text = make_summary(&options, NOW, NOW, &Messages::default()).expect("a summary").write();
    assert!(text.contains("problem  job scan failed 2 times in a row: it is locked\\u{1b}[2J\n"), "{text}");
    assert!(text.contains("open     no alert\n") && text.contains("events   none\n"), "{text}");
}
