//! Waiting for the turn. Who waits gets the next one: a service that catches up takes one turn after another, and would leave no gap.

use std::time::{Duration, Instant};

use super::{Lease, Lock};
use crate::error::DatabaseError;
use crate::holder::Holder;
use crate::open::Database;
use net_scout_model::clock::Clock;

/// How long to wait before the first look, and between two later ones.
const FIRST: Duration = Duration::from_millis(20);
const LATER: Duration = Duration::from_millis(200);

impl Database {
    /// Takes the turn to scan, enrich or import. Where another process has it, `waiting` learns of it once, and the turn is waited for as
    /// long as `patience` says.
    ///
    /// # Errors
    /// When another process still has it then; when the database is locked, read-only or full.
    pub fn take_turn(
        &mut self,
        what: &str,
        clock: &dyn Clock,
        patience: Duration,
        waiting: impl FnOnce(&Holder),
    ) -> Result<Lease, DatabaseError> {
        let begun = Instant::now();
        let mut next = None;
        let taken = self.wait_for_turn(what, clock, begun + patience, waiting, &mut next);
        match (taken, next) {
            (Ok(lease), _) => Ok(lease),
            (Err(error), None) => Err(error),
            (Err(error), Some(next)) => {
                // It is free at the end of this process in any case.
                drop(self.unlock(next));
                Err(error)
            }
        }
    }

    fn wait_for_turn(
        &mut self,
        what: &str,
        clock: &dyn Clock,
        until: Instant,
        waiting: impl FnOnce(&Holder),
        next: &mut Option<Lease>,
    ) -> Result<Lease, DatabaseError> {
        let (mut waiting, mut pause) = (Some(waiting), FIRST);
        loop {
            let holder = match self.try_lock_as(Lock::Turn, what, clock.now(), next.as_ref())? {
                Ok(lease) => return Ok(lease),
                Err(holder) => holder,
            };
            if let Some(waiting) = waiting.take() {
                waiting(&holder);
            }
            if next.is_none() {
                *next = self.try_lock(Lock::Next, what, clock.now())?.ok();
            }
            // To look is to read; nobody waits for that.
            loop {
                if Instant::now() >= until {
                    return Err(DatabaseError::Held { path: self.path.clone(), holder });
                }
                std::thread::sleep(pause.min(until.saturating_duration_since(Instant::now())));
                pause = (pause * 2).min(LATER);
                if self.holder(Lock::Turn, clock.now())?.is_none() {
                    break;
                }
            }
        }
    }
}
