//! The database of the service, with its lock: opened when it is needed, and again after it was gone.

use std::time::Duration;

use super::{NAME, ServiceError, Surroundings};
use net_scout_detect::prepare;
use net_scout_detect::scan::ScanOptions;
use net_scout_model::Span;
use net_scout_store::{Database, KeptWindow, Lease, Lock, SeenRows, Turn};

/// How long it waits for its turn.
const PATIENCE: Duration = Duration::from_secs(60);

/// The database, while it is open.
#[derive(Default)]
pub(super) struct Connection(Option<Open>);

/// An open database.
pub(super) struct Open {
    /// The database.
    pub(super) database: Database,
    /// The lock of the service in it.
    pub(super) lease: Lease,
    /// What its rows looked like. Those of another file are not these.
    pub(super) seen: SeenRows,
    /// The events of its window.
    pub(super) kept: KeptWindow,
    /// Time that was scanned, and in which rows may have been updated without it being known.
    pub(super) unsure: Option<Span>,
}

impl Connection {
    /// The open database; it is opened where it is not.
    ///
    /// # Errors
    /// When it cannot be used, or another service runs on it.
    pub(super) fn open(&mut self, options: &ScanOptions, around: &Surroundings<'_>) -> Result<&mut Open, ServiceError> {
        if self.0.as_ref().is_some_and(|open| !open.database.is_current()) {
            self.leave(options, around);
        }
        let open = match self.0.take() {
            Some(open) => open,
            None => Open::new(options, around)?,
        };
        Ok(self.0.insert(open))
    }

    /// Leaves a file that is not the one at its path any more.
    pub(super) fn leave(&mut self, options: &ScanOptions, around: &Surroundings<'_>) {
        let path = options.database.path.display();
        around.sink.warn(&format_args!("{path} was moved or replaced by another program; what is there now is opened"));
        self.close();
    }

    /// The database, if it is open.
    pub(super) fn opened(&mut self) -> Option<&mut Open> {
        self.0.as_mut()
    }

    /// Gives a turn back. Where that fails, another connection does it.
    pub(super) fn end_turn(&mut self, turn: Lease) {
        let ended = self.0.as_mut().map_or(Ok(()), |open| open.database.unlock(turn));
        if let Err(error) = ended {
            // With the file that is gone its turn is too.
            if !error.is_gone() {
                tracing::warn!("the turn could not be given back: {}", error.fact());
            }
            self.close();
        }
    }

    /// Gives the lock back and closes it.
    pub(super) fn close(&mut self) {
        if let Some(Open { mut database, lease, .. }) = self.0.take() {
            database.give_back(lease);
        }
    }
}

impl Open {
    fn new(options: &ScanOptions, around: &Surroundings<'_>) -> Result<Self, ServiceError> {
        let now = around.clock.now();
        let mut database = options.database.open()?;
        database.check_events(&options.table)?;
        prepare(&mut database, &options.table, now, around.sink)?;
        // What this process still has there was taken on a connection that is gone.
        for lock in [Lock::Service, Lock::Turn, Lock::Next, Lock::Lookups, Lock::Delivery] {
            database.unlock_lost(lock)?;
        }
        let lease = database.try_lock(Lock::Service, NAME, now)?.map_err(|holder| ServiceError::Held(holder.to_string()))?;
        Ok(Self { database, lease, seen: SeenRows::default(), kept: KeptWindow::default(), unsure: None })
    }

    /// Waits for the turn to work on the database: for a while, and not where the service is to end.
    pub(super) fn take_turn(&mut self, around: &Surroundings<'_>) -> Result<Lease, ServiceError> {
        let (turn, database) = (Turn { what: NAME, patience: PATIENCE }, &mut self.database);
        let goes_on = || !*around.stop.borrow();
        Ok(tokio::task::block_in_place(|| turn.take_while(database, Lock::Turn, around.clock, around.sink, goes_on))?)
    }
}
