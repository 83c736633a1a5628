//! `state`: a small store for each plugin, kept between runs.
//!
//! A call works on what was there when it began and on its own changes. They reach the others only when the call succeeded, so that a
//! guest that fails or traps changes nothing.

mod grant;
mod kept;
mod store;

use serde_json::json;
use wasmtime::component::{HasSelf, Linker};

use super::interface::{Call, Capability, World, wit_request};
use crate::bindings::rule::net_scout::plugin::state as wit;
use crate::host_calls::{HostCalls, failure};
use net_scout_model::Request;

pub use grant::{RULE_QUOTA, StateGrant};
use kept::Kept;
pub use store::{QuotaExceeded, StateStore};

/// How much of a key stands in an error, in characters.
const QUOTED: usize = 100;

/// The store in one call.
pub struct StateContext {
    host_calls: HostCalls,
    kept: Kept,
}

failure!(wit::StateError);

impl Capability for StateContext {
    const NAME: &'static str = "state";
    const WORLDS: &'static [World] = &[World::Rule, World::Enricher, World::Notifier];

    type Grant = StateGrant;
    type Shared = StateStore;

    fn requested(asked: &wit_request::Request, world: World) -> Option<Result<Request, String>> {
        let &wit_request::Request::State(bytes) = asked else { return None };
        if world == World::Rule && bytes > RULE_QUOTA {
            return Some(Err(format!("it requests a store of {bytes} bytes, a rule may have {RULE_QUOTA}")));
        }
        Some(Ok(Request::State { bytes }))
    }

    fn words(request: &Request) -> Option<String> {
        let Request::State { bytes } = request else { return None };
        Some(format!("it requests {bytes} bytes to keep from run to run"))
    }

    fn grant(plugin: &str, granted: &[Request]) -> StateGrant {
        StateGrant::new(plugin, granted)
    }

    fn context(grant: &StateGrant, store: Option<&StateStore>, call: &Call<'_>) -> Self {
        Self { host_calls: call.host_calls.clone(), kept: Kept::new(grant.clone(), store.cloned()) }
    }

    fn link<T: Send + 'static>(linker: &mut Linker<T>, context: fn(&mut T) -> &mut Self) -> wasmtime::Result<()> {
        wit::add_to_linker::<T, HasSelf<Self>>(linker, context)
    }
}

impl StateContext {
    /// Keeps what the call changed. To be called when it succeeded.
    ///
    /// # Errors
    /// When another call kept so much meanwhile that both are too much.
    pub fn commit(&mut self) -> Result<(), QuotaExceeded> {
        self.kept.commit()
    }
}

impl wit::Host for StateContext {
    async fn get(&mut self, key: String) -> wasmtime::Result<Result<Option<Vec<u8>>, wit::StateError>> {
        let kept = &self.kept;
        let work = async { kept.quota(&key).map(|_| kept.value(&key).map(|value| value.to_vec())) };
        self.host_calls.make("state.get", key.len(), || json!({ "key": key }), work).await
    }

    async fn set(&mut self, key: String, value: Vec<u8>) -> wasmtime::Result<Result<(), wit::StateError>> {
        let kept = &mut self.kept;
        let work = async { kept.set(&key, &value) };
        self.host_calls.make("state.set", key.len() + value.len(), || json!({ "key": key, "value": value }), work).await
    }

    async fn remove(&mut self, key: String) -> wasmtime::Result<Result<(), wit::StateError>> {
        let kept = &mut self.kept;
        let work = async { kept.remove(&key) };
        self.host_calls.make("state.remove", key.len(), || json!({ "key": key }), work).await
    }
}

#[cfg(test)]
mod tests;
