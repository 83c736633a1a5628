//! Which files belong to a database, seen from outside: nothing here opens one (see [`super::file`]).

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::error::DatabaseError;
use super::file::is_write_ahead;
use net_scout_model::UsageError;

/// The file of this suffix beside the database: where the path is a link, SQLite makes it beside what the link leads to.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned()).into_os_string();
    name.push(suffix);
    PathBuf::from(name)
}

/// Which file it is, whatever it is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Identity(u64, u64);

impl Identity {
    /// Of what is at a path now; none where nothing is.
    pub(super) fn of(path: &Path) -> Option<Self> {
        std::fs::metadata(path).ok().map(|metadata| Self(metadata.dev(), metadata.ino()))
    }
}

/// Whether a file, told by device and number, is one of those of a database, whatever it is called. Then nothing but SQLite may open it.
#[must_use]
pub fn belongs_to(database: &Path, device: u64, number: u64) -> bool {
    let file = Some(Identity(device, number));
    Identity::of(database) == file
        || ["-wal", "-shm", "-journal"].iter().any(|suffix| Identity::of(&beside(database, suffix)) == file)
}

/// Refuses a file that is one of those of the database: were it opened as something else, the database could be destroyed. `what` names
/// it in the error.
///
/// # Errors
/// When it is one.
pub fn not_the_database(database: &Path, what: &str, path: &Path) -> Result<(), UsageError> {
    let is_one =
        std::fs::metadata(path).is_ok_and(|file| belongs_to(database, file.dev(), file.ino())) || is_named_so(database, path);
    let (path, database) = (path.display(), database.display());
    if is_one { Err(UsageError(format!("{what}: {path} belongs to the database {database}; name another file"))) } else { Ok(()) }
}

/// Whether a path has the name of one of the files of a database, which SQLite would take for its own once it is there.
fn is_named_so(database: &Path, path: &Path) -> bool {
    let folder =
        |path: &Path| path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")).canonicalize().ok();
    let Some(name) = database.file_name().and_then(|name| name.to_str()) else { return false };
    let is_one = |suffix: &str| path.file_name().is_some_and(|file| file == format!("{name}{suffix}").as_str());
    ["", "-wal", "-shm", "-journal"].into_iter().any(is_one) && folder(database).is_some() && folder(database) == folder(path)
}

/// The files that a connection writes to, to see that they still are those that others read.
#[derive(Debug)]
pub(super) struct Written {
    path: PathBuf,
    log_path: PathBuf,
    file: Option<Identity>,
    log: Option<Identity>,
}

impl Written {
    /// Those of a connection that was just opened.
    pub(super) fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), log_path: beside(path, "-wal"), file: Identity::of(path), log: None }
    }

    /// To be asked within a transaction that holds the write lock: while it does, nobody else makes a log or takes one away.
    pub(super) fn begun(&mut self, connection: &Connection) -> Result<(), DatabaseError> {
        if self.log.is_none() && is_write_ahead(connection).unwrap_or(false) {
            self.log = Identity::of(&self.log_path);
        }
        self.check()
    }

    /// Whether it wrote to a write-ahead log.
    pub(super) fn has_log(&self) -> bool {
        self.log.is_some()
    }

    /// To be asked when a transaction was committed.
    ///
    /// # Errors
    /// When what was written is not in the file at the path.
    pub(super) fn check(&self) -> Result<(), DatabaseError> {
        if Identity::of(&self.path) != self.file {
            return Err(DatabaseError::Replaced { path: self.path.clone() });
        }
        if self.log.is_some() && Identity::of(&self.log_path) != self.log {
            return Err(DatabaseError::LogRemoved { path: self.path.clone() });
        }
        Ok(())
    }
}
