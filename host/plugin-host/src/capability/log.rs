//! `log`: messages of a plugin for the operator, under its name, shortened and on one line.

use wasmtime::component::{HasSelf, Linker};

use super::interface::{Call, Capability, World};
use crate::bindings::rule::net_scout::plugin::log as wit;
use crate::host_calls::HostCalls;
use net_scout_model::{Request, plain};

/// The longest message that is kept, in characters.
const LONGEST: usize = 1_000;
/// How many messages of one call are kept.
const MESSAGES: u32 = 1_000;

/// The log of one call.
pub struct LogContext {
    plugin: String,
    host_calls: HostCalls,
    written: u32,
    quiet: bool,
}

/// Leaves out what is logged: the guest does again what it did before, and has said it then.
#[derive(Clone, Copy, Debug)]
pub struct Quiet;

impl Capability for LogContext {
    const NAME: &'static str = "log";
    const WORLDS: &'static [World] = &[World::Rule, World::Enricher, World::Notifier];

    type Grant = ();
    type Shared = Quiet;

    /// It is everybody's.
    fn grant(_plugin: &str, _granted: &[Request]) {}

    fn context((): &(), quiet: Option<&Quiet>, call: &Call<'_>) -> Self {
        Self { plugin: call.plugin.to_owned(), host_calls: call.host_calls.clone(), written: 0, quiet: quiet.is_some() }
    }

    fn link<T: Send + 'static>(linker: &mut Linker<T>, context: fn(&mut T) -> &mut Self) -> wasmtime::Result<()> {
        wit::add_to_linker::<T, HasSelf<Self>>(linker, context)
    }
}

impl wit::Host for LogContext {
    async fn write(&mut self, level: wit::Level, message: String) -> wasmtime::Result<()> {
        self.host_calls.count("log.write", message.len())?;
        self.written = self.written.saturating_add(1);
        if self.quiet || self.written > MESSAGES {
            return Ok(());
        }
        let rule = &self.plugin;
        let message =
            if self.written == MESSAGES { "too many messages, the rest is dropped".to_owned() } else { plain(&message, LONGEST) };
        match level {
            wit::Level::Debug => tracing::debug!("{rule}: {message}"),
            wit::Level::Info => tracing::info!("{rule}: {message}"),
            wit::Level::Warn => tracing::warn!("{rule}: {message}"),
            wit::Level::Error => tracing::error!("{rule}: {message}"),
        }
        Ok(())
    }
}
