mod lead;
mod reopened;
mod story;
mod unique;

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use super::*;
use net_scout_model::Severity;

pub(crate) const NOW: Timestamp = Timestamp(1_773_261_311_000_000);
pub(crate) const HOUR: i64 = 3_600_000_000;

pub(crate) fn database() -> (tempfile::TempDir, Database) {
    let folder = tempfile::tempdir().expect("folder");
    let mut database =
        Database::open_or_create(&folder.path().join("a.db"), "scout_alerts", Duration::from_secs(1)).expect("open");
    database.migrate(NOW).expect("migrate");
    (folder, database)
}

pub(crate) fn alert(source: Option<&str>, score: u8, severity: Severity, count: i64) -> Alert {
    let evidence = [("count".to_owned(), count.into())].into_iter().collect();
    let (alert_type, rule) = ("scan".to_owned(), "rule".to_owned());
    Alert {
        alert_type,
        src_ip: source.map(str::to_owned),
        dst_ip: None,
        score,
        severity,
        rule,
        evidence,
        events: None,
        story: None,
        counting: net_scout_model::Counting::Nothing,
    }
}

fn story(alert_type: &str, target: Option<&str>, severity: Severity, score: u8) -> Alert {
    Alert {
        alert_type: alert_type.to_owned(),
        rule: alert_type.to_owned(),
        dst_ip: target.map(str::to_owned),
        story: Some("from 192.0.2.1".to_owned()),
        ..alert(Some("192.0.2.1"), score, severity, 1)
    }
}

fn rules(alert: &StoredAlert) -> Vec<&str> {
    alert.evidence["related"].as_array().into_iter().flatten().filter_map(|one| one["rule"].as_str()).collect()
}

fn close(database: &Database, status: &str) {
    database.connection.execute("UPDATE scout_alerts SET status = ?1", [status]).expect("closed");
}

/// The Python program makes its index in each scan, and ends there when two rows have one key.
fn python_starts(database: &Database) {
    let index = "CREATE UNIQUE INDEX ux_scout_alerts_unique ON scout_alerts (alert_type, src_ip, dst_ip, date(created_at))";
    database.connection.execute_batch(&format!("{index}; DROP INDEX ux_scout_alerts_unique;")).expect("no two rows of one key");
}

#[test]
fn a_repeat_raises_the_score_and_refreshes_the_evidence() {
    let (_folder, mut database) = database();
    for source in [Some("192.0.2.1"), None] {
        let first = database.record(&[alert(source, 40, Severity::Medium, 1)], NOW).expect("first");
        let higher = database.record(&[alert(source, 80, Severity::High, 2)], NOW.plus(1_000_000)).expect("higher");
        let lower = database.record(&[alert(source, 10, Severity::Low, 3)], NOW.plus(HOUR)).expect("lower");
        assert!(first[0].new && !higher[0].new && !lower[0].new);
        let stored = &lower[0].alert;
        assert_eq!((stored.id, stored.score, stored.severity.as_deref()), (first[0].alert.id, 80, Some("high")));
        assert_eq!(stored.evidence["count"], 3);
        assert_eq!(stored.created_at, first[0].alert.created_at);
        let night = database.record(&[alert(source, 10, Severity::Low, 4)], NOW.plus(20 * HOUR)).expect("after midnight");
        assert!(!night[0].new);
        let later = database.record(&[alert(source, 10, Severity::Low, 4)], NOW.plus(45 * HOUR)).expect("a day of quiet later");
        assert!(later[0].new);
    }
}

#[test]
fn several_transactions_record_what_one_does() {
    let (_one, mut one) = database();
    let (_several, mut several) = database();
    let address = |number: u8| format!("192.0.2.{}", number % 10);
    let alerts: Vec<Alert> =
        (0..30).map(|number| alert(Some(&address(number)), 90 - number, Severity::High, i64::from(number))).collect();
    let whole = one.record(&alerts, NOW).expect("one transaction");
    let commits = Arc::new(AtomicU32::new(0));
    let counter = commits.clone();
    several
        .connection
        .commit_hook(Some(move || {
            counter.fetch_add(1, Ordering::Relaxed);
            false
        }))
        .expect("hook");
    let lasts = Cell::new(0);
    let last = |transaction: &ScanTransaction<'_>| {
        lasts.set(lasts.get() + 1);
        assert!([0, alerts.len()].contains(&transaction.recorded.len()), "all of the scan are known");
        Ok(())
    };
    let parts = several.keep_in_turns(&alerts, Duration::ZERO, NOW, last).expect("a transaction for each");
    assert_eq!((parts, commits.load(Ordering::Relaxed), lasts.get()), (whole, 30, 1));
    assert_eq!(several.keep_in_turns(&[], Duration::ZERO, NOW, last).expect("none"), []);
    assert_eq!(lasts.get(), 2);
}

#[test]
fn what_a_person_closed_stays_closed() {
    let (_folder, mut database) = database();
    for status in ["false_positive", "snoozed"] {
        database.connection.execute_batch("DELETE FROM scout_alerts").expect("delete");
        database.record(&[alert(None, 40, Severity::Medium, 1)], NOW).expect("first");
        database.connection.execute("UPDATE scout_alerts SET status = ?1", [status]).expect("close");
        let repeat = database.record(&[alert(None, 90, Severity::Critical, 2)], NOW).expect("repeat");
        assert_eq!(repeat[0].alert.status, status);
    }
}

/// What belongs to a scan is written with the last of its alerts, or neither is.
#[test]
fn what_is_written_alongside_is_kept_or_lost_with_the_alerts() {
    let (_folder, mut database) = database();
    let alerts = [alert(None, 40, Severity::Medium, 1)];
    let entry = StateEntry { plugin: "coverage".into(), key: "until".into(), value: Some(b"1".to_vec()) };
    let mut seen = 0;
    let mut keep = |transaction: &ScanTransaction<'_>| {
        seen = transaction.recorded.len();
        transaction.keep_state(std::slice::from_ref(&entry), NOW)
    };
    database.keep_scan(&alerts, &[], &[], NOW, Some(&mut keep)).expect("kept");
    assert_eq!((seen, database.plugin_state().expect("read")), (1, vec![entry.clone()]));

    let mut fail = |transaction: &ScanTransaction<'_>| {
        transaction.keep_state(&[StateEntry { key: "later".into(), ..entry.clone() }], NOW)?;
        Err(DatabaseError::NotFound { path: "elsewhere".into() })
    };
    let other = [alert(Some("192.0.2.9"), 40, Severity::Medium, 1)];
    let error = database.keep_scan(&other, &[], &[], NOW, Some(&mut fail)).expect_err("refused");
    assert!(matches!(error, DatabaseError::NotFound { .. }));
    assert_eq!(database.alerts(&crate::AlertFilter::default()).expect("read").alerts.len(), 1);
    assert_eq!(database.plugin_state().expect("read"), [entry]);
}
