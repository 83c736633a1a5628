//! Retention takes the history of an alert with it. That it did is written down, and stays.

use rusqlite::OptionalExtension as _;
use serde_json::{Map, Value};

use super::{Said, Writer, differences};
use crate::schema::quote;
use crate::stored::{COLUMNS, stored};
use net_scout_model::{Actor, counted};

impl Writer<'_> {
    /// Removes an alert by `delete`, which says whether it did, and then its history, but for one row that says what it was.
    pub(crate) fn remove(&self, id: i64, delete: impl FnOnce() -> rusqlite::Result<bool>) -> rusqlite::Result<bool> {
        let sql = format!("SELECT {COLUMNS} FROM {} WHERE id = ?1", quote(self.alerts));
        let alert = self.connection.prepare_cached(&sql)?.query_row([id], stored).optional()?;
        let life = self.life(id)?.unwrap_or_default();
        if !delete()? {
            return Ok(false);
        }
        let (mut before, after) = differences(&life, &Map::new());
        before.retain(|_, value| !value.is_null());
        if let Some((alert, _)) = alert {
            before.insert("alert_type".to_owned(), alert.alert_type.into());
            before.insert("src_ip".to_owned(), alert.src_ip.into());
            before.insert("dst_ip".to_owned(), alert.dst_ip.into());
            before.insert("created_at".to_owned(), alert.created_at.into());
        }
        let its = "FROM scout_history WHERE alert_table = ?1 AND alert_id = ?2";
        let count = format!("SELECT count(*) {its}");
        let rows: i64 = self.connection.prepare_cached(&count)?.query_row((self.alerts, id), |row| row.get(0))?;
        let comment = format!("with {} of its history", counted(rows, "row"));
        let after = after.into_iter().filter(|(column, _)| before.contains_key(column)).map(|(column, _)| (column, Value::Null));
        let said = Said::new(&Actor::Retention, REMOVE, Some(&comment));
        self.keep(id, said, before.clone(), after.collect())?;
        let older = format!("DELETE {its} AND action <> '{REMOVE}'");
        self.connection.prepare_cached(&older)?.execute((self.alerts, id))?;
        Ok(true)
    }
}

/// The action after which the rows before it may go.
const REMOVE: &str = "remove";
