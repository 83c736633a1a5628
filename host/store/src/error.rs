//! What can go wrong with a database, in words that say which file and what to do.

use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

use super::holder::Holder;
use super::identity::beside;
use crate::layout::LayoutError;

/// An error of the database.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// There is no such file.
    #[error("no database at {path}: name it with --db-path or NET_SCOUT_DB_PATH (else it is ./net_sentinel.db or ../net_sentinel.db), or make one from firewall logs with `net-scout import`", path = path.display())]
    NotFound {
        /// The file.
        path: PathBuf,
    },
    /// The file is something else.
    #[error("{path} is not a SQLite database: {reason}", path = path.display())]
    NotADatabase {
        /// The file.
        path: PathBuf,
        /// What it is.
        reason: String,
    },
    /// The file is damaged.
    #[error("{path} is damaged: {reason}; restore a backup, or save what can be read with `sqlite3 {path} .recover`", path = path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// There is no such table.
    #[error("{path} has no table `{table}`; {}", list(tables), path = path.display())]
    NoTable {
        /// The file.
        path: PathBuf,
        /// The table asked for.
        table: String,
        /// The tables that are there.
        tables: Vec<String>,
    },
    /// The table is in neither layout.
    #[error("{path}: {reason}", path = path.display())]
    Layout {
        /// The file.
        path: PathBuf,
        /// What is missing.
        reason: LayoutError,
    },
    /// An existing table of ours lacks a column.
    #[error("{path}: table `{table}` is not an alert table: it has no column {column}; choose another with NET_SCOUT_ALERT_TABLE", path = path.display())]
    NotAnAlertTable {
        /// The file.
        path: PathBuf,
        /// The table.
        table: String,
        /// The missing column.
        column: &'static str,
    },
    /// Another program holds a lock.
    #[error("{path} was locked by another program for longer than {seconds} s; try again, or wait longer with --busy-timeout", path = path.display())]
    Locked {
        /// The file.
        path: PathBuf,
        /// How long we waited.
        seconds: u64,
    },
    /// The file or its folder cannot be written.
    #[error("{path} cannot be written ({reason}), nothing was changed; make the file and its folder writable, or look only with `scan --dry-run`", path = path.display())]
    ReadOnly {
        /// The file.
        path: PathBuf,
        /// SQLite's word for it.
        reason: String,
    },
    /// A row with the largest number there is keeps all others out.
    #[error("{path} takes no further rows: a row of {table} has the number 9223372036854775807, behind which there is none; another program wrote it, remove it with sqlite3, and its number from sqlite_sequence", path = path.display())]
    NoNumbers {
        /// The file.
        path: PathBuf,
        /// The table.
        table: String,
    },
    /// There is no room for what is to be written.
    #[error("{path} cannot grow ({reason}), nothing was changed; make room on its file system", path = path.display())]
    Full {
        /// The file.
        path: PathBuf,
        /// SQLite's word for it.
        reason: String,
    },
    /// A later version of the program migrated it.
    #[error("{path} was migrated by a later net-scout to version {found}, this one knows {known}: use that later version", path = path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// The version found.
        found: i64,
        /// The newest version known.
        known: i64,
    },
    /// A migration that ran is not the one of this program.
    #[error("{path}: migration {version} ({name}) was changed after it ran; use the net-scout that made it", path = path.display())]
    MigrationChanged {
        /// The file.
        path: PathBuf,
        /// Its number.
        version: i64,
        /// Its name.
        name: String,
    },
    /// The database was written whenever it was read by a user who cannot take part in its locks.
    #[error("{path} was written each time it was read: this user may not write it, so it is read without locks; let this user write the file and its folder, or scan a copy", path = path.display())]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// There is another file at the path than the one that was opened.
    #[error("{path} is not the file any more that was opened: another program moved or replaced it, and what was written is not in it; run the command again", path = path.display())]
    Replaced {
        /// The path.
        path: PathBuf,
    },
    /// The log that was written to is not the one that others read.
    #[error("the write-ahead log of {path} was removed by another program while it was in use, and what was written is lost; check the database with `sqlite3 {path} 'PRAGMA integrity_check'`, and run the command again", path = path.display())]
    LogRemoved {
        /// The database.
        path: PathBuf,
    },
    /// Another import stores the rows of the same log.
    #[error("another import of {log} into {path} is at work; nothing was counted twice, and what is missing comes with the next `import --new`", path = path.display())]
    ImportedElsewhere {
        /// The file.
        path: PathBuf,
        /// The log.
        log: String,
    },
    /// The time that a scan may take was over before all was read.
    #[error("the events in {path} could not be read in the time that a scan may take; let it take longer (limits.scan_seconds), or scan less (--since)", path = path.display())]
    TooSlow {
        /// The file.
        path: PathBuf,
    },
    /// Commits came too often to open a snapshot.
    #[error("{path} is being written too often to open one snapshot on {readers} connections; try again", path = path.display())]
    Unsettled {
        /// The file.
        path: PathBuf,
        /// How many connections.
        readers: usize,
    },
    /// Another process scans, enriches or imports, or is the service.
    #[error("{path} is in use by {holder}; try again when it has ended, or stop it", path = path.display())]
    Held {
        /// The file.
        path: PathBuf,
        /// Who has it.
        holder: Holder,
    },
    /// Anything else that SQLite or the system says.
    #[error("failed to {action} {path}: {reason}", path = path.display())]
    Other {
        /// What was being done.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
}

impl DatabaseError {
    /// What is wrong, without the advice for whoever runs a command: a service tries again by itself.
    #[must_use]
    pub fn fact(&self) -> String {
        match self {
            Self::Locked { path, seconds } => {
                format!("{} was locked by another program for longer than {seconds} s", path.display())
            }
            Self::Replaced { path } => format!("{} was moved or replaced by another program", path.display()),
            Self::LogRemoved { path } => {
                let path = path.display();
                format!(
                    "the write-ahead log of {path} was removed by another program while it was in use; check the database with `sqlite3 {path} \
                     'PRAGMA integrity_check'`"
                )
            }
            other => other.to_string(),
        }
    }

    /// Whether what was open is not what others find at the path any more.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        matches!(self, Self::Replaced { .. } | Self::LogRemoved { .. })
    }
}

/// The tables that others made. Where only those of net-scout are there, nobody has stored an event yet.
fn list(tables: &[String]) -> String {
    let others: Vec<&str> = tables.iter().map(String::as_str).filter(|table| !table.starts_with("scout_")).collect();
    match (others.as_slice(), tables) {
        ([], []) => "it has no tables".to_owned(),
        ([], _) => "it has only those of net-scout: net-sentinel makes the others with its first events, or `net-scout import`"
            .to_owned(),
        (others, _) => format!("it has {}", others.join(", ")),
    }
}

/// Turns an error of SQLite into ours; to be used as `map_err(failed(path, timeout, "read"))`.
pub(super) fn failed(path: &Path, seconds: u64, action: &'static str) -> impl FnOnce(rusqlite::Error) -> DatabaseError {
    move |source| {
        let path = path.to_owned();
        let reason = message(&source);
        match source.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => DatabaseError::Locked { path, seconds },
            Some(ErrorCode::ReadOnly) if is_moved(&source) => DatabaseError::Replaced { path },
            Some(ErrorCode::ReadOnly) => DatabaseError::ReadOnly { path, reason },
            Some(ErrorCode::DiskFull) => DatabaseError::Full { path, reason },
            Some(ErrorCode::OperationInterrupted) => DatabaseError::TooSlow { path },
            Some(ErrorCode::NotADatabase) => DatabaseError::NotADatabase { path, reason },
            Some(ErrorCode::DatabaseCorrupt) => DatabaseError::Damaged { path, reason },
            Some(ErrorCode::CannotOpen) if beside(&path, "-wal").exists() => {
                let advice = "its write-ahead log can only be read where a file beside it can be made: make the folder writable";
                DatabaseError::Other { action, path, reason: format!("{reason} ({advice})") }
            }
            _ => DatabaseError::Other { action, path, reason },
        }
    }
}

/// Whether SQLite would not write because the file is not at its path any more.
fn is_moved(error: &rusqlite::Error) -> bool {
    error.sqlite_error().is_some_and(|error| error.extended_code == rusqlite::ffi::SQLITE_READONLY_DBMOVED)
}

/// SQLite's message without rusqlite's decoration.
pub(super) fn message(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqliteFailure(_, Some(message)) => message.clone(),
        rusqlite::Error::SqlInputError { msg, .. } => msg.clone(),
        other => other.to_string(),
    }
}
