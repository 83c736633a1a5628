//! Names in a database: which tables and columns it has, and how a name stands in SQL.

use std::path::Path;

use rusqlite::Connection;

use super::error::{DatabaseError, failed};
use crate::layout::{LayoutError, Source};

/// An identifier in double quotes.
#[must_use]
pub fn quote(identifier: &str) -> String {
    format!("\"{}\"", identifier.replace('"', "\"\""))
}

/// The names of the tables and views of the main database.
pub(super) fn tables(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    connection
        .prepare("SELECT name FROM main.sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name")?
        .query_map([], |row| row.get(0))?
        .collect()
}

/// The names of a table's columns; empty where there is no such table.
pub(super) fn columns(connection: &Connection, table: &str) -> rusqlite::Result<Vec<String>> {
    columns_in(connection, "main", table)
}

/// The same in one of the databases of a connection.
pub(super) fn columns_in(connection: &Connection, schema: &str, table: &str) -> rusqlite::Result<Vec<String>> {
    connection.prepare("SELECT name FROM pragma_table_info(?1, ?2)")?.query_map([table, schema], |row| row.get(0))?.collect()
}

/// The event table with its layout, or why there is none.
pub(super) fn source(connection: &Connection, path: &Path, table: &str, seconds: u64) -> Result<Source, DatabaseError> {
    let error = |action| failed(path, seconds, action);
    let columns = columns(connection, table).map_err(error("read"))?;
    if columns.is_empty() {
        let tables = tables(connection).map_err(error("read"))?;
        return Err(DatabaseError::NoTable { path: path.to_owned(), table: table.to_owned(), tables });
    }
    Source::recognise(table, &columns).map_err(|reason: LayoutError| DatabaseError::Layout { path: path.to_owned(), reason })
}
