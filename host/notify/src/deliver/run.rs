//! One run: messages to different receivers go at the same time, those to one receiver one after another.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use super::backoff::after;
use super::{Deliver, Report};
use crate::config::Notify;
use crate::message::{Delivered, Failure, Message, Receiver};
use crate::plan::{Before, ready};
use net_scout_model::{Timestamp, hex, plain};
use net_scout_store::{Database, DatabaseError, OutboxMessage, Outcome};

/// The longest that an attempt may take.
const ATTEMPT: Duration = Duration::from_secs(20);
/// How long what is under way may go on when it is to end.
const GRACE: Duration = Duration::from_secs(3);
const HOUR: i64 = 3_600_000_000;

/// An attempt that ended.
struct Ended {
    message: OutboxMessage,
    alerts: usize,
    result: Result<Delivered, Failure>,
}

pub(super) struct Run<'a, 'b> {
    database: &'a mut Database,
    notify: &'a Notify,
    how: Deliver<'b>,
    begun: Instant,
    /// Receivers that are left alone for the rest of this run: they failed, or something is under way to them.
    aside: BTreeSet<String>,
    attempts: JoinSet<Ended>,
    report: Report,
}

impl<'a, 'b> Run<'a, 'b> {
    pub(super) fn new(database: &'a mut Database, notify: &'a Notify, how: Deliver<'b>) -> Self {
        let (begun, aside, attempts, report) = (Instant::now(), BTreeSet::new(), JoinSet::new(), Report::default());
        Self { database, notify, how, begun, aside, attempts, report }
    }

    /// Delivers what is due.
    pub(super) async fn all(mut self) -> Result<Report, DatabaseError> {
        self.database.recover_messages(self.how.clock.now())?;
        let mut stop = self.how.stop.clone();
        loop {
            if !*stop.borrow() && self.begun.elapsed() < self.how.budget {
                self.begin()?;
            }
            if self.attempts.is_empty() {
                return Ok(self.report);
            }
            let ended = tokio::select! {
                ended = self.attempts.join_next() => ended,
                // A short time for what is under way; what is cut off is sent again, marked.
                _ = async { drop(stop.wait_for(|stop| *stop).await); tokio::time::sleep(GRACE).await } => return Ok(self.report),
            };
            match ended {
                Some(Ok(ended)) => self.settle(ended)?,
                Some(Err(error)) => self.how.sink.warn(&format_args!("an attempt to send a message broke off: {error}")),
                None => {}
            }
        }
    }

    /// Forms messages, and begins to send those that are due.
    fn begin(&mut self) -> Result<(), DatabaseError> {
        let now = self.how.clock.now();
        let known = self.database.outbox_messages(now.plus(-HOUR))?;
        self.form(&known, now)?;
        let is_due = |message: &OutboxMessage| message.state == "due" && message.next <= now;
        for message in self.database.outbox_messages(Timestamp::MAXIMUM)?.into_iter().filter(is_due) {
            if self.aside.contains(&message.receiver) {
                continue;
            }
            let receiver = match self.notify.receivers.get(&message.receiver) {
                Some(Ok(receiver)) => Arc::clone(receiver),
                // What is wrong with a receiver is said where it is configured.
                Some(Err(_)) | None => continue,
            };
            let alerts = self.database.told_alerts(message.id)?;
            let report = self.database.told_report(message.id)?;
            if !self.database.claim_message(message.id)? {
                continue;
            }
            self.aside.insert(message.receiver.clone());
            let sent = Message {
                key: message.key.clone(),
                route: message.route.clone(),
                receiver: message.receiver.clone(),
                formed: message.formed,
                attempt: message.attempts.saturating_add(1),
                may_be_repeat: message.unknown > 0,
                is_test: false,
                report,
                alerts,
            };
            self.attempts.spawn(async move {
                let result = attempt(&receiver, &sent).await;
                Ended { message, alerts: sent.alerts.len(), result }
            });
        }
        Ok(())
    }

    fn form(&mut self, known: &[OutboxMessage], now: Timestamp) -> Result<(), DatabaseError> {
        let waiting = self.database.waiting_entries()?;
        let is_open = |message: &&OutboxMessage| message.state == "due" || message.state == "sending";
        let unknown = waiting.iter().filter(|entry| !matches!(self.notify.receivers.get(&entry.receiver), Some(Ok(_))));
        let before = Before {
            busy: known
                .iter()
                .filter(is_open)
                .map(|message| message.receiver.clone())
                .chain(unknown.map(|entry| entry.receiver.clone()))
                .collect(),
            formed: known.iter().map(|message| (message.route.clone(), message.receiver.clone(), message.formed)).collect(),
        };
        for entries in ready(&waiting, &self.notify.routes, &before, self.how.waits, now, &self.notify.zone) {
            let Some(key) = key() else { return Ok(()) };
            self.database.form_message(&key, &entries, now)?;
        }
        Ok(())
    }

    /// Writes down how an attempt ended.
    fn settle(&mut self, ended: Ended) -> Result<(), DatabaseError> {
        let Ended { message, alerts, result } = ended;
        let now = self.how.clock.now();
        let outcome = match result {
            Ok(Delivered) => Outcome::Sent,
            Err(failure) => after(&message, message.attempts.saturating_add(1), failure, now),
        };
        self.database.settle_message(message.id, &outcome, now)?;
        let (receiver, sink) = (plain(&message.receiver, 100), self.how.sink);
        match outcome {
            Outcome::Sent => {
                (self.report.sent, self.report.alerts) = (self.report.sent + 1, self.report.alerts + alerts);
                self.aside.remove(&message.receiver);
                if message.attempts > 0 {
                    self.database.hasten_messages(&message.receiver, now)?;
                }
            }
            Outcome::Later { next, error, .. } => {
                self.report.failed += 1;
                sink.warn(&format_args!(
                    "message {} did not reach {receiver}, next attempt at {}: {error}",
                    message.id,
                    next.seconds()
                ));
            }
            Outcome::Failed(error) => {
                self.report.given_up += 1;
                self.aside.remove(&message.receiver);
                sink.warn(&format_args!(
                    "message {} to {receiver} is given up: {error}; `net-scout outbox retry {}` tries it again",
                    message.id, message.id
                ));
            }
        }
        Ok(())
    }
}

/// One attempt, which ends in time.
pub(super) async fn attempt(receiver: &Arc<dyn Receiver>, message: &Message) -> Result<Delivered, Failure> {
    let late = || Failure::unsure(format!("no answer within {} s", ATTEMPT.as_secs()));
    tokio::time::timeout(ATTEMPT, receiver.deliver(message)).await.unwrap_or_else(|_| Err(late()))
}

/// A new key.
pub(crate) fn key() -> Option<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).ok()?;
    Some(format!("msg_{}", hex(&bytes)))
}
