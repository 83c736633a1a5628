//! Between the types of the WIT and those of the model. What comes from a guest is checked here, once.

mod alert;
mod description;

use super::bindings::rule::net_scout::plugin::detection as wit;
use super::bindings::rule::net_scout::plugin::query::QueryError as WitQueryError;
use super::bindings::rule::net_scout::plugin::types as wit_types;
use super::error::PluginError;
use net_scout_model::{Networks, QueryError, Timestamp, Value, Window, plain};

pub(super) use alert::alert;
pub(super) use description::{description, notifier};

/// The longest name of a plugin, a parameter, an alert type, a piece of evidence, in bytes.
const LONGEST_NAME: usize = 64;
/// How much of a guest's words stands in an error, in characters.
const QUOTED: usize = 200;

/// The window as a rule is told of it: with the first instant of the events that it sees, and the networks that are the operator's own.
pub(super) fn window(window: Window, events_since: Timestamp, local_networks: &Networks) -> wit::Window {
    wit::Window {
        since: window.since.0,
        until: window.until.map(|until| until.0),
        now: window.now.0,
        events_since: events_since.0,
        local_networks: local_networks.texts(),
    }
}

pub(super) fn arguments(arguments: &[(String, Value)]) -> Vec<wit_types::Argument> {
    arguments.iter().map(|(name, value)| wit_types::Argument { name: name.clone(), value: value.clone().into() }).collect()
}

impl From<Value> for wit_types::Value {
    fn from(value: Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Boolean(value) => Self::Boolean(value),
            Value::Integer(value) => Self::Integer(value),
            Value::Real(value) => Self::Real(value),
            Value::Text(value) => Self::Text(value),
        }
    }
}

impl From<wit::RuleError> for PluginError {
    fn from(error: wit::RuleError) -> Self {
        let quoted = |text: String| plain(&text, 2 * QUOTED);
        match error {
            wit::RuleError::Query(error) => Self::Query(match error {
                WitQueryError::AccessDenied(text) => QueryError::AccessDenied(quoted(text)),
                WitQueryError::Invalid(text) => QueryError::Invalid(quoted(text)),
                WitQueryError::TypeMismatch(text) => QueryError::TypeMismatch(quoted(text)),
                WitQueryError::TimedOut(text) => QueryError::TimedOut(quoted(text)),
                WitQueryError::TooLarge(text) => QueryError::TooLarge(quoted(text)),
                WitQueryError::Unavailable(text) => QueryError::Unavailable(quoted(text)),
            }),
            wit::RuleError::InvalidParameter(text) => Self::InvalidParameter(quoted(text)),
            wit::RuleError::Failed(text) => Self::Failed(quoted(text)),
        }
    }
}
