//! The host calls of plugins during a scan, kept in a file, so that the scan can be repeated without its database
//! and without the network: to find out what went wrong with somebody else's.
//!
//! Secrets never get into it: the host adds them behind the call, and what a server sent back of one was removed before.

mod file;
mod session;
mod spelling;

use std::sync::Arc;

use serde_json::Value;

pub use file::{Header, PluginSeen, Recorder, Recording, RecordingError};
pub use session::covers;
pub use session::{Scripted, Session, Step, Unexpected};
pub use spelling::spelled;

/// In the place of a plugin's name, for what the host itself found out. No plugin can be called that.
pub const HOST: &str = "net-scout";

/// Whether a scan is recorded, repeated, or neither. Cheap to clone.
#[derive(Clone, Default)]
pub enum Tape {
    /// Neither.
    #[default]
    Off,
    /// It is recorded.
    Record(Recorder),
    /// It is repeated.
    Replay(Arc<Recording>),
    /// Nothing is recorded; what is called is answered as somebody wrote.
    Script(Scripted),
}

impl Tape {
    /// Begins one call of a plugin. `call` tells it from the plugin's others.
    #[must_use]
    pub fn begin(&self, plugin: &str, call: &str) -> Session {
        match self {
            Self::Off => Session::Live,
            Self::Record(recorder) => recorder.session(plugin, call),
            Self::Replay(recording) => recording.session(plugin, call),
            Self::Script(scripted) => Session::Scripted(scripted.clone()),
        }
    }

    /// Ends a call, with what came of it.
    ///
    /// # Errors
    /// When it is repeated and something else came of it: what it was then and is now.
    pub fn end(&self, plugin: &str, call: &str, session: &Session, outcome: impl FnOnce() -> Value) -> Result<(), Unexpected> {
        match self {
            Self::Off | Self::Script(_) => Ok(()),
            Self::Record(recorder) => {
                recorder.end(session, outcome());
                Ok(())
            }
            Self::Replay(recording) => recording.compare(plugin, call, &outcome()),
        }
    }

    /// Whether there is such a call of a plugin: where a scan is repeated, only what was called then.
    #[must_use]
    pub fn expects(&self, plugin: &str, call: impl FnOnce() -> String) -> bool {
        match self {
            Self::Replay(recording) => recording.has(plugin, &call()),
            Self::Off | Self::Record(_) | Self::Script(_) => true,
        }
    }

    /// Whether nothing outside may be asked.
    #[must_use]
    pub fn is_replay(&self) -> bool {
        matches!(self, Self::Replay(_))
    }
}
