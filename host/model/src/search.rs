//! The query language for alerts, the same on the command line, in the routes of notifications and on the web:
//! `rule:port_scan src:203.0.113.0/24 score:>=80 status:open since:24h -dst:192.0.2.9 text`.
//!
//! A query is a list of terms that must all hold. It is matched against an alert here, and turned into SQL by the store; the two agree.
//! What is not understood is an error: a query that silently finds nothing hides what it was to find.

mod error;
mod matching;
mod token;
mod value;

use std::collections::BTreeSet;
use std::fmt;
use std::ops::RangeInclusive;

use super::time::Moment;
use super::{Networks, StoredAlert, Timestamp};
pub use error::{AlertQueryError, nearest};
pub use matching::{has_rule, has_text, is_about};
use token::{Token, tokens};
use value::test;

/// The longest query, in bytes.
pub const QUERY_BYTES: usize = 4_096;
/// The most terms of a query.
pub const QUERY_TERMS: usize = 64;
/// The most values of a term.
pub const QUERY_VALUES: usize = 256;

/// The fields that a term may name.
pub const QUERY_FIELDS: [&str; 15] = [
    "id", "rule", "type", "src", "dst", "ip", "port", "score", "severity", "status", "verdict", "label", "assignee", "since",
    "until",
];

/// The names that rules and types of alerts have. Where there are none of a kind, every name may be right.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownNames {
    /// Rules.
    pub rules: BTreeSet<String>,
    /// Types of alerts.
    pub types: BTreeSet<String>,
}

/// Which alerts. The default is all of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlertQuery {
    terms: Vec<Term>,
    text: String,
}

/// A condition of a query.
#[derive(Clone, Debug, PartialEq)]
pub struct Term {
    /// It must not hold.
    pub is_negated: bool,
    /// What is to hold.
    pub test: AlertTest,
}

/// The side of an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlertSide {
    /// Who did it.
    Source,
    /// To whom.
    Target,
    /// One of the two.
    Either,
}

/// What may hold for an alert: one of the values does.
#[derive(Clone, Debug, PartialEq)]
pub enum AlertTest {
    /// Its number.
    Id(Vec<RangeInclusive<i64>>),
    /// The rule that raised it, or one that added to it.
    Rule(Vec<String>),
    /// Its type.
    Type(Vec<String>),
    /// An address lies in one of these networks.
    Address(AlertSide, Networks),
    /// A port that its evidence names.
    Port(Vec<RangeInclusive<i64>>),
    /// Its score.
    Score(Vec<RangeInclusive<i64>>),
    /// The [rank](super::Severity::rank) of its severity.
    Severity(Vec<RangeInclusive<i64>>),
    /// Its status.
    Status(BTreeSet<&'static str>),
    /// Its verdict.
    Verdict(BTreeSet<&'static str>),
    /// One of its labels.
    Label(Vec<String>),
    /// Whose it is; none for nobody's.
    Assignee(Vec<Option<String>>),
    /// It was last raised then or later.
    Since(Moment),
    /// It was last raised before.
    Until(Moment),
    /// A text in it, in lower case: in its names, addresses, labels, notes and evidence.
    Text(String),
}

impl AlertQuery {
    /// Reads a query. Rules and types must be known.
    ///
    /// # Errors
    /// What is not understood, the nearest that would be, and what there is.
    pub fn parse(text: &str, known: &KnownNames) -> Result<Self, AlertQueryError> {
        if text.len() > QUERY_BYTES {
            return Err(AlertQueryError::TooLong);
        }
        let mut query = Self { terms: Vec::new(), text: text.trim().to_owned() };
        // Numbers alone are those of alerts: one of them, not all.
        let mut ids = Vec::new();
        for token in tokens(text)? {
            match token.number() {
                Some(number) => ids.push(number..=number),
                None => query.add(Term { is_negated: token.is_negated, test: test(&token, known)? })?,
            }
        }
        if !ids.is_empty() {
            query.add(Term { is_negated: false, test: AlertTest::Id(ids) })?;
        }
        Ok(query)
    }

    /// A query of one term: a field, and values that are separated by commas.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub fn of(field: &str, values: &str, known: &KnownNames) -> Result<Self, AlertQueryError> {
        let test = test(&Token::of(field, values), known)?;
        Ok(Self { terms: vec![Term { is_negated: false, test }], text: format!("{field}:{values}") })
    }

    fn add(&mut self, term: Term) -> Result<(), AlertQueryError> {
        if self.terms.len() == QUERY_TERMS {
            return Err(AlertQueryError::TooManyTerms);
        }
        self.terms.push(term);
        Ok(())
    }

    /// The alert with this number.
    #[must_use]
    pub fn of_id(id: i64) -> Self {
        Self { terms: vec![Term { is_negated: false, test: AlertTest::Id(vec![id..=id]) }], text: id.to_string() }
    }

    /// This one and another.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.terms.extend(other.terms);
        if !self.text.is_empty() && !other.text.is_empty() {
            self.text.push(' ');
        }
        self.text.push_str(&other.text);
        self
    }

    /// What must hold.
    #[must_use]
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// The alerts that it names one by one, where it does that.
    #[must_use]
    pub fn ids(&self) -> Vec<i64> {
        let single = |range: &RangeInclusive<i64>| (range.start() == range.end()).then_some(*range.start());
        let of = |term: &Term| match &term.test {
            AlertTest::Id(ranges) if !term.is_negated => ranges.iter().map(single).collect(),
            _ => None,
        };
        self.terms.iter().find_map(of).unwrap_or_default()
    }

    /// Whether it says something, so that it may leave an alert out.
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.terms.is_empty()
    }

    /// Whether it names a rule or a type of alerts.
    #[must_use]
    pub fn has_names(&self) -> bool {
        self.terms.iter().any(|term| matches!(term.test, AlertTest::Rule(_) | AlertTest::Type(_)))
    }

    /// Whether an alert is one of them. Durations count back from now.
    #[must_use]
    pub fn matches(&self, alert: &StoredAlert, now: Timestamp) -> bool {
        self.terms.iter().all(|term| term.test.holds(alert, now) != term.is_negated)
    }
}

impl fmt::Display for AlertQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests;
