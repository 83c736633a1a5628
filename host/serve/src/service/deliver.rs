//! The job that delivers messages. Scans come first: it ends soon, whatever receivers do.

use std::time::Duration;

use super::connection::Open;
use super::{NAME, Service, ServiceError};
use net_scout_model::{Timestamp, counted, plain};
use net_scout_notify::{Deliver, Report, deliver};
use net_scout_store::{Database, DatabaseError, Turn};

/// After so long no further message is begun.
const LONGEST: Duration = Duration::from_secs(10);
/// After so many attempts in a row a receiver counts as one that is not reached.
const PATIENCE: u32 = 3;

impl Service<'_> {
    /// Delivers what is due.
    pub(super) async fn deliver(&mut self) -> Result<String, ServiceError> {
        let Open { database, .. } = self.connection.open(&self.options.scan, &self.around)?;
        let how = Deliver {
            turn: Turn { what: NAME, patience: Duration::ZERO },
            waits: true,
            budget: LONGEST,
            clock: self.around.clock,
            sink: self.around.sink,
            stop: self.around.stop.clone(),
        };
        let Report { sent, alerts, held, .. } = deliver(database, &self.options.notify, how).await?;
        self.undelivered = undelivered(database)?;
        Ok(match held {
            Some(holder) => format!("left to {holder}"),
            None if sent == 0 => String::new(),
            None => format!("{} sent, with {}", counted(sent, "message"), counted(alerts, "alert")),
        })
    }
}

/// What is said of messages that do not arrive.
fn undelivered(database: &Database) -> Result<Vec<String>, DatabaseError> {
    let open = database.outbox_messages(Timestamp::MAXIMUM)?.into_iter();
    let stuck = open.filter(|message| message.state == "failed" || message.attempts >= PATIENCE);
    let words = |message: net_scout_store::OutboxMessage| {
        let what = if message.state == "failed" { "is given up" } else { "does not arrive" };
        let (receiver, since) = (plain(&message.receiver, 100), message.formed.seconds());
        let reason = message.error.unwrap_or_default();
        format!("message {} to {receiver} of {since} {what}: {reason}; `net-scout outbox list` shows it", message.id)
    };
    Ok(stuck.map(words).collect())
}
