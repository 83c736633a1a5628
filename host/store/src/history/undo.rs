//! Takes back the last action of a person: every column is again what it was before, unless somebody changed it since.

use rusqlite::OptionalExtension as _;

use super::{COLUMNS, HistoryRow, Said, Writer, read};
use crate::error::DatabaseError;
use crate::open::Database;
use crate::schema::columns;
use net_scout_model::{Actor, AlertAction, Timestamp};
use serde_json::{Map, Value};

/// The name of what takes back.
const UNDO: &str = "undo";
/// What is said where it would have overwritten something.
const CHANGED: &str = "left as it is: it was changed since";

/// An action that can be taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastAction {
    /// Its number.
    pub batch: i64,
    /// What was done.
    pub action: String,
    /// When.
    pub at: String,
    /// How many alerts it changed.
    pub alerts: u64,
}

/// What taking back came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Undone {
    /// The alerts that are again what they were.
    pub restored: Vec<i64>,
    /// Those that somebody changed since, or that are gone.
    pub left: Vec<i64>,
}

impl Database {
    /// The last action of a person that was not taken back; none where there is none.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn last_action(&self, actor: &Actor) -> Result<Option<LastAction>, DatabaseError> {
        let names = AlertAction::NAMES.map(|name| format!("'{name}'")).join(", ");
        let sql = format!(
            "SELECT batch, action, at, (SELECT count(*) FROM scout_history AS same WHERE same.batch = done.batch) FROM scout_history AS done
             WHERE alert_table = ?1 AND actor = ?2 AND action IN ({names})
             AND NOT EXISTS (SELECT 1 FROM scout_history AS later WHERE later.undoes = done.batch) ORDER BY batch DESC LIMIT 1"
        );
        let look = || -> rusqlite::Result<Option<LastAction>> {
            if columns(&self.connection, "scout_history")?.is_empty() {
                return Ok(None);
            }
            let mut statement = self.connection.prepare(&sql)?;
            let action = statement.query_row((&self.alert_table, actor.to_string()), |row| {
                Ok(LastAction {
                    batch: row.get(0)?,
                    action: row.get(1)?,
                    at: row.get(2)?,
                    alerts: row.get::<_, i64>(3)?.unsigned_abs(),
                })
            });
            action.optional()
        };
        look().map_err(self.error("read"))
    }

    /// Takes an action back, as an action of this person.
    ///
    /// # Errors
    /// When the database is locked, read-only or full. What was restored before stays so, and is in the history.
    pub fn undo(&mut self, action: &LastAction, actor: &Actor, now: Timestamp) -> Result<Undone, DatabaseError> {
        let rows = self.rows_of_action(action.batch)?;
        let mut undone = Undone::default();
        self.in_turns(&rows, now, |writer, row| {
            let list = if restore(writer, row, actor)? { &mut undone.restored } else { &mut undone.left };
            list.push(row.alert);
            Ok(true)
        })?;
        Ok(undone)
    }

    fn rows_of_action(&self, batch: i64) -> Result<Vec<HistoryRow>, DatabaseError> {
        let sql = format!("SELECT {COLUMNS} FROM scout_history WHERE alert_table = ?1 AND batch = ?2 ORDER BY id");
        let look = || -> rusqlite::Result<Vec<HistoryRow>> {
            self.connection.prepare(&sql)?.query_map((&self.alert_table, batch), read)?.collect()
        };
        look().map_err(self.error("read"))
    }
}

/// Whether an alert is again what it was. Where it is not, that is written down, too: the action is taken back as far as it can be.
fn restore(writer: &Writer<'_>, row: &HistoryRow, actor: &Actor) -> rusqlite::Result<bool> {
    let said = Said { undoes: Some(row.batch), ..Said::new(actor, UNDO, None) };
    let is_now =
        |life: &Map<String, Value>| row.after.iter().all(|(column, value)| life.get(column).unwrap_or(&Value::Null) == value);
    if writer.life(row.alert)?.is_some_and(|life| is_now(&life)) {
        writer.set(row.alert, said, &row.before)?;
        return Ok(true);
    }
    writer.keep(row.alert, Said { comment: Some(CHANGED), ..said }, Map::new(), Map::new())?;
    Ok(false)
}
