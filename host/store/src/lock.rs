//! One at a time: who works on a database is a row in it, which names the process.
//!
//! A process that was killed leaves its row behind, and everybody sees that it has ended: its number is gone, or another process has it
//! now, or the machine was started again. A lock of the file system would be let go by itself, but nothing except SQLite may open the
//! database, and a file beside it cannot be shared by users who may write the one and not the folder of the other.

mod process;
mod row;
mod turn;

use super::error::DatabaseError;
use super::holder::Holder;
use super::open::Database;
use super::schema::columns;
use net_scout_model::Timestamp;
use process::Process;
use row::{Stored, stored};
pub use turn::Turn;

/// What a process may hold alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lock {
    /// To be the service of this database, for as long as it runs.
    Service,
    /// The turn: to scan, or to import a part of a log.
    Turn,
    /// The next turn.
    Next,
    /// To look up the addresses of stored alerts.
    Lookups,
    /// To deliver messages.
    Delivery,
}

impl Lock {
    fn name(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Turn => "turn",
            Self::Next => "next",
            Self::Lookups => "lookups",
            Self::Delivery => "delivery",
        }
    }
}

/// A lock that this process holds. It must be given back; one that is lost is held until the process ends.
#[derive(Debug)]
#[must_use = "a lock that is not given back is held until the process ends"]
pub struct Lease {
    lock: Lock,
    ticket: String,
}

impl Database {
    /// Takes a lock, if nobody has it, or says who has it.
    ///
    /// # Errors
    /// When the database is locked, read-only or full.
    pub fn try_lock(&mut self, lock: Lock, what: &str, now: Timestamp) -> Result<Result<Lease, Holder>, DatabaseError> {
        self.try_lock_as(lock, what, now, None)
    }

    /// The same for one who may have the next turn already.
    fn try_lock_as(
        &mut self,
        lock: Lock,
        what: &str,
        now: Timestamp,
        next: Option<&Lease>,
    ) -> Result<Result<Lease, Holder>, DatabaseError> {
        let ticket = ticket().map_err(self.error("lock"))?;
        let own = Process::own();
        self.write("lock", |connection| {
            let before = if lock == Lock::Turn { &[Lock::Next, Lock::Turn][..] } else { &[lock][..] };
            for &lock in before {
                let mine = |stored: &Stored| next.is_some_and(|next| next.lock == lock && next.ticket == stored.ticket);
                if let Some(stored) = stored(connection, lock, &own)?.filter(|stored| !mine(stored) && stored.holds(&own, now)) {
                    return Ok(Err(stored.holder));
                }
            }
            for lock in before {
                connection.execute("DELETE FROM scout_locks WHERE name = ?1", [lock.name()])?;
            }
            connection.execute(
                "INSERT INTO scout_locks (name, holder, ticket, machine, boot, pid_space, pid, started, uid, since, seen)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10)",
                (
                    lock.name(),
                    what,
                    &ticket,
                    &own.machine,
                    &own.boot,
                    &own.pid_space,
                    own.pid,
                    own.started,
                    rustix::process::geteuid().as_raw(),
                    now.0,
                ),
            )?;
            Ok(Ok(Lease { lock, ticket: ticket.clone() }))
        })
    }

    /// Who holds a lock; none where nobody does, or who did has ended.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn holder(&self, lock: Lock, now: Timestamp) -> Result<Option<Holder>, DatabaseError> {
        let read = || -> rusqlite::Result<Option<Holder>> {
            if columns(&self.connection, "scout_locks")?.is_empty() {
                return Ok(None);
            }
            let own = Process::own();
            let stored = stored(&self.connection, lock, &own)?.filter(|stored| stored.holds(&own, now));
            Ok(stored.map(|stored| stored.holder))
        };
        read().map_err(self.error("read"))
    }

    /// Gives a sign of life. False where the lock is not this one's any more, because it was silent for too long.
    ///
    /// # Errors
    /// When the database is locked, read-only or full.
    pub fn keep_lock(&mut self, lease: &Lease, now: Timestamp) -> Result<bool, DatabaseError> {
        let (name, ticket) = (lease.lock.name(), lease.ticket.as_str());
        self.write("lock", |connection| {
            let sql = "UPDATE scout_locks SET seen = ?3 WHERE name = ?1 AND ticket = ?2";
            Ok(connection.prepare_cached(sql)?.execute((name, ticket, now.0))? > 0)
        })
    }

    /// Gives back a lock of this process whose lease was lost with the connection that it was taken on.
    ///
    /// # Errors
    /// When the database is locked, read-only or full.
    pub fn unlock_lost(&mut self, lock: Lock) -> Result<(), DatabaseError> {
        let own = Process::own();
        let sql = "DELETE FROM scout_locks WHERE name = ?1 AND machine = ?2 AND boot = ?3 AND pid_space = ?4 AND pid = ?5 AND started = ?6";
        self.write("unlock", |connection| {
            let values = (lock.name(), &own.machine, &own.boot, &own.pid_space, own.pid, own.started);
            connection.execute(sql, values).map(drop)
        })
    }

    /// Gives a lock back.
    ///
    /// # Errors
    /// When the database is locked, read-only or full. The lock is free when this process ends.
    pub fn unlock(&mut self, lease: Lease) -> Result<(), DatabaseError> {
        let Lease { lock, ticket } = lease;
        self.write("unlock", |connection| {
            connection.execute("DELETE FROM scout_locks WHERE name = ?1 AND ticket = ?2", (lock.name(), ticket)).map(drop)
        })
    }

    /// Gives a lock back where the work is done and nothing can be done about an error: it is free at the end of this process in any case.
    pub fn give_back(&mut self, lease: Lease) {
        let lock = lease.lock.name();
        match self.unlock(lease) {
            Ok(()) => {}
            // Nobody finds it in the file that is there now.
            Err(error) if error.is_gone() => tracing::debug!("the lock `{lock}` is gone with its file"),
            Err(error) => tracing::warn!("the lock `{lock}` could not be given back: {}", error.fact()),
        }
    }
}

/// What tells one lease from all others.
fn ticket() -> rusqlite::Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
    Ok(format!("{:032x}", u128::from_ne_bytes(bytes)))
}

#[cfg(test)]
mod tests;
