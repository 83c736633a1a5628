//! Opening a database file, for writing and for reading.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use rusqlite::{Connection, MAIN_DB, OpenFlags};

use super::DatabaseError;
use super::error::failed;
use super::record::QUIET;
use crate::layout::{LayoutError, Source};

/// A database that may be written.
pub struct Database {
    pub(super) connection: Connection,
    pub(super) path: PathBuf,
    pub(super) alert_table: String,
    pub(super) busy_seconds: u64,
    /// How long an incident is quiet before what comes then is another one, in microseconds.
    pub(super) quiet: i64,
}

impl Database {
    /// Opens an existing database for writing.
    ///
    /// # Errors
    /// When it is missing, no database, or truncated.
    pub fn open(path: &Path, alert_table: &str, busy_timeout: Duration) -> Result<Self, DatabaseError> {
        inspect(path)?;
        Self::connect(path, alert_table, busy_timeout, OpenFlags::SQLITE_OPEN_READ_WRITE)
    }

    /// Opens an existing database for reading only. Nothing beside the file is created.
    ///
    /// # Errors
    /// When it is missing, no database, or truncated.
    pub fn open_read_only(path: &Path, alert_table: &str, busy_timeout: Duration) -> Result<Self, DatabaseError> {
        let (busy_seconds, unlocked) = (busy_timeout.as_secs(), Fingerprint::if_unlocked(path)?);
        let connection = connect_read_only(path, busy_timeout, unlocked.is_some()).map_err(failed(path, busy_seconds, "open"))?;
        Ok(Self { connection, path: path.to_owned(), alert_table: alert_table.to_owned(), busy_seconds, quiet: QUIET })
    }

    /// A database that is forgotten at the end, for a command that works without one.
    ///
    /// # Errors
    /// When SQLite cannot make it.
    pub fn in_memory(alert_table: &str) -> Result<Self, DatabaseError> {
        let path = PathBuf::from(":memory:");
        let connection = Connection::open_in_memory().map_err(failed(&path, 0, "open"))?;
        Ok(Self { connection, path, alert_table: alert_table.to_owned(), busy_seconds: 0, quiet: QUIET })
    }

    /// Opens a database for writing and creates it where it is missing.
    ///
    /// # Errors
    /// When it cannot be created, is no database, or is truncated.
    pub fn open_or_create(path: &Path, alert_table: &str, busy_timeout: Duration) -> Result<Self, DatabaseError> {
        if path.exists() {
            return Self::open(path, alert_table, busy_timeout);
        }
        Self::connect(path, alert_table, busy_timeout, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)
    }

    fn connect(path: &Path, alert_table: &str, busy_timeout: Duration, flags: OpenFlags) -> Result<Self, DatabaseError> {
        let busy_seconds = busy_timeout.as_secs();
        let error = |action| failed(path, busy_seconds, action);
        let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX).map_err(error("open"))?;
        connection.busy_timeout(busy_timeout).map_err(error("open"))?;
        // SQLite opens what this user may only read all the same, and leaves a log beside it that its owner may not be able to write.
        if connection.is_readonly(MAIN_DB).map_err(error("open"))? {
            let reason = "this user may only read it".to_owned();
            return Err(DatabaseError::ReadOnly { path: path.to_owned(), reason });
        }
        Ok(Self { connection, path: path.to_owned(), alert_table: alert_table.to_owned(), busy_seconds, quiet: QUIET })
    }

    /// Makes sure that there are events to read in this table, in either layout.
    ///
    /// # Errors
    /// When there is no such table, or it is no event table.
    pub fn check_events(&self, table: &str) -> Result<(), DatabaseError> {
        source(&self.connection, &self.path, table, self.busy_seconds).map(|_| ())
    }

    pub(super) fn error(&self, action: &'static str) -> impl FnOnce(rusqlite::Error) -> DatabaseError + use<> {
        let (path, seconds) = (self.path.clone(), self.busy_seconds);
        move |source| failed(&path, seconds, action)(source)
    }

    /// Runs `work` in one transaction that takes the write lock first; an error rolls it back.
    pub(super) fn write<T>(
        &mut self,
        action: &'static str,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, DatabaseError> {
        let error = self.error(action);
        let run = || {
            let transaction = self.connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
            let value = work(&transaction)?;
            transaction.commit()?;
            Ok(value)
        };
        run().map_err(error)
    }
}

/// An identifier in double quotes.
#[must_use]
pub fn quote(identifier: &str) -> String {
    format!("\"{}\"", identifier.replace('"', "\"\""))
}

/// How a file keeps its changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Journal {
    /// A rollback journal, or a file with nothing in it.
    Rollback,
    /// A write-ahead log that holds pages.
    WriteAhead,
    /// A database in write-ahead mode whose log is empty or absent.
    WriteAheadEmpty,
}

/// Looks at the header of a file before SQLite does, so that what is no database is told apart from what is damaged.
pub(super) fn inspect(path: &Path) -> Result<Journal, DatabaseError> {
    const MAGIC: &[u8; 16] = b"SQLite format 3\0";
    let other = |error: std::io::Error| DatabaseError::Other { action: "open", path: path.to_owned(), reason: error.to_string() };
    let not_a_database = |reason: &str| DatabaseError::NotADatabase { path: path.to_owned(), reason: reason.to_owned() };
    let metadata = match std::fs::metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(DatabaseError::NotFound { path: path.to_owned() });
        }
        result => result.map_err(other)?,
    };
    if !metadata.is_file() {
        return Err(not_a_database(if metadata.is_dir() { "it is a folder" } else { "it is no regular file" }));
    }
    if metadata.len() == 0 {
        return Ok(Journal::Rollback);
    }
    let mut header = [0; 100];
    let mut file = File::open(path).map_err(other)?;
    let length = metadata.len();
    if length < 100 {
        return Err(not_a_database(&format!("it has only {length} bytes")));
    }
    file.read_exact(&mut header).map_err(other)?;
    if &header[..16] != MAGIC {
        return Err(not_a_database("its first bytes are not those of one"));
    }
    let number = |at: usize| u64::from(u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]));
    let journal = if header[18] != 2 {
        Journal::Rollback
    } else if std::fs::metadata(with_suffix(path, "-wal")).is_ok_and(|log| log.len() > 0) {
        Journal::WriteAhead
    } else {
        Journal::WriteAheadEmpty
    };
    let page_size = match u64::from(u16::from_be_bytes([header[16], header[17]])) {
        1 => 65_536,
        size => size,
    };
    // The page count holds only when the change counter says that it was kept up to date; with a log, the file may lag behind it.
    let promised = number(28) * page_size;
    if journal != Journal::WriteAhead && number(24) == number(92) && length < promised {
        return Err(DatabaseError::Damaged {
            path: path.to_owned(),
            reason: format!("it is truncated, with {length} of {promised} bytes"),
        });
    }
    Ok(journal)
}

pub(super) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
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
    connection.prepare("SELECT name FROM pragma_table_info(?1, 'main')")?.query_map([table], |row| row.get(0))?.collect()
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

/// What a file looks like from outside, to notice that it was written.
#[derive(PartialEq, Eq)]
pub(super) struct Fingerprint(u64, Option<SystemTime>, Journal);

impl Fingerprint {
    /// That of a database in write-ahead mode that nobody has open. Its readers would create a log beside it; read without locks, they
    /// do not, and must look afterwards whether it was written.
    pub(super) fn if_unlocked(path: &Path) -> Result<Option<Self>, DatabaseError> {
        (inspect(path)? == Journal::WriteAheadEmpty).then(|| Self::of(path)).transpose()
    }

    pub(super) fn of(path: &Path) -> Result<Self, DatabaseError> {
        let journal = inspect(path)?;
        let metadata = std::fs::metadata(path).map_err(|error| DatabaseError::Other {
            action: "read",
            path: path.to_owned(),
            reason: error.to_string(),
        })?;
        Ok(Self(metadata.len(), metadata.modified().ok(), journal))
    }
}

/// Opens a connection that cannot write. `immutable` tells SQLite that it needs no locks, and then it makes no `-wal` and `-shm` files.
pub(super) fn connect_read_only(path: &Path, busy_timeout: Duration, immutable: bool) -> rusqlite::Result<Connection> {
    let mut uri = String::from("file:");
    for &byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'/' | b'.' | b'_' | b'-' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => uri.push(byte as char),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri.push_str(if immutable { "?mode=ro&immutable=1" } else { "?mode=ro" });
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(uri, flags)?;
    connection.busy_timeout(busy_timeout)?;
    connection.execute_batch("PRAGMA trusted_schema = 0")?;
    cache(&connection, QUERY_CACHE)?;
    Ok(connection)
}

/// How much of the database a connection keeps in memory, in KiB, while queries of rules run on it.
pub(super) const QUERY_CACHE: u32 = 16_384;

/// Sets how much of the database a connection keeps in memory, in KiB.
pub(super) fn cache(connection: &Connection, kibibytes: u32) -> rusqlite::Result<()> {
    connection.execute_batch(&format!("PRAGMA cache_size = -{kibibytes}"))
}
