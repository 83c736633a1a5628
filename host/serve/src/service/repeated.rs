//! What scans have to say: a warning that the tick before had too, word for word, is said no more.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::sync::{Mutex, PoisonError};

use net_scout_model::{Progress, Sink, Wait};

/// Passes on what is new.
pub(super) struct Repeated<'a> {
    sink: &'a dyn Sink,
    warnings: Mutex<Warnings>,
}

#[derive(Default)]
struct Warnings {
    /// Of the tick before.
    before: BTreeSet<String>,
    /// Of this one.
    now: BTreeSet<String>,
}

impl<'a> Repeated<'a> {
    /// Passes it on to this one.
    pub(super) fn new(sink: &'a dyn Sink) -> Self {
        Self { sink, warnings: Mutex::default() }
    }

    /// A tick begins.
    pub(super) fn begin(&self) {
        let mut warnings = self.warnings.lock().unwrap_or_else(PoisonError::into_inner);
        warnings.before = std::mem::take(&mut warnings.now);
    }
}

impl Sink for Repeated<'_> {
    fn warn(&self, text: &dyn Display) {
        let mut warnings = self.warnings.lock().unwrap_or_else(PoisonError::into_inner);
        let text = text.to_string();
        let is_repeated = warnings.before.contains(&text) || warnings.now.contains(&text);
        if !is_repeated {
            self.sink.warn(&text);
        }
        warnings.now.insert(text);
    }

    fn note(&self, text: &dyn Display) {
        self.sink.note(text);
    }

    fn progress(&self, what: &'static str, unit: &'static str, total: u64) -> Box<dyn Progress> {
        self.sink.progress(what, unit, total)
    }

    fn wait(&self) -> Wait {
        self.sink.wait()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use net_scout_model::{Message, Messages};

    #[test]
    fn a_warning_is_said_once_until_it_changes_or_pauses() {
        let messages = Messages::default();
        let sink = Repeated::new(&messages);
        let tick = |warnings: &[&str]| {
            sink.begin();
            warnings.iter().for_each(|warning| sink.warn(warning));
            messages.take().into_iter().filter(|message| matches!(message, Message::Warning(_))).count()
        };
        assert_eq!(tick(&["1 event was left out", "1 event was left out", "b"]), 2);
        assert_eq!(tick(&["1 event was left out", "b"]), 0);
        assert_eq!(tick(&["2 events were left out"]), 1);
        assert_eq!(tick(&["2 events were left out", "b"]), 1);
        sink.note(&"n");
        sink.note(&"n");
        assert_eq!(messages.take().len(), 2);
    }
}
