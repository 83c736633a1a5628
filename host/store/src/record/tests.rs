use std::time::Duration;

use super::*;

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
    }
}

#[test]
fn a_repeat_of_the_day_raises_the_score_and_refreshes_the_evidence() {
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
        let tomorrow = database.record(&[alert(source, 10, Severity::Low, 4)], NOW.plus(24 * HOUR)).expect("tomorrow");
        assert!(tomorrow[0].new);
    }
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
fn a_story_of_the_day_is_one_alert_that_grows() {
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
    assert!(record(story("probe", None, Severity::Low, 20), 24).new);
}

#[test]
fn a_closed_story_is_opened_only_by_what_is_worse() {
    let (_folder, mut database) = database();
    let first = database.record(&[story("probe", None, Severity::Low, 20)], NOW).expect("recorded").remove(0);
    database.connection.execute("UPDATE scout_alerts SET status = 'false_positive'", []).expect("closed");
    let same = database.record(&[story("volume", None, Severity::Low, 30)], NOW).expect("recorded").remove(0);
    assert_eq!((same.alert.id, same.alert.status.as_str()), (first.alert.id, "false_positive"));
    let worse = database.record(&[story("brute_force", None, Severity::High, 80)], NOW).expect("recorded").remove(0);
    assert!(worse.new && worse.alert.id != first.alert.id && worse.alert.status == "new");
    let again = database.record(&[story("brute_force", None, Severity::High, 80)], NOW).expect("recorded").remove(0);
    assert_eq!(again.alert.id, worse.alert.id);
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
    let tomorrow = NOW.plus(24 * HOUR);
    let first = database.record(&[story("probe", None, Severity::Low, 20)], tomorrow).expect("recorded").remove(0);
    let worse = database.record(&[story("port_scan", None, Severity::High, 80)], tomorrow).expect("recorded").remove(0);
    assert_eq!((worse.alert.id, worse.alert.alert_type.as_str(), worse.alert.score), (first.alert.id, "probe", 80));
}
