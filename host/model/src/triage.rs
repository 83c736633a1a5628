//! What people do about alerts: the states of an alert, its verdict, and what is written down beside it.

use super::{StoredAlert, Timestamp, not};

/// The longest label, in characters.
const LONGEST_LABEL: usize = 50;

/// The statuses of an alert that somebody may have to look at.
pub const OPEN_STATUSES: [&str; 3] = ["new", "enriched", "acknowledged"];
/// The statuses of an alert that is dealt with. The Python program writes `false_positive`; `allowed` is what the allowlist closed, and
/// `duplicate` what became part of another alert.
pub const CLOSED_STATUSES: [&str; 6] = ["closed", "false_positive", "true_positive", "benign", "duplicate", "allowed"];
/// The status of an alert that is out of the way for a while, as the Python program writes it.
pub const SNOOZED: &str = "snoozed";

/// What an alert turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// What the rule looks for.
    TruePositive,
    /// What the rule looks for, done by somebody who may do it.
    Benign,
    /// Something else.
    FalsePositive,
    /// What another alert is about.
    Duplicate,
}

impl Verdict {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::TruePositive, Self::Benign, Self::FalsePositive, Self::Duplicate];

    /// As stored and written.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::TruePositive => "true_positive",
            Self::Benign => "benign",
            Self::FalsePositive => "false_positive",
            Self::Duplicate => "duplicate",
        }
    }

    /// The one with this name.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.name() == name)
    }

    /// The status of an alert that is closed with it: what the Python program knows stays as it writes it.
    #[must_use]
    pub fn status(self) -> &'static str {
        match self {
            Self::FalsePositive => "false_positive",
            Self::TruePositive | Self::Benign | Self::Duplicate => "closed",
        }
    }
}

/// What is written down beside an alert.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Triage {
    /// When it wakes; none where it is not snoozed, or only until it gets worse.
    pub snoozed_until: Option<Timestamp>,
    /// The name of its verdict.
    pub verdict: Option<String>,
    /// Why it was closed.
    pub reason: Option<String>,
    /// Whose it is.
    pub assignee: Option<String>,
    /// In ascending order.
    pub labels: Vec<String>,
    /// The last note. The history has all of them.
    pub note: Option<String>,
}

/// Reads a label.
///
/// # Errors
/// What a label is.
pub fn check_label(text: &str) -> Result<String, String> {
    let is_letter = |letter: char| letter.is_alphanumeric() || "-_.:/@".contains(letter);
    let is_label = !text.is_empty() && text.chars().count() <= LONGEST_LABEL && text.chars().all(is_letter);
    let words = "a label: write at most 50 letters, digits and characters of -_.:/@";
    if is_label { Ok(text.to_owned()) } else { Err(not(text, words)) }
}

impl StoredAlert {
    /// Whether its snooze is over.
    #[must_use]
    pub fn is_awake(&self, now: Timestamp) -> bool {
        self.status == SNOOZED && self.triage.snoozed_until.is_some_and(|until| until <= now)
    }

    /// Its status: a snooze that is over counts as none, whether or not somebody has written that down yet.
    #[must_use]
    pub fn status_at(&self, now: Timestamp) -> &str {
        if self.is_awake(now) { OPEN_STATUSES[0] } else { &self.status }
    }

    /// Its verdict. The Python program has it in the status.
    #[must_use]
    pub fn verdict(&self) -> Option<&str> {
        self.triage.verdict.as_deref().or_else(|| Verdict::of(&self.status).map(Verdict::name))
    }
}
