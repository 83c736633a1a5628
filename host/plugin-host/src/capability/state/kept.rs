//! What one call sees of its plugin's store, and what it changed.

use std::sync::Arc;

use super::grant::StateGrant;
use super::store::{Changes, Entries, QuotaExceeded, StateStore, size};
use super::{QUOTED, wit};
use net_scout_model::{Request, plain};

/// The longest key, in bytes.
const LONGEST_KEY: usize = 256;

/// What the call sees of it.
pub(super) struct Kept {
    grant: StateGrant,
    store: Option<StateStore>,
    entries: Arc<Entries>,
    changes: Changes,
    used: usize,
}

impl Kept {
    /// What is there when the call begins.
    pub(super) fn new(grant: StateGrant, store: Option<StateStore>) -> Self {
        let entries = store.as_ref().map(|store| store.entries(&grant.plugin)).unwrap_or_default();
        let used = size(&entries);
        Self { grant, store, entries, changes: Changes::new(), used }
    }

    /// Keeps what the call changed.
    pub(super) fn commit(&mut self) -> Result<(), QuotaExceeded> {
        let changes = std::mem::take(&mut self.changes);
        match (&self.store, self.grant.quota) {
            (Some(store), Some(quota)) if !changes.is_empty() => store.commit(&self.grant.plugin, changes, quota),
            _ => Ok(()),
        }
    }

    /// How many bytes may be kept, if this key may be used at all.
    pub(super) fn quota(&self, key: &str) -> Result<u32, wit::StateError> {
        let quota = self.grant.check()?;
        if key.len() <= LONGEST_KEY {
            return Ok(quota);
        }
        let text = format!("the key `{}` has {} bytes, more than {LONGEST_KEY}", plain(key, QUOTED), key.len());
        Err(wit::StateError::TooLarge(text))
    }

    pub(super) fn value(&self, key: &str) -> Option<&Arc<[u8]>> {
        match self.changes.get(key) {
            Some(changed) => changed.as_ref(),
            None => self.entries.get(key),
        }
    }

    /// What a key and its value take now.
    fn taken(&self, key: &str) -> usize {
        self.value(key).map_or(0, |value| key.len() + value.len())
    }

    pub(super) fn set(&mut self, key: &str, value: &[u8]) -> Result<(), wit::StateError> {
        let quota = self.quota(key)? as usize;
        let taken = self.taken(key);
        let used = self.used - taken + key.len() + value.len();
        // A store that is too full, because less was granted since, may still become smaller.
        if used > quota && used > self.used {
            let request = Request::State { bytes: u32::try_from(used).unwrap_or(u32::MAX) };
            let line = Request::configuration(&self.grant.plugin, &[&request]);
            let text =
                format!("the store would have {used} bytes, more than the {quota} that are granted; to grant more, add {line}");
            return Err(wit::StateError::TooLarge(text));
        }
        self.used = used;
        self.changes.insert(key.to_owned(), Some(value.into()));
        Ok(())
    }

    pub(super) fn remove(&mut self, key: &str) -> Result<(), wit::StateError> {
        self.quota(key)?;
        self.used -= self.taken(key);
        // A key that was never kept leaves no trace, so that changes do not grow with removals.
        if self.entries.contains_key(key) {
            self.changes.insert(key.to_owned(), None);
        } else {
            self.changes.remove(key);
        }
        Ok(())
    }
}
