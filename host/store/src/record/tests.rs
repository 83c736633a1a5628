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

#[test]
fn the_unique_index_of_the_python_program_is_no_obstacle() {
    let (_folder, mut database) = database();
    database.connection.execute_batch("CREATE UNIQUE INDEX original ON scout_alerts (alert_type, src_ip)").expect("index");
    database.record(&[alert(Some("192.0.2.1"), 40, Severity::Medium, 1)], NOW).expect("first");
    let later = database.record(&[alert(Some("192.0.2.1"), 60, Severity::Medium, 2)], NOW.plus(48 * HOUR)).expect("later");
    assert!(!later[0].new);
    assert_eq!(later[0].alert.score, 60);
    // Its row of another day is reopened by what is worse.
    close(&database, "snoozed");
    let worse = Alert { alert_type: "scan".into(), ..story("scan", None, Severity::Critical, 90) };
    let worse = database.record(&[worse], NOW.plus(96 * HOUR)).expect("worse").remove(0);
    assert_eq!(
        (worse.new, worse.alert.status.as_str(), &worse.alert.evidence["reopened"][0]["status"]),
        (false, "new", &"snoozed".into())
    );
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

#[test]
fn a_story_is_one_alert_that_grows_until_it_is_quiet() {
    let (_folder, mut database) = database();
    let mut record = |alert: Alert, hours: i64| database.record(&[alert], NOW.plus(hours * HOUR)).expect("recorded").remove(0);
    let first = record(story("probe", None, Severity::Low, 20), 0);
    let worse = record(story("port_scan", Some("10.0.0.1"), Severity::High, 80), 1);
    assert!(first.new && !worse.new);
    assert_eq!((worse.alert.id, worse.alert.alert_type.as_str(), worse.alert.score), (first.alert.id, "port_scan", 80));
    assert_eq!((worse.alert.rule.as_deref(), worse.alert.dst_ip.as_deref()), (Some("port_scan"), Some("10.0.0.1")));
    assert_eq!(rules(&worse.alert), ["probe"]);
    // What says less is kept as well, and told again it is told once.
    let weaker = record(story("volume", None, Severity::Critical, 90), 2);
    assert_eq!((weaker.alert.alert_type.as_str(), weaker.alert.score), ("port_scan", 90));
    assert_eq!(weaker.alert.severity.as_deref(), Some("critical"));
    assert_eq!(rules(&weaker.alert), ["volume", "probe"]);
    let again = record(Alert { evidence: Map::new(), ..story("probe", None, Severity::Low, 10) }, 3);
    assert_eq!((rules(&again.alert), again.alert.id), (vec!["volume", "probe"], first.alert.id));
    assert!(!record(story("probe", None, Severity::Low, 20), 26).new, "23 hours later");
    assert!(record(story("probe", None, Severity::Low, 20), 51).new, "25 hours later");
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
fn a_closed_story_is_reopened_in_its_row_by_what_is_worse() {
    for with_index in [false, true] {
        for status in ["false_positive", "snoozed", "whatever"] {
            let (_folder, mut database) = database();
            if with_index {
                let index =
                    "CREATE UNIQUE INDEX ux_scout_alerts_unique ON scout_alerts (alert_type, src_ip, dst_ip, date(created_at))";
                database.connection.execute_batch(index).expect("index");
            }
            let scan = story("port_scan", Some("10.0.0.1"), Severity::Low, 20);
            let first = database.record(std::slice::from_ref(&scan), NOW).expect("recorded").remove(0);
            close(&database, status);
            let same = Alert { score: 30, ..scan.clone() };
            let same = database.record(&[same], NOW.plus(HOUR)).expect("recorded").remove(0);
            assert_eq!((same.alert.id, same.alert.status.as_str(), same.alert.score), (first.alert.id, status, 30));
            assert!(same.alert.evidence.get("reopened").is_none());

            let worse = Alert { severity: Severity::High, score: 80, ..scan.clone() };
            let worse = database.record(&[worse], NOW.plus(2 * HOUR)).expect("recorded").remove(0);
            assert_eq!((worse.new, worse.alert.id, worse.alert.status.as_str()), (false, first.alert.id, "new"));
            assert_eq!((worse.alert.score, worse.alert.severity.as_deref()), (80, Some("high")));
            let before = serde_json::json!([{"at": NOW.plus(2 * HOUR).stored(), "status": status, "severity": "low", "score": 30,
                                             "last_raised": NOW.plus(HOUR).stored()}]);
            assert_eq!(worse.alert.evidence["reopened"], before);

            // Said again it is the same, and what it was is kept; closed again and worse again it is opened again.
            let again = database.record(std::slice::from_ref(&scan), NOW.plus(3 * HOUR)).expect("recorded").remove(0);
            assert_eq!((again.alert.status.as_str(), &again.alert.evidence["reopened"]), ("new", &before));
            close(&database, "snoozed");
            let critical = Alert { severity: Severity::Critical, score: 95, ..scan };
            let critical = database.record(&[critical], NOW.plus(3 * HOUR)).expect("recorded").remove(0);
            let statuses: Vec<_> = critical.alert.evidence["reopened"]
                .as_array()
                .expect("a list")
                .iter()
                .filter_map(|one| one["status"].as_str())
                .collect();
            assert_eq!((critical.alert.status.as_str(), statuses), ("new", vec![status, "snoozed"]));
            let rows: i64 =
                database.connection.query_row("SELECT COUNT(*) FROM scout_alerts", [], |row| row.get(0)).expect("count");
            assert_eq!(rows, 1);
            if !with_index {
                python_starts(&database);
            }
        }
    }
}

#[test]
fn another_type_reopens_the_closed_story_too() {
    let (_folder, mut database) = database();
    let first = database.record(&[story("probe", None, Severity::Low, 20)], NOW).expect("recorded").remove(0);
    close(&database, "false_positive");
    let same = database.record(&[story("probe", None, Severity::Low, 30)], NOW).expect("recorded").remove(0);
    assert_eq!((same.alert.id, same.alert.status.as_str()), (first.alert.id, "false_positive"));
    let worse = database.record(&[story("brute_force", None, Severity::High, 80)], NOW).expect("recorded").remove(0);
    assert_eq!(
        (worse.alert.id, worse.alert.status.as_str(), worse.alert.alert_type.as_str()),
        (first.alert.id, "new", "brute_force")
    );
    // After a day of quiet it is another alert, however it was closed.
    close(&database, "false_positive");
    let tomorrow = NOW.plus(25 * HOUR);
    assert!(database.record(&[story("brute_force", None, Severity::High, 80)], tomorrow).expect("recorded").remove(0).new);
    python_starts(&database);
}

#[test]
fn what_the_python_program_closed_is_as_severe_as_its_score() {
    for (score, reopened) in [(80, false), (20, true)] {
        let (_folder, mut database) = database();
        database
            .connection
            .execute(
                "INSERT INTO scout_alerts (alert_type, src_ip, score, status, created_at)
                 VALUES ('port_scan', '192.0.2.1', ?1, 'false_positive', '2026-03-11T01:00:00.123456Z')",
                [score],
            )
            .expect("a row of the Python program");
        let found = database.record(&[story("port_scan", None, Severity::High, 80)], NOW).expect("recorded").remove(0);
        let status = if reopened { "new" } else { "false_positive" };
        assert_eq!((found.new, found.alert.id, found.alert.status.as_str()), (false, 1, status));
        python_starts(&database);
    }
}

#[test]
fn a_key_that_another_row_of_the_day_has_is_not_taken() {
    let (_folder, mut database) = database();
    database.record(&[story("probe", Some("10.0.0.1"), Severity::Low, 20)], NOW).expect("recorded");
    // As the Python program writes it: the same type, source and target as the alert that will lead the story.
    let row = "INSERT INTO scout_alerts (alert_type, src_ip, dst_ip, score, created_at)
               VALUES ('port_scan', '192.0.2.1', '10.0.0.1', 60, '2026-03-11T01:00:00Z')";
    database.connection.execute_batch(row).expect("a row of the Python program");
    let worse = database.record(&[story("port_scan", Some("10.0.0.1"), Severity::High, 80)], NOW).expect("recorded").remove(0);
    assert_eq!((worse.alert.id, worse.alert.alert_type.as_str(), worse.alert.score), (1, "probe", 80));
    python_starts(&database);
    // That of another day is not in the way.
    database
        .connection
        .execute_batch("UPDATE scout_alerts SET created_at = '2026-03-10T01:00:00Z' WHERE id = 2")
        .expect("a day before");
    let again = database.record(&[story("port_scan", Some("10.0.0.1"), Severity::High, 80)], NOW).expect("recorded").remove(0);
    assert_eq!((again.alert.id, again.alert.alert_type.as_str()), (1, "port_scan"));
    python_starts(&database);
}

#[test]
fn of_duplicates_from_before_the_open_one_grows_and_none_goes() {
    let (_folder, mut database) = database();
    let insert = |status: &str| {
        let sql = "INSERT INTO scout_alerts (alert_type, src_ip, score, status, created_at, story)
                   VALUES ('port_scan', '192.0.2.1', 60, ?1, '2026-03-11T01:00:00Z', 'from 192.0.2.1')";
        database.connection.execute(sql, [status]).expect("a row");
    };
    ["new", "false_positive", "snoozed"].into_iter().for_each(insert);
    let found = database.record(&[story("port_scan", None, Severity::Critical, 95)], NOW).expect("recorded").remove(0);
    assert_eq!((found.alert.id, found.alert.status.as_str()), (1, "new"));
    let found = database.record(&[alert(Some("192.0.2.1"), 40, Severity::Medium, 1)], NOW).expect("recorded").remove(0);
    assert!(found.new);
    let statuses: Vec<String> = database
        .connection
        .prepare("SELECT status FROM scout_alerts WHERE alert_type = 'port_scan' ORDER BY id")
        .and_then(|mut statement| statement.query_map([], |row| row.get(0))?.collect())
        .expect("rows");
    assert_eq!(statuses, ["new", "false_positive", "snoozed"]);
}

#[test]
fn a_day_is_that_of_the_unique_index() {
    for (created_at, is_of_the_day) in [
        ("2026-03-11 00:00:00", true),
        ("2026-03-10T23:30:00-02:00", true),
        ("2026-03-12T00:30:00+02:00", true),
        ("2026-03-11T00:30:00+02:00", false),
    ] {
        let (_folder, mut database) = database();
        // Incidents end at once: what is left is that no two rows of a day have one key.
        database.set_quiet(0);
        let row = "INSERT INTO scout_alerts (alert_type, src_ip, created_at) VALUES ('port_scan', '192.0.2.1', ?1)";
        database.connection.execute(row, [created_at]).expect("a row");
        let found = database.record(&[story("port_scan", None, Severity::High, 80)], NOW).expect("recorded").remove(0);
        assert_eq!(found.new, !is_of_the_day, "{created_at}");
        python_starts(&database);
    }
}

#[test]
fn the_strongest_alert_of_a_scan_is_the_newest_and_none_is_of_tomorrow() {
    let (_folder, mut database) = database();
    let alerts: Vec<Alert> =
        (0..3).map(|number| alert(Some(&format!("192.0.2.{number}")), 90 - number, Severity::High, 1)).collect();
    let times = |recorded: Vec<Recorded>| recorded.into_iter().map(|one| one.alert.created_at).collect::<Vec<_>>();
    assert_eq!(
        times(database.record(&alerts, NOW).expect("recorded")),
        ["2026-03-11T20:35:11.000002Z", "2026-03-11T20:35:11.000001Z", "2026-03-11T20:35:11Z"]
    );
    let midnight = net_scout_model::time::parse_timestamp("2026-03-12T23:59:59.999999Z").expect("a time");
    assert_eq!(times(database.record(&alerts, midnight).expect("recorded")), ["2026-03-12T23:59:59.999999Z"; 3]);
}

#[test]
fn an_odd_row_of_the_same_key_is_set_right() {
    let (_folder, mut database) = database();
    let row = "INSERT INTO scout_alerts (alert_type, src_ip, score, evidence_json, status, created_at, severity)
               VALUES ('scan', '192.0.2.1', x'ff', x'00', NULL, '2026-03-11T01:00:00Z', 7)";
    database.connection.execute_batch(row).expect("a row");
    let found = database.record(&[alert(Some("192.0.2.1"), 40, Severity::Medium, 1)], NOW).expect("recorded").remove(0);
    assert_eq!((found.new, found.alert.id, found.alert.score, found.alert.severity.as_deref()), (false, 1, 40, Some("medium")));
    let listed = database.alerts(&crate::AlertFilter::default()).expect("list");
    assert_eq!((listed.alerts.len(), listed.unreadable.rows), (1, 0));
}

/// Who closed what one rule said did not see what another says later.
#[test]
fn what_another_rule_says_reopens_a_closed_story() {
    let (_folder, mut database) = database();
    let first = database.record(&[story("claim", None, Severity::Critical, 100)], NOW).expect("recorded").remove(0);
    database.connection.execute("UPDATE scout_alerts SET status = 'false_positive'", []).expect("closed");
    let other = database.record(&[story("brute_force", None, Severity::Low, 10)], NOW).expect("recorded").remove(0);
    assert_eq!((other.new, other.alert.id, other.alert.status.as_str()), (false, first.alert.id, "new"));
    assert_eq!(rules(&other.alert), ["brute_force"]);
    assert_eq!(other.alert.evidence["reopened"][0]["status"], "false_positive");
}

#[test]
fn an_alert_from_before_the_stories_is_taken_in() {
    let (_folder, mut database) = database();
    let before = Alert { story: None, ..story("probe", None, Severity::Low, 20) };
    let first = database.record(&[before], NOW).expect("recorded").remove(0);
    let told = database.record(&[story("probe", None, Severity::Low, 20)], NOW).expect("recorded").remove(0);
    assert_eq!((told.new, told.alert.id), (false, first.alert.id));
}

#[test]
fn stories_that_name_neither_side_are_told_apart() {
    let (_folder, mut database) = database();
    let sweep = |of: &str| Alert { src_ip: None, story: Some(of.into()), ..story("fan_in", None, Severity::Medium, 50) };
    let mut record = |alert: Alert| database.record(&[alert], NOW).expect("recorded").remove(0);
    let (first, other) = (record(sweep("at port 23")), record(sweep("at port 5900")));
    assert!(first.new && other.new);
    let again = record(sweep("at port 23"));
    assert_eq!((again.new, again.alert.id), (false, first.alert.id));
}

#[test]
fn a_unique_index_on_the_type_is_no_obstacle_to_growing() {
    let (_folder, mut database) = database();
    database.connection.execute_batch("CREATE UNIQUE INDEX original ON scout_alerts (alert_type, src_ip)").expect("index");
    database.record(&[story("port_scan", None, Severity::High, 80)], NOW).expect("the day before");
    let tomorrow = NOW.plus(25 * HOUR);
    let first = database.record(&[story("probe", None, Severity::Low, 20)], tomorrow).expect("recorded").remove(0);
    let worse = database.record(&[story("port_scan", None, Severity::High, 80)], tomorrow).expect("recorded").remove(0);
    assert_eq!((worse.alert.id, worse.alert.alert_type.as_str(), worse.alert.score), (first.alert.id, "probe", 80));
}

/// A scan whose first event was seen within the quiet time of the last continues it, however late the scan is.
#[test]
fn the_first_event_decides_what_an_alert_continues() {
    let (_folder, mut database) = database();
    let at = |hours: i64| {
        let evidence = serde_json::json!({ "first": NOW.plus(hours * HOUR).seconds() });
        Alert { evidence: evidence.as_object().cloned().unwrap_or_default(), ..story("probe", None, Severity::Low, 20) }
    };
    let mut record = |alert: Alert, hours: i64| database.record(&[alert], NOW.plus(hours * HOUR)).expect("recorded").remove(0);
    assert!(record(at(0), 0).new && !record(at(20), 30).new && record(at(60), 61).new);
}

#[test]
fn a_network_takes_over_its_members_and_later_ones_join_it() {
    let (_folder, mut database) = database();
    let of = |source: &str, severity, score| Alert {
        src_ip: Some(source.to_owned()),
        story: Some(format!("from {source}")),
        ..story("probe", None, severity, score)
    };
    let network = |bits: u8, severity| Alert {
        src_ip: Some("192.0.2.1".to_owned()),
        evidence: serde_json::json!({ "events": { "count": 3 } }).as_object().cloned().unwrap_or_default(),
        story: Some(format!("from 192.0.0.0/{bits}").replace("192.0.0.0/24", "192.0.2.0/24")),
        ..story("fan_in", None, severity, 60)
    };
    let members = [of("192.0.2.1", Severity::Low, 20), of("192.0.2.2", Severity::Low, 30), of("192.0.2.3", Severity::High, 80)];
    let first = database.record(&members, NOW).expect("members");
    let taken = database.record(&[network(24, Severity::Medium)], NOW.plus(HOUR)).expect("the network").remove(0);
    assert_eq!((taken.new, taken.alert.id), (false, first[1].alert.id), "the strongest that is not worse becomes it");
    let status = |database: &Database, id: i64| {
        let found = database.alerts(&crate::AlertFilter { id: Some(id), ..Default::default() }).expect("list").alerts.remove(0);
        (found.status, found.evidence["part_of_alert"].as_i64())
    };
    assert_eq!(status(&database, first[0].alert.id), ("duplicate".to_owned(), Some(taken.alert.id)));
    assert_eq!(status(&database, first[2].alert.id), ("new".to_owned(), None), "it is worse than the network");
    let late = database.record(&[of("192.0.2.9", Severity::Low, 20)], NOW.plus(2 * HOUR)).expect("late").remove(0);
    assert_eq!(late.alert.id, taken.alert.id);
    // What is wider than a network of somebody's takes over nothing.
    let wide = Alert { src_ip: Some("192.0.2.77".to_owned()), ..network(8, Severity::High) };
    let wide = database.record(&[wide], NOW.plus(3 * HOUR)).expect("wide").remove(0);
    assert!(wide.new && status(&database, first[2].alert.id).0 == "new");
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
