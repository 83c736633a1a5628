//! Delivery: forms messages of what waits in the outbox, claims each, hands it to its receiver, and writes down what became of it.
//!
//! One process delivers at a time ([`Lock::Delivery`]). A message is claimed in the database before its first byte is sent: where the process
//! is killed, the next one finds the claim and sends it again, marked as a possible repeat, with the same key.

mod backoff;
mod run;

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::config::Notify;
use super::message::{Delivered, Failure, Message, Receiver};
use net_scout_model::clock::Clock;
use net_scout_model::{News, Sink, StoredAlert, Timestamp, ToldAlert};
use net_scout_store::{Database, DatabaseError, Lock, Turn};
use run::Run;
pub(crate) use run::key;

/// How a delivery goes.
pub struct Deliver<'a> {
    /// Its turn.
    pub turn: Turn,
    /// Whether alerts that have just come wait for others.
    pub waits: bool,
    /// After so long no further message is begun.
    pub budget: Duration,
    /// The clock.
    pub clock: &'a dyn Clock,
    /// Takes what it has to say.
    pub sink: &'a dyn Sink,
    /// Becomes true when it is to end.
    pub stop: watch::Receiver<bool>,
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Messages that receivers have now.
    pub sent: usize,
    /// Alerts in these.
    pub alerts: usize,
    /// Messages that are tried again later.
    pub failed: usize,
    /// Messages that are given up.
    pub given_up: usize,
    /// Who delivers at the moment, where that is somebody else.
    pub held: Option<String>,
}

/// Delivers what is due.
///
/// # Errors
/// When the database cannot be read or written. What was sent and could not be written down is sent again, marked.
pub async fn deliver(database: &mut Database, notify: &Notify, how: Deliver<'_>) -> Result<Report, DatabaseError> {
    let open = database.outbox_messages(Timestamp::MAXIMUM)?;
    if database.waiting_entries()?.is_empty() && open.iter().all(|message| message.state == "failed") {
        return Ok(Report::default());
    }
    let lease = match how.turn.take(database, Lock::Delivery, how.clock, how.sink) {
        Err(DatabaseError::Held { holder, .. }) => return Ok(Report { held: Some(holder.to_string()), ..Report::default() }),
        lease => lease?,
    };
    let ran = Run::new(database, notify, how).all().await;
    database.give_back(lease);
    ran
}

/// Hands a receiver a message that says only that messages arrive.
///
/// # Errors
/// Why it does not have it.
pub async fn send_test(receiver: &Arc<dyn Receiver>, name: &str, now: Timestamp) -> Result<Delivered, Failure> {
    send(receiver, name, Vec::new(), now).await
}

/// Hands a receiver a message about an alert that was made up, which says so.
///
/// # Errors
/// Why it does not have it.
pub async fn send_made_up(
    receiver: &Arc<dyn Receiver>,
    name: &str,
    alert: &StoredAlert,
    now: Timestamp,
) -> Result<Delivered, Failure> {
    send(receiver, name, vec![ToldAlert::of(alert, News::New)], now).await
}

async fn send(receiver: &Arc<dyn Receiver>, name: &str, alerts: Vec<ToldAlert>, now: Timestamp) -> Result<Delivered, Failure> {
    let key = key().ok_or_else(|| Failure::unreachable("the system gives no random numbers"))?;
    let (route, receiver_name) = ("test".to_owned(), name.to_owned());
    let message = Message {
        key,
        route,
        receiver: receiver_name,
        formed: now,
        attempt: 1,
        may_be_repeat: false,
        is_test: true,
        report: None,
        alerts,
    };
    run::attempt(receiver, &message).await
}
