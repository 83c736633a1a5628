//! What is wrong with a query: the term, what would be near, and what there is.

use super::{QUERY_BYTES, QUERY_FIELDS, QUERY_TERMS, QUERY_VALUES};
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

fn meant(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |nearest| format!(" (did you mean `{nearest}`?)"))
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

/// The name that a slip of the pen is nearest to, where one is near. Names are in lower case.
#[must_use]
pub fn nearest<'a>(text: &str, names: impl Iterator<Item = &'a str>) -> Option<String> {
    let text: String = text.chars().take(100).collect::<String>().to_lowercase();
    let most = (text.chars().count() / 3).clamp(1, 3);
    let near = |name: &'a str| {
        let distance = distance(&text, name);
        let begins = text.len() >= 3 && name.starts_with(&text);
        (distance <= most || begins).then_some((distance, name))
    };
    names.filter_map(near).min().map(|(_, name)| plain(name, 100))
}

/// How many letters are to be added, left out, replaced or exchanged with their neighbour (the optimal string alignment distance).
fn distance(one: &str, other: &str) -> usize {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let mut rows = vec![vec![0; other.len() + 1]; one.len() + 1];
    for (row, line) in rows.iter_mut().enumerate() {
        line[0] = row;
    }
    rows[0] = (0..=other.len()).collect();
    for row in 1..=one.len() {
        for column in 1..=other.len() {
            let is_other = one[row - 1] != other[column - 1];
            let mut best = (rows[row - 1][column] + 1).min(rows[row][column - 1] + 1);
            best = best.min(rows[row - 1][column - 1] + usize::from(is_other));
            if row > 1 && column > 1 && one[row - 1] == other[column - 2] && one[row - 2] == other[column - 1] {
                best = best.min(rows[row - 2][column - 2] + 1);
            }
            rows[row][column] = best;
        }
    }
    rows[one.len()][other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_of_the_pen() {
        let fields = || QUERY_FIELDS.into_iter();
        for (text, name) in
            [("scr", Some("src")), ("severty", Some("severity")), ("SRC", Some("src")), ("assign", Some("assignee"))]
        {
            assert_eq!(nearest(text, fields()).as_deref(), name, "{text}");
        }
        assert_eq!(nearest("xyzzy", fields()), None);
        assert_eq!((distance("", "abc"), distance("abcd", "abdc"), distance("a", "a")), (3, 1, 0));
    }
}
