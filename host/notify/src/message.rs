//! What a receiver is handed, and what it says of it.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use net_scout_model::{Severity, Timestamp, ToldAlert, ToldReport};
use serde_json::{Value, json};

use super::text;

/// The most alerts that a message in JSON names one by one; of the others it says how many there are.
pub(crate) const NAMED: usize = 100;

/// A message for a receiver: one or many alerts, or a report.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// By which a receiver knows that it has it already: the same whenever it is tried again.
    pub key: String,
    /// The route of its alerts.
    pub route: String,
    /// Whom it is for.
    pub receiver: String,
    /// When it was formed.
    pub formed: Timestamp,
    /// Which attempt this is, from 1.
    pub attempt: u32,
    /// The receiver may have it already: an attempt ended without anybody knowing how.
    pub may_be_repeat: bool,
    /// It says only that the way to the receiver works.
    pub is_test: bool,
    /// The report that it is. Then it tells of no alerts.
    pub report: Option<ToldReport>,
    /// What it tells of, the most important first. Names and texts in it are those of attackers.
    pub alerts: Vec<ToldAlert>,
}

/// A receiver has a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delivered;

/// Why a receiver does not have a message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Failure {
    /// What is to be done about it.
    pub kind: FailureKind,
    /// Why, in words.
    pub reason: String,
    /// The receiver may have it all the same: the connection ended before its answer.
    pub is_unsure: bool,
    /// How long the receiver wants to be left alone.
    pub retry_after: Option<Duration>,
}

/// What is to be done about a message that a receiver does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// It cannot be reached, or cannot take anything now: the message is tried again for as long as it takes.
    Unreachable,
    /// It does not take messages from here: its address or its secret is wrong. Somebody has to mend that within a day.
    Refused,
    /// It does not take this message. After a few attempts the next one has its turn.
    Unfit,
}

impl Failure {
    /// It cannot be reached.
    #[must_use]
    pub fn unreachable(reason: impl Into<String>) -> Self {
        Self { kind: FailureKind::Unreachable, reason: reason.into(), is_unsure: false, retry_after: None }
    }

    /// It may have the message, or not.
    #[must_use]
    pub fn unsure(reason: impl Into<String>) -> Self {
        Self { is_unsure: true, ..Self::unreachable(reason) }
    }

    /// It takes nothing from here.
    #[must_use]
    pub fn refused(reason: impl Into<String>) -> Self {
        Self { kind: FailureKind::Refused, ..Self::unreachable(reason) }
    }

    /// It does not take this message.
    #[must_use]
    pub fn unfit(reason: impl Into<String>) -> Self {
        Self { kind: FailureKind::Unfit, ..Self::unreachable(reason) }
    }
}

/// An attempt that is under way.
pub type Delivery<'a> = Pin<Box<dyn Future<Output = Result<Delivered, Failure>> + Send + 'a>>;

/// Somebody who is told. Whoever implements this escapes what stands in a message for the form that it has there, ends within its timeout,
/// and names no secret in a failure.
pub trait Receiver: Send + Sync {
    /// Hands it a message.
    fn deliver<'a>(&'a self, message: &'a Message) -> Delivery<'a>;
}

impl Message {
    /// How much the most important alert of it matters. A report disturbs nobody, and is not silent either.
    #[must_use]
    pub fn severity(&self) -> Severity {
        if self.report.is_some() {
            return Severity::Low;
        }
        self.alerts.iter().map(|alert| alert.severity).max().unwrap_or(Severity::Informational)
    }

    /// A line that says what it is about.
    #[must_use]
    pub fn title(&self) -> String {
        text::title(self)
    }

    /// Lines for people: the first alerts, how many more there are, and what else is to be known. Nothing in it is escaped but what no
    /// text should hold.
    #[must_use]
    pub fn body(&self) -> String {
        text::body(self, text::LISTED)
    }

    /// The whole of it as JSON, as far as alerts are named one by one.
    #[must_use]
    pub fn json(&self) -> Value {
        if let Some(report) = &self.report {
            return self.report_json(report);
        }
        let count = |of: &dyn Fn(&ToldAlert) -> String| {
            let mut counts: BTreeMap<String, u64> = BTreeMap::new();
            self.alerts.iter().for_each(|alert| *counts.entry(of(alert)).or_default() += 1);
            counts
        };
        let named = &self.alerts[..self.alerts.len().min(NAMED)];
        json!({
            "type": if self.is_test { "net-scout.test" } else { "net-scout.alerts" },
            "timestamp": self.formed.seconds(),
            "data": {
                "key": self.key,
                "route": self.route,
                "receiver": self.receiver,
                "attempt": self.attempt,
                "may_be_repeat": self.may_be_repeat,
                "title": self.title(),
                "severity": self.severity().name(),
                "total": self.alerts.len(),
                "more": self.alerts.len() - named.len(),
                "by_severity": count(&|alert| alert.severity.name().to_owned()),
                "by_type": count(&|alert| alert.alert_type.clone()),
                "alerts": named,
            }
        })
    }
    /// A report as JSON: its text and its figures.
    fn report_json(&self, report: &ToldReport) -> Value {
        json!({
            "type": "net-scout.report",
            "timestamp": self.formed.seconds(),
            "data": {
                "key": self.key,
                "receiver": self.receiver,
                "attempt": self.attempt,
                "may_be_repeat": self.may_be_repeat,
                "title": self.title(),
                "text": report.text,
                "report": report.figures,
            }
        })
    }
}
