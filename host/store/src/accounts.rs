//! Who may use the web page and the HTTP API: users, their sessions and their tokens, in a database of the service's own. It is never
//! the database of the events, which other programs read. What opens a session or is a token is kept as its SHA-256 alone.

mod session;
mod token;
mod user;

use std::fs::{DirBuilder, Permissions};
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, TransactionBehavior};

use super::error::{DatabaseError, failed};
pub use session::SessionRow;
pub use token::{NewToken, TokenRow};
pub use user::UserRow;

/// The name of the file.
const FILE: &str = "web.db";
/// How long a command and the service wait for each other.
const PATIENCE: Duration = Duration::from_secs(5);
/// The version of the tables.
const VERSION: i64 = 1;

const TABLES: &str = "
    CREATE TABLE users (
        id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE COLLATE NOCASE, role TEXT NOT NULL, password TEXT NOT NULL,
        created_at INTEGER NOT NULL);
    CREATE TABLE sessions (
        digest BLOB PRIMARY KEY, user INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE, csrf TEXT NOT NULL,
        created_at INTEGER NOT NULL, used_at INTEGER NOT NULL, ends_at INTEGER NOT NULL) WITHOUT ROWID;
    CREATE INDEX sessions_user ON sessions (user);
    CREATE TABLE tokens (
        id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, user INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
        name TEXT NOT NULL, scopes TEXT NOT NULL, created_at INTEGER NOT NULL, used_at INTEGER, ends_at INTEGER);
    CREATE INDEX tokens_user ON tokens (user);
    CREATE TABLE keys (id INTEGER PRIMARY KEY CHECK (id = 1), key TEXT NOT NULL);";

/// The users, sessions and tokens.
pub struct Accounts {
    connection: Connection,
    path: PathBuf,
}

impl Accounts {
    /// Opens `web.db` in this folder; both are made where they are not there, for this user alone.
    ///
    /// # Errors
    /// When the folder cannot be made, or the file cannot be used or is of a later version.
    pub fn open(folder: &Path) -> Result<Self, DatabaseError> {
        let path = folder.join(FILE);
        let other =
            |action, error: std::io::Error| DatabaseError::Other { action, path: path.clone(), reason: error.to_string() };
        DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(|error| other("make", error))?;
        let connection = Connection::open(&path).map_err(failed(&path, 0, "open"))?;
        // Before anything is in it. SQLite gives the files beside it the same mode.
        std::fs::set_permissions(&path, Permissions::from_mode(0o600)).map_err(|error| other("protect", error))?;
        Self::with(connection, path)
    }

    /// Accounts that are forgotten at the end.
    ///
    /// # Errors
    /// When SQLite cannot make them.
    pub fn in_memory() -> Result<Self, DatabaseError> {
        let path = PathBuf::from(":memory:");
        let connection = Connection::open_in_memory().map_err(failed(&path, 0, "open"))?;
        Self::with(connection, path)
    }

    fn with(mut connection: Connection, path: PathBuf) -> Result<Self, DatabaseError> {
        let found = prepare(&mut connection).map_err(failed(&path, PATIENCE.as_secs(), "open"))?;
        if found > VERSION {
            return Err(DatabaseError::Newer { path, found, known: VERSION });
        }
        Ok(Self { connection, path })
    }

    /// Where they are.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The key that the service signs with; this one where there is none yet.
    ///
    /// # Errors
    /// When it cannot be read or written.
    pub fn key(&mut self, new: &str) -> Result<String, DatabaseError> {
        let read = || {
            self.connection.execute("INSERT INTO keys (id, key) VALUES (1, ?1) ON CONFLICT DO NOTHING", [new])?;
            self.connection.query_row("SELECT key FROM keys", [], |row| row.get(0))
        };
        read().map_err(self.error("read"))
    }

    fn error(&self, action: &'static str) -> impl FnOnce(rusqlite::Error) -> DatabaseError + use<> {
        let path = self.path.clone();
        move |source| failed(&path, PATIENCE.as_secs(), action)(source)
    }
}

/// Makes the tables where they are not there. The version that is there then.
fn prepare(connection: &mut Connection) -> rusqlite::Result<i64> {
    connection.busy_timeout(PATIENCE)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.execute_batch("PRAGMA foreign_keys = 1; PRAGMA trusted_schema = 0; PRAGMA secure_delete = 1")?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut version: i64 = transaction.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if version == 0 {
        transaction.execute_batch(TABLES)?;
        transaction.pragma_update(None, "user_version", VERSION)?;
        version = VERSION;
    }
    transaction.commit()?;
    Ok(version)
}

#[cfg(test)]
mod tests;
