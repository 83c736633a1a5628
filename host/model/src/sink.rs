//! What a use case tells whoever called it while it works: the command line shows it, a service logs it, a test collects it.
//!
//! A use case is a function of a library crate. It prints nothing; what it came to is in the value that it returns.

mod once;

use std::fmt::Display;
use std::sync::{Arc, Mutex, PoisonError};

pub use once::Once;

/// Takes a text for somebody who waits, from any thread.
pub type Wait = Arc<dyn Fn(&dyn Display) + Send + Sync>;

/// Takes what a use case has to say while it works.
pub trait Sink: Send + Sync {
    /// Something that the operator should look at.
    fn warn(&self, text: &dyn Display);

    /// Something that was done.
    fn note(&self, text: &dyn Display);

    /// Some work begins, of so many steps; 0 where nobody knows. `unit` names the steps. It ends when what is returned is dropped.
    fn progress(&self, what: &'static str, unit: &'static str, total: u64) -> Box<dyn Progress> {
        let _ = (what, unit, total);
        Box::new(Unseen)
    }

    /// What takes a text for somebody who waits: why something takes a while. Nobody else needs to know.
    fn wait(&self) -> Wait {
        Arc::new(|_| {})
    }
}

/// Counts the steps of some work.
pub trait Progress: Send + Sync {
    /// Some more steps are done; the message says what was last.
    fn advance(&self, steps: u64, message: &str);
}

/// Progress that nobody looks at.
#[derive(Clone, Copy, Debug)]
pub struct Unseen;

impl Progress for Unseen {
    fn advance(&self, _: u64, _: &str) {}
}

/// Keeps what was said, for a caller that shows it later.
#[derive(Debug, Default)]
pub struct Messages(Mutex<Vec<Message>>);

/// What was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// Something that the operator should look at.
    Warning(String),
    /// Something that was done.
    Note(String),
}

impl Messages {
    /// What was said since the last call, in order.
    #[must_use]
    pub fn take(&self) -> Vec<Message> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn add(&self, message: Message) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(message);
    }
}

impl Sink for Messages {
    fn warn(&self, text: &dyn Display) {
        self.add(Message::Warning(text.to_string()));
    }

    fn note(&self, text: &dyn Display) {
        self.add(Message::Note(text.to_string()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_kept_in_order() {
        let messages = Messages::default();
        messages.warn(&"a");
        messages.note(&format_args!("{} b", 1));
        messages.progress("reading", "rows", 0).advance(1, "");
        (messages.wait())(&"a while");
        assert_eq!(messages.take(), [Message::Warning("a".to_owned()), Message::Note("1 b".to_owned())]);
        assert_eq!(messages.take(), []);
    }
}
