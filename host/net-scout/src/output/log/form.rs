//! The form of a line: text, or a JSON object; before it, where the journal takes it, the level as sd-daemon(3) has it.

use std::fmt;
use std::os::unix::fs::MetadataExt as _;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Map, Value};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use super::json::object;

/// How the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// Lines for people.
    Text,
    /// A JSON object a line.
    Json,
}

/// How grave what is said is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    Error,
    Warning,
    Note,
    Debug,
}

impl Level {
    /// Of an event of the log.
    pub(super) fn of(level: tracing::Level) -> Self {
        match level {
            tracing::Level::ERROR => Self::Error,
            tracing::Level::WARN => Self::Warning,
            tracing::Level::INFO => Self::Note,
            _ => Self::Debug,
        }
    }

    /// As syslog(3) counts.
    fn number(self) -> u8 {
        match self {
            Self::Error => 3,
            Self::Warning => 4,
            Self::Note => 6,
            Self::Debug => 7,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warn",
            Self::Note => "info",
            Self::Debug => "debug",
        }
    }

    /// What stands before a line in the journal.
    pub(super) fn prefix(self) -> String {
        format!("<{}>", self.number())
    }
}

static IS_JSON: AtomicBool = AtomicBool::new(false);
static IS_JOURNAL: LazyLock<bool> = LazyLock::new(|| {
    // Nothing is opened: what standard error is, /proc says.
    let standard_error = std::fs::metadata("/proc/self/fd/2").ok();
    let named = std::env::var("JOURNAL_STREAM").ok();
    named.zip(standard_error).is_some_and(|(named, file)| named == format!("{}:{}", file.dev(), file.ino()))
});

/// Whether the journal takes what is written to standard error.
pub(super) fn is_journal() -> bool {
    *IS_JOURNAL
}

/// From now on standard error is written in this form.
pub(super) fn set(form: LogFormat) {
    IS_JSON.store(form == LogFormat::Json, Ordering::Relaxed);
}

/// The same for errors of the configuration itself, where a word of it says so; anything else is an error that is found later.
pub fn expect_log_format(written: &str) {
    if written.trim().eq_ignore_ascii_case("json") {
        set(LogFormat::Json);
    }
}

/// Whether standard error is written as JSON.
pub fn is_json() -> bool {
    IS_JSON.load(Ordering::Relaxed)
}

/// What is said, as a line of standard error where that has a form of its own; none where it is text for people. `shown` is the text as it
/// may be shown.
pub(crate) fn line(level: Level, text: &str, shown: &str) -> Option<String> {
    let prefix = if is_journal() { level.prefix() } else { String::new() };
    if is_json() {
        return Some(format!("{prefix}{}", object(level, Value::from(text), Map::new())));
    }
    is_journal().then(|| shown.split('\n').map(|line| format!("{prefix}{line}")).collect::<Vec<_>>().join("\n"))
}

/// Events of the log with their level before them.
pub(super) struct Prefixed<F>(pub(super) F);

impl<S, N, F> FormatEvent<S, N> for Prefixed<F>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
    F: FormatEvent<S, N>,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        writer.write_str(&Level::of(*event.metadata().level()).prefix())?;
        self.0.format_event(context, writer, event)
    }
}
