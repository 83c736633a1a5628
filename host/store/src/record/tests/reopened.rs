//! What opens an alert again that a person closed.

use super::*;

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
