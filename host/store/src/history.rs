//! The history of alerts: a row for every change, by whomever, in the transaction that makes the change. Nothing in it is ever changed; how
//! it goes at last is in the migration that makes the table.

mod act;
mod mark;
mod remove;
mod turns;
mod undo;
mod wake;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension as _, Row, ToSql, params};
use serde_json::{Map, Value};

use super::error::DatabaseError;
use super::open::Database;
use super::schema::{columns, quote};
pub use act::Acted;
use net_scout_model::{Actor, LIFE_COLUMNS, Timestamp};
pub use undo::{LastAction, Undone};
pub(super) use wake::wake;

/// A change of an alert.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryRow {
    /// Its number.
    pub id: i64,
    /// The alert.
    pub alert: i64,
    /// The number of the action that it belongs to.
    pub batch: i64,
    /// When, UTC ISO 8601.
    pub at: String,
    /// By whom: `person:anna`, `rule:port_scan`, `allowlist`, ...
    pub actor: String,
    /// What was done.
    pub action: String,
    /// The columns that changed, as they were.
    pub before: Map<String, Value>,
    /// As they are then.
    pub after: Map<String, Value>,
    /// Why.
    pub comment: Option<String>,
    /// The action that it takes back.
    pub undoes: Option<i64>,
}

const COLUMNS: &str = "id, alert_id, batch, at, actor, action, before_json, after_json, comment, undoes";

/// What is said of a change, beside the change itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Said<'a> {
    pub(super) actor: &'a Actor,
    pub(super) action: &'a str,
    pub(super) comment: Option<&'a str>,
    pub(super) undoes: Option<i64>,
}

impl<'a> Said<'a> {
    pub(super) fn new(actor: &'a Actor, action: &'a str, comment: Option<&'a str>) -> Self {
        Self { actor, action, comment, undoes: None }
    }
}

/// Writes history, inside a transaction.
pub(super) struct Writer<'a> {
    connection: &'a Connection,
    /// The alert table.
    alerts: &'a str,
    batch: i64,
    at: String,
}

impl<'a> Writer<'a> {
    /// For what is done now, as one action.
    pub(super) fn new(connection: &'a Connection, alerts: &'a str, now: Timestamp) -> rusqlite::Result<Self> {
        let sql = "SELECT coalesce(max(batch), 0) + 1 FROM scout_history";
        let batch = connection.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
        Ok(Self::of(connection, alerts, batch, now))
    }

    /// For more of an action.
    fn of(connection: &'a Connection, alerts: &'a str, batch: i64, now: Timestamp) -> Self {
        Self { connection, alerts, batch, at: now.stored() }
    }

    /// The columns of an alert that the history is about, without those that are null; none where there is no such alert.
    pub(super) fn life(&self, id: i64) -> rusqlite::Result<Option<Map<String, Value>>> {
        let sql = format!("SELECT {} FROM {} WHERE id = ?1", LIFE_COLUMNS.join(", "), quote(self.alerts));
        self.connection.prepare_cached(&sql)?.query_row([id], life).optional()
    }

    /// Does something to an alert, and writes down what it changed; nothing where it changed nothing.
    pub(super) fn change<T>(&self, id: i64, said: Said<'_>, work: impl FnOnce() -> rusqlite::Result<T>) -> rusqlite::Result<T> {
        let before = self.life(id)?.unwrap_or_default();
        let done = work()?;
        let after = self.life(id)?.unwrap_or_default();
        let (before, after) = differences(&before, &after);
        if !after.is_empty() {
            self.keep(id, said, before, after)?;
        }
        Ok(done)
    }

    /// Sets columns of an alert, and writes that down.
    fn set(&self, id: i64, said: Said<'_>, changes: &Map<String, Value>) -> rusqlite::Result<()> {
        self.change(id, said, || {
            let table = quote(self.alerts);
            for (column, value) in changes.iter().filter(|(column, _)| LIFE_COLUMNS.contains(&column.as_str())) {
                let sql = format!("UPDATE {table} SET {column} = ?1 WHERE id = ?2");
                let value: &dyn ToSql = match value {
                    Value::String(text) => text,
                    Value::Number(number) if number.is_i64() => &number.as_i64(),
                    Value::Number(number) => &number.as_f64(),
                    _ => &rusqlite::types::Null,
                };
                self.connection.prepare_cached(&sql)?.execute(params![value, id])?;
            }
            Ok(())
        })
    }

    /// Writes a row.
    pub(super) fn keep(
        &self,
        id: i64,
        said: Said<'_>,
        before: Map<String, Value>,
        after: Map<String, Value>,
    ) -> rusqlite::Result<()> {
        let sql = "INSERT INTO scout_history (alert_table, alert_id, batch, at, actor, action, before_json, after_json, comment, undoes)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
        let Said { actor, action, comment, undoes } = said;
        let (before, after) = (Value::Object(before).to_string(), Value::Object(after).to_string());
        let values = params![self.alerts, id, self.batch, self.at, actor.to_string(), action, before, after, comment, undoes];
        self.connection.prepare_cached(sql)?.execute(values).map(drop)
    }

    /// The row that says how an alert got the status that it has.
    pub(super) fn last_status(&self, id: i64) -> rusqlite::Result<Option<HistoryRow>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM scout_history WHERE alert_table = ?1 AND alert_id = ?2
             AND json_extract(after_json, '$.status') IS NOT NULL ORDER BY id DESC LIMIT 1"
        );
        self.connection.prepare_cached(&sql)?.query_row((self.alerts, id), read).optional()
    }
}

/// The columns of a row that are not null.
fn life(row: &Row<'_>) -> rusqlite::Result<Map<String, Value>> {
    let mut life = Map::new();
    for column in LIFE_COLUMNS {
        let value = match row.get_ref(column)? {
            ValueRef::Null => continue,
            ValueRef::Integer(number) => number.into(),
            ValueRef::Real(number) => number.into(),
            ValueRef::Text(text) | ValueRef::Blob(text) => String::from_utf8_lossy(text).into_owned().into(),
        };
        life.insert(column.to_owned(), value);
    }
    Ok(life)
}

/// The columns that differ, with null for what is not there.
fn differences(before: &Map<String, Value>, after: &Map<String, Value>) -> (Map<String, Value>, Map<String, Value>) {
    let of = |life: &Map<String, Value>, column: &str| life.get(column).cloned().unwrap_or_default();
    let changed = LIFE_COLUMNS.into_iter().filter(|column| of(before, column) != of(after, column));
    changed.map(|column| ((column.to_owned(), of(before, column)), (column.to_owned(), of(after, column)))).unzip()
}

fn read(row: &Row<'_>) -> rusqlite::Result<HistoryRow> {
    let object = |column: &str| -> rusqlite::Result<Map<String, Value>> {
        Ok(serde_json::from_str(&row.get::<_, String>(column)?).unwrap_or_default())
    };
    Ok(HistoryRow {
        id: row.get("id")?,
        alert: row.get("alert_id")?,
        batch: row.get("batch")?,
        at: row.get("at")?,
        actor: row.get("actor")?,
        action: row.get("action")?,
        before: object("before_json")?,
        after: object("after_json")?,
        comment: row.get("comment")?,
        undoes: row.get("undoes")?,
    })
}

impl Database {
    /// The history of an alert, oldest first; empty where there is none yet.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn history(&self, alert: i64) -> Result<Vec<HistoryRow>, DatabaseError> {
        let sql = format!("SELECT {COLUMNS} FROM scout_history WHERE alert_table = ?1 AND alert_id = ?2 ORDER BY id");
        let look = || -> rusqlite::Result<Vec<HistoryRow>> {
            if columns(&self.connection, "scout_history")?.is_empty() {
                return Ok(Vec::new());
            }
            self.connection.prepare(&sql)?.query_map((&self.alert_table, alert), read)?.collect()
        };
        look().map_err(self.error("read"))
    }
}

#[cfg(test)]
mod tests;
