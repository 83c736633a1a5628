//! What actions on alerts would do and did, and the history of an alert.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::alerts::to_seconds;
use super::{Cell, Format, Table, write_objects};
use net_scout_detect::act::Plan;
use net_scout_model::{AlertAction, MOST_LABELS, amount, counted};
use net_scout_store::{HistoryRow, Undone};

/// How many numbers of alerts are shown.
const SHOWN: usize = 20;

/// What an action would do, on one line.
#[must_use]
pub fn planned(action: &AlertAction, plan: &Plan) -> String {
    let ids: Vec<i64> = plan.changing.iter().map(|alert| alert.id).collect();
    let others = match (action, plan.unchanged) {
        (_, 0) => String::new(),
        (AlertAction::Acknowledge | AlertAction::Snooze(_), others) => {
            format!(", {} already or closed", amount(others, "other is so", "others are so"))
        }
        (AlertAction::Label { .. }, others) => {
            format!(", {} already, or would have more than {MOST_LABELS} labels", amount(others, "other is so", "others are so"))
        }
        (_, others) => format!(", {} already", amount(others, "other is so", "others are so")),
    };
    format!("{}: {}{others}", words(action), numbers(&ids))
}

/// What an action did.
#[must_use]
pub fn acted(action: &AlertAction, ids: &[i64]) -> String {
    format!("done: {}: {}", words(action), numbers(ids))
}

/// What taking back did.
#[must_use]
pub fn undone(undone: &Undone) -> String {
    let restored = format!("restored {}", numbers(&undone.restored));
    match undone.left.as_slice() {
        [] => restored,
        left => format!("{restored}; left {} that changed since", numbers(left)),
    }
}

/// `2 alerts (3, 4)`
fn numbers(ids: &[i64]) -> String {
    let shown: Vec<String> = ids.iter().take(SHOWN).map(i64::to_string).collect();
    let more = if ids.len() > SHOWN { ", ..." } else { "" };
    let list = if shown.is_empty() { String::new() } else { format!(" ({}{more})", shown.join(", ")) };
    format!("{}{list}", counted(ids.len(), "alert"))
}

fn words(action: &AlertAction) -> String {
    match action {
        AlertAction::Acknowledge => "acknowledge".to_owned(),
        AlertAction::Snooze(Some(until)) => format!("snooze until {}", until.seconds()),
        AlertAction::Snooze(None) => "snooze until it gets worse".to_owned(),
        AlertAction::Close(verdict, _) => format!("close as {}", verdict.name()),
        AlertAction::Reopen => "reopen".to_owned(),
        AlertAction::Assign(Some(name)) => format!("assign to {name}"),
        AlertAction::Assign(None) => "assign to nobody".to_owned(),
        AlertAction::Note(_) => "note".to_owned(),
        AlertAction::Label { add, remove } => {
            let of = |sign, labels: &[String]| labels.iter().map(|label| format!(" {sign}{label}")).collect::<String>();
            format!("label{}{}", of('+', add), of('-', remove))
        }
    }
}

/// Writes the history of an alert.
///
/// # Errors
/// When it cannot be written.
pub fn write_history(out: &mut dyn Write, rows: &[HistoryRow], format: Format, width: Option<usize>) -> io::Result<()> {
    let objects: Vec<Value> = rows
        .iter()
        .map(|row| {
            json!({
                "id": row.id, "alert": row.alert, "batch": row.batch, "at": row.at, "actor": row.actor, "action": row.action,
                "before": row.before, "after": row.after, "comment": row.comment, "undoes": row.undoes,
            })
        })
        .collect();
    write_objects(out, &objects, format, width, || {
        let mut table = Table::new(&["at", "by", "action", "why", "change"]);
        for row in rows {
            let cells =
                [&to_seconds(&row.at), &row.actor, &row.action, &why(row), &changes(&row.before, &row.after)].map(Cell::new);
            table.row(cells.to_vec());
        }
        table
    })
}

/// The reason that was given, and what was noted beside.
fn why(row: &HistoryRow) -> String {
    let reason = row.after.get("reason").and_then(Value::as_str);
    let said: Vec<&str> = [reason, row.comment.as_deref()].into_iter().flatten().collect();
    if said.is_empty() { "-".to_owned() } else { said.join("; ") }
}

/// `status: new to closed, verdict: benign`
fn changes(before: &Map<String, Value>, after: &Map<String, Value>) -> String {
    let text = |value: Option<&Value>| match value {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => Some(text.clone()),
        Some(other) => Some(other.to_string()),
    };
    let change = |(column, value): (&String, &Value)| match (text(before.get(column)), text(Some(value))) {
        (None, Some(new)) => format!("{column}: {new}"),
        (Some(old), Some(new)) => format!("{column}: {old} to {new}"),
        (Some(old), None) => format!("{column}: {old} to none"),
        (None, None) => format!("{column}: none"),
    };
    after.iter().map(change).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn why_is_the_reason_and_what_was_noted() {
        let row = |reason: Value, comment: Option<&str>| HistoryRow {
            id: 1,
            alert: 2,
            batch: 3,
            at: "2026-03-11T20:35:11Z".to_owned(),
            actor: "person:anna".to_owned(),
            action: "close".to_owned(),
            before: Map::new(),
            after: [("reason".to_owned(), reason)].into_iter().collect(),
            comment: comment.map(str::to_owned),
            undoes: None,
        };
        assert_eq!(why(&row("our scanner".into(), None)), "our scanner");
        assert_eq!(why(&row("our scanner".into(), Some("asked Ben"))), "our scanner; asked Ben");
        assert_eq!((why(&row(Value::Null, Some("x"))).as_str(), why(&row(Value::Null, None)).as_str()), ("x", "-"));
    }

    #[test]
    fn what_would_be_done_is_said_with_numbers() {
        let action = AlertAction::Label { add: vec!["a".into()], remove: vec!["b".into()] };
        assert_eq!(
            planned(&action, &Plan { changing: vec![], unchanged: 2 }),
            "label +a -b: 0 alerts, 2 others are so already, or would have more than 20 labels"
        );
        assert_eq!(acted(&AlertAction::Reopen, &[3, 4]), "done: reopen: 2 alerts (3, 4)");
        assert_eq!(
            undone(&Undone { restored: vec![1], left: vec![2, 3] }),
            "restored 1 alert (1); left 2 alerts (2, 3) that changed since"
        );
        let life = |value: Value| value.as_object().cloned().unwrap_or_default();
        let (before, after) =
            (json!({"status": "new", "note": "x"}), json!({"status": "closed", "note": null, "verdict": "benign"}));
        assert_eq!(changes(&life(before), &life(after)), "status: new to closed, note: x to none, verdict: benign");
    }
}
