//! Reports: messages with a body of their own, one for each receiver and run of their schedule.

use rusqlite::{OptionalExtension as _, params};

use crate::error::DatabaseError;
use crate::open::Database;
use net_scout_model::{Timestamp, ToldReport};

/// The route of a report in lists of messages.
const ROUTE: &str = "report";

impl Database {
    /// Writes down that a report is to be sent: to receivers, each with the key of its message. One that has the report of this run is left
    /// out. How many messages are new.
    ///
    /// # Errors
    /// When the database is locked, read-only or full.
    pub fn queue_report(
        &mut self,
        to: &[(String, String)],
        run: &str,
        report: &ToldReport,
        now: Timestamp,
    ) -> Result<usize, DatabaseError> {
        let (table, body) = (self.alert_table.clone(), serde_json::to_string(report).unwrap_or_default());
        self.write("write to the outbox of", |connection| {
            let sql = "INSERT INTO scout_messages (alert_table, key, route, receiver, state, next, formed, run, body_json)
                       VALUES (?1, ?2, ?3, ?4, 'due', ?5, ?5, ?6, ?7) ON CONFLICT (alert_table, receiver, run) DO NOTHING";
            let mut insert = connection.prepare_cached(sql)?;
            let rows = to.iter().map(|(receiver, key)| insert.execute(params![table, key, ROUTE, receiver, now.0, run, body]));
            rows.sum()
        })
    }

    /// The report of a message; none where it tells of alerts, or was sent.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn told_report(&self, message: i64) -> Result<Option<ToldReport>, DatabaseError> {
        let read = || -> rusqlite::Result<Option<Option<String>>> {
            let sql = "SELECT body_json FROM scout_messages WHERE id = ?1";
            self.connection.prepare_cached(sql)?.query_row([message], |row| row.get(0)).optional()
        };
        let body = read().map_err(self.error("read"))?.flatten();
        Ok(body.and_then(|body| serde_json::from_str(&body).ok()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outbox::Outcome;
    use crate::record::tests::{HOUR, NOW, database};

    #[test]
    fn a_receiver_gets_one_report_of_each_run() {
        let (_folder, mut database) = database();
        let report = ToldReport { title: "a report".to_owned(), page: Some("<p>".to_owned()), ..ToldReport::default() };
        let to =
            |keys: [&str; 2]| ["mail", "chat"].into_iter().zip(keys).map(|(to, key)| (to.to_owned(), key.to_owned())).collect();
        let to: [Vec<(String, String)>; 3] = [to(["a", "b"]), to(["c", "d"]), to(["e", "f"])];
        assert_eq!(database.queue_report(&to[0], "7", &report, NOW).expect("queued"), 2);
        assert_eq!(database.queue_report(&to[1], "7", &report, NOW.plus(HOUR)).expect("queued"), 0, "the same run again");
        assert_eq!(database.queue_report(&to[2], "8", &report, NOW.plus(HOUR)).expect("queued"), 2);
        let messages = database.outbox_messages(NOW).expect("messages");
        let keys: Vec<&str> = messages.iter().map(|message| message.key.as_str()).collect();
        assert_eq!(keys, ["a", "b", "e", "f"]);
        assert!(messages.iter().all(|message| (message.route.as_str(), message.alerts) == (ROUTE, 0)));
        let id = messages[0].id;
        assert_eq!(database.told_report(id).expect("read"), Some(report));
        assert!(database.claim_message(id).expect("claimed"));
        database.settle_message(id, &Outcome::Sent, NOW).expect("settled");
        assert_eq!(database.told_report(id).expect("read"), None, "what was sent takes no room");
        assert_eq!(database.queue_report(&to[1], "7", &ToldReport::default(), NOW).expect("queued"), 0);
    }
}
