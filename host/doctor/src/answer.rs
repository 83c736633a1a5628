//! What a check comes to.

use serde::Serialize;

/// How something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// As it should be.
    Good,
    /// It works; there is something to know.
    Note,
    /// It is to be mended.
    Wrong,
    /// It cannot be told, because something else is wrong.
    Unknown,
}

/// A check that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Checked {
    /// What was looked at, a word.
    pub check: &'static str,
    /// How it stands.
    pub state: State,
    /// What was seen.
    pub evidence: String,
    /// What mends it: a command where there is one.
    pub fix: Option<String>,
}

/// What a check says.
#[derive(Debug)]
pub(crate) struct Answer {
    state: State,
    evidence: String,
    fix: Option<String>,
}

impl Answer {
    /// All is well.
    pub(crate) fn good(evidence: impl Into<String>) -> Self {
        Self { state: State::Good, evidence: evidence.into(), fix: None }
    }

    /// There is something to know.
    pub(crate) fn note(evidence: impl Into<String>, advice: Option<String>) -> Self {
        Self { state: State::Note, evidence: evidence.into(), fix: advice }
    }

    /// Something is to be mended.
    pub(crate) fn wrong(evidence: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { state: State::Wrong, evidence: evidence.into(), fix: Some(fix.into()) }
    }

    /// As the answer of this check.
    pub(crate) fn of(self, check: &'static str) -> Checked {
        let Self { state, evidence, fix } = self;
        Checked { check, state, evidence, fix }
    }
}

/// Why a check cannot say anything.
#[derive(Debug)]
pub(crate) struct Unknown(pub(crate) String);

impl<E: std::error::Error> From<E> for Unknown {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

/// What comes of a check.
pub(crate) type Outcome = Result<Answer, Unknown>;
