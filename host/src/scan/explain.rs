//! What `scan --explain` says: where each query of each rule ran.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::database::Engine;
use crate::model::plain;

/// How many characters of a query are shown.
const SQL_LENGTH: usize = 100;
/// The most characters of a reason.
const REASON_LENGTH: usize = 300;
/// The most different queries: a rule may make a new one for each row.
const MAXIMUM: usize = 1_000;

/// Where queries ran. Equal ones are counted.
#[derive(Debug, Default)]
pub struct Explanations(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    /// Rule and text, with the order in which they were met, and how often.
    queries: HashMap<(String, String), (usize, u64)>,
    left_out: u64,
    notes: Vec<String>,
}

impl Explanations {
    /// Keeps where a query ran.
    pub fn add(&self, rule: &str, sql: &str, engine: &Engine) {
        let sql = sql.split_whitespace().collect::<Vec<_>>().join(" ");
        let text = format!("{}: {}", plain(&sql, SQL_LENGTH), plain(&engine.to_string(), REASON_LENGTH));
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = known.queries.len();
        match known.queries.get_mut(&(rule.to_owned(), text.clone())) {
            Some((_, count)) => *count += 1,
            None if place < MAXIMUM => {
                known.queries.insert((rule.to_owned(), text), (place, 1));
            }
            None => known.left_out += 1,
        }
    }

    /// Keeps what else there is to say.
    pub fn note(&self, text: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).notes.push(text.to_owned());
    }

    /// What there is to say, then one line for each query, those of a rule together in the order in which they ran.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut queries: Vec<_> = known.queries.iter().map(|((rule, text), (place, count))| (rule, place, text, count)).collect();
        queries.sort();
        let line = |(rule, _, text, count): (&String, &usize, &String, &u64)| match count {
            1 => format!("{rule}: {text}"),
            count => format!("{rule}: {text} ({count} times)"),
        };
        let mut lines: Vec<String> = known.notes.iter().cloned().chain(queries.into_iter().map(line)).collect();
        if known.left_out > 0 {
            lines.push(format!("{} further queries are not shown", known.left_out));
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_queries_are_counted_and_each_takes_one_line() {
        let explanations = Explanations::default();
        let sqlite = Engine::Sqlite("it holds `JOIN`".to_owned());
        explanations.add("b", "SELECT id\n  FROM events", &Engine::Memory);
        explanations.add("a", &format!("SELECT {}", "\u{202e}x".repeat(200)), &sqlite);
        explanations.add("b", "SELECT  id FROM events", &Engine::Memory);
        let lines = explanations.lines();
        assert_eq!(lines[1], "b: SELECT id FROM events: in memory (2 times)");
        assert!(
            lines[0].starts_with("a: SELECT \\u{202e}x") && lines[0].ends_with("…: by SQLite: it holds `JOIN`"),
            "{}",
            lines[0]
        );
        for number in 0..MAXIMUM + 5 {
            explanations.add("c", &number.to_string(), &Engine::Memory);
        }
        let lines = explanations.lines();
        assert_eq!((lines.len(), lines[MAXIMUM].as_str()), (MAXIMUM + 1, "7 further queries are not shown"));
    }
}
