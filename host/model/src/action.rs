//! What people do to an alert, and who changed one: each change is a row of the history.

use std::fmt;

use serde_json::{Map, Value};

use super::time::parse_timestamp;
use super::{CLOSED_STATUSES, OPEN_STATUSES, SNOOZED, Timestamp, Verdict, plain};

/// The columns of an alert whose changes the history tells. Folded over its rows they are what the alert is.
pub const LIFE_COLUMNS: [&str; 8] = ["status", "severity", "snoozed_until", "verdict", "reason", "assignee", "labels", "note"];
/// The most labels of an alert.
pub const MOST_LABELS: usize = 20;
/// The longest note or reason, in characters.
const LONGEST: usize = 2_000;
/// The longest name of a person, in characters.
const LONGEST_NAME: usize = 100;

/// Who changed an alert. A name is one line with an end ([`Actor::person`]).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A person, by name.
    Person(String),
    /// A rule, by name.
    Rule(String),
    /// The allowlist.
    Allowlist,
    /// The removal of what is old.
    Retention,
    /// The enrichment.
    Enrichment,
    /// This program by itself: it wakes alerts.
    Program,
}

impl Actor {
    /// A person, whatever the name is: the end of a longer one is cut.
    #[must_use]
    pub fn person(name: &str) -> Self {
        Self::Person(plain(name.trim(), LONGEST_NAME))
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person(name) => write!(f, "person:{name}"),
            Self::Rule(name) => write!(f, "rule:{name}"),
            Self::Allowlist => f.write_str("allowlist"),
            Self::Retention => f.write_str("retention"),
            Self::Enrichment => f.write_str("enrichment"),
            Self::Program => f.write_str("net-scout"),
        }
    }
}

/// What a person does to an alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AlertAction {
    /// Has seen it.
    Acknowledge,
    /// Puts it out of the way until then; without an instant until it gets worse. What gets worse comes back in any case.
    Snooze(Option<Timestamp>),
    /// Has dealt with it.
    Close(Verdict, String),
    /// Takes closing, snoozing or acknowledging back.
    Reopen,
    /// Gives it to somebody, or to nobody.
    Assign(Option<String>),
    /// Writes a note.
    Note(String),
    /// Adds labels, and removes others.
    Label {
        /// Added.
        add: Vec<String>,
        /// Removed.
        remove: Vec<String>,
    },
}

impl AlertAction {
    /// All names, as the history has them.
    pub const NAMES: [&str; 7] = ["acknowledge", "snooze", "close", "reopen", "assign", "note", "label"];

    /// As in the history.
    #[must_use]
    pub fn name(&self) -> &'static str {
        let place = match self {
            Self::Acknowledge => 0,
            Self::Snooze(_) => 1,
            Self::Close(..) => 2,
            Self::Reopen => 3,
            Self::Assign(_) => 4,
            Self::Note(_) => 5,
            Self::Label { .. } => 6,
        };
        Self::NAMES[place]
    }

    /// The columns that it changes of an alert, given by its [columns](LIFE_COLUMNS); none where there is nothing to do, or the alert is
    /// closed and would have to be reopened first.
    #[must_use]
    pub fn changes(&self, life: &Map<String, Value>, now: Timestamp) -> Map<String, Value> {
        let status = status(life, now);
        let is_closed = CLOSED_STATUSES.contains(&status);
        let new: Vec<(&str, Value)> = match self {
            Self::Acknowledge | Self::Snooze(_) if is_closed => Vec::new(),
            Self::Acknowledge => vec![("status", "acknowledged".into()), ("snoozed_until", Value::Null)],
            Self::Snooze(until) => vec![("status", SNOOZED.into()), ("snoozed_until", until.map(Timestamp::stored).into())],
            Self::Close(verdict, reason) => vec![
                ("status", verdict.status().into()),
                ("verdict", verdict.name().into()),
                ("reason", reason.clone().into()),
                ("snoozed_until", Value::Null),
            ],
            Self::Reopen if ["new", "enriched"].contains(&status) => Vec::new(),
            Self::Reopen => reopening(),
            Self::Assign(name) => vec![("assignee", name.clone().into())],
            Self::Note(text) => vec![("note", text.clone().into())],
            Self::Label { add, remove } => {
                let old = life.get("labels").and_then(Value::as_str).unwrap_or_default();
                let mut labels: Vec<&str> = old.split(',').filter(|label| !label.is_empty()).collect();
                labels.extend(add.iter().map(String::as_str));
                labels.retain(|label| !remove.iter().any(|removed| removed == label));
                labels.sort_unstable();
                labels.dedup();
                // Nobody's labels go because there are too many.
                if labels.len() > MOST_LABELS {
                    return Map::new();
                }
                let text = labels.join(",");
                vec![("labels", if text.is_empty() { Value::Null } else { text.into() })]
            }
        };
        let is_new = |(column, value): &(&str, Value)| life.get(*column).unwrap_or(&Value::Null) != value;
        new.into_iter().filter(is_new).map(|(column, value)| (column.to_owned(), value)).collect()
    }
}

/// The columns of an alert that is opened again.
#[must_use]
pub fn reopening() -> Vec<(&'static str, Value)> {
    let nothing = ["snoozed_until", "verdict", "reason"].map(|column| (column, Value::Null));
    [("status", OPEN_STATUSES[0].into())].into_iter().chain(nothing).collect()
}

/// The status of an alert, given by its columns. A snooze that is over is none.
fn status(life: &Map<String, Value>, now: Timestamp) -> &str {
    let text = |column: &str| life.get(column).and_then(Value::as_str);
    let status = text("status").unwrap_or(OPEN_STATUSES[0]);
    let is_over = text("snoozed_until").and_then(parse_timestamp).is_some_and(|until| until <= now);
    if status == SNOOZED && is_over { OPEN_STATUSES[0] } else { status }
}

/// The name of a person: as a comment, but shorter.
///
/// # Errors
/// When it is empty or too long.
pub fn check_person(text: &str) -> Result<String, String> {
    match text.trim().chars().count() {
        0..=LONGEST_NAME => check_comment(text),
        _ => Err(format!("it is longer than {LONGEST_NAME} characters")),
    }
}

/// A text that a person wrote beside an alert: on one line, with an end.
///
/// # Errors
/// When it is empty or too long.
pub fn check_comment(text: &str) -> Result<String, String> {
    let text = text.trim();
    match text.chars().count() {
        0 => Err("it is empty".to_owned()),
        1..=LONGEST => Ok(plain(text, LONGEST)),
        _ => Err(format!("it is longer than {LONGEST} characters")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: Timestamp = Timestamp(1_773_261_311_000_000);

    fn changes(action: &AlertAction, life: Value) -> Value {
        Value::Object(action.changes(life.as_object().expect("columns"), NOW))
    }

    #[test]
    fn what_each_action_changes() {
        let until = NOW.plus(1_000_000);
        let close = AlertAction::Close(Verdict::Benign, "our scanner".into());
        let label = AlertAction::Label { add: vec!["b".into(), "a".into()], remove: vec!["c".into()] };
        for (action, before, changed) in [
            (AlertAction::Acknowledge, json!({}), json!({"status": "acknowledged"})),
            (AlertAction::Acknowledge, json!({"status": "closed"}), json!({})),
            (
                AlertAction::Snooze(Some(until)),
                json!({"status": "new"}),
                json!({"status": "snoozed", "snoozed_until": until.stored()}),
            ),
            (
                AlertAction::Snooze(None),
                json!({"status": "snoozed", "snoozed_until": until.stored()}),
                json!({"snoozed_until": null}),
            ),
            (close.clone(), json!({"status": "new"}), json!({"status": "closed", "verdict": "benign", "reason": "our scanner"})),
            (close, json!({"status": "closed", "verdict": "benign", "reason": "our scanner"}), json!({})),
            (
                AlertAction::Close(Verdict::FalsePositive, "x".into()),
                json!({"verdict": "false_positive", "reason": "x"}),
                json!({"status": "false_positive"}),
            ),
            (AlertAction::Reopen, json!({"status": "enriched"}), json!({})),
            (AlertAction::Reopen, json!({"status": "closed", "verdict": "benign"}), json!({"status": "new", "verdict": null})),
            // The snooze is over: it is new already, and somebody will write that down.
            (AlertAction::Reopen, json!({"status": "snoozed", "snoozed_until": NOW.stored()}), json!({})),
            (AlertAction::Assign(Some("anna".into())), json!({"assignee": "anna"}), json!({})),
            (AlertAction::Assign(None), json!({"assignee": "anna"}), json!({"assignee": null})),
            (
                label.clone(),
                json!({"labels": (0..20).map(|number| format!("x{number}")).collect::<Vec<_>>().join(",")}),
                json!({}),
            ),
            (label.clone(), json!({"labels": "c,d"}), json!({"labels": "a,b,d"})),
            (AlertAction::Label { add: vec![], remove: vec!["c".into()] }, json!({"labels": "c"}), json!({"labels": null})),
            (label, json!({"labels": "a,b"}), json!({})),
        ] {
            assert_eq!(changes(&action, before.clone()), changed, "{action:?} of {before}");
        }
    }

    #[test]
    fn comments_are_one_line_with_an_end() {
        assert_eq!(check_comment(" a\u{1b}b\nc ").as_deref(), Ok("a\\u{1b}b\\nc"));
        assert_eq!(Actor::person(&"x".repeat(999)).to_string().chars().count(), "person:".len() + 101);
        assert!(check_person(&"x".repeat(101)).is_err() && check_person(" ").is_err());
        assert_eq!(check_person(" anna ").as_deref(), Ok("anna"));
        assert!(check_comment("  ").is_err() && check_comment(&"x".repeat(2_001)).is_err());
    }
}
