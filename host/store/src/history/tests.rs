//! The history of alerts: what each change leaves there, and that it is all that happened.

mod life;

use serde_json::json;

use super::super::record::tests::{HOUR, NOW, alert, database};
use super::*;
use crate::{Acted, AlertFilter};
use net_scout_model::{Alert, AlertAction, Severity, Verdict};

fn anna() -> Actor {
    Actor::Person("anna".into())
}

impl Database {
    /// Wakes alerts as a scan does, and nothing else.
    fn wake(&mut self, now: Timestamp) -> Result<Vec<i64>, DatabaseError> {
        let table = self.alert_table.clone();
        self.write("wake alerts in", |connection| wake(connection, &table, now))
    }
}

fn incident(severity: Severity) -> Alert {
    Alert { story: Some("from 192.0.2.1".into()), ..alert(Some("192.0.2.1"), 40, severity, 1) }
}

fn life(database: &Database, id: i64) -> Value {
    Value::Object(Writer::of(&database.connection, &database.alert_table, 0, NOW).life(id).expect("read").expect("an alert"))
}

fn told(database: &Database, id: i64) -> Vec<(String, String, Option<String>)> {
    let rows = database.history(id).expect("history");
    rows.into_iter().map(|row| (row.actor, row.action, row.comment)).collect()
}

fn row(actor: &str, action: &str, comment: Option<&str>) -> (String, String, Option<String>) {
    (actor.into(), action.into(), comment.map(str::to_owned))
}

#[test]
fn nothing_in_it_changes_or_goes() {
    let (_folder, mut database) = database();
    let id = database.record(&[incident(Severity::Low)], NOW).expect("recorded")[0].alert.id;
    for sql in [
        "UPDATE scout_history SET actor = 'x'",
        "DELETE FROM scout_history",
        "REPLACE INTO scout_history SELECT * FROM scout_history",
    ] {
        let error = database.connection.execute_batch(sql).expect_err(sql).to_string();
        assert!(error.contains("append-only"), "{sql}: {error}");
    }
    assert_eq!(told(&database, id), [row("rule:rule", "raise", None)]);
    // Nor after somebody says that retention removed the alert, which is still there.
    let forged = format!(
        "INSERT INTO scout_history (alert_table, alert_id, batch, at, actor, action, before_json, after_json)
         VALUES ('scout_alerts', {id}, 9, '2026-03-11T20:00:00Z', 'retention', 'remove', '{{}}', '{{}}')"
    );
    let error = database.connection.execute_batch(&forged).expect_err("forged").to_string();
    assert!(error.contains("the alert is still there"), "{error}");
}

#[test]
fn a_closed_incident_that_gets_worse_says_by_whom_it_was_closed() {
    let (_folder, mut database) = database();
    let id = database.record(&[incident(Severity::Low)], NOW).expect("recorded")[0].alert.id;
    let close = AlertAction::Close(Verdict::Benign, "our scanner".into());
    let acted = database.act(&[id, 99], &close, Some("asked Ben"), &anna(), NOW.plus(HOUR)).expect("closed");
    assert_eq!(acted, Acted { changed: vec![id], unchanged: vec![] });
    let closed =
        json!({"status": "closed", "severity": "low", "verdict": "benign", "reason": "our scanner", "note": "asked Ben"});
    assert_eq!(life(&database, id), closed);
    database.record(&[incident(Severity::Low)], NOW.plus(2 * HOUR)).expect("the same");
    assert_eq!(life(&database, id), closed);
    let worse = database.record(&[incident(Severity::High)], NOW.plus(3 * HOUR)).expect("worse").remove(0).alert;
    assert_eq!((worse.id, worse.status.as_str()), (id, "new"));
    assert_eq!(life(&database, id), json!({"status": "new", "severity": "high", "note": "asked Ben"}));
    let at = NOW.plus(HOUR).stored();
    assert_eq!(
        told(&database, id),
        [
            row("rule:rule", "raise", None),
            row("person:anna", "close", Some("asked Ben")),
            row("rule:rule", "reopen", Some(&format!("it got worse; it was closed by person:anna at {at}: our scanner"))),
        ]
    );
    let before = &worse.evidence["reopened"][0];
    assert_eq!(
        (&before["by"], &before["verdict"], &before["reason"]),
        (&json!("person:anna"), &json!("benign"), &json!("our scanner"))
    );
}

#[test]
fn a_snooze_ends() {
    let (_folder, mut database) = database();
    let id = database.record(&[incident(Severity::Low)], NOW).expect("recorded")[0].alert.id;
    let until = NOW.plus(HOUR);
    database.act(&[id], &AlertAction::Snooze(Some(until)), Some("in the morning"), &anna(), NOW).expect("snoozed");
    let status = |database: &Database, now| {
        database.alerts(&AlertFilter::new(net_scout_model::search::AlertQuery::default(), now)).expect("listed").alerts[0]
            .status
            .clone()
    };
    assert_eq!((status(&database, NOW), status(&database, until)), ("snoozed".to_owned(), "new".to_owned()));
    assert_eq!(database.wake(until.plus(-1)).expect("too early"), [] as [i64; 0]);
    // A scan that finds nothing wakes it, too.
    database.record(&[], until).expect("a scan");
    assert_eq!(life(&database, id), json!({"status": "new", "severity": "low", "note": "in the morning"}));
    assert_eq!(told(&database, id).pop(), Some(row("net-scout", "wake", None)));
    database.act(&[id], &AlertAction::Snooze(None), None, &anna(), NOW).expect("snoozed");
    assert_eq!(database.wake(until.plus(1_000 * HOUR)).expect("until it gets worse"), [] as [i64; 0]);
    database.record(&[incident(Severity::Medium)], NOW.plus(2 * HOUR)).expect("worse");
    assert_eq!(life(&database, id)["status"], "new");
}

#[test]
fn the_last_action_is_taken_back_unless_somebody_changed_the_alert_since() {
    let (_folder, mut database) = database();
    let alerts = [alert(Some("192.0.2.1"), 40, Severity::Low, 1), alert(Some("192.0.2.2"), 40, Severity::Low, 1)];
    let ids: Vec<i64> = database.record(&alerts, NOW).expect("recorded").iter().map(|one| one.alert.id).collect();
    let before: Vec<Value> = ids.iter().map(|id| life(&database, *id)).collect();
    assert_eq!(database.last_action(&anna()).expect("none"), None);
    database.act(&ids, &AlertAction::Assign(Some("ben".into())), None, &anna(), NOW).expect("assigned");
    let close = AlertAction::Close(Verdict::FalsePositive, "x".into());
    database.act(&ids, &close, None, &anna(), NOW).expect("closed");
    let ben = Actor::Person("ben".into());
    database.act(&ids[1..], &AlertAction::Reopen, None, &ben, NOW).expect("reopened");
    let last = database.last_action(&anna()).expect("read").expect("an action");
    assert_eq!((last.action.as_str(), last.alerts), ("close", 2));
    let undone = database.undo(&last, &anna(), NOW).expect("undone");
    assert_eq!(undone, Undone { restored: vec![ids[0]], left: vec![ids[1]] });
    let last = database.last_action(&anna()).expect("read").expect("an action");
    assert_eq!(last.action, "assign");
    assert_eq!(database.undo(&last, &anna(), NOW).expect("undone").restored, ids);
    assert_eq!(database.last_action(&anna()).expect("none"), None);
    assert_eq!(ids.iter().map(|id| life(&database, *id)).collect::<Vec<_>>(), before);
    let rows = database.history(ids[1]).expect("history");
    let undo: Vec<_> = rows.iter().filter(|row| row.action == "undo").map(|row| row.comment.as_deref()).collect();
    assert_eq!(undo, [Some("left as it is: it was changed since"), None]);
}
