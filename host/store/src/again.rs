//! The query that shows the events of an alert once more, as text that a person can run in `sqlite3`. It is only written here, never run.

use serde_json::Value;

use super::condition::Condition;
use super::error::DatabaseError;
use super::open::Database;
use super::schema::columns;
use crate::layout::{Source, TIME_FUNCTION};
use net_scout_model::{EVENT_COLUMNS, Selection};

/// What is shown of an event of the old layout, whatever the condition names.
const SHOWN: [&str; 5] = ["id", "time", "src_ip", "dst_ip", "dst_port"];

impl Database {
    /// The SELECT behind the evidence `events` of an alert, over this table of events, with its values filled in; none where the evidence
    /// does not say which events they are, or with a condition that the gate refuses: what is shown here may be run by somebody whom no
    /// gate guards. It can be run as it is, on this database.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn query_again(&self, table: &str, events: &Value) -> Result<Option<String>, DatabaseError> {
        let Some(Selection { condition, .. }) = Condition::of_evidence(events) else { return Ok(None) };
        // As they are written: a number keeps all of its digits.
        let parameters = events["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
        let condition = filled(&condition, parameters);
        let have = columns(&self.connection, table).map_err(self.error("read"))?;
        if !["id", "src_ip", "dst_ip"].iter().all(|name| have.iter().any(|column| column == name)) {
            return Ok(Source::recognise(table, &have).ok().map(|source| over_old(&source, &condition, events)));
        }
        let missing: Vec<&str> = EVENT_COLUMNS.into_iter().filter(|name| !have.iter().any(|column| column == name)).collect();
        let mut sql = format!("SELECT * FROM {table} WHERE ({})", over_table(&condition, &missing));
        for (end, comparison) in [("first", ">="), ("last", "<=")] {
            if let Some(instant) = events[end].as_str() {
                sql.push_str(&format!(" AND datetime(timestamp) {comparison} datetime({})", quoted(instant)));
            }
        }
        Ok(Some(sql))
    }
}

/// A part of SQL: inside quotes, a word, or something else.
fn parts(sql: &str) -> Vec<&str> {
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    let mut parts = Vec::new();
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '\'' | '"' | '`' => rest[1..].find(first).map_or(rest.len(), |end| end + 2),
            first if is_word(first) => rest.find(|letter| !is_word(letter)).unwrap_or(rest.len()),
            '?' => 1 + rest[1..].find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len() - 1),
            first => first.len_utf8(),
        };
        let (part, behind) = rest.split_at(length);
        parts.push(part);
        rest = behind;
    }
    parts
}

/// The condition with the values in the place of the parameters.
fn filled(condition: &str, parameters: &[Value]) -> String {
    let mut largest = 0;
    let value = |part: &str| match part.strip_prefix('?') {
        None => part.to_owned(),
        Some(number) => {
            let number: usize = number.parse().unwrap_or(largest + 1);
            largest = largest.max(number);
            number.checked_sub(1).and_then(|index: usize| parameters.get(index)).map_or_else(|| "NULL".to_owned(), literal)
        }
    };
    parts(condition).into_iter().map(value).collect()
}

/// The same over a table, which has a `timestamp` in the place of `time`. A column that it lacks holds nothing.
fn over_table(condition: &str, missing: &[&str]) -> String {
    let name = |part: &str| match part {
        time if time.eq_ignore_ascii_case("time") => "unixepoch(timestamp) * 1000000".to_owned(),
        lacking if missing.iter().any(|name| name.eq_ignore_ascii_case(lacking)) => "NULL".to_owned(),
        other => other.to_owned(),
    };
    parts(condition).into_iter().map(name).collect()
}

/// The query over the table of the old layout, of which the columns that it needs are made first.
fn over_old(source: &Source, condition: &str, events: &Value) -> String {
    let words = parts(condition);
    let is_needed = |name: &&&str| SHOWN.contains(*name) || words.iter().any(|word| word.eq_ignore_ascii_case(name));
    let made: Vec<String> =
        EVENT_COLUMNS.iter().filter(is_needed).map(|name| format!("{} AS {name}", source.expression(name))).collect();
    let made = made.join(", ").split_whitespace().collect::<Vec<_>>().join(" ");
    let made = made.replace(&format!("{TIME_FUNCTION}(timestamp)"), "unixepoch(timestamp) * 1000000");
    let mut sql = format!("WITH events AS (SELECT {made} FROM {}) SELECT * FROM events WHERE ({condition})", source.table);
    for (end, comparison) in [("first", ">="), ("last", "<=")] {
        if let Some(instant) = events[end].as_str() {
            sql.push_str(&format!(" AND time / 1000000 {comparison} unixepoch({})", quoted(instant)));
        }
    }
    sql
}

fn literal(value: &Value) -> String {
    match value {
        Value::String(text) => quoted(text),
        Value::Number(number) => number.to_string(),
        Value::Bool(value) => i32::from(*value).to_string(),
        _ => "NULL".to_owned(),
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_stand_in_the_place_of_parameters() {
        let parameters = [json!("O'Neill"), json!(22), json!(true), json!(null), json!(0.5)];
        let parameters = parameters.as_slice();
        assert_eq!(filled("src_ip = ?1 AND dst_port=?2", parameters), "src_ip = 'O''Neill' AND dst_port=22");
        assert_eq!(filled("a = ? AND b IN (?3, ?, ?9, ?5)", parameters), "a = 'O''Neill' AND b IN (1, NULL, NULL, 0.5)");
        assert_eq!(filled("a = '?1 ''?2' AND \"?1\" = ?2", parameters), "a = '?1 ''?2' AND \"?1\" = 22");
        assert_eq!(filled("ä = ?2 AND 'open ?1", parameters), "ä = 22 AND 'open ?1");
    }

    #[test]
    fn what_is_shown_runs_in_either_layout() {
        let events = json!({
            "condition": "src_ip = ?1 AND direction = 'INBOUND' AND tcp_flags IS NULL AND time > 5",
            "parameters": ["192.0.2.1"],
            "first": "2026-03-11T20:00:00Z",
            "last": "2026-03-11T20:00:01Z",
        });
        for (columns, values) in [
            (
                "src_ip, src_port, dst_ip, dst_port, proto, verdict, direction, timestamp",
                "'192.0.2.1', 1, '', 2, 'TCP', 'DROP', 'INBOUND'",
            ),
            ("ip, port, direction, timestamp", "'192.0.2.1', 22, 'RX'"),
        ] {
            let database = Database::in_memory("scout_alerts").expect("open");
            let made = format!(
                "CREATE TABLE ip_events (id INTEGER PRIMARY KEY, {columns});
                 INSERT INTO ip_events ({columns}) VALUES ({values}, '2026-03-11T20:00:01Z'), ({values}, '2026-03-11T20:00:02Z')"
            );
            database.connection.execute_batch(&made).expect("made");
            let sql = database.query_again("ip_events", &events).expect("read").expect("a query");
            // As `sqlite3` runs it, which knows no function of this program.
            let count = |sql: &str| -> i64 {
                database.connection.query_row(&format!("SELECT COUNT(*) FROM ({sql})"), [], |row| row.get(0)).expect(sql)
            };
            assert_eq!(count(&sql), 1, "{sql}");
        }
    }

    #[test]
    fn time_is_made_of_the_timestamp() {
        let condition = over_table("time >= 5 AND timed = 'time' AND Time < 7", &["time"]);
        assert_eq!(condition, "unixepoch(timestamp) * 1000000 >= 5 AND timed = 'time' AND unixepoch(timestamp) * 1000000 < 7");
        assert_eq!(over_table("TCP_flags = 2 AND proto = 'tcp_flags'", &["tcp_flags"]), "NULL = 2 AND proto = 'tcp_flags'");
    }
}
