//! A database that is open for writing, or for looking at it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::error::{DatabaseError, failed};
use super::file::{Reading, connect_writing, is_write_ahead, look};
use super::filling::Filling;
use super::identity::Written;
use super::numbers::explained;
use super::outbound::Outbound;
use super::schema::source;
use super::turns::Turns;

/// How long an incident is quiet before what comes then is another one, where nothing is configured: a day, in microseconds.
const QUIET: i64 = 86_400_000_000;

/// A database that may be written.
pub struct Database {
    pub(super) connection: Connection,
    pub(super) path: PathBuf,
    pub(super) alert_table: String,
    pub(super) busy_seconds: u64,
    /// How long an incident is quiet before what comes then is another one, in microseconds.
    pub(super) quiet: i64,
    /// What is written to; none where nothing may be written, or where there is no file.
    written: Option<Written>,
    /// How others get their turn; none where nobody else has the file.
    turns: Option<Turns>,
    pub(super) filling: Filling,
    /// Who learns of alerts that are recorded.
    pub(super) outbound: Option<Arc<dyn Outbound>>,
}

/// Which database, and how it is opened.
#[derive(Clone, Debug)]
pub struct DatabaseOptions {
    /// The file.
    pub path: PathBuf,
    /// The table that alerts are kept in.
    pub alert_table: String,
    /// How long to wait for another program's lock.
    pub busy_timeout: Duration,
}

impl DatabaseOptions {
    /// Opens it for writing.
    ///
    /// # Errors
    /// As [`Database::open`].
    pub fn open(&self) -> Result<Database, DatabaseError> {
        Database::open(&self.path, &self.alert_table, self.busy_timeout)
    }

    /// Opens it for reading only.
    ///
    /// # Errors
    /// As [`Database::open_read_only`].
    pub fn open_read_only(&self) -> Result<Database, DatabaseError> {
        Database::open_read_only(&self.path, &self.alert_table, self.busy_timeout)
    }
}

impl Database {
    /// Opens an existing database for writing.
    ///
    /// # Errors
    /// When it is missing, no database, or truncated.
    pub fn open(path: &Path, alert_table: &str, busy_timeout: Duration) -> Result<Self, DatabaseError> {
        look(path)?;
        Self::to_write(path, alert_table, busy_timeout, false)
    }

    /// Opens an existing database for reading only. What SQLite makes beside the file is gone when it is closed.
    ///
    /// # Errors
    /// When it is missing, no database, or truncated.
    pub fn open_read_only(path: &Path, alert_table: &str, busy_timeout: Duration) -> Result<Self, DatabaseError> {
        let connection = Reading::of(path, busy_timeout)?.connect(path, busy_timeout)?;
        let (path, alert_table, busy_seconds) = (path.to_owned(), alert_table.to_owned(), busy_timeout.as_secs());
        Ok(Self {
            connection,
            path,
            alert_table,
            busy_seconds,
            quiet: QUIET,
            written: None,
            turns: None,
            filling: Filling::default(),
            outbound: None,
        })
    }

    /// A database that is forgotten at the end, for a command that works without one.
    ///
    /// # Errors
    /// When SQLite cannot make it.
    pub fn in_memory(alert_table: &str) -> Result<Self, DatabaseError> {
        let path = PathBuf::from(":memory:");
        let connection = Connection::open_in_memory().map_err(failed(&path, 0, "open"))?;
        Ok(Self {
            connection,
            path,
            alert_table: alert_table.to_owned(),
            busy_seconds: 0,
            quiet: QUIET,
            written: None,
            turns: None,
            filling: Filling::default(),
            outbound: None,
        })
    }

    /// Opens a database for writing and creates it where it is missing.
    ///
    /// # Errors
    /// When it cannot be created, is no database, or is truncated.
    pub fn open_or_create(path: &Path, alert_table: &str, busy_timeout: Duration) -> Result<Self, DatabaseError> {
        if path.exists() {
            return Self::open(path, alert_table, busy_timeout);
        }
        Self::to_write(path, alert_table, busy_timeout, true)
    }

    fn to_write(path: &Path, alert_table: &str, busy_timeout: Duration, create: bool) -> Result<Self, DatabaseError> {
        let connection = connect_writing(path, busy_timeout, create)?;
        let (alert_table, busy_seconds) = (alert_table.to_owned(), busy_timeout.as_secs());
        let written = Some(Written::new(path));
        let turns = (!create).then(Turns::new);
        Ok(Self {
            connection,
            path: path.to_owned(),
            alert_table,
            busy_seconds,
            quiet: QUIET,
            written,
            turns,
            filling: Filling::default(),
            outbound: None,
        })
    }

    /// Whether its readers and its writer wait for each other, because its journal is not a write-ahead log.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn has_rollback_journal(&self) -> Result<bool, DatabaseError> {
        is_write_ahead(&self.connection).map(|is| !is).map_err(self.error("read"))
    }

    /// Makes sure that there are events to read in this table, in either layout.
    ///
    /// # Errors
    /// When there is no such table, or it is no event table.
    pub fn check_events(&self, table: &str) -> Result<(), DatabaseError> {
        source(&self.connection, &self.path, table, self.busy_seconds).map(|_| ())
    }

    /// Whether this connection made the file, so that nobody else waits for it.
    pub(super) fn is_new(&self) -> bool {
        self.written.is_some() && self.turns.is_none()
    }

    /// From now on others know the file, and get their turn.
    pub(super) fn settle(&mut self) {
        self.turns.get_or_insert_with(Turns::new);
    }

    /// How long the last transaction took; nothing where nobody else knows the file yet.
    pub(super) fn last_turn(&self) -> Duration {
        self.turns.as_ref().map_or(Duration::ZERO, Turns::last)
    }

    pub(super) fn error(&self, action: &'static str) -> impl FnOnce(rusqlite::Error) -> DatabaseError + use<> {
        let (path, seconds) = (self.path.clone(), self.busy_seconds);
        move |source| failed(&path, seconds, action)(source)
    }

    /// Runs `work` in one transaction that takes the write lock first; an error rolls it back. What it wrote is in the file that others
    /// read, or it fails.
    pub(super) fn write<T>(
        &mut self,
        action: &'static str,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, DatabaseError> {
        let error = self.error(action);
        self.write_all(action, |connection| work(connection).map_err(error))
    }

    /// The same for work that knows what its errors mean.
    pub(super) fn write_all<T>(
        &mut self,
        action: &'static str,
        work: impl FnOnce(&Connection) -> Result<T, DatabaseError>,
    ) -> Result<T, DatabaseError> {
        self.end_filling()?;
        let error = || failed(&self.path, self.busy_seconds, action);
        self.turns.iter_mut().for_each(Turns::take);
        let transaction = self.connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).map_err(error())?;
        let begun = Instant::now();
        if let Some(written) = &mut self.written {
            written.begun(&transaction)?;
        }
        if let Some(turns) = &mut self.turns {
            let version =
                transaction.prepare_cached("PRAGMA data_version").and_then(|mut asked| asked.query_row([], |row| row.get(0)));
            turns.notice(version.map_err(error())?);
        }
        let value = work(&transaction).map_err(|error| explained(&transaction, error))?;
        transaction.commit().map_err(error())?;
        self.turns.iter_mut().for_each(|turns| turns.end(begun));
        self.check_written()?;
        Ok(value)
    }

    /// To be called when a transaction has begun.
    pub(super) fn begun_writing(&mut self) -> Result<(), DatabaseError> {
        self.written.as_mut().map_or(Ok(()), |written| written.begun(&self.connection))
    }

    /// Whether what was committed is in the file that others read.
    pub(super) fn check_written(&self) -> Result<(), DatabaseError> {
        self.written.as_ref().map_or(Ok(()), Written::check)
    }
}

impl Drop for Database {
    /// What the log holds goes into the file while others may write: the last connection that closes holds all others off meanwhile.
    fn drop(&mut self) {
        // What was stored before an error stays, as everywhere.
        let _ended = self.end_filling();
        if self.written.as_ref().is_some_and(Written::has_log) {
            // What it leaves is done by the close, or by whoever closes last.
            let _left = self.connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
        }
    }
}
