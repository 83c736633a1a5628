//! Columns of alerts that the operator chooses, and how many alerts there are by what they have in common.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::alerts::to_seconds;
use super::{Cell, Format, Table, json_text, write_objects};
use net_scout_model::{StoredAlert, Timestamp};
use net_scout_store::AlertCount;

/// The columns that there are.
pub const ALERT_COLUMN_NAMES: [&str; 17] = [
    "id",
    "created",
    "raised",
    "status",
    "score",
    "severity",
    "type",
    "rule",
    "source",
    "destination",
    "evidence",
    "verdict",
    "reason",
    "assignee",
    "labels",
    "note",
    "snoozed",
];

fn value(alert: &StoredAlert, column: &str) -> Value {
    let triage = &alert.triage;
    match column {
        "id" => alert.id.into(),
        "created" => to_seconds(&alert.created_at).into(),
        "raised" => to_seconds(alert.updated_at.as_ref().unwrap_or(&alert.created_at)).into(),
        "status" => alert.status.clone().into(),
        "score" => alert.score.into(),
        "severity" => alert.severity.clone().into(),
        "type" => alert.alert_type.clone().into(),
        "rule" => alert.rule.clone().into(),
        "source" => alert.src_ip.clone().into(),
        "destination" => alert.dst_ip.clone().into(),
        "evidence" => alert.evidence.clone(),
        "verdict" => alert.verdict().into(),
        "reason" => triage.reason.clone().into(),
        "assignee" => triage.assignee.clone().into(),
        "labels" => triage.labels.join(",").into(),
        "note" => triage.note.clone().into(),
        _ => triage.snoozed_until.map(Timestamp::seconds).into(),
    }
}

/// Writes these columns of alerts.
///
/// # Errors
/// When they cannot be written.
pub fn write_alert_columns(
    out: &mut dyn Write,
    alerts: &[StoredAlert],
    columns: &[&'static str],
    format: Format,
    width: Option<usize>,
) -> io::Result<()> {
    let row = |alert: &StoredAlert| {
        columns.iter().map(|column| ((*column).to_owned(), value(alert, column))).collect::<Map<String, Value>>()
    };
    let rows: Vec<Map<String, Value>> = alerts.iter().map(row).collect();
    write_objects(out, &rows, format, width, || {
        let mut table = Table::new(columns);
        for row in &rows {
            let cell = |value: &Value| match value {
                Value::Number(number) => Cell::number(number),
                Value::Null => Cell::new("-"),
                Value::String(text) if text.is_empty() => Cell::new("-"),
                Value::String(text) => Cell::new(text),
                other => Cell::new(json_text(other)),
            };
            table.row(row.values().map(cell).collect());
        }
        table
    })
}

/// Writes how many alerts there are, by what they have in common.
///
/// # Errors
/// When they cannot be written.
pub fn write_counts(
    out: &mut dyn Write,
    counts: &[AlertCount],
    by: &'static str,
    format: Format,
    width: Option<usize>,
) -> io::Result<()> {
    let object = |count: &AlertCount| {
        json!({
            by: count.value, "alerts": count.alerts, "open": count.open, "severity": count.severity.name(), "last": count.last,
        })
    };
    let objects: Vec<Value> = counts.iter().map(object).collect();
    write_objects(out, &objects, format, width, || {
        let mut table = Table::new(&[by, "alerts", "open", "highest", "last raised"]);
        for count in counts {
            table.row(vec![
                Cell::new(count.value.as_deref().unwrap_or("-")),
                Cell::number(count.alerts),
                Cell::number(count.open),
                Cell::new(count.severity.name()),
                Cell::new(to_seconds(&count.last)),
            ]);
        }
        table
    })
}
