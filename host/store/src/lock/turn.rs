//! Waiting for a lock. Who waits for the turn gets the next one: a service that catches up takes one turn after another, and would leave no gap.

use std::time::{Duration, Instant};

use super::{Lease, Lock};
use crate::error::DatabaseError;
use crate::holder::Holder;
use crate::open::Database;
use net_scout_model::Sink;
use net_scout_model::clock::Clock;

/// How long to wait before the first look, and between two later ones.
const FIRST: Duration = Duration::from_millis(20);
const LATER: Duration = Duration::from_millis(200);
/// After so long somebody is told what is waited for.
const TOLD: Duration = Duration::from_secs(1);

/// Is asked at each look, with who has the lock and how long it was waited for, whether to go on waiting.
type GoesOn<'a> = &'a mut dyn FnMut(&Holder, Duration) -> bool;

/// Who waits for a lock, and for how long.
#[derive(Clone, Copy, Debug)]
pub struct Turn {
    /// What it is called where others see who has the database: `net-scout scan`.
    pub what: &'static str,
    /// How long it waits.
    pub patience: Duration,
}

impl Turn {
    /// How long a command waits.
    pub const PATIENCE: Duration = Duration::from_secs(300);

    /// The turn of a command.
    #[must_use]
    pub fn of(what: &'static str) -> Self {
        Self { what, patience: Self::PATIENCE }
    }

    /// Takes the lock. Where another process has it for longer than a second, the sink learns who that is.
    ///
    /// # Errors
    /// When another process still has it then; when the database is locked, read-only or full.
    pub fn take(self, database: &mut Database, lock: Lock, clock: &dyn Clock, sink: &dyn Sink) -> Result<Lease, DatabaseError> {
        self.take_while(database, lock, clock, sink, || true)
    }

    /// The same for one who may have to give up waiting before: as soon as `goes_on` says so.
    ///
    /// # Errors
    /// When another process still has it then; when the database is locked, read-only or full.
    pub fn take_while(
        self,
        database: &mut Database,
        lock: Lock,
        clock: &dyn Clock,
        sink: &dyn Sink,
        goes_on: impl Fn() -> bool,
    ) -> Result<Lease, DatabaseError> {
        let mut is_told = false;
        database.take_lock(lock, self.what, clock, &mut |holder, waited| {
            if waited >= TOLD && !std::mem::replace(&mut is_told, true) {
                sink.note(&format_args!("waiting for {holder}"));
            }
            waited < self.patience && goes_on()
        })
    }
}

impl Database {
    /// Takes a lock. Where another process has it, it is waited for as long as `goes_on` says.
    ///
    /// # Errors
    /// When another process still has it then; when the database is locked, read-only or full.
    pub(super) fn take_lock(
        &mut self,
        lock: Lock,
        what: &str,
        clock: &dyn Clock,
        goes_on: GoesOn<'_>,
    ) -> Result<Lease, DatabaseError> {
        let mut next = None;
        let taken = self.wait_for(lock, what, clock, goes_on, &mut next);
        match (taken, next) {
            (Err(error), Some(next)) => {
                // It is free at the end of this process in any case.
                drop(self.unlock(next));
                Err(error)
            }
            (taken, _) => taken,
        }
    }

    fn wait_for(
        &mut self,
        lock: Lock,
        what: &str,
        clock: &dyn Clock,
        goes_on: GoesOn<'_>,
        next: &mut Option<Lease>,
    ) -> Result<Lease, DatabaseError> {
        let (begun, mut pause) = (Instant::now(), FIRST);
        loop {
            let mut holder = match self.try_lock_as(lock, what, clock.now(), next.as_ref())? {
                Ok(lease) => return Ok(lease),
                Err(holder) => holder,
            };
            // To look is to read; nobody waits for that.
            loop {
                if !goes_on(&holder, begun.elapsed()) {
                    return Err(DatabaseError::Held { path: self.path.clone(), holder });
                }
                if lock == Lock::Turn && next.is_none() {
                    *next = self.try_lock(Lock::Next, what, clock.now())?.ok();
                }
                std::thread::sleep(pause);
                pause = (pause * 2).min(LATER);
                match self.holder(lock, clock.now())? {
                    Some(now) => holder = now,
                    None => break,
                }
            }
        }
    }
}
