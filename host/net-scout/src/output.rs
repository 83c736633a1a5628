//! What the program shows: results on standard output, everything else on standard error.

mod alerts;
mod evaluation;
mod explanation;
mod json;
mod ledger;
mod log;
mod message;
mod objects;
mod progress;
mod stats;
mod story;
mod table;

use std::io::Write;

pub use alerts::{Shown, write_alerts};
pub use evaluation::{write_figures, write_mistakes};
pub use explanation::{AlertBefore, AllowEntry, Explanation, origin_words};
pub use json::{write_json, write_json_line};
pub use ledger::write_ledger;
pub use log::start_log;
pub use message::{error, note, warning};
pub use objects::write_objects;
pub use progress::Progress;
pub use stats::{StatsFormat, write_stats};
pub use story::Story;
pub use table::{Cell, Table};

/// How results are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A table for people.
    Table,
    /// One JSON array.
    Json,
    /// One JSON object a line.
    Ndjson,
    /// Comma-separated values (RFC 4180) with a header.
    Csv,
}

/// Standard output, with colours where it is a terminal that shows them and `NO_COLOR` does not forbid them.
pub fn stdout() -> impl Write {
    anstream::stdout().lock()
}

/// Standard error, in the same way.
pub fn stderr() -> impl Write {
    anstream::stderr().lock()
}

/// Why CSV could not be written, as what it was: a reader that went away is told by its kind.
pub fn csv_error(error: csv::Error) -> std::io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => std::io::Error::other(format!("{other:?}")),
    }
}
