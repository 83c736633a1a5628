//! Tells a server's threads to end, also those that sleep before a slow answer.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Whether the server is to stop.
#[derive(Debug, Default)]
pub(super) struct Stop {
    told: Mutex<bool>,
    changed: Condvar,
}

impl Stop {
    /// Wakes whoever sleeps here. From now on nobody does.
    pub(super) fn tell(&self) {
        *self.told.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.changed.notify_all();
    }

    /// Whether the server is to stop.
    pub(super) fn is_told(&self) -> bool {
        *self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sleeps, at most until the server is to stop.
    pub(super) fn sleep(&self, time: Duration) {
        let told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.changed.wait_timeout_while(told, time, |told| !*told).unwrap_or_else(PoisonError::into_inner));
    }

    /// Sleeps until the server is to stop.
    pub(super) fn wait(&self) {
        let told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.changed.wait_while(told, |told| !*told).unwrap_or_else(PoisonError::into_inner));
    }
}
