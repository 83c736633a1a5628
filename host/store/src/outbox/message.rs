//! Messages: formed of entries that wait, claimed before they are sent, and settled afterwards.

use rusqlite::{Row, params};

use super::OutboxEntry;
use crate::error::DatabaseError;
use crate::open::Database;
use crate::schema::columns;
use net_scout_model::Timestamp;

/// The states of messages that are still to be sent.
const OPEN: &str = "state IN ('due', 'sending')";

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxMessage {
    /// Its number.
    pub id: i64,
    /// By which a receiver knows that it has it already.
    pub key: String,
    /// The route of its alerts.
    pub route: String,
    /// Whom it is for.
    pub receiver: String,
    /// due, sending, sent, failed or dropped.
    pub state: String,
    /// How often it was tried.
    pub attempts: u32,
    /// How often nobody knows whether the receiver got it.
    pub unknown: u32,
    /// When it is tried next.
    pub next: Timestamp,
    /// Why the last attempt failed.
    pub error: Option<String>,
    /// When it was formed.
    pub formed: Timestamp,
    /// When it was sent, or given up.
    pub ended: Option<Timestamp>,
    /// How many alerts it tells of.
    pub alerts: u64,
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The receiver has it.
    Sent,
    /// It does not; it is tried again.
    Later {
        /// When.
        next: Timestamp,
        /// Why.
        error: String,
        /// The receiver may have it all the same.
        is_unsure: bool,
    },
    /// It does not, and is not tried again.
    Failed(String),
}

const MESSAGE: &str = "SELECT id, key, route, receiver, state, attempts, unknown, next, error, formed, ended,
    (SELECT COUNT(*) FROM scout_outbox WHERE message = scout_messages.id) FROM scout_messages";

fn read(row: &Row<'_>) -> rusqlite::Result<OutboxMessage> {
    Ok(OutboxMessage {
        id: row.get(0)?,
        key: row.get(1)?,
        route: row.get(2)?,
        receiver: row.get(3)?,
        state: row.get(4)?,
        attempts: row.get(5)?,
        unknown: row.get(6)?,
        next: Timestamp(row.get(7)?),
        error: row.get(8)?,
        formed: Timestamp(row.get(9)?),
        ended: row.get::<_, Option<i64>>(10)?.map(Timestamp),
        alerts: row.get::<_, i64>(11)?.unsigned_abs(),
    })
}

impl Database {
    /// Messages formed since an instant, and all that are not sent, oldest first; none where there is no outbox yet.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn outbox_messages(&self, since: Timestamp) -> Result<Vec<OutboxMessage>, DatabaseError> {
        let list = || -> rusqlite::Result<Vec<OutboxMessage>> {
            if columns(&self.connection, "scout_messages")?.is_empty() {
                return Ok(Vec::new());
            }
            let sql = format!(
                "{MESSAGE} WHERE alert_table = ?1 AND (formed > ?2 OR state IN ('due', 'sending', 'failed')) ORDER BY id"
            );
            let mut statement = self.connection.prepare_cached(&sql)?;
            statement.query_map((&self.alert_table, since.0), read)?.collect()
        };
        list().map_err(self.error("read"))
    }

    /// Forms a message of entries of one receiver that wait. False where one of them does not wait any more: then there is none.
    ///
    /// # Errors
    /// When the database is locked, read-only or full.
    pub fn form_message(&mut self, key: &str, entries: &[&OutboxEntry], now: Timestamp) -> Result<bool, DatabaseError> {
        let (table, Some(first)) = (self.alert_table.clone(), entries.first()) else { return Ok(false) };
        self.write("write to the outbox of", |connection| {
            let waits = "SELECT COUNT(*) FROM scout_outbox WHERE id = ?1 AND message IS NULL";
            let mut waits = connection.prepare_cached(waits)?;
            for entry in entries {
                if waits.query_row([entry.id], |row| row.get::<_, i64>(0))? == 0 {
                    return Ok(false);
                }
            }
            let sql = "INSERT INTO scout_messages (alert_table, key, route, receiver, state, next, formed)
                       VALUES (?1, ?2, ?3, ?4, 'due', ?5, ?5)";
            connection.prepare_cached(sql)?.execute((&table, key, &first.route, &first.receiver, now.0))?;
            let message = connection.last_insert_rowid();
            let mut join = connection.prepare_cached("UPDATE scout_outbox SET message = ?1 WHERE id = ?2")?;
            entries.iter().try_for_each(|entry| join.execute((message, entry.id)).map(drop))?;
            Ok(true)
        })
    }

    /// Takes back what a process that was killed had claimed: nobody knows whether the receiver got it. It is sent again after half a minute,
    /// and after twice as long each further time, so that a process that is killed again and again does not flood anybody. To be called by who has
    /// [`crate::Lock::Delivery`].
    ///
    /// # Errors
    /// When the database is locked, read-only or full.
    pub fn recover_messages(&mut self, now: Timestamp) -> Result<usize, DatabaseError> {
        let sql = "UPDATE scout_messages SET state = 'due', unknown = unknown + 1, next = ?1 + 30000000 * (1 << min(unknown, 7)),
                       error = 'the process that sent it ended before there was an answer'
                   WHERE state = 'sending'";
        let is_clean = "SELECT NOT EXISTS (SELECT 1 FROM scout_messages WHERE state = 'sending')";
        if self.connection.query_row(is_clean, [], |row| row.get(0)).map_err(self.error("read"))? {
            return Ok(0);
        }
        self.write("write to the outbox of", |connection| connection.execute(sql, [now.0]))
    }

    /// Claims a message, before it is sent: that it was tried stands there whatever happens. False where it is not due any more.
    ///
    /// # Errors
    /// When the database is locked, read-only or full.
    pub fn claim_message(&mut self, id: i64) -> Result<bool, DatabaseError> {
        let sql = "UPDATE scout_messages SET state = 'sending', attempts = attempts + 1 WHERE id = ?1 AND state = 'due'";
        self.write("write to the outbox of", |connection| Ok(connection.execute(sql, [id])? > 0))
    }

    /// Writes down how an attempt ended. One that was dropped meanwhile stays dropped.
    ///
    /// # Errors
    /// When the database is locked, read-only or full.
    pub fn settle_message(&mut self, id: i64, outcome: &Outcome, now: Timestamp) -> Result<(), DatabaseError> {
        let (state, next, error, ended, unsure) = match outcome {
            Outcome::Sent => ("sent", now, None, Some(now.0), false),
            Outcome::Later { next, error, is_unsure } => ("due", *next, Some(error), None, *is_unsure),
            Outcome::Failed(error) => ("failed", now, Some(error), Some(now.0), false),
        };
        let sql = "UPDATE scout_messages SET state = ?2, next = ?3, error = ?4, ended = ?5, unknown = unknown + ?6,
                       body_json = CASE ?2 WHEN 'sent' THEN NULL ELSE body_json END
                   WHERE id = ?1 AND state = 'sending'";
        self.write("write to the outbox of", |connection| {
            connection.execute(sql, params![id, state, next.0, error, ended, unsure]).map(drop)
        })
    }

    /// Has messages tried again now that wait for their next attempt, or were given up. Which these are; of all where none is named.
    ///
    /// # Errors
    /// When the database is locked, read-only or full.
    pub fn retry_messages(&mut self, ids: &[i64], now: Timestamp) -> Result<Vec<i64>, DatabaseError> {
        self.change(
            ids,
            "('due', 'failed')",
            "state = 'due', ended = NULL, formed = CASE state WHEN 'failed' THEN ?2 ELSE formed END",
            now,
        )
    }

    /// Drops messages that were not sent. Which these are.
    ///
    /// # Errors
    /// When the database is locked, read-only or full.
    pub fn drop_messages(&mut self, ids: &[i64], now: Timestamp) -> Result<Vec<i64>, DatabaseError> {
        self.change(ids, "('due', 'sending', 'failed')", "state = 'dropped', ended = ?2", now)
    }

    fn change(&mut self, ids: &[i64], states: &str, set: &str, now: Timestamp) -> Result<Vec<i64>, DatabaseError> {
        let table = self.alert_table.clone();
        self.write("write to the outbox of", |connection| {
            let all = format!("SELECT id FROM scout_messages WHERE alert_table = ?1 AND state IN {states} ORDER BY id");
            let rows = connection.prepare(&all)?.query_map([table], |row| row.get(0))?.collect::<rusqlite::Result<Vec<i64>>>()?;
            let chosen: Vec<i64> = rows.into_iter().filter(|id| ids.is_empty() || ids.contains(id)).collect();
            let sql = format!("UPDATE scout_messages SET {set}, next = ?2 WHERE id = ?1");
            let mut change = connection.prepare(&sql)?;
            chosen.iter().try_for_each(|id| change.execute((id, now.0)).map(drop))?;
            Ok(chosen)
        })
    }

    /// Has all messages of a receiver that wait for their next attempt tried now: it can be reached again.
    ///
    /// # Errors
    /// When the database is locked, read-only or full.
    pub fn hasten_messages(&mut self, receiver: &str, now: Timestamp) -> Result<(), DatabaseError> {
        let sql = format!("UPDATE scout_messages SET next = min(next, ?2) WHERE receiver = ?1 AND {OPEN}");
        self.write("write to the outbox of", |connection| connection.execute(&sql, (receiver, now.0)).map(drop))
    }

    /// Drops the entries of a receiver that wait. How many they are.
    ///
    /// # Errors
    /// When the database is locked, read-only or full.
    pub fn drop_entries(&mut self, receiver: &str) -> Result<usize, DatabaseError> {
        let (table, sql) =
            (self.alert_table.clone(), "DELETE FROM scout_outbox WHERE receiver = ?1 AND message IS NULL AND alert_table = ?2");
        self.write("write to the outbox of", |connection| connection.execute(sql, (receiver, &table)))
    }
}
