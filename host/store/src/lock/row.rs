//! The row of a lock: who holds it, and whether that process is at work.

use rusqlite::{Connection, OptionalExtension as _};

use super::Lock;
use super::process::Process;
use crate::holder::Holder;
use net_scout_model::Timestamp;

/// After so long without a sign of life a process that cannot be seen from here has ended, in microseconds: a quarter of an hour.
pub(super) const SILENT: i64 = 900_000_000;

/// A row of the table.
pub(super) struct Stored {
    pub(super) holder: Holder,
    process: Process,
    pub(super) ticket: String,
    seen: Timestamp,
}

impl Stored {
    /// Whether whoever holds it is at work, as far as can be known.
    pub(super) fn holds(&self, own: &Process, now: Timestamp) -> bool {
        match self.process.has_ended(own) {
            Some(ended) => !ended,
            None => now.0.abs_diff(self.seen.0) < SILENT.unsigned_abs(),
        }
    }
}

/// The row of a lock.
pub(super) fn stored(connection: &Connection, lock: Lock, own: &Process) -> rusqlite::Result<Option<Stored>> {
    let sql = "SELECT holder, ticket, machine, boot, pid_space, pid, started, uid, since, seen FROM scout_locks WHERE name = ?1";
    connection
        .prepare_cached(sql)?
        .query_row([lock.name()], |row| {
            let process = Process {
                machine: row.get(2)?,
                boot: row.get(3)?,
                pid_space: row.get(4)?,
                pid: row.get(5)?,
                started: row.get(6)?,
            };
            let is_here = process.boot == own.boot && process.pid_space == own.pid_space;
            let holder = Holder {
                what: row.get(0)?,
                pid: process.pid,
                uid: row.get(7)?,
                machine: (!is_here).then(|| process.machine.clone()),
                since: Timestamp(row.get(8)?),
            };
            Ok(Stored { holder, process, ticket: row.get(1)?, seen: Timestamp(row.get(9)?) })
        })
        .optional()
}
