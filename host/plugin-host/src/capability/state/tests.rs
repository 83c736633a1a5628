use std::time::Duration;

use wit::{Host as _, StateError};

use super::*;
use crate::error::LimitExceeded;
use crate::recording::Session;
use net_scout_model::Limits;
use net_scout_store::StateEntry;

fn call(host_calls: &HostCalls) -> Call<'_> {
    Call { plugin: "a", wall: Duration::from_secs(1), host_calls }
}

fn host_calls() -> HostCalls {
    HostCalls::new(Limits::default(), Session::Live)
}

fn context(store: &StateStore, plugin: &str, quota: u32) -> StateContext {
    let grant = StateGrant::new(plugin, &[Request::State { bytes: 1 }, Request::State { bytes: quota }]);
    StateContext::context(&grant, Some(store), &call(&host_calls()))
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
    let mut context = StateContext::context(&none, Some(&StateStore::default()), &call(&host_calls()));
    let Err(StateError::AccessDenied(text)) = set(&mut context, "k", 0).await else { panic!("set") };
    assert_eq!(text, "no store is granted; to grant one of 262144 bytes, add [grants.a] state = [\"262144\"]");
    let mut context = StateContext::context(&StateGrant::default(), None, &call(&HostCalls::closed()));
    let error = context.get("k".to_owned()).await.expect_err("trap");
    assert_eq!(error.downcast_ref(), Some(&LimitExceeded::NoCapability));
}
