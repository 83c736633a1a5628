//! The commands: each composes the parts of the program for one task and says how it ended.

pub mod alerts;
pub mod allow;
pub mod approve;
pub mod config;
pub mod enrich;
pub mod evaluate;
pub mod explain;
pub mod import;
pub mod inspect;
pub mod migrate;
pub mod new;
mod plugins;
pub mod replay;
pub mod scan;
pub mod stats;
pub mod trial;

use crate::output::Format;

/// The width of the terminal that standard output goes to; none where it goes elsewhere or the format is not for people.
fn terminal_width(format: Format) -> Option<usize> {
    (format == Format::Table).then(terminal_size::terminal_size)?.map(|(width, _)| width.0.into())
}

/// The runtime that plugins run on, a thread for each core.
fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(parallel()).enable_all().build()
}

/// How many cores there are.
fn parallel() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
