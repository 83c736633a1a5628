//! Messages on standard error.

use std::fmt::Display;
use std::io::Write as _;

use anstyle::{AnsiColor, Style};

fn message(style: Style, word: &str, text: &dyn Display) {
    // A closed standard error is no reason to stop.
    let _ = writeln!(anstream::stderr(), "{style}{word}{style:#} {text}");
}

/// Why the program ends without having done its work.
pub fn error(text: &dyn Display) {
    message(AnsiColor::Red.on_default().bold(), "error:", text);
}

/// Something that the operator should look at.
pub fn warning(text: &dyn Display) {
    message(AnsiColor::Yellow.on_default().bold(), "warning:", text);
}

/// What was done.
pub fn note(text: &dyn Display) {
    let _ = writeln!(anstream::stderr(), "{text}");
}
