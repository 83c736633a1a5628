//! Many scans one after the other, heard as one.

use std::collections::HashSet;
use std::fmt::Display;
use std::sync::{Mutex, PoisonError};

use super::{Sink, Wait};

/// Says each thing once: what goes wrong in one scan goes wrong in the next. How far one scan is nobody needs to know.
pub struct Once<'a> {
    sink: &'a dyn Sink,
    said: Mutex<HashSet<String>>,
}

impl<'a> Once<'a> {
    /// Passes on what is new to a sink.
    #[must_use]
    pub fn new(sink: &'a dyn Sink) -> Self {
        Self { sink, said: Mutex::default() }
    }

    fn is_new(&self, text: &dyn Display) -> bool {
        self.said.lock().unwrap_or_else(PoisonError::into_inner).insert(text.to_string())
    }
}

impl Sink for Once<'_> {
    fn warn(&self, text: &dyn Display) {
        if self.is_new(text) {
            self.sink.warn(text);
        }
    }

    fn note(&self, text: &dyn Display) {
        if self.is_new(text) {
            self.sink.note(text);
        }
    }

    fn wait(&self) -> Wait {
        self.sink.wait()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Message, Messages};

    #[test]
    fn each_thing_is_said_once() {
        let messages = Messages::default();
        let once = Once::new(&messages);
        for text in ["a", "b", "a"] {
            once.warn(&text);
        }
        once.note(&"c");
        let warning = |text: &str| Message::Warning(text.to_owned());
        assert_eq!(messages.take(), [warning("a"), warning("b"), Message::Note("c".to_owned())]);
    }
}
