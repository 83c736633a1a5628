//! What continues an alert, and what is another one.

use super::*;

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

/// What is scanned of the past after the present is of its own time, and leaves later alerts as recent as they are.
#[test]
fn the_past_continues_nothing_that_came_long_after_it() {
    let (_folder, mut database) = database();
    let mut record = |hours: i64| {
        let alert = story("probe", None, Severity::Low, 20);
        database.record(&[alert], NOW.plus(hours * HOUR)).expect("recorded").remove(0)
    };
    let (present, past, again) = (record(0), record(-6 * 24), record(-6 * 24 + 1));
    assert!(present.new && past.new && !again.new);
    assert_eq!((past.alert.id, again.alert.created_at.as_str()), (again.alert.id, NOW.plus(-6 * 24 * HOUR).stored().as_str()));
    let shortly_before = record(-3);
    assert_eq!((shortly_before.new, shortly_before.alert.id), (false, present.alert.id));
    let sql = "SELECT updated_at FROM scout_alerts WHERE id = ?1";
    let updated: String = database.connection.query_row(sql, [present.alert.id], |row| row.get(0)).expect("a row");
    assert_eq!(updated, NOW.stored());
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
        let found = database
            .alerts(&crate::AlertFilter::new(net_scout_model::search::AlertQuery::of_id(id), NOW))
            .expect("list")
            .alerts
            .remove(0);
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
