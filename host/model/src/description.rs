//! What a plugin says of itself, and how the text of an operator becomes a value of one of its parameters.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::{Request, SWITCH, Value, parse_switch, plain};

/// Programs that send packets to the address that they are given.
const PROBES: [&str; 7] = ["traceroute", "traceroute6", "tracepath", "mtr", "ping", "ping6", "nmap"];

/// The type of a parameter with its default and bounds.
#[derive(Clone, Debug, PartialEq)]
pub enum ParameterType {
    /// A switch with its default.
    Boolean(bool),
    /// A whole number.
    Integer {
        /// Used when nothing is set.
        default: i64,
        /// Smallest value accepted.
        minimum: i64,
        /// Largest value accepted.
        maximum: i64,
    },
    /// A real number.
    Real {
        /// Used when nothing is set.
        default: f64,
        /// Smallest value accepted.
        minimum: f64,
        /// Largest value accepted.
        maximum: f64,
    },
    /// One of a few words.
    Choice {
        /// Used when nothing is set.
        default: String,
        /// The words accepted.
        options: Vec<String>,
    },
    /// A line of text.
    Line {
        /// Used when nothing is set.
        default: String,
        /// The most characters.
        maximum: usize,
    },
}

/// Something that the operator can tune.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Type, default and bounds.
    pub kind: ParameterType,
    /// What it means.
    pub meaning: String,
}

/// A value that a parameter does not take. Completes "rule R, parameter P: ".
#[derive(Debug, thiserror::Error, PartialEq)]
#[error("`{value}` is not {expected}")]
pub struct ParameterError {
    value: String,
    expected: String,
}

impl Parameter {
    /// The value used when nothing is set.
    #[must_use]
    pub fn default(&self) -> Value {
        match &self.kind {
            ParameterType::Boolean(default) => Value::Boolean(*default),
            ParameterType::Integer { default, .. } => Value::Integer(*default),
            ParameterType::Real { default, .. } => Value::Real(*default),
            ParameterType::Choice { default, .. } | ParameterType::Line { default, .. } => Value::Text(default.clone()),
        }
    }

    /// Reads a value as the operator wrote it.
    ///
    /// # Errors
    /// When it is not of the parameter's type or not within its bounds.
    pub fn parse(&self, text: &str) -> Result<Value, ParameterError> {
        let text = text.trim();
        let value = match &self.kind {
            ParameterType::Boolean(_) => parse_switch(text).map(Value::Boolean),
            ParameterType::Integer { minimum, maximum, .. } => {
                text.parse().ok().filter(|value| (minimum..=maximum).contains(&value)).map(Value::Integer)
            }
            ParameterType::Real { minimum, maximum, .. } => {
                text.parse().ok().filter(|value| (minimum..=maximum).contains(&value)).map(Value::Real)
            }
            ParameterType::Choice { options, .. } => {
                options.iter().any(|option| option == text).then(|| Value::Text(text.to_owned()))
            }
            ParameterType::Line { maximum, .. } => (plain(text, *maximum) == text).then(|| Value::Text(text.to_owned())),
        };
        value.ok_or_else(|| ParameterError { value: text.to_owned(), expected: self.expected() })
    }

    /// What the parameter takes, to complete "is not ...".
    #[must_use]
    pub fn expected(&self) -> String {
        match &self.kind {
            ParameterType::Boolean(_) => SWITCH.to_owned(),
            ParameterType::Integer { minimum, maximum, .. } => format!("a whole number from {minimum} to {maximum}"),
            ParameterType::Real { minimum, maximum, .. } => format!("a number from {minimum} to {maximum}"),
            ParameterType::Choice { options, .. } => format!("one of {}", options.join(", ")),
            ParameterType::Line { maximum, .. } => format!("a line of at most {maximum} plain characters"),
        }
    }
}

/// What an enricher can look up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ObservableKind {
    /// An IP address.
    Ip,
    /// A domain name.
    Domain,
}

/// What a plugin is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Turns events into alerts.
    Rule {
        /// The types of alerts that it may raise.
        alert_types: Vec<String>,
        /// For how many seconds before the end of the window it needs events; 0 for the window alone.
        history_seconds: u32,
    },
    /// Looks up observables.
    Enricher {
        /// What it can look up.
        observables: Vec<ObservableKind>,
        /// For how many seconds an answer is kept.
        fresh_seconds: u32,
        /// For how many seconds a failure is kept.
        failed_seconds: u32,
        /// Whether it sends the observable outside.
        outside: bool,
    },
    /// Tells somebody of alerts.
    Notifier,
}

impl Kind {
    /// What its plugins are called.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Rule { .. } => "rule",
            Self::Enricher { .. } => "enricher",
            Self::Notifier => "notifier",
        }
    }
}

/// All that the host knows of a plugin before it runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Description {
    /// Its name.
    pub name: String,
    /// Its own version.
    pub version: String,
    /// What it is for.
    pub kind: Kind,
    /// What it detects or looks up, in one sentence.
    pub summary: String,
    /// What can be tuned.
    pub parameters: Vec<Parameter>,
    /// What it asks to be given.
    pub requests: Vec<Request>,
}

impl Description {
    /// What it requests and was not granted. Columns and a store are a rule's without being granted. Fields of alerts are no condition: a
    /// notifier is told what it was granted of them.
    #[must_use]
    pub fn missing(&self, granted: &[Request]) -> Vec<&Request> {
        let missing = |request: &&Request| {
            request.field().is_none() && !self.is_given(request) && !granted.iter().any(|grant| grant.covers(request))
        };
        self.requests.iter().filter(missing).collect()
    }

    /// Whether a request is its own without being granted: columns and a store are, of a rule.
    #[must_use]
    pub fn is_given(&self, request: &Request) -> bool {
        let own = matches!(request, Request::Table { .. } | Request::State { .. });
        own && matches!(self.kind, Kind::Rule { .. })
    }

    /// A directory that it asks to read and that is not configured: until it is, the plugin is off.
    #[must_use]
    pub fn unconfigured(&self, directories: &BTreeMap<String, PathBuf>) -> Option<&str> {
        self.requests.iter().find_map(|request| match request {
            Request::Files { directory } => (!directories.contains_key(directory)).then_some(directory.as_str()),
            _ => None,
        })
    }

    /// Whether others learn what it looks up: it says so itself, or it asks for something that reaches them.
    #[must_use]
    pub fn reaches_outside(&self) -> bool {
        matches!(self.kind, Kind::Enricher { outside: true, .. }) || self.requests.iter().any(Request::is_outside)
    }

    /// Whether it sends packets to what it looks up, which its owner sees: it asks for a program that does.
    #[must_use]
    pub fn probes(&self) -> bool {
        self.requests.iter().any(|request| matches!(request, Request::Exec { program, .. } if PROBES.contains(&program.as_str())))
    }

    /// For how many seconds before the end of the window a rule needs events; 0 for the window alone.
    #[must_use]
    pub fn history_seconds(&self) -> u32 {
        match self.kind {
            Kind::Rule { history_seconds, .. } => history_seconds,
            Kind::Enricher { .. } | Kind::Notifier => 0,
        }
    }
}
