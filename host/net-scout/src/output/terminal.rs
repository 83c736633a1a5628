//! What use cases say while they work, on standard error.

use std::fmt::Display;
use std::io::IsTerminal as _;
use std::sync::Arc;

use net_scout_model::{Progress, Sink, Wait};

/// Shows it to the person, or writes it for the program, that started this one.
#[derive(Clone, Copy, Debug)]
pub struct Terminal;

impl Sink for Terminal {
    fn warn(&self, text: &dyn Display) {
        super::warning(text);
    }

    fn note(&self, text: &dyn Display) {
        super::note(text);
    }

    fn progress(&self, what: &'static str, unit: &'static str, total: u64) -> Box<dyn Progress> {
        Box::new(super::Progress::new(what, unit, total))
    }

    fn wait(&self) -> Wait {
        Arc::new(|text| {
            // For someone who waits; nobody else needs to know.
            if std::io::stderr().is_terminal() {
                super::note(text);
            }
        })
    }
}

/// The same for somebody who wants to know of alerts, warnings and errors alone.
#[derive(Clone, Copy, Debug)]
pub struct Quiet;

impl Sink for Quiet {
    fn warn(&self, text: &dyn Display) {
        super::warning(text);
    }

    fn note(&self, _: &dyn Display) {}
}

/// The one or the other.
#[must_use]
pub fn sink(quiet: bool) -> &'static dyn Sink {
    if quiet { &Quiet } else { &Terminal }
}

impl Progress for super::Progress {
    fn advance(&self, steps: u64, message: &str) {
        Self::advance(self, steps, message);
    }
}
