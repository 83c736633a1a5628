//! Progress of work that takes a while, on standard error: a line that moves where that is a terminal, else a line from time to time.

use std::io::IsTerminal as _;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use net_scout_model::plain;

/// The most characters of a message.
const LONGEST: usize = 200;

/// How often a line is written where there is no terminal.
const EVERY: Duration = Duration::from_secs(10);

/// Progress of some work. What moves disappears when it is dropped.
pub struct Progress {
    bar: ProgressBar,
    /// The lines; none where there is a terminal.
    lines: Option<Mutex<Lines>>,
}

/// What a line says.
struct Lines {
    what: &'static str,
    unit: String,
    told: Instant,
}

impl Lines {
    fn tell(&mut self, bar: &ProgressBar, message: &str) {
        if self.told.elapsed() < EVERY {
            return;
        }
        self.told = Instant::now();
        let Self { what, unit, .. } = self;
        let of = bar.length().filter(|total| *total > 0).map_or_else(String::new, |total| format!(" of {total}"));
        let message = if message.is_empty() { String::new() } else { format!(", {message}") };
        super::note(&format_args!("{what}: {}{of} {unit}{message}", bar.position()));
    }
}

impl Progress {
    /// Work of so many steps; 0 where nobody knows. `unit` names the steps.
    #[must_use]
    pub fn new(what: &'static str, unit: &str, total: u64) -> Self {
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
        let template = if total == 0 {
            format!("{{prefix}} {{human_pos}} {unit} {{elapsed}} {{wide_msg}}")
        } else {
            format!("{{prefix}} [{{bar:30}}] {{human_pos}} of {{human_len}} {unit} {{elapsed}} {{wide_msg}}")
        };
        if let Ok(style) = ProgressStyle::with_template(&template) {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.set_prefix(what);
        let lines = Lines { what, unit: unit.to_owned(), told: Instant::now() };
        Self { bar, lines: (!std::io::stderr().is_terminal()).then(|| Mutex::new(lines)) }
    }

    fn tell(&self, message: &str) {
        if let Some(lines) = &self.lines {
            lines.lock().unwrap_or_else(PoisonError::into_inner).tell(&self.bar, message);
        }
    }

    /// So many steps are done of so many.
    pub fn set(&self, done: u64, total: u64) {
        self.bar.set_length(total);
        self.bar.set_position(done);
        self.tell("");
    }

    /// Some more steps are done; the message says what was last.
    pub fn advance(&self, steps: u64, message: &str) {
        self.bar.inc(steps);
        self.bar.set_message(plain(message, LONGEST));
        self.tell(&plain(message, LONGEST));
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
