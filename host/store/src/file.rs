//! The only way to the database file: which connections are made to it, how it is read, and whether it still is the one that was opened.
//!
//! **Nothing but SQLite may open the database, its `-wal` or its `-shm`, anywhere in this program.** When a process closes any descriptor
//! of a file, POSIX drops all locks that the process holds on it, those of SQLite's connections too
//! (<https://www.sqlite.org/howtocorrupt.html#posix_close_bug>). The producer then finds nobody else at the file when it closes its
//! connection, checkpoints, and deletes the log and its index under us: a scan writes into files that are gone, or the database is
//! destroyed. So everything else here is `stat` and `access`, which open nothing, and what a file is SQLite says. For the same reason a
//! connection without locks (`immutable`) must never be open beside one with locks: SQLite closes its descriptor at once.

use std::io::ErrorKind;
use std::path::Path;
use std::time::{Duration, SystemTime};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, MAIN_DB, OpenFlags};
use rustix::fs::{Access, access};

use super::error::{DatabaseError, failed};
use super::identity::{Identity, beside};

/// How much of the database a connection keeps in memory, in KiB, while queries of rules run on it.
pub(super) const QUERY_CACHE: u32 = 16_384;

/// How a file is read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// With locks, by a user who may write: SQLite makes `-wal` and `-shm` where it needs them, and the last connection removes them.
    Locked {
        /// Whether there were changes in a log before. It is another program's then, and stays as it is.
        keep_log: bool,
    },
    /// With locks, by a user who may not write.
    ReadOnly,
    /// Without locks, because this user can make no log; [`Self::ended`] says whether the file was written meanwhile.
    Unlocked(Fingerprint),
}

impl Reading {
    /// How this file is to be read.
    ///
    /// # Errors
    /// When there is no such file, or it is not a database.
    pub(super) fn of(path: &Path, busy_timeout: Duration) -> Result<Self, DatabaseError> {
        look(path)?;
        let (log, index) = (beside(path, "-wal"), beside(path, "-shm"));
        let (may_write, may_create) = (access(path, Access::WRITE_OK).is_ok(), may_create_beside(path));
        if may_write && may_create {
            return Ok(Self::Locked { keep_log: has_content(&log) });
        }
        // What is in a log is seen only with locks; where there is an index, a writer is at work.
        if index.exists() || has_content(&log) {
            return Ok(Self::ReadOnly);
        }
        let unlocked = || Fingerprint::of(path).map(Self::Unlocked);
        if may_create {
            // With locks, SQLite would leave a log that belongs to this user, and the owner of the database could not write any more.
            return unlocked();
        }
        match Self::ReadOnly.try_connect(path, busy_timeout) {
            Err(error) if matches!(error.sqlite_error_code(), Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly)) => unlocked(),
            _ => Ok(Self::ReadOnly),
        }
    }

    /// A connection that reads, and has read already.
    ///
    /// # Errors
    /// When the file cannot be opened, or is no sound database.
    pub(super) fn connect(&self, path: &Path, busy_timeout: Duration) -> Result<Connection, DatabaseError> {
        let connection = self.try_connect(path, busy_timeout).map_err(|error| diagnosed(path, busy_timeout, error))?;
        check_whole(&connection, path)?;
        Ok(connection)
    }

    fn try_connect(&self, path: &Path, busy_timeout: Duration) -> rusqlite::Result<Connection> {
        // A connection that may only read could not take the log away when it is the last one.
        let mode =
            if let Self::Locked { .. } = self { OpenFlags::SQLITE_OPEN_READ_WRITE } else { OpenFlags::SQLITE_OPEN_READ_ONLY };
        let flags = mode | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(self.uri(path), flags)?;
        connection.busy_timeout(busy_timeout)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, *self == Self::Locked { keep_log: true })?;
        connection.execute_batch("PRAGMA trusted_schema = 0; PRAGMA query_only = 1")?;
        cache(&connection, QUERY_CACHE)?;
        probe(&connection)?;
        Ok(connection)
    }

    /// The file as SQLite's URI, which also says whether locks are taken.
    pub(super) fn uri(&self, path: &Path) -> String {
        let mut uri = String::from("file:");
        for &byte in path.as_os_str().as_encoded_bytes() {
            match byte {
                b'/' | b'.' | b'_' | b'-' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => uri.push(byte as char),
                _ => uri.push_str(&format!("%{byte:02X}")),
            }
        }
        uri.push_str(match self {
            Self::Locked { .. } => "?mode=rw",
            Self::ReadOnly => "?mode=ro",
            Self::Unlocked(_) => "?mode=ro&immutable=1",
        });
        uri
    }

    /// To be asked when all was read and every connection is closed.
    ///
    /// # Errors
    /// When the file was read without locks and has been written meanwhile.
    pub(super) fn ended(&self, path: &Path) -> Result<(), DatabaseError> {
        match self {
            Self::Unlocked(before) if Fingerprint::of(path)? != *before => Err(DatabaseError::Changed { path: path.to_owned() }),
            _ => Ok(()),
        }
    }
}

/// Opens a connection that writes.
///
/// # Errors
/// When the file cannot be opened, may only be read, or is no sound database.
pub(super) fn connect_writing(path: &Path, busy_timeout: Duration, create: bool) -> Result<Connection, DatabaseError> {
    let seconds = busy_timeout.as_secs();
    let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    flags.set(OpenFlags::SQLITE_OPEN_CREATE, create);
    let connection = Connection::open_with_flags(path, flags).map_err(|error| diagnosed(path, busy_timeout, error))?;
    connection.busy_timeout(busy_timeout).map_err(failed(path, seconds, "open"))?;
    // SQLite opens what this user may only read all the same, and leaves a log beside it that its owner may not be able to write.
    if connection.is_readonly(MAIN_DB).map_err(failed(path, seconds, "open"))? {
        return Err(DatabaseError::ReadOnly { path: path.to_owned(), reason: "this user may only read it".to_owned() });
    }
    probe(&connection).map_err(|error| diagnosed(path, busy_timeout, error))?;
    check_whole(&connection, path)?;
    Ok(connection)
}

/// Reads something: what is no database is known then.
fn probe(connection: &Connection) -> rusqlite::Result<()> {
    connection.query_row("SELECT COUNT(*) FROM sqlite_schema", [], |_| Ok(()))
}

/// Sets how much of the database a connection keeps in memory, in KiB.
pub(super) fn cache(connection: &Connection, kibibytes: u32) -> rusqlite::Result<()> {
    connection.execute_batch(&format!("PRAGMA cache_size = -{kibibytes}"))
}

/// Whether the journal is a write-ahead log, in which readers and the writer do not wait for each other.
pub(super) fn is_write_ahead(connection: &Connection) -> rusqlite::Result<bool> {
    connection.query_row("PRAGMA main.journal_mode", [], |row| Ok(row.get::<_, String>(0)? == "wal"))
}

/// Makes sure that there is a regular file, from outside.
///
/// # Errors
/// When there is none.
pub(super) fn look(path: &Path) -> Result<(), DatabaseError> {
    let not_a_database = |reason: &str| Err(DatabaseError::NotADatabase { path: path.to_owned(), reason: reason.to_owned() });
    match std::fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Err(DatabaseError::NotFound { path: path.to_owned() }),
        Err(error) => Err(other(path, &error)),
        Ok(metadata) if metadata.is_dir() => not_a_database("it is a folder"),
        Ok(metadata) if !metadata.is_file() => not_a_database("it is not a regular file"),
        Ok(_) => access(path, Access::READ_OK).map_err(|error| other(path, &error.into())),
    }
}

/// What is wrong with a file that SQLite could not read for the first time, in more words than SQLite has.
fn diagnosed(path: &Path, busy_timeout: Duration, error: rusqlite::Error) -> DatabaseError {
    let length = std::fs::metadata(path).map_or(0, |metadata| metadata.len());
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => {
            let reason = match length {
                ..100 => format!("it has only {length} bytes"),
                _ => "its first bytes are not those of one".to_owned(),
            };
            DatabaseError::NotADatabase { path: path.to_owned(), reason }
        }
        Some(ErrorCode::DatabaseCorrupt) if is_truncated(path, busy_timeout).unwrap_or(false) => truncated(path, length),
        _ => failed(path, busy_timeout.as_secs(), "open")(error),
    }
}

fn truncated(path: &Path, length: u64) -> DatabaseError {
    let reason = format!("it is truncated, with {length} bytes, fewer than its header says");
    DatabaseError::Damaged { path: path.to_owned(), reason }
}

/// SQLite takes a last page of which a part is missing for one that is whole.
fn check_whole(connection: &Connection, path: &Path) -> Result<(), DatabaseError> {
    let page_size: i64 = connection.query_row("PRAGMA page_size", [], |row| row.get(0)).map_err(failed(path, 0, "open"))?;
    let length = std::fs::metadata(path).map_or(0, |metadata| metadata.len());
    if length.is_multiple_of(page_size.unsigned_abs()) { Ok(()) } else { Err(truncated(path, length)) }
}

/// Whether a file that SQLite calls malformed is only shorter than its header says: SQLite then reads it all the same when it is asked to.
fn is_truncated(path: &Path, busy_timeout: Duration) -> rusqlite::Result<bool> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(busy_timeout)?;
    connection.execute_batch("PRAGMA query_only = 1; PRAGMA writable_schema = 1")?;
    Ok(probe(&connection).is_ok())
}

fn has_content(log: &Path) -> bool {
    std::fs::metadata(log).is_ok_and(|log| log.len() > 0)
}

fn may_create_beside(path: &Path) -> bool {
    let path = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    path.parent().is_some_and(|folder| access(folder, Access::WRITE_OK | Access::EXEC_OK).is_ok())
}

fn other(path: &Path, error: &std::io::Error) -> DatabaseError {
    DatabaseError::Other { action: "open", path: path.to_owned(), reason: error.to_string() }
}

/// What a file looks like from outside, to notice that it was written.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fingerprint(Option<Identity>, u64, Option<SystemTime>, bool);

impl Fingerprint {
    fn of(path: &Path) -> Result<Self, DatabaseError> {
        let metadata = std::fs::metadata(path).map_err(|error| other(path, &error))?;
        Ok(Self(Identity::of(path), metadata.len(), metadata.modified().ok(), has_content(&beside(path, "-wal"))))
    }
}
