//! The log as one JSON object a line: `time`, `level`, `message`, and the fields of the event. What an attacker may have written is escaped.

use std::fmt;

use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use super::form::Level;
use crate::output::json::json_text;
use net_scout_model::clock::{Clock as _, SystemClock};

/// The name of the field that holds the message.
const MESSAGE: &str = "message";

/// A line.
pub(super) fn object(level: Level, message: Value, fields: Map<String, Value>) -> String {
    let time = Value::from(SystemClock.now().stored());
    let own = [("time", time), ("level", Value::from(level.name())), (MESSAGE, message)];
    let mut object: Map<String, Value> = own.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    for (name, value) in fields {
        object.entry(name).or_insert(value);
    }
    json_text(&Value::Object(object))
}

/// Events of the log, an object each.
pub(super) struct Lines {
    /// Whether the journal takes them.
    pub(super) in_journal: bool,
}

impl<S, N> FormatEvent<S, N> for Lines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, _: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let mut fields = Fields(Map::new());
        event.record(&mut fields);
        let message = fields.0.remove(MESSAGE).unwrap_or_default();
        let level = Level::of(*event.metadata().level());
        if self.in_journal {
            writer.write_str(&level.prefix())?;
        }
        writeln!(writer, "{}", object(level, message, fields.0))
    }
}

/// The fields of an event.
struct Fields(Map<String, Value>);

impl Fields {
    fn keep(&mut self, field: &Field, value: impl Into<Value>) {
        self.0.insert(field.name().to_owned(), value.into());
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.keep(field, format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.keep(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.keep(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.keep(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.keep(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.keep(field, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_object_whatever_is_in_it() {
        let fields = Map::from_iter([("rows".to_owned(), Value::from(3)), ("level".to_owned(), Value::from("fake"))]);
        let message = "a\nb \"c\" \u{1b}[2J\u{202e}\u{9b}{\"level\":\"x\"}";
        let line = object(Level::Warning, Value::from(message), fields);
        assert!(!line.contains(|letter: char| letter.is_control() || letter == '\u{202e}'), "{line}");
        let read: Value = serde_json::from_str(&line).expect("JSON");
        assert_eq!((&read["level"], &read["message"], &read["rows"]), (&"warn".into(), &message.into(), &3.into()));
        assert!(read["time"].as_str().is_some_and(|time| time.ends_with('Z')), "{line}");
        let names: Vec<&str> = read.as_object().expect("an object").keys().map(String::as_str).collect();
        assert_eq!(names, ["time", "level", "message", "rows"]);
    }
}
