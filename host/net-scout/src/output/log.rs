//! The log: on standard error, or at the end of a file; for people or for programs. What is said on standard error has the same form.

mod form;
mod json;

use std::fs::OpenOptions;
use std::io;
use std::path::Path;
use std::sync::Mutex;

use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::format;

use super::safe::Safe;
pub(super) use form::{Level, line};
pub use form::{LogFormat, expect_log_format, is_json};
use form::{Prefixed, is_journal};
use json::Lines;

/// Starts the log at a level of the configuration. Its times are those of the machine.
///
/// # Errors
/// When the file cannot be opened.
pub fn start_log(level: &str, form: LogFormat, file: Option<&Path>) -> io::Result<()> {
    form::set(form);
    let level: LevelFilter = level.parse().unwrap_or(LevelFilter::WARN);
    let builder = tracing_subscriber::fmt().with_max_level(level).with_target(false).with_ansi(false);
    let file = file.map(|path| OpenOptions::new().append(true).create(true).open(path)).transpose()?;
    // A log that was started before goes on: there is one in a process.
    let _started = match (file, form) {
        (Some(file), LogFormat::Json) => {
            builder.event_format(Lines { in_journal: false }).with_writer(Mutex::new(Safe::new(file))).try_init()
        }
        (Some(file), LogFormat::Text) => builder.with_writer(Mutex::new(Safe::new(file))).try_init(),
        (None, LogFormat::Json) => {
            builder.event_format(Lines { in_journal: is_journal() }).with_writer(|| Safe::new(io::stderr())).try_init()
        }
        (None, LogFormat::Text) if is_journal() => {
            let text = format().with_target(false).with_ansi(false).without_time().with_level(false);
            builder.event_format(Prefixed(text)).with_writer(|| Safe::new(io::stderr())).try_init()
        }
        (None, LogFormat::Text) => builder.without_time().with_writer(|| Safe::new(io::stderr())).try_init(),
    };
    Ok(())
}
