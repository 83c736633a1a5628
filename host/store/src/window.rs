//! Reads the events of the scan's window into memory. What runs there is [`net_scout_engine`].

mod collect;
mod read;
mod request;
pub(super) mod slices;
mod source;

use rusqlite::Connection;

use super::access::Access;
use super::identity::Identity;
use super::schema::quote;
use super::steps::{Numbered, Rows};
use super::wanted::Wanted;
use crate::layout::Source;
use net_scout_model::{DirectionCheck, Window};
pub(super) use read::Kept;
use read::{read, too_large};
pub(super) use request::rowid;
use request::{Request, Way, unsuited};
pub use slices::KeptWindow;
use slices::{Key, Wish};
use source::column_source;

/// Reads the columns of the window, with a thread for each connection, or step by step on the first.
///
/// # Errors
/// When SQLite fails.
pub(super) fn keep(
    connections: Vec<&mut Connection>,
    source: &Source,
    access: &Access,
    window: Window,
    wanted: &Wanted<'_>,
    directions: Option<DirectionCheck>,
    steps: Option<&(Numbered, Rows)>,
) -> rusqlite::Result<Kept> {
    let Some(first) = connections.first() else { return Ok(Err("there is no connection to read it".to_owned())) };
    if let Some(reason) = unsuited(first, &source.table)? {
        return Ok(Err(reason));
    }
    let way = match steps.cloned() {
        Some((table, rows)) => Way::Steps(table, rows),
        None => Way::of(first, source, access, &window)?,
    };
    let window = read(connections, request(source, window, wanted, directions, way))?;
    Ok(window.ok_or_else(|| too_large(wanted.window_bytes)))
}

/// The same of a window that is kept from scan to scan; none where that is not possible.
///
/// # Errors
/// When SQLite fails.
pub(super) fn keep_on(
    mut connections: Vec<&mut Connection>,
    file: Option<Identity>,
    source: &Source,
    access: &Access,
    window: Window,
    wanted: &Wanted<'_>,
    directions: Option<DirectionCheck>,
) -> rusqlite::Result<Option<Kept>> {
    let (Some(kept), Access::Index { name, from, to: Some(to) }) = (wanted.kept, access) else { return Ok(None) };
    let Some(first) = connections.first() else { return Ok(None) };
    let schema = first.query_row("PRAGMA main.schema_version", [], |row| row.get(0))?;
    let key = Key {
        file,
        schema,
        source: source.clone(),
        index: name.clone(),
        directions: directions.clone(),
        columns: wanted.columns.to_vec(),
    };
    let number = rowid(first, "main", &source.table)?;
    let request = Request { number, ..request(source, window, wanted, directions, Way::Table { rowid: None }) };
    kept.window(&mut connections, Wish { key, texts: (from, to), request })
}

/// What is read of a table, and in which way. The numbers of the rows are not.
fn request(source: &Source, window: Window, wanted: &Wanted<'_>, directions: Option<DirectionCheck>, way: Way) -> Request {
    Request {
        table: format!("main.{}", quote(&source.table)),
        timestamp: "timestamp".to_owned(),
        columns: wanted.columns.iter().map(|column| column_source(source, column)).collect(),
        window,
        addresses: source.addresses(),
        directions,
        way,
        number: None,
        byte_limit: wanted.window_bytes,
    }
}

#[cfg(test)]
mod tests;
