//! The unique index of the Python program: never two rows of one key and day.

use super::*;

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
    let graver = story("port_scan", Some("10.0.0.1"), Severity::Critical, 90);
    let again = database.record(&[graver], NOW).expect("recorded").remove(0);
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
