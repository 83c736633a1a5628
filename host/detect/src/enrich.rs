//! Enrichment: what is known outside about the addresses of alerts.
//!
//! Each subject is looked up once, however many alerts have it. Lookups run at the same time, as fast as the rate limit of their kind
//! allows; what is fresh in the cache is not asked for again. A lookup that fails says why in its result, and never loses another's.

mod alerts;
mod attach;
mod cache;
mod find;
mod lookup;

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use net_scout_model::{Secrets, Sink};
use net_scout_plugin_host::schedule::Rate;
use net_scout_plugin_host::{EnricherSet, PluginOptions, PluginsError, load_plugins};
use net_scout_store::DatabaseOptions;

pub use alerts::{EnrichRequest, Enriched, LookUpRequest, LookedUp, enrich_alerts, look_up};
pub use attach::{FLAT_KINDS, attach, flat_key};
pub use cache::{Forget, answers, forget};
pub use lookup::{Answer, LookupOptions, SharedClock, Subject, run};

/// What every enrichment of a run has in common.
#[derive(Clone)]
pub struct EnrichOptions {
    /// The database.
    pub database: DatabaseOptions,
    /// The resolvers to ask; empty for those of the system.
    pub dns_servers: Vec<SocketAddr>,
    /// The directories whose files enrichers may be granted, by name.
    pub directories: BTreeMap<String, PathBuf>,
    /// What the host may add to requests that are granted with a secret.
    pub secrets: Secrets,
    /// How often each kind of lookup, and each HTTP server, may be asked.
    pub rate: Rate,
    /// How many lookups may be under way.
    pub parallel: usize,
    /// How long one lookup may take, with all its tries.
    pub timeout: Duration,
    /// The clock that rate limits go by. They hold across runs, so it goes on where the time of the run stands still.
    pub clock: SharedClock,
}

impl fmt::Debug for EnrichOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EnrichOptions").field("database", &self.database).field("rate", &self.rate).finish_non_exhaustive()
    }
}

/// Where the enrichers come from.
#[derive(Clone, Copy)]
pub enum EnricherSource<'a> {
    /// They are loaded for this run: those that are named, or all where none is.
    Folder(&'a PluginOptions, &'a [String]),
    /// They are loaded.
    Loaded(&'a EnricherSet),
}

impl<'a> EnricherSource<'a> {
    /// The enrichers, which are kept here where they are loaded.
    async fn load(self, loaded: &'a mut EnricherSet, sink: &dyn Sink) -> Result<&'a EnricherSet, PluginsError> {
        match self {
            Self::Loaded(enrichers) => Ok(enrichers),
            Self::Folder(options, names) => {
                *loaded = load_plugins(options, sink).await?.enrichers(options, names, sink)?;
                Ok(loaded)
            }
        }
    }
}
