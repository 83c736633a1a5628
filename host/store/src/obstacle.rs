//! Why a database cannot be written, as it is seen from outside: for a process that finds another one silent. Nothing here opens a file but
//! through SQLite.

use std::path::Path;
use std::time::Duration;

use rustix::fs::{Access, StatVfsMountFlags, access, statvfs};

use super::error::{DatabaseError, failed};
use super::file::{connect_writing, look};
use super::identity::beside;
use super::open::Database;

/// With less room than this, in bytes, a file system counts as full.
const ROOM: u64 = 64 << 10;

/// What keeps whoever works on a database from writing it, where something does; `user` is who that is. Another program's lock is waited for
/// as long as this.
#[must_use]
pub fn obstacle(path: &Path, user: u32, patience: Duration) -> Option<String> {
    if let Some(seen) = visible_obstacle(path, user) {
        return Some(seen);
    }
    match taken(path, patience) {
        Err(error @ (DatabaseError::Locked { .. } | DatabaseError::Damaged { .. } | DatabaseError::NotADatabase { .. })) => {
            Some(error.fact())
        }
        _ => None,
    }
}

/// The same as far as it is seen without a lock being taken.
fn visible_obstacle(path: &Path, user: u32) -> Option<String> {
    if let Err(error) = look(path) {
        return Some(error.to_string());
    }
    let whole = beside(path, "");
    let folder = whole.parent().unwrap_or(Path::new("."));
    if let Ok(volume) = statvfs(folder) {
        if volume.f_flag.contains(StatVfsMountFlags::RDONLY) {
            return Some(format!("the file system of {} may only be read", folder.display()));
        }
        if volume.f_bavail.saturating_mul(volume.f_frsize) < ROOM {
            return Some(format!("the file system of {} is full", folder.display()));
        }
    }
    // Permissions are those of this user: what they are for another one is not known.
    let same = rustix::process::geteuid().as_raw() == user;
    if same && access(path, Access::WRITE_OK).is_err() {
        return Some(format!("{} may not be written", path.display()));
    }
    if same && access(folder, Access::WRITE_OK | Access::EXEC_OK).is_err() {
        return Some(format!("the folder {} may not be written, where SQLite makes its journal", folder.display()));
    }
    None
}

/// What keeps this user from writing a database, as far as it is seen without taking a lock.
#[must_use]
pub fn own_visible_obstacle(path: &Path) -> Option<String> {
    visible_obstacle(path, rustix::process::geteuid().as_raw())
}

/// How many bytes are free on the file system of a database, and how many it has; none where that cannot be asked.
#[must_use]
pub fn room(path: &Path) -> Option<(u64, u64)> {
    let whole = beside(path, "");
    let volume = statvfs(whole.parent().unwrap_or(Path::new("."))).ok()?;
    Some((volume.f_bavail.saturating_mul(volume.f_frsize), volume.f_blocks.saturating_mul(volume.f_frsize)))
}

/// The same for whoever runs this process.
#[must_use]
pub fn own_obstacle(path: &Path, patience: Duration) -> Option<String> {
    obstacle(path, rustix::process::geteuid().as_raw(), patience)
}

/// Takes the lock of writers and gives it back.
fn taken(path: &Path, patience: Duration) -> Result<(), DatabaseError> {
    let connection = connect_writing(path, patience, false)?;
    connection.execute_batch("BEGIN IMMEDIATE; ROLLBACK").map_err(failed(path, patience.as_secs(), "lock"))
}

impl Database {
    /// Whether what was opened still is what others find at its path.
    #[must_use]
    pub fn is_current(&self) -> bool {
        self.check_written().is_ok()
    }

    /// How many bytes it takes, with its log.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn bytes(&self) -> Result<u64, DatabaseError> {
        let pragma = |name: &str| self.connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, i64>(0));
        let pages = || Ok(pragma("page_count")?.saturating_mul(pragma("page_size")?).unsigned_abs());
        let log = std::fs::metadata(beside(&self.path, "-wal")).map_or(0, |log| log.len());
        Ok(pages().map_err(self.error("read"))? + log)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use net_scout_model::Timestamp;

    #[test]
    fn a_lock_and_a_file_that_is_gone_are_seen() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.db");
        let own = rustix::process::geteuid().as_raw();
        let found = || obstacle(&path, own, Duration::from_millis(20));
        assert!(found().is_some_and(|text| text.starts_with("no database at ")));
        let mut database = Database::open_or_create(&path, "scout_alerts", Duration::from_secs(1)).expect("open");
        database.migrate(Timestamp(0)).expect("migrate");
        assert!(database.is_current() && database.bytes().is_ok_and(|bytes| bytes > 4_096));
        assert_eq!(found(), None);
        database.connection.execute_batch("BEGIN IMMEDIATE").expect("locked");
        assert!(found().is_some_and(|text| text.contains("was locked by another program")));
        database.connection.execute_batch("ROLLBACK").expect("free");
        std::fs::rename(&path, folder.path().join("b.db")).expect("moved");
        assert!(!database.is_current());
    }

    /// What does not fit is not written, and the words say what to do; with room it goes on.
    #[test]
    fn a_full_disk() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.db");
        let mut database = Database::open_or_create(&path, "scout_alerts", Duration::from_secs(1)).expect("open");
        database.migrate(Timestamp(0)).expect("migrate");
        let pages: i64 = database.connection.query_row("PRAGMA page_count", [], |row| row.get(0)).expect("pages");
        let limit = |pages: i64| format!("PRAGMA max_page_count = {pages}");
        database.connection.query_row(&limit(pages), [], |_| Ok(())).expect("a limit");
        let large = [("large".to_owned(), serde_json::Value::from("x".repeat(100_000)))];
        let error = database.keep_service(&large, Timestamp(1)).expect_err("full");
        assert!(matches!(error, DatabaseError::Full { .. }), "{error}");
        assert!(error.to_string().contains("make room"), "{error}");
        assert_eq!(database.service().expect("read"), []);
        database.connection.query_row(&limit(1 << 20), [], |_| Ok(())).expect("no limit");
        database.keep_service(&large, Timestamp(1)).expect("kept");
    }
}
