//! What the program shows: results on standard output, everything else on standard error.

mod accounts;
mod act;
mod alerts;
mod allow;
mod clock;
mod columns;
mod doctor;
mod egress;
mod enrichment;
mod evaluation;
mod explanation;
mod foreign;
mod incidents;
mod json;
mod ledger;
mod log;
mod message;
mod objects;
mod outbox;
mod plugin;
mod progress;
mod safe;
mod scan;
mod setup;
mod stats;
mod status;
mod story;
mod summary;
mod table;
mod terminal;
mod wrap;

use std::io::Write;

use net_scout_model::cell;

pub use accounts::{write_tokens, write_users};
pub use act::{acted, planned, undone, write_history};
pub use alerts::{Shown, write_alerts};
pub use allow::{NOTHING_WRITTEN, closed, would_close, write_allowlist};
pub use clock::ClockFace;
pub use columns::{ALERT_COLUMN_NAMES, write_alert_columns, write_counts};
pub use doctor::{write_checks, write_injected};
pub use egress::{Destination, write_egress};
pub use enrichment::{enriched, looked_up, write_answers};
pub use evaluation::{write_figures, write_folder_figures, write_mistakes};
pub use explanation::{AlertBefore, AllowEntry, Explanation, origin_words};
pub use foreign::{AlertOutput, write_foreign};
pub use json::{json_text, write_json, write_json_line};
pub use ledger::write_ledger;
pub use log::{LogFormat, expect_log_format, is_json, start_log};
pub use message::{broken_evidence, corrected_directions, error, note, unreadable_alerts, warning};
pub use objects::write_objects;
pub use outbox::write_outbox;
pub use plugin::{plugin_text, write_plugins};
pub use progress::Progress;
use safe::Safe;
pub use scan::{ScanView, empty_window, list_alerts, past, show_alerts, write_scan};
pub use setup::write_found;
pub use stats::{StatsFormat, write_stats};
pub use status::write_status;
pub use story::Story;
pub use table::{Cell, Table};
pub use terminal::{Quiet, Terminal, sink};

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

/// The width of the terminal that standard output goes to; none where it goes elsewhere or the format is not for people.
#[must_use]
pub fn terminal_width(format: Format) -> Option<usize> {
    let named = || std::env::var("COLUMNS").ok()?.parse().ok().filter(|columns| *columns > 0);
    let measured = || terminal_size::terminal_size().map(|(width, _)| width.0.into());
    (format == Format::Table).then(|| named().or_else(measured)).flatten()
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
pub struct Csv<W: Write> {
    out: W,
    writer: csv_core::Writer,
    line: Vec<u8>,
}

impl<W: Write> Csv<W> {
    /// Over what is written to.
    pub fn new(out: W) -> Self {
        Self { out, writer: csv_core::Writer::new(), line: Vec::new() }
    }

    /// Writes a line.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn line(&mut self, cells: impl IntoIterator<Item = impl AsRef<str>>) -> std::io::Result<()> {
        self.line.clear();
        for (place, text) in cells.into_iter().enumerate() {
            let text = cell(text.as_ref());
            // Each byte doubled, its quotes, and the comma before it.
            let room = self.room(2 * text.len() + 3);
            let mut end = room;
            if place > 0 {
                end += self.writer.delimiter(&mut self.line[end..]).1;
            }
            end += self.writer.field(text.as_bytes(), &mut self.line[end..]).2;
            self.line.truncate(end);
        }
        let end = self.room(3);
        let written = self.writer.terminator(&mut self.line[end..]).1;
        self.line.truncate(end + written);
        self.out.write_all(&self.line)
    }

    /// Ends it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn flush(&mut self) -> std::io::Result<()> {
        self.out.flush()
    }

    /// Makes room for so many bytes more. Where they begin.
    fn room(&mut self, bytes: usize) -> usize {
        let begin = self.line.len();
        self.line.resize(begin + bytes, 0);
        begin
    }
}

#[cfg(test)]
mod tests {
    use net_scout_tests::readers;

    use super::*;

    /// What another program reads is what was written, whatever that was.
    #[test]
    fn another_program_reads_the_same() {
        let values = readers::hostile_values(readers::count());
        let rows: Vec<&[String]> = values.chunks(5).collect();
        let mut out = Vec::new();
        let mut csv = Csv::new(&mut out);
        for row in &rows {
            csv.line(*row).expect("a line");
        }
        csv.flush().expect("the end");
        let text = String::from_utf8(out).expect("text");
        readers::read_back("csv", &[serde_json::json!({ "text": text, "rows": rows })]);
    }

    #[test]
    fn quotes_what_needs_it() {
        let mut out = Vec::new();
        let mut csv = Csv::new(&mut out);
        csv.line(["a", "b,c", "\"d\"", "", "=1"]).expect("a line");
        csv.line([""]).expect("a line");
        csv.flush().expect("the end");
        assert_eq!(String::from_utf8(out).expect("text"), "a,\"b,c\",\"\"\"d\"\"\",,'=1\n\"\"\n");
    }
}
