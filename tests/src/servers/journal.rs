//! What a server was asked, in order.

use std::sync::{Mutex, PoisonError};

/// Entries that the server's threads write and a test reads.
#[derive(Debug)]
pub(super) struct Journal<T>(Mutex<Vec<T>>);

impl<T> Default for Journal<T> {
    fn default() -> Self {
        Self(Mutex::new(Vec::new()))
    }
}

impl<T: Clone> Journal<T> {
    /// Adds an entry. To be called before the answer leaves, so that a client that has its answer finds its question here.
    pub(super) fn write(&self, entry: T) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(entry);
    }

    /// All entries.
    pub(super) fn read(&self) -> Vec<T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many entries are like this.
    pub(super) fn count(&self, like: impl Fn(&T) -> bool) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().filter(|entry| like(entry)).count()
    }
}
