//! What is still to be told.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::{Value, json};

use super::{Cell, Format, Table, write_objects};
use net_scout_model::Timestamp;
use net_scout_store::{OutboxEntry, OutboxMessage};

/// Writes alerts that wait for others, a row for each receiver and route, and messages.
///
/// # Errors
/// When they cannot be written.
pub fn write_outbox(
    out: &mut dyn Write,
    waiting: &[OutboxEntry],
    messages: &[OutboxMessage],
    format: Format,
    width: Option<usize>,
) -> io::Result<()> {
    let mut groups: BTreeMap<(&str, &str), (u64, Timestamp, Timestamp)> = BTreeMap::new();
    for entry in waiting {
        let group = groups.entry((&entry.receiver, &entry.route)).or_insert((0, entry.at, entry.due));
        *group = (group.0 + 1, group.1.min(entry.at), group.2.min(entry.due));
    }
    let mut rows: Vec<Value> = messages
        .iter()
        .map(|message| {
            let next = (message.state == "due").then(|| message.next.seconds());
            json!({
                "id": message.id, "state": message.state, "receiver": message.receiver, "route": message.route,
                "alerts": message.alerts, "since": message.formed.seconds(), "attempts": message.attempts, "next": next,
                "error": message.error, "key": message.key,
            })
        })
        .collect();
    rows.extend(groups.into_iter().map(|((receiver, route), (alerts, at, due))| {
        json!({
            "id": null, "state": "waiting", "receiver": receiver, "route": route, "alerts": alerts, "since": at.seconds(),
            "attempts": 0, "next": due.seconds(), "error": null, "key": null,
        })
    }));
    write_objects(out, &rows, format, width, || {
        let columns = ["id", "state", "receiver", "route", "alerts", "since", "attempts", "next", "error"];
        let mut table = Table::new(&columns).compact();
        for row in &rows {
            let cell = |column: &str| match &row[column] {
                Value::Number(number) => Cell::number(number),
                Value::String(text) if !text.is_empty() => Cell::new(text.as_str()),
                _ => Cell::new("-"),
            };
            table.row(columns.map(cell).to_vec());
        }
        table
    })
}
