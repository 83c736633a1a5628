//! What is to be told, with all that is known of it. Notifiers are shown only the fields that they were granted.

use serde::{Deserialize, Serialize};

use super::{StoredAlert, counted};

/// What a message is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NotificationKind {
    /// Alerts.
    #[default]
    Alerts,
    /// A report.
    Report,
    /// Nothing: somebody tries whether messages arrive.
    Test,
}

/// Something to be told.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Notification {
    /// The same at each attempt, and for no other message.
    pub key: String,
    /// What it is about.
    pub kind: NotificationKind,
    /// The title of a report or a test; empty for alerts, which are counted.
    pub title: String,
    /// The text of a report.
    pub text: Option<String>,
    /// The alerts, strongest first.
    pub alerts: Vec<NotifiedAlert>,
    /// How many further alerts it stands for.
    pub more: u32,
    /// The number of the attempt, from 1.
    pub attempt: u32,
}

/// An alert that is told.
#[derive(Clone, Debug, PartialEq)]
pub struct NotifiedAlert {
    /// The alert as it is stored.
    pub alert: StoredAlert,
    /// What lookups found of its addresses: an object with `src` and `dst`; null where nothing is.
    pub enrichment: serde_json::Value,
}

impl Notification {
    /// The title, which names no alert.
    #[must_use]
    pub fn headline(&self) -> String {
        match self.kind {
            NotificationKind::Alerts => {
                format!("net-scout: {}", counted(self.alerts.len() as u64 + u64::from(self.more), "alert"))
            }
            NotificationKind::Report | NotificationKind::Test => self.title.clone(),
        }
    }

    /// A message that says that messages arrive.
    #[must_use]
    pub fn test(key: String) -> Self {
        let title = "net-scout: a test; messages arrive here".to_owned();
        Self { key, kind: NotificationKind::Test, title, attempt: 1, ..Self::default() }
    }
}
