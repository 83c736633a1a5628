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
mod safe;
mod stats;
mod story;
mod table;

use std::io::Write;

use net_scout_model::cell;

pub use alerts::{Shown, write_alerts};
pub use evaluation::{write_figures, write_folder_figures, write_mistakes};
pub use explanation::{AlertBefore, AllowEntry, Explanation, origin_words};
pub use json::{json_text, write_json, write_json_line};
pub use ledger::write_ledger;
pub use log::start_log;
pub use message::{corrected_directions, error, note, unreadable_alerts, warning};
pub use objects::write_objects;
pub use progress::Progress;
use safe::Safe;
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
    Safe::new(anstream::stdout().lock())
}

/// Standard error, in the same way.
pub fn stderr() -> impl Write {
    Safe::new(anstream::stderr().lock())
}

/// Comma-separated values (RFC 4180) whose cells are safe to show and to open.
pub struct Csv<W: Write>(csv::Writer<W>);

impl<W: Write> Csv<W> {
    /// Over what is written to.
    pub fn new(out: W) -> Self {
        Self(csv::Writer::from_writer(out))
    }

    /// Writes a line.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn line(&mut self, cells: impl IntoIterator<Item = impl AsRef<str>>) -> std::io::Result<()> {
        self.0.write_record(cells.into_iter().map(|text| cell(text.as_ref()))).map_err(csv_error)
    }

    /// Ends it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn flush(&mut self) -> std::io::Result<()> {
        self.0.flush()
    }
}

/// Why CSV could not be written, as what it was: a reader that went away is told by its kind.
fn csv_error(error: csv::Error) -> std::io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => std::io::Error::other(format!("{other:?}")),
    }
}
