//! Reads the events of the scan's window into memory. What runs there is [`crate::events::window`].

mod collect;
mod read;
mod request;

use rusqlite::Connection;

use super::access::Access;
use super::open::quote;
use crate::events::direction::DirectionCheck;
use crate::events::layout::Source;
use crate::events::window::{ColumnSource, EventWindow};
use crate::model::Window;
use read::read;
use request::{Request, Way, unsuited};

/// The window in memory, or why it is not kept.
pub(super) type Kept = Result<EventWindow, String>;

/// Reads the columns of the window, with a thread for each connection.
///
/// # Errors
/// When SQLite fails.
pub(super) fn keep(
    connections: Vec<&mut Connection>,
    source: &Source,
    access: &Access,
    window: Window,
    columns: &[&'static str],
    directions: Option<DirectionCheck>,
    byte_limit: u64,
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
        addresses: source.addresses(),
        directions,
        way: Way::of(first, source, access, &window)?,
        byte_limit,
    };
    let window = read(connections, request)?;
    Ok(window.ok_or_else(|| format!("the events of the window take more than {} MiB (limits.window_mib)", byte_limit >> 20)))
}

#[cfg(test)]
mod tests;
