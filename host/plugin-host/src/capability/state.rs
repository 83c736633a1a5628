//! `state`: a small store for each plugin, kept between runs.
//!
//! A call works on what was there when it began and on its own changes. They reach the others only when the call succeeded, so that a
//! guest that fails or traps changes nothing.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::json;

use crate::bindings::net_scout::plugin::state as wit;
use crate::{Boundary, failure};
use net_scout_model::{Request, plain};
use net_scout_store::StateEntry;

/// The longest key, in bytes.
const LONGEST_KEY: usize = 256;
/// What a rule may ask for and is given without approval, in bytes: a rule that holds each local host against its own past needs some
/// bytes for each, and networks have thousands.
pub const RULE_QUOTA: u32 = 256 << 10;
/// How much of a key stands in an error, in characters.
const QUOTED: usize = 100;

/// The keys of a plugin with their values.
type Entries = BTreeMap<String, Arc<[u8]>>;
/// What a call changed: a value, or none for a key that it removed.
type Changes = BTreeMap<String, Option<Arc<[u8]>>>;

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
    used: usize,
    quota: u32,
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

    fn entries(&self, plugin: &str) -> Arc<Entries> {
        let stored = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        stored.plugins.get(plugin).cloned().unwrap_or_default()
    }

    /// Applies what one call changed, and nothing else: the last one of two that changed the same key wins.
    fn commit(&self, plugin: &str, changes: Changes, quota: u32) -> Result<(), QuotaExceeded> {
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
fn size(entries: &Entries) -> usize {
    entries.iter().map(|(key, value)| key.len() + value.len()).sum()
}

/// How much a plugin may keep.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StateGrant {
    plugin: String,
    quota: Option<u32>,
}

impl StateGrant {
    /// The largest of the lines for state among what was granted.
    #[must_use]
    pub fn new(plugin: &str, granted: &[Request]) -> Self {
        let quota = granted.iter().filter_map(|request| match request {
            Request::State { bytes } => Some(*bytes),
            _ => None,
        });
        Self { plugin: plugin.to_owned(), quota: quota.max() }
    }

    /// The gate: how many bytes may be kept.
    fn check(&self) -> Result<u32, wit::StateError> {
        self.quota.ok_or_else(|| {
            let line = Request::configuration(&self.plugin, &[&Request::State { bytes: RULE_QUOTA }]);
            wit::StateError::AccessDenied(format!("no store is granted; to grant one of {RULE_QUOTA} bytes, add {line}"))
        })
    }
}

/// The store in one call.
pub struct StateContext {
    boundary: Boundary,
    kept: Kept,
}

failure!(wit::StateError);

/// What the call sees of it.
struct Kept {
    grant: StateGrant,
    store: Option<StateStore>,
    entries: Arc<Entries>,
    changes: Changes,
    used: usize,
}

impl StateContext {
    /// For a plugin with this grant; without a store for a guest that may keep nothing.
    #[must_use]
    pub fn new(grant: StateGrant, store: Option<StateStore>, boundary: Boundary) -> Self {
        let entries = store.as_ref().map(|store| store.entries(&grant.plugin)).unwrap_or_default();
        let used = size(&entries);
        Self { boundary, kept: Kept { grant, store, entries, changes: Changes::new(), used } }
    }

    /// Keeps what the call changed. To be called when it succeeded.
    ///
    /// # Errors
    /// When another call kept so much meanwhile that both are too much.
    pub fn commit(&mut self) -> Result<(), QuotaExceeded> {
        let Kept { grant, store, changes, .. } = &mut self.kept;
        let changes = std::mem::take(changes);
        match (store, grant.quota) {
            (Some(store), Some(quota)) if !changes.is_empty() => store.commit(&grant.plugin, changes, quota),
            _ => Ok(()),
        }
    }
}

impl Kept {
    /// How many bytes may be kept, if this key may be used at all.
    fn quota(&self, key: &str) -> Result<u32, wit::StateError> {
        let quota = self.grant.check()?;
        if key.len() <= LONGEST_KEY {
            return Ok(quota);
        }
        let text = format!("the key `{}` has {} bytes, more than {LONGEST_KEY}", plain(key, QUOTED), key.len());
        Err(wit::StateError::TooLarge(text))
    }

    fn value(&self, key: &str) -> Option<&Arc<[u8]>> {
        match self.changes.get(key) {
            Some(changed) => changed.as_ref(),
            None => self.entries.get(key),
        }
    }

    /// What a key and its value take now.
    fn taken(&self, key: &str) -> usize {
        self.value(key).map_or(0, |value| key.len() + value.len())
    }

    fn set(&mut self, key: &str, value: &[u8]) -> Result<(), wit::StateError> {
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

    fn remove(&mut self, key: &str) -> Result<(), wit::StateError> {
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

impl wit::Host for StateContext {
    async fn get(&mut self, key: String) -> wasmtime::Result<Result<Option<Vec<u8>>, wit::StateError>> {
        let kept = &self.kept;
        let work = async { kept.quota(&key).map(|_| kept.value(&key).map(|value| value.to_vec())) };
        self.boundary.cross("state.get", key.len(), || json!({ "key": key }), work).await
    }

    async fn set(&mut self, key: String, value: Vec<u8>) -> wasmtime::Result<Result<(), wit::StateError>> {
        let kept = &mut self.kept;
        let work = async { kept.set(&key, &value) };
        self.boundary.cross("state.set", key.len() + value.len(), || json!({ "key": key, "value": value }), work).await
    }

    async fn remove(&mut self, key: String) -> wasmtime::Result<Result<(), wit::StateError>> {
        let kept = &mut self.kept;
        let work = async { kept.remove(&key) };
        self.boundary.cross("state.remove", key.len(), || json!({ "key": key }), work).await
    }
}

#[cfg(test)]
mod tests {
    use wit::{Host as _, StateError};

    use super::*;
    use crate::LimitExceeded;
    use crate::recording::Session;
    use net_scout_model::Limits;

    fn boundary() -> Boundary {
        Boundary::new(Limits::default(), Session::Live)
    }

    fn context(store: &StateStore, plugin: &str, quota: u32) -> StateContext {
        let grant = StateGrant::new(plugin, &[Request::State { bytes: 1 }, Request::State { bytes: quota }]);
        StateContext::new(grant, Some(store.clone()), boundary())
    }

    async fn get(context: &mut StateContext, key: &str) -> Option<Vec<u8>> {
        context.get(key.to_owned()).await.expect("no trap").expect("granted")
    }

    async fn set(context: &mut StateContext, key: &str, length: usize) -> Result<(), StateError> {
        context.set(key.to_owned(), vec![b'x'; length]).await.expect("no trap")
    }

    fn entry(plugin: &str, key: &str, value: Option<&[u8]>) -> StateEntry {
        StateEntry { plugin: plugin.to_owned(), key: key.to_owned(), value: value.map(<[u8]>::to_vec) }
    }

    #[tokio::test]
    async fn what_a_call_changes_is_seen_after_it_succeeded() {
        let store = StateStore::new([entry("a", "old", Some(b"1"))]);
        let (mut first, mut second) = (context(&store, "a", 100), context(&store, "a", 100));
        set(&mut first, "new", 1).await.expect("room");
        first.remove("old".to_owned()).await.expect("no trap").expect("removed");
        assert_eq!((get(&mut first, "new").await, get(&mut first, "old").await), (Some(b"x".to_vec()), None));
        assert_eq!((get(&mut second, "new").await, get(&mut second, "old").await), (None, Some(b"1".to_vec())));
        assert_eq!(store.changes(), []);
        first.commit().expect("room");
        // One that failed is dropped.
        set(&mut second, "new", 2).await.expect("room");
        drop(second);
        assert_eq!(store.changes(), [entry("a", "new", Some(b"x")), entry("a", "old", None)]);
        assert_eq!(get(&mut context(&store, "a", 100), "new").await, Some(b"x".to_vec()));
        assert_eq!(get(&mut context(&store, "b", 100), "new").await, None);
    }

    #[tokio::test]
    async fn the_last_of_two_calls_wins_for_the_keys_that_it_changed() {
        let store = StateStore::default();
        let (mut first, mut second) = (context(&store, "a", 10), context(&store, "a", 10));
        set(&mut first, "x", 1).await.expect("room");
        set(&mut first, "y", 1).await.expect("room");
        set(&mut second, "y", 2).await.expect("room");
        first.commit().expect("room");
        second.commit().expect("room");
        assert_eq!(store.changes(), [entry("a", "x", Some(b"x")), entry("a", "y", Some(b"xx"))]);
        // Each alone has room, both together have not.
        let (mut first, mut second) = (context(&store, "a", 10), context(&store, "a", 10));
        set(&mut first, "v", 4).await.expect("room");
        set(&mut second, "w", 4).await.expect("room");
        first.commit().expect("room");
        assert_eq!(second.commit(), Err(QuotaExceeded { used: 15, quota: 10 }));
        assert_eq!(store.changes().len(), 3);
    }

    #[tokio::test]
    async fn the_quota_counts_keys_and_values() {
        let store = StateStore::new([entry("a", "full", Some(&[0; 16]))]);
        let mut context = context(&store, "a", 20);
        let Err(StateError::TooLarge(text)) = set(&mut context, "k", 0).await else { panic!("set") };
        let line = "[grants.a] state = [\"21\"]";
        assert_eq!(text, format!("the store would have 21 bytes, more than the 20 that are granted; to grant more, add {line}"));
        set(&mut context, "full", 15).await.expect("room");
        set(&mut context, "k", 0).await.expect("room");
        context.remove("full".to_owned()).await.expect("no trap").expect("removed");
        context.remove("never".to_owned()).await.expect("no trap").expect("removed");
        set(&mut context, "k", 19).await.expect("room");
        assert!(set(&mut context, "k", 20).await.is_err());
        let Err(StateError::TooLarge(text)) = set(&mut context, &"k".repeat(257), 0).await else { panic!("set") };
        assert!(text.ends_with("has 257 bytes, more than 256"), "{text}");
        context.commit().expect("room");
        assert_eq!(store.changes().len(), 2);
    }

    #[tokio::test]
    async fn a_store_that_is_too_full_may_become_smaller() {
        let store = StateStore::new([entry("a", "full", Some(&[0; 16]))]);
        let mut context = context(&store, "a", 10);
        set(&mut context, "full", 15).await.expect("smaller");
        context.commit().expect("smaller");
    }

    #[tokio::test]
    async fn without_a_grant_or_in_describe_there_is_none() {
        let none = StateGrant::new("a", &[]);
        let mut context = StateContext::new(none, Some(StateStore::default()), Boundary::new(Limits::default(), Session::Live));
        let Err(StateError::AccessDenied(text)) = set(&mut context, "k", 0).await else { panic!("set") };
        assert_eq!(text, "no store is granted; to grant one of 262144 bytes, add [grants.a] state = [\"262144\"]");
        let mut context = StateContext::new(StateGrant::default(), None, Boundary::closed());
        let error = context.get("k".to_owned()).await.expect_err("trap");
        assert_eq!(error.downcast_ref(), Some(&LimitExceeded::NoCapability));
    }
}
