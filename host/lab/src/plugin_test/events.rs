//! The events of a scenario: one table a kind of event, in which `{1..60}` stands for a number each.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use net_scout_model::time::parse_moment;
use net_scout_model::{Timestamp, Value, columns_of};
use net_scout_store::ScratchRow;

/// The most events of a scenario.
const MOST: usize = 1_000_000;
/// What an event has that does not say otherwise.
const DEFAULTS: [(&str, &str); 3] = [("proto", "TCP"), ("verdict", "DROP"), ("direction", "INBOUND")];
/// How long before now an event was that does not say when.
const DEFAULT_TIME: &str = "30 minutes";

/// The rows that the tables stand for.
pub(super) fn rows(tables: &[BTreeMap<String, Json>], now: Timestamp) -> Result<Vec<ScratchRow>, String> {
    let mut rows = Vec::new();
    for (index, table) in tables.iter().enumerate() {
        let expanded = expand(table, now).map_err(|error| format!("event table {}: {error}", index + 1))?;
        if rows.len() + expanded.len() > MOST {
            return Err(format!("the events are more than {MOST}"));
        }
        rows.extend(expanded);
    }
    Ok(rows)
}

fn expand(table: &BTreeMap<String, Json>, now: Timestamp) -> Result<Vec<ScratchRow>, String> {
    let known = columns_of("events").unwrap_or_default();
    if let Some(column) = table.keys().find(|column| *column == "id" || !known.contains(&column.as_str())) {
        return Err(format!("there is no column `{column}`; there are {}", known[1..].join(", ")));
    }
    let time = match table.get("time") {
        None => DEFAULT_TIME,
        Some(Json::String(text)) => text,
        Some(other) => return Err(format!("time: {other} is not text")),
    };
    let mut rows: Vec<ScratchRow> = Vec::new();
    for time in texts(time).map_err(|error| format!("time: {error}"))? {
        let Value::Text(time) = time else { return Err("time: a number is no time".to_owned()) };
        let time = parse_moment(&time, now).map_err(|error| format!("time: {error}"))?;
        rows.push(vec![("timestamp".to_owned(), Value::Text(time.to_string()))]);
    }
    for (column, text) in DEFAULTS.into_iter().filter(|(column, _)| !table.contains_key(*column)) {
        rows.iter_mut().for_each(|row| row.push((column.to_owned(), Value::Text(text.to_owned()))));
    }
    for (column, value) in table.iter().filter(|(column, _)| *column != "time") {
        let values = values(value).map_err(|error| format!("{column}: {error}"))?;
        if rows.len() * values.len() > MOST {
            return Err(format!("it stands for more than {MOST} events"));
        }
        let with = |row: &ScratchRow, value: &Value| {
            let mut row = row.clone();
            row.push((column.clone(), value.clone()));
            row
        };
        rows = rows.iter().flat_map(|row| values.iter().map(move |value| with(row, value))).collect();
    }
    Ok(rows)
}

/// The values that one stands for.
fn values(value: &Json) -> Result<Vec<Value>, String> {
    match value {
        Json::Bool(value) => Ok(vec![Value::Boolean(*value)]),
        Json::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(integer), _) => Ok(vec![Value::Integer(integer)]),
            (None, Some(real)) => Ok(vec![Value::Real(real)]),
            (None, None) => Err(format!("{number} is no number of 64 bits")),
        },
        Json::String(text) => texts(text),
        other => Err(format!("{other} is neither text nor a number")),
    }
}

/// A text with `{1..60}` in it stands for a text a number; one that is nothing else, for the numbers.
fn texts(text: &str) -> Result<Vec<Value>, String> {
    let Some((before, (range, behind))) = text.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
    else {
        return Ok(vec![Value::Text(text.to_owned())]);
    };
    let wrong = || format!("`{{{range}}}` is not a range such as {{1..60}}");
    let (first, last) = range.split_once("..").ok_or_else(wrong)?;
    let (first, last): (i64, i64) = (first.parse().map_err(|_| wrong())?, last.parse().map_err(|_| wrong())?);
    if last < first || last.saturating_sub(first) >= MOST as i64 {
        return Err(wrong());
    }
    let value = |number: i64| {
        if before.is_empty() && behind.is_empty() {
            return Ok(vec![Value::Integer(number)]);
        }
        texts(&format!("{before}{number}{behind}"))
    };
    let values: Vec<Vec<Value>> = (first..=last).map(value).collect::<Result<_, String>>()?;
    Ok(values.into_iter().flatten().collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: Timestamp = Timestamp(1_773_261_311_000_000);

    fn table(json: Json) -> BTreeMap<String, Json> {
        serde_json::from_value(json).expect("a table")
    }

    #[test]
    fn times_have_ranges_too() {
        let rows = rows(&[table(json!({"time": "{1..3} hours", "dst_port": "{1..2}"}))], NOW).expect("rows");
        let times: Vec<String> = rows.iter().map(|row| format!("{:?}", row[0].1)).collect();
        assert_eq!(times.len(), 6);
        assert!(times[0].contains("19:35:11") && times[5].contains("17:35:11"), "{times:?}");
        assert!(super::rows(&[table(json!({"time": "{1..3}"}))], NOW).is_err());
    }

    #[test]
    fn ranges_stand_for_events() {
        let tables = [table(json!({"src_ip": "192.0.2.{1..2}", "dst_port": "{80..82}", "proto": "UDP"}))];
        let rows = rows(&tables, NOW).expect("rows");
        assert_eq!(rows.len(), 6);
        let value = |row: &ScratchRow, column: &str| row.iter().find(|(name, _)| name == column).map(|(_, value)| value.clone());
        assert_eq!(value(&rows[5], "src_ip"), Some(Value::Text("192.0.2.2".into())));
        assert_eq!(value(&rows[5], "dst_port"), Some(Value::Integer(82)));
        assert_eq!(value(&rows[5], "proto"), Some(Value::Text("UDP".into())));
        assert_eq!(value(&rows[5], "verdict"), Some(Value::Text("DROP".into())));
        assert_eq!(value(&rows[5], "timestamp"), Some(Value::Text("2026-03-11T20:05:11Z".into())));
    }

    #[test]
    fn what_makes_no_sense_is_named() {
        let error = |json| rows(&[table(json)], NOW).expect_err("wrong");
        assert!(error(json!({"port": 1})).starts_with("event table 1: there is no column `port`; there are time, src_ip, "));
        assert_eq!(error(json!({"src_ip": "a{2..1}"})), "event table 1: src_ip: `{2..1}` is not a range such as {1..60}");
        assert_eq!(
            error(json!({"src_ip": "{1..2000}", "dst_port": "{1..2000}"})),
            "event table 1: it stands for more than 1000000 events"
        );
        assert!(error(json!({"time": "soon"})).starts_with("event table 1: time: `soon` is not a time"));
    }
}
