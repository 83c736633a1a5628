//! What all plugins keep during a run, and what of it was changed.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use net_scout_store::StateEntry;

/// The keys of a plugin with their values.
pub(super) type Entries = BTreeMap<String, Arc<[u8]>>;
/// What a call changed: a value, or none for a key that it removed.
pub(super) type Changes = BTreeMap<String, Option<Arc<[u8]>>>;

/// The stores of all plugins during a run. Cheap to clone.
#[derive(Clone, Default)]
pub struct StateStore(Arc<Mutex<Stored>>);

#[derive(Default)]
struct Stored {
    plugins: BTreeMap<String, Arc<Entries>>,
    changed: BTreeMap<String, Changes>,
}

/// Two calls of a plugin at once kept more than its quota; what the later one kept is dropped.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("with what another call kept meanwhile its store would have {used} bytes, more than the {quota} that were granted")]
pub struct QuotaExceeded {
    pub(super) used: usize,
    pub(super) quota: u32,
}

impl StateStore {
    /// With what was kept before.
    #[must_use]
    pub fn new(kept: impl IntoIterator<Item = StateEntry>) -> Self {
        let mut plugins: BTreeMap<String, Entries> = BTreeMap::new();
        for StateEntry { plugin, key, value } in kept {
            if let Some(value) = value {
                plugins.entry(plugin).or_default().insert(key, value.into());
            }
        }
        let plugins = plugins.into_iter().map(|(plugin, entries)| (plugin, Arc::new(entries))).collect();
        Self(Arc::new(Mutex::new(Stored { plugins, changed: BTreeMap::new() })))
    }

    /// Another store with what is in this one, and no changes.
    #[must_use]
    pub fn copy(&self) -> Self {
        let stored = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Self(Arc::new(Mutex::new(Stored { plugins: stored.plugins.clone(), changed: BTreeMap::new() })))
    }

    /// What was changed during the run.
    #[must_use]
    pub fn changes(&self) -> Vec<StateEntry> {
        let stored = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = |plugin: &str, key: &str, value: &Option<Arc<[u8]>>| StateEntry {
            plugin: plugin.to_owned(),
            key: key.to_owned(),
            value: value.as_deref().map(<[u8]>::to_vec),
        };
        let changes =
            stored.changed.iter().flat_map(|(plugin, changes)| changes.iter().map(move |(key, value)| (plugin, key, value)));
        changes.map(|(plugin, key, value)| entry(plugin, key, value)).collect()
    }

    pub(super) fn entries(&self, plugin: &str) -> Arc<Entries> {
        let stored = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        stored.plugins.get(plugin).cloned().unwrap_or_default()
    }

    /// Applies what one call changed, and nothing else: the last one of two that changed the same key wins.
    pub(super) fn commit(&self, plugin: &str, changes: Changes, quota: u32) -> Result<(), QuotaExceeded> {
        let mut stored = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut entries = stored.plugins.get(plugin).map(|entries| (**entries).clone()).unwrap_or_default();
        let before = size(&entries);
        for (key, value) in &changes {
            match value {
                Some(value) => drop(entries.insert(key.clone(), Arc::clone(value))),
                None => drop(entries.remove(key)),
            }
        }
        let used = size(&entries);
        if used > quota as usize && used > before {
            return Err(QuotaExceeded { used, quota });
        }
        stored.plugins.insert(plugin.to_owned(), Arc::new(entries));
        stored.changed.entry(plugin.to_owned()).or_default().extend(changes);
        Ok(())
    }
}

/// Keys and values together, in bytes.
pub(super) fn size(entries: &Entries) -> usize {
    entries.iter().map(|(key, value)| key.len() + value.len()).sum()
}
