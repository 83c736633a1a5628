//! What people do about alerts: acknowledge, snooze, close, reopen, assign, note and label them, take the last of it back, and read the history.

use crate::DetectError;
use net_scout_model::search::AlertQuery;
use net_scout_model::{Actor, AlertAction, LIFE_COLUMNS, StoredAlert, Timestamp};
use net_scout_store::{Acted, AlertFilter, DatabaseError, DatabaseOptions, HistoryRow, LastAction, Undone};
use serde_json::{Map, Value};

/// Something that a person does.
#[derive(Clone, Debug)]
pub struct Act {
    /// What.
    pub action: AlertAction,
    /// What is noted beside.
    pub note: Option<String>,
    /// Who.
    pub actor: Actor,
}

/// What an action would come to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// The alerts that it would change, newest first.
    pub changing: Vec<StoredAlert>,
    /// How many there are for which there is nothing to do: they are so already, or closed.
    pub unchanged: usize,
}

/// What an action would come to. Nothing is written.
///
/// # Errors
/// When an alert is named that is not there, or the database cannot be read.
pub fn plan(options: &DatabaseOptions, query: &AlertQuery, action: &AlertAction, now: Timestamp) -> Result<Plan, DetectError> {
    let database = options.open_read_only()?;
    // By their numbers: whatever else the query says, that one is not there is a slip.
    for id in query.ids() {
        let there = database.alerts(&AlertFilter::new(AlertQuery::of_id(id), now))?;
        if there.alerts.is_empty() {
            return Err(DetectError::NoAlert(id));
        }
    }
    let found = database.alerts(&AlertFilter::new(query.clone(), now))?.alerts;
    let all = found.len();
    let changing: Vec<_> = found.into_iter().filter(|alert| !action.changes(&life(alert), now).is_empty()).collect();
    Ok(Plan { unchanged: all - changing.len(), changing })
}

/// Does it.
///
/// # Errors
/// When the database cannot be written. What was changed before stays so, and is in the history.
pub fn act(options: &DatabaseOptions, ids: &[i64], act: &Act, now: Timestamp) -> Result<Acted, DatabaseError> {
    let mut database = options.open()?;
    database.migrate(now)?;
    database.act(ids, &act.action, act.note.as_deref(), &act.actor, now)
}

/// The last action of a person, which can be taken back; none where there is none.
///
/// # Errors
/// When the database cannot be read.
pub fn last_action(options: &DatabaseOptions, actor: &Actor) -> Result<Option<LastAction>, DatabaseError> {
    options.open_read_only()?.last_action(actor)
}

/// Takes it back.
///
/// # Errors
/// When the database cannot be written.
pub fn undo(options: &DatabaseOptions, action: &LastAction, actor: &Actor, now: Timestamp) -> Result<Undone, DatabaseError> {
    options.open()?.undo(action, actor, now)
}

/// What happened to an alert, oldest first. One that retention removed has a history, too.
///
/// # Errors
/// When there never was such an alert, or the database cannot be read.
pub fn history(options: &DatabaseOptions, id: i64, now: Timestamp) -> Result<Vec<HistoryRow>, DetectError> {
    let database = options.open_read_only()?;
    let rows = database.history(id)?;
    if rows.is_empty() && database.alerts(&AlertFilter::new(AlertQuery::of_id(id), now))?.alerts.is_empty() {
        return Err(DetectError::NoAlert(id));
    }
    Ok(rows)
}

/// The columns of an alert that actions change.
fn life(alert: &StoredAlert) -> Map<String, Value> {
    let triage = &alert.triage;
    let labels = triage.labels.join(",");
    let values: [Value; LIFE_COLUMNS.len()] = [
        alert.status.clone().into(),
        alert.severity.clone().into(),
        triage.snoozed_until.map(Timestamp::stored).into(),
        triage.verdict.clone().into(),
        triage.reason.clone().into(),
        triage.assignee.clone().into(),
        if labels.is_empty() { Value::Null } else { labels.into() },
        triage.note.clone().into(),
    ];
    LIFE_COLUMNS.iter().map(|column| (*column).to_owned()).zip(values).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{NOW, alert, options};
    use net_scout_model::Verdict;
    use net_scout_model::search::KnownNames;

    #[test]
    fn alerts_are_closed_and_that_is_taken_back() {
        let (_folder, options) = options();
        let mut database = options.database.open().expect("open");
        database.keep_scan(&[alert("192.0.2.7"), alert("192.0.2.8"), alert("203.0.113.1")], &[], &[], NOW, None).expect("kept");
        drop(database);
        let query = |text: &str| AlertQuery::parse(text, &KnownNames::default()).expect(text);
        let close = AlertAction::Close(Verdict::Benign, "ours".into());
        let plan_of = |text: &str| plan(&options.database, &query(text), &close, NOW);
        let before = plan_of("src:192.0.2.0/24").expect("planned");
        let ids: Vec<i64> = before.changing.iter().map(|alert| alert.id).collect();
        assert_eq!((ids.len(), before.unchanged), (2, 0));
        assert!(matches!(plan_of("1 99"), Err(DetectError::NoAlert(99))));
        let anna = Actor::Person("anna".into());
        let done = Act { action: close.clone(), note: Some("see the list".into()), actor: anna.clone() };
        assert_eq!(act(&options.database, &ids, &done, NOW).expect("closed").changed, ids);
        let after = plan_of("src:192.0.2.0/24").expect("planned");
        assert_eq!((after.changing, after.unchanged), (vec![], 2), "what is planned is what is stored");
        let rows = history(&options.database, ids[0], NOW).expect("history");
        assert_eq!(rows.iter().map(|row| row.action.as_str()).collect::<Vec<_>>(), ["raise", "close"]);
        let last = last_action(&options.database, &anna).expect("read").expect("an action");
        assert_eq!(undo(&options.database, &last, &anna, NOW).expect("undone").restored.len(), 2);
        assert_eq!(plan_of("src:192.0.2.0/24").expect("planned"), before);
        assert!(matches!(history(&options.database, 99, NOW), Err(DetectError::NoAlert(99))));
    }
}
