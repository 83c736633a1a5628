//! Reads the events of the scan's window into memory. What runs there is [`crate::events::window`].

mod collect;
mod read;
mod request;

use rusqlite::Connection;

use super::access::Access;
use super::open::quote;
use super::steps::{Numbered, Rows};
use crate::events::layout::Source;
use crate::events::window::{ColumnSource, EventWindow};
use crate::model::Window;
use read::read;
pub(super) use request::rowid;
use request::{Request, Way, unsuited};

/// The window in memory, or why it is not kept.
pub(super) type Kept = Result<EventWindow, String>;

/// Reads the columns of the window, with a thread for each connection, or step by step on the first.
///
/// # Errors
/// When SQLite fails.
pub(super) fn keep(
    connections: Vec<&mut Connection>,
    source: &Source,
    access: &Access,
    window: Window,
    columns: &[&'static str],
    byte_limit: u64,
    steps: Option<&(Numbered, Rows)>,
) -> rusqlite::Result<Kept> {
    let Some(first) = connections.first() else { return Ok(Err("there is no connection to read it".to_owned())) };
    if let Some(reason) = unsuited(first, &source.table)? {
        return Ok(Err(reason));
    }
    let request = Request {
        table: format!("main.{}", quote(&source.table)),
        timestamp: "timestamp".to_owned(),
        columns: columns.iter().map(|column| ColumnSource::of(source, column)).collect(),
        window,
        way: match steps.cloned() {
            Some((table, rows)) => Way::Steps(table, rows),
            None => Way::of(first, source, access, &window)?,
        },
        byte_limit,
    };
    let window = read(connections, request)?;
    Ok(window.ok_or_else(|| format!("the events of the window take more than {} MiB (limits.window_mib)", byte_limit >> 20)))
}

#[cfg(test)]
mod tests;
