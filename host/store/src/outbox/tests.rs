use super::*;
use crate::outbound::Tell;
use crate::record::tests::{HOUR, NOW, alert, database};
use net_scout_model::{Actor, AlertAction, News, Severity, StoredAlert, Timestamp};

/// Tells one receiver of everything, and again after a day.
#[derive(Debug)]
struct Everything;

impl Outbound for Everything {
    fn tell(&self, _: &StoredAlert, _: News, _: Timestamp) -> Vec<Tell> {
        vec![Tell { route: "all".to_owned(), receiver: "chat".to_owned(), wait: 30, repeat: Some(24 * HOUR) }]
    }
}

fn told(database: &Database) -> Vec<(i64, String)> {
    let sql = "SELECT alert_id, news FROM scout_outbox ORDER BY id";
    let mut statement = database.connection.prepare(sql).expect("the outbox");
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("the outbox");
    rows.collect::<Result<_, _>>().expect("the outbox")
}

fn form(database: &mut Database, key: &str, now: Timestamp) -> i64 {
    let waiting = database.waiting_entries().expect("entries");
    assert!(database.form_message(key, &waiting.iter().collect::<Vec<_>>(), now).expect("formed"));
    database.outbox_messages(now).expect("messages").last().expect("a message").id
}

#[test]
fn what_is_new_is_told_once_and_growth_after_its_time() {
    let (_folder, mut database) = database();
    database.set_outbound(Some(Arc::new(Everything)));
    let record = |database: &mut Database, severity, hours: i64| {
        database.record(&[alert(Some("192.0.2.1"), 40, severity, 1)], NOW.plus(hours * HOUR)).expect("recorded");
    };
    record(&mut database, Severity::Medium, 0);
    record(&mut database, Severity::Medium, 0);
    assert_eq!(told(&database), [(1, "new".to_owned())], "what waits is not told twice");
    form(&mut database, "a", NOW);
    record(&mut database, Severity::Medium, 1);
    assert_eq!(told(&database).len(), 1, "an hour later the same goes on");
    record(&mut database, Severity::High, 2);
    assert_eq!(told(&database)[1], (1, "worse".to_owned()));
    form(&mut database, "b", NOW.plus(2 * HOUR));
    record(&mut database, Severity::High, 25);
    assert_eq!(told(&database).len(), 2);
    record(&mut database, Severity::High, 27);
    assert_eq!(told(&database)[2], (1, "grown".to_owned()));
}

#[test]
fn who_snoozed_an_alert_is_told_when_that_is_over() {
    let (_folder, mut database) = database();
    database.set_outbound(Some(Arc::new(Everything)));
    let both = [alert(Some("192.0.2.1"), 80, Severity::High, 1), alert(Some("192.0.2.2"), 40, Severity::Medium, 1)];
    database.record(&both, NOW).expect("recorded");
    form(&mut database, "a", NOW);
    let until = NOW.plus(8 * HOUR);
    let snooze = AlertAction::Snooze(Some(until));
    database.act(&[1, 2], &snooze, None, &Actor::Person("anna".to_owned()), NOW).expect("snoozed");
    database.record(&[], until.plus(-1)).expect("nothing yet");
    assert_eq!(told(&database).len(), 2);
    // One of them goes on, and the scan that finds this wakes both.
    database.record(&both[..1], until).expect("recorded");
    assert_eq!(told(&database)[2..], [(1, "reopened".to_owned()), (2, "reopened".to_owned())]);
    database.record(&[], until.plus(HOUR)).expect("once");
    assert_eq!(told(&database).len(), 4);
}

#[test]
fn a_scan_that_is_not_kept_leaves_nothing_in_the_outbox() {
    let (_folder, mut database) = database();
    database.set_outbound(Some(Arc::new(Everything)));
    let mut fails = |_: &crate::ScanTransaction<'_>| Err(crate::DatabaseError::NotFound { path: "x".into() });
    database.keep_scan(&[alert(None, 40, Severity::Medium, 1)], &[], &[], NOW, Some(&mut fails)).expect_err("it fails");
    assert_eq!(told(&database), []);
}

#[test]
fn a_message_is_claimed_once_and_recovered_where_its_process_ended() {
    let (_folder, mut database) = database();
    database.set_outbound(Some(Arc::new(Everything)));
    database
        .record(&[alert(None, 40, Severity::Medium, 1), alert(Some("192.0.2.1"), 90, Severity::High, 1)], NOW)
        .expect("recorded");
    let id = form(&mut database, "a", NOW);
    let told = database.told_alerts(id).expect("alerts");
    assert_eq!(told.iter().map(|alert| alert.score).collect::<Vec<_>>(), [90, 40]);
    assert!(database.claim_message(id).expect("claimed"));
    assert!(!database.claim_message(id).expect("claimed"), "another one has it");
    assert_eq!((database.recover_messages(NOW).expect("recovered"), database.recover_messages(NOW).expect("recovered")), (1, 0));
    assert!(database.claim_message(id).expect("claimed"));
    let later = Outcome::Later { next: NOW.plus(60), error: "no".to_owned(), is_unsure: false };
    database.settle_message(id, &later, NOW).expect("settled");
    let message = database.outbox_messages(NOW).expect("messages").remove(0);
    assert_eq!((message.attempts, message.unknown, message.state.as_str(), message.alerts), (2, 1, "due", 2));
    assert_eq!(database.drop_messages(&[id], NOW).expect("dropped"), [id]);
    assert_eq!(database.retry_messages(&[], NOW).expect("none"), Vec::<i64>::new());
}
