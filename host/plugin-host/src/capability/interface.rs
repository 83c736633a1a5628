//! What every capability is, so that the runtime can link it, and hand it to a call, without knowing it.
//!
//! A capability is one folder: what it asks for in a description and in words, the grant that every call passes, what its calls share, its
//! limits, and its tests. It knows the interfaces of `wit/` and host calls, and neither the runtime nor another capability.

use std::time::Duration;

use wasmtime::component::Linker;

pub(super) use crate::bindings::rule::net_scout::plugin::description as wit_request;
use crate::host_calls::HostCalls;
use net_scout_model::{Kind, Request};

/// The worlds that a component can be of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum World {
    /// A rule.
    Rule,
    /// An enricher.
    Enricher,
    /// A notifier.
    Notifier,
}

impl World {
    /// The world of a plugin that says that it is this.
    pub(crate) fn of(kind: &Kind) -> Self {
        match kind {
            Kind::Rule { .. } => Self::Rule,
            Kind::Enricher { .. } => Self::Enricher,
            Kind::Notifier => Self::Notifier,
        }
    }

    /// What its plugins are called.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Rule => "rule",
            Self::Enricher => "enricher",
            Self::Notifier => "notifier",
        }
    }
}

/// One call of a guest, as far as capabilities need to know it.
pub struct Call<'a> {
    /// The name of the plugin.
    pub plugin: &'a str,
    /// The most time that it takes.
    pub wall: Duration,
    /// Its calls into the host.
    pub host_calls: &'a HostCalls,
}

/// Something that a plugin may be given; the type is what one call of a guest has of it.
pub trait Capability: Send + Sized + 'static {
    /// The name of its interface.
    const NAME: &'static str;
    /// The worlds whose plugins may import it.
    const WORLDS: &'static [World];

    /// What a plugin was granted of it; by default nothing.
    type Grant: Clone + Default + Send + Sync;
    /// What its calls share during a run.
    type Shared: Clone + Send + Sync;

    /// The request that stands in a description of a plugin of this world, if it is one for this; the error says what is wrong with it.
    fn requested(_asked: &wit_request::Request, _world: World) -> Option<Result<Request, String>> {
        None
    }

    /// What a request asks for, in plain words, if it is one for this.
    fn words(_request: &Request) -> Option<String> {
        None
    }

    /// What is granted of it to a plugin, among all that is.
    fn grant(plugin: &str, granted: &[Request]) -> Self::Grant;

    /// What one call has of it: within the grant, and without what is shared for a guest that may do nothing.
    fn context(grant: &Self::Grant, shared: Option<&Self::Shared>, call: &Call<'_>) -> Self;

    /// Adds its functions to a linker. `context` finds it in the data of a store.
    ///
    /// # Errors
    /// When they are there already.
    fn link<T: Send + 'static>(linker: &mut Linker<T>, context: fn(&mut T) -> &mut Self) -> wasmtime::Result<()>;
}
