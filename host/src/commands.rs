//! The commands: each composes the parts of the program for one task and says how it ended.

pub mod alerts;
pub mod config;
pub mod import;
pub mod migrate;
pub mod scan;

use crate::output::Format;

/// The width of the terminal that standard output goes to; none where it goes elsewhere or the format is not for people.
fn terminal_width(format: Format) -> Option<usize> {
    (format == Format::Table).then(terminal_size::terminal_size)?.map(|(width, _)| width.0.into())
}
