//! What `scan --explain` says: where each query of each rule ran, and how long.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use net_scout_model::plain;
use net_scout_store::Engine;

/// How many characters of a query are shown.
const SQL_LENGTH: usize = 100;
/// The most characters of a reason.
const REASON_LENGTH: usize = 300;
/// The most different queries: a rule may make a new one for each row.
const MAXIMUM: usize = 1_000;

/// Where queries ran, and how long. Equal ones are counted.
#[derive(Debug, Default)]
pub struct Explanations(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    /// By rule and text.
    queries: HashMap<(String, String), Met>,
    left_out: u64,
    notes: Vec<String>,
}

/// Equal queries of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Met {
    /// The order in which the first ended.
    place: usize,
    count: u64,
    took: Duration,
}

impl Explanations {
    /// Keeps where a query ran, and how long.
    pub fn add(&self, rule: &str, sql: &str, engine: &Engine, took: Duration) {
        let sql = sql.split_whitespace().collect::<Vec<_>>().join(" ");
        let text = format!("{}: {}", plain(&sql, SQL_LENGTH), plain(&engine.to_string(), REASON_LENGTH));
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = known.queries.len();
        match known.queries.get_mut(&(rule.to_owned(), text.clone())) {
            Some(met) => {
                met.count += 1;
                met.took += took;
            }
            None if place < MAXIMUM => {
                known.queries.insert((rule.to_owned(), text), Met { place, count: 1, took });
            }
            None => known.left_out += 1,
        }
    }

    /// Keeps what else there is to say.
    pub fn note(&self, text: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).notes.push(text.to_owned());
    }

    /// What there is to say, then one line for each query, those of a rule together in the order in which they ended.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut queries: Vec<_> = known.queries.iter().map(|((rule, text), met)| (rule, met, text)).collect();
        queries.sort();
        let line = |(rule, Met { count, took, .. }, text): (&String, &Met, &String)| {
            let milliseconds = took.as_secs_f64() * 1e3;
            match count {
                1 => format!("{rule}: {text} ({milliseconds:.1} ms)"),
                count => format!("{rule}: {text} ({count} times, {milliseconds:.1} ms)"),
            }
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
        let milliseconds = Duration::from_millis;
        explanations.add("b", "SELECT id\n  FROM events", &Engine::Memory, milliseconds(20));
        explanations.add("a", &format!("SELECT {}", "\u{202e}x".repeat(200)), &sqlite, Duration::from_micros(1_250));
        explanations.add("b", "SELECT  id FROM events", &Engine::Memory, milliseconds(3));
        let lines = explanations.lines();
        assert_eq!(lines[1], "b: SELECT id FROM events: in memory (2 times, 23.0 ms)");
        assert!(
            lines[0].starts_with("a: SELECT \\u{202e}x") && lines[0].ends_with("…: by SQLite: it holds `JOIN` (1.2 ms)"),
            "{}",
            lines[0]
        );
        for number in 0..MAXIMUM + 5 {
            explanations.add("c", &number.to_string(), &Engine::Memory, milliseconds(1));
        }
        let lines = explanations.lines();
        assert_eq!((lines.len(), lines[MAXIMUM].as_str()), (MAXIMUM + 1, "7 further queries are not shown"));
    }
}
