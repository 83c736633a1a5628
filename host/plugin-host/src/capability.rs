//! What a plugin may be given, one file each: the grant is checked there and nowhere else. No capability knows another.

use std::sync::Arc;

use crate::schedule::RateLimiter;
use net_scout_model::Secrets;

pub mod dns;
pub mod exec;
pub mod files;
pub mod http;
pub mod log;
pub mod query;
pub mod state;

/// What the calls of a run share: each capability's own, to be handed out behind its gate.
#[derive(Clone)]
pub struct Shared {
    /// For `dns`; none where a recording is played.
    pub resolvers: Option<dns::Resolvers>,
    /// For `files`.
    pub directories: files::Directories,
    /// For `http`.
    pub http: http::HttpClient,
    /// For `state`.
    pub state: state::StateStore,
}

impl Shared {
    /// What reaches nothing outside, for calls that are answered from a recording or a scenario.
    #[must_use]
    pub fn offline(state: state::StateStore) -> Self {
        Self {
            resolvers: None,
            directories: files::Directories::default(),
            http: http::HttpClient::new(Secrets::default(), Arc::new(RateLimiter::unlimited())),
            state,
        }
    }
}
