//! Wakes the alerts whose snooze is over: they are new again, with their notes.

use rusqlite::Connection;
use serde_json::{Map, Value};

use super::{Said, Writer};
use crate::layout::TIME_FUNCTION;
use crate::schema::quote;
use net_scout_model::{Actor, OPEN_STATUSES, SNOOZED, Timestamp};

/// The most alerts that are woken in one transaction.
const MOST: usize = 1_000;

/// Wakes the alerts whose snooze is over, inside a transaction. Their numbers.
pub(crate) fn wake(connection: &Connection, table: &str, now: Timestamp) -> rusqlite::Result<Vec<i64>> {
    crate::function::time_function(connection)?;
    let sql = format!(
        "SELECT id FROM {} WHERE snoozed_until IS NOT NULL AND status = '{SNOOZED}' AND typeof(snoozed_until) = 'text'
             AND {TIME_FUNCTION}(snoozed_until) <= ?1
         ORDER BY id LIMIT {MOST}",
        quote(table)
    );
    let ids = connection.prepare(&sql)?.query_map([now.0], |row| row.get(0))?.collect::<rusqlite::Result<Vec<i64>>>()?;
    if ids.is_empty() {
        return Ok(ids);
    }
    let writer = Writer::new(connection, table, now)?;
    let awake: Map<String, Value> =
        [("status".to_owned(), OPEN_STATUSES[0].into()), ("snoozed_until".to_owned(), Value::Null)].into_iter().collect();
    for id in &ids {
        writer.set(*id, Said::new(&Actor::Program, "wake", None), &awake)?;
    }
    Ok(ids)
}
