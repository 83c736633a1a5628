//! A progress line on standard error for work that takes a while, where standard error is a terminal.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use net_scout_model::plain;

/// The most characters of a message.
const LONGEST: usize = 200;

/// Progress of some work. It disappears when it is dropped.
pub struct Progress(ProgressBar);

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
        Self(bar)
    }

    /// So many steps are done of so many.
    pub fn set(&self, done: u64, total: u64) {
        self.0.set_length(total);
        self.0.set_position(done);
    }

    /// Some more steps are done; the message says what was last.
    pub fn advance(&self, steps: u64, message: &str) {
        self.0.inc(steps);
        self.0.set_message(plain(message, LONGEST));
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
