//! How much waits for each receiver.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::error::DatabaseError;
use crate::open::Database;
use crate::schema::columns;
use net_scout_model::Timestamp;

/// What waits for a receiver.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct OutboxDepth {
    /// Whom it is for.
    pub receiver: String,
    /// Alerts that wait for a message, or are in one that has not arrived.
    pub alerts: u64,
    /// Messages that have not arrived.
    pub messages: u64,
    /// Messages that were given up.
    pub given_up: u64,
    /// Since when the oldest of what has not arrived waits; without what was given up.
    pub oldest: Option<Timestamp>,
}

impl Database {
    /// What waits, by receiver; those for whom nothing waits are left out.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn outbox_depths(&self) -> Result<Vec<OutboxDepth>, DatabaseError> {
        let read = || -> rusqlite::Result<Vec<OutboxDepth>> {
            if columns(&self.connection, "scout_messages")?.is_empty() {
                return Ok(Vec::new());
            }
            let mut depths: BTreeMap<String, OutboxDepth> = BTreeMap::new();
            let mut add = |sql: &str, change: &dyn Fn(&mut OutboxDepth, u64, Option<i64>)| -> rusqlite::Result<()> {
                let mut statement = self.connection.prepare_cached(sql)?;
                let mut rows = statement.query([&self.alert_table])?;
                while let Some(row) = rows.next()? {
                    let receiver: String = row.get(0)?;
                    let depth =
                        depths.entry(receiver.clone()).or_insert_with(|| OutboxDepth { receiver, ..OutboxDepth::default() });
                    change(depth, row.get::<_, i64>(1)?.unsigned_abs(), row.get(2)?);
                }
                Ok(())
            };
            add(ALERTS, &|depth, count, at| (depth.alerts, depth.oldest) = (count, at.map(Timestamp)))?;
            add(MESSAGES, &|depth, count, at| {
                let oldest = [depth.oldest, at.map(Timestamp)].into_iter().flatten().min();
                (depth.messages, depth.oldest) = (count, oldest);
            })?;
            add(GIVEN_UP, &|depth, count, _| depth.given_up = count)?;
            Ok(depths.into_values().collect())
        };
        read().map_err(self.error("read"))
    }
}

const ALERTS: &str = "SELECT receiver, COUNT(*), MIN(at) FROM scout_outbox WHERE alert_table = ?1 AND (message IS NULL
    OR message IN (SELECT id FROM scout_messages WHERE state IN ('due', 'sending'))) GROUP BY receiver";
const MESSAGES: &str = "SELECT receiver, COUNT(*), MIN(formed) FROM scout_messages
    WHERE alert_table = ?1 AND state IN ('due', 'sending') GROUP BY receiver";
const GIVEN_UP: &str =
    "SELECT receiver, COUNT(*), NULL FROM scout_messages WHERE alert_table = ?1 AND state = 'failed' GROUP BY receiver";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outbox::Outcome;
    use crate::record::tests::{HOUR, NOW, database};
    use net_scout_model::ToldReport;

    #[test]
    fn what_waits_is_counted_by_receiver() {
        let (_folder, mut database) = database();
        assert_eq!(database.outbox_depths().expect("nothing"), []);
        let to = |receiver: &str, key: &str| [(receiver.to_owned(), key.to_owned())];
        for (receiver, key, hours) in [("chat", "a", 1), ("chat", "b", 0), ("mail", "c", 2)] {
            database.queue_report(&to(receiver, key), key, &ToldReport::default(), NOW.plus(hours * HOUR)).expect("queued");
        }
        assert!(database.claim_message(3).expect("claimed"));
        database.settle_message(3, &Outcome::Failed("no".to_owned()), NOW).expect("settled");
        let chat = OutboxDepth { receiver: "chat".to_owned(), messages: 2, oldest: Some(NOW), ..OutboxDepth::default() };
        let mail = OutboxDepth { receiver: "mail".to_owned(), given_up: 1, ..OutboxDepth::default() };
        assert_eq!(database.outbox_depths().expect("read"), [chat, mail]);
    }
}
