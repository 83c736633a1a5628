//! What is wrong with a query: the term, what would be near, and what there is.

use super::{QUERY_BYTES, QUERY_FIELDS, QUERY_TERMS, QUERY_VALUES};
use crate::nearest::{meant, nearest};
use crate::plain;

/// A query that is not understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AlertQueryError {
    /// It is too long.
    #[error("the query is longer than {QUERY_BYTES} bytes")]
    TooLong,
    /// It has too many terms.
    #[error("the query has more than {QUERY_TERMS} terms; the values of a field can be listed: rule:a,b,c")]
    TooManyTerms,
    /// A term has too many values.
    #[error("{0}: has more than {QUERY_VALUES} values")]
    TooManyValues(String),
    /// A quote is open at its end.
    #[error("the query ends inside a quote: {0}")]
    Quote(String),
    /// There is no such field.
    #[error(
        "there is no field `{name}`{}; the fields are {} (a text with a colon is written in quotes: \"{name}:...\")",
        meant(nearest.as_deref()), QUERY_FIELDS.join(", ")
    )]
    Field {
        /// The name that was written.
        name: String,
        /// The nearest one.
        nearest: Option<String>,
    },
    /// There is no such value.
    #[error("{field}: there is no {what} `{value}`{}; there are {}", meant(nearest.as_deref()), known.join(", "))]
    Name {
        /// The field.
        field: &'static str,
        /// What its values are.
        what: &'static str,
        /// The value that was written.
        value: String,
        /// The nearest one.
        nearest: Option<String>,
        /// Those that there are.
        known: Vec<String>,
    },
    /// The value is not one of this field.
    #[error("{field}: {reason}")]
    Value {
        /// The field.
        field: &'static str,
        /// What is wrong, and what to write.
        reason: String,
    },
    /// A word that other languages join terms with.
    #[error(
        "`{0}` joins nothing here: all terms must hold, one of several values is written rule:a,b, and a term is negated with - or !; as a \
         text it is written in quotes"
    )]
    Operator(String),
}

/// That there is no such value.
pub(super) fn unknown<'a>(
    field: &'static str,
    what: &'static str,
    value: &str,
    known: impl Iterator<Item = &'a str> + Clone,
) -> AlertQueryError {
    AlertQueryError::Name {
        field,
        what,
        value: plain(value, 100),
        nearest: nearest(value, known.clone()),
        known: known.map(|name| plain(name, 100)).collect(),
    }
}
