//! An alert that gets worse after a person closed it is opened again in its row. What it was stays in its evidence.

use serde_json::{Map, Value, json};

use super::super::history::{HistoryRow, Said};
use super::place::Place;
use net_scout_model::{Actor, Alert, RELATED, REOPENED, StoredAlert, Timestamp};

/// How many reopenings of one alert are kept: the last ones.
const MOST: usize = 20;

/// Whether an alert reopens the one that it belongs to: a person closed that, and this is more severe, or another rule says something that
/// the person did not see.
pub(super) fn reopens(known: &StoredAlert, alert: &Alert) -> bool {
    !known.is_open() && (alert.severity > known.severity() || !said_before(known, alert))
}

/// Whether all that an alert says was said by the same rules in the stored one. One of the Python program names no rule.
fn said_before(known: &StoredAlert, alert: &Alert) -> bool {
    let related = |list: Option<&Value>| -> Vec<String> {
        let list = list.and_then(Value::as_array).into_iter().flatten();
        list.filter_map(|one| one["rule"].as_str().map(str::to_owned)).collect()
    };
    let before = related(known.evidence.get(RELATED));
    let is_known = |rule: &String| known.rule.as_ref() == Some(rule) || before.contains(rule);
    known.rule.is_none() || (is_known(&alert.rule) && related(alert.evidence.get(RELATED)).iter().all(is_known))
}

/// What happens to a stored alert that another one is recorded in, and why.
impl Place<'_> {
    /// Its name in the history.
    pub(super) fn what_happens(&self, known: &StoredAlert, alert: &Alert) -> rusqlite::Result<(&'static str, Option<String>)> {
        if alert.story.is_none() || !reopens(known, alert) {
            return Ok(("update", None));
        }
        let closed =
            self.history.last_status(known.id)?.filter(|row| row.after.get("status") == Some(&known.status.clone().into()));
        let by = closed.map_or_else(String::new, |row| format!(" by {} at {}", row.actor, row.at));
        let why = known.triage.reason.as_ref().map_or_else(String::new, |reason| format!(": {reason}"));
        Ok(("reopen", Some(format!("it got worse; it was {}{by}{why}", known.status))))
    }

    /// Writes down that an alert is new.
    pub(super) fn raised(&self, stored: &StoredAlert, alert: &Alert) -> rusqlite::Result<()> {
        let actor = Actor::Rule(alert.rule.clone());
        let after = self.history.life(stored.id)?.unwrap_or_default();
        self.history.keep(stored.id, Said::new(&actor, "raise", None), Map::new(), after)
    }
}

/// Adds to the evidence what the alert was before it is reopened, and as far as it was written down, who closed it and why.
pub(super) fn with_reopening(
    evidence: Map<String, Value>,
    known: &StoredAlert,
    closed: Option<&HistoryRow>,
    at: Timestamp,
) -> Map<String, Value> {
    let mut evidence = keep_reopenings(evidence, known);
    let mut reopened = match evidence.remove(REOPENED) {
        Some(Value::Array(list)) => list,
        _ => Vec::new(),
    };
    let mut before = json!({
        "at": at.stored(),
        "status": known.status,
        "severity": known.severity().name(),
        "score": known.score,
        "last_raised": known.updated_at.as_ref().unwrap_or(&known.created_at),
    });
    // Another program may have changed it since.
    for row in closed.into_iter().filter(|row| row.after.get("status") == Some(&known.status.clone().into())) {
        before["by"] = row.actor.clone().into();
        before["since"] = row.at.clone().into();
        before["verdict"] = known.triage.verdict.clone().into();
        before["reason"] = known.triage.reason.clone().into();
    }
    reopened.push(before);
    reopened.drain(..reopened.len().saturating_sub(MOST));
    evidence.insert(REOPENED.to_owned(), Value::Array(reopened));
    evidence
}

/// Takes over the reopenings that the stored alert tells of.
pub(super) fn keep_reopenings(mut evidence: Map<String, Value>, known: &StoredAlert) -> Map<String, Value> {
    if let Some(reopened) = known.evidence.get(REOPENED) {
        evidence.insert(REOPENED.to_owned(), reopened.clone());
    }
    evidence
}
