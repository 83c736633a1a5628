//! Which of the alerts of an incident leads it.

use super::*;

/// The rule that leads is refused or fails for a while: what the others say then changes neither type nor key of the stored alert, unless
/// it is graver.
#[test]
fn the_stored_lead_stays_while_its_rule_says_nothing() {
    let (_folder, mut database) = database();
    let mut record = |alert: Alert, hours: i64| database.record(&[alert], NOW.plus(hours * HOUR)).expect("recorded").remove(0);
    record(story("port_scan", Some("10.0.0.1"), Severity::Medium, 70), 0);
    let without = record(story("sweep", Some("10.0.0.2"), Severity::Medium, 90), 1);
    assert_eq!((without.alert.alert_type.as_str(), without.alert.score), ("port_scan", 90));
    assert_eq!(rules(&without.alert), ["sweep"]);
    assert_eq!((without.before, without.raised_from()), (Some(Severity::Medium), None));
    let graver = record(story("sweep", Some("10.0.0.2"), Severity::High, 90), 2);
    assert_eq!((graver.alert.alert_type.as_str(), graver.raised_from()), ("sweep", Some(Severity::Medium)));
}
