//! `log`: messages of a plugin for the operator, under its name, shortened and on one line.

use crate::Boundary;
use crate::bindings::net_scout::plugin::log::{Host, Level};
use net_scout_model::plain;

/// The longest message that is kept, in characters.
const LONGEST: usize = 1_000;
/// How many messages of one call are kept.
const MESSAGES: u32 = 1_000;

/// The log of one call.
pub struct LogContext {
    plugin: String,
    boundary: Boundary,
    written: u32,
    quiet: bool,
}

impl LogContext {
    /// For a plugin of this name.
    #[must_use]
    pub fn new(plugin: &str, boundary: Boundary) -> Self {
        Self { plugin: plugin.to_owned(), boundary, written: 0, quiet: false }
    }

    /// Leaves everything out, if it is to be quiet.
    #[must_use]
    pub fn quiet(self, quiet: bool) -> Self {
        Self { quiet, ..self }
    }
}

impl Host for LogContext {
    async fn write(&mut self, level: Level, message: String) -> wasmtime::Result<()> {
        self.boundary.count("log.write", message.len())?;
        self.written = self.written.saturating_add(1);
        if self.quiet || self.written > MESSAGES {
            return Ok(());
        }
        let rule = &self.plugin;
        let message =
            if self.written == MESSAGES { "too many messages, the rest is dropped".to_owned() } else { plain(&message, LONGEST) };
        match level {
            Level::Debug => tracing::debug!("{rule}: {message}"),
            Level::Info => tracing::info!("{rule}: {message}"),
            Level::Warn => tracing::warn!("{rule}: {message}"),
            Level::Error => tracing::error!("{rule}: {message}"),
        }
        Ok(())
    }
}
