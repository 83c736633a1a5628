//! A loaded enricher, and one lookup of it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use wasmtime::component::{Component, HasSelf, InstancePre, Linker};

use super::convert;
use super::engine::{PluginEngine, within};
use super::enricher_bindings::{self as bindings, EnricherPre};
use super::error::PluginError;
use super::limits::{Growth, HostCalls, Limits};
use super::rule::arguments;
use crate::capability::Shared;
use crate::capability::dns::{DnsContext, DnsGrant};
use crate::capability::exec::{ExecContext, ExecGrant};
use crate::capability::files::{FilesContext, FilesGrant};
use crate::capability::http::{HttpContext, HttpGrant};
use crate::capability::log::LogContext;
use crate::capability::state::{StateContext, StateGrant};
use crate::model::{Description, Observable, ObservableKind, Request, Secrets, Value, plain};

/// The largest answer of an enricher, in bytes of JSON.
const LARGEST_ANSWER: usize = 256 << 10;

/// How much of an enricher's words is kept, in characters.
const QUOTED: usize = 400;

/// An enricher that was loaded: linked once, and instantiated for every lookup.
pub struct Enricher {
    /// The name of its file.
    pub file: String,
    /// What it says of itself.
    pub description: Description,
    code: Code,
    dns: DnsGrant,
    exec: ExecGrant,
    files: FilesGrant,
    state: StateGrant,
    http: HttpGrant,
    arguments: Vec<(String, Value)>,
}

/// A component linked to the capabilities that an enricher may have.
pub(super) struct Code {
    engine: PluginEngine,
    linked: EnricherPre<State>,
}

/// Why an enricher found nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LookupError {
    /// A capability denied what it needs.
    #[error("access denied: {0}")]
    AccessDenied(String),
    /// Something did not answer in time.
    #[error("timed out: {0}")]
    TimedOut(String),
    /// The other side asks to slow down, for so many seconds where it says so.
    #[error("rate limited")]
    RateLimited(Option<u32>),
    /// There is nothing to be found.
    #[error("not found: {0}")]
    NotFound(String),
    /// Something is missing or out of order.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// The observable or an answer makes no sense.
    #[error("invalid: {0}")]
    Invalid(String),
    /// The enricher itself failed.
    #[error("plugin failed: {0}")]
    Failed(String),
}

impl LookupError {
    /// As it stands in results.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::AccessDenied(_) => "access-denied",
            Self::TimedOut(_) => "timed-out",
            Self::RateLimited(_) => "rate-limited",
            Self::NotFound(_) => "not-found",
            Self::Unavailable(_) => "unavailable",
            Self::Invalid(_) => "invalid",
            Self::Failed(_) => "failed",
        }
    }

    /// Whether another try may find something.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::TimedOut(_) | Self::RateLimited(_) | Self::Unavailable(_))
    }
}

impl From<bindings::net_scout::plugin::enrichment::EnrichError> for LookupError {
    fn from(error: bindings::net_scout::plugin::enrichment::EnrichError) -> Self {
        use bindings::net_scout::plugin::enrichment::EnrichError;
        let quoted = |text: String| plain(&text, QUOTED);
        match error {
            EnrichError::AccessDenied(text) => Self::AccessDenied(quoted(text)),
            EnrichError::TimedOut(text) => Self::TimedOut(quoted(text)),
            EnrichError::RateLimited(seconds) => Self::RateLimited(seconds),
            EnrichError::NotFound(text) => Self::NotFound(quoted(text)),
            EnrichError::Unavailable(text) => Self::Unavailable(quoted(text)),
            EnrichError::Invalid(text) => Self::Invalid(quoted(text)),
        }
    }
}

impl From<&Observable> for bindings::Observable {
    fn from(observable: &Observable) -> Self {
        let kind = match observable.kind {
            ObservableKind::Ip => super::bindings::net_scout::plugin::description::ObservableKind::Ip,
            ObservableKind::Domain => super::bindings::net_scout::plugin::description::ObservableKind::Domain,
        };
        Self { kind, value: observable.value.clone() }
    }
}

/// What belongs to one call.
struct State {
    growth: Growth,
    dns: DnsContext,
    exec: ExecContext,
    files: FilesContext,
    state: StateContext,
    http: HttpContext,
    log: LogContext,
}

impl Code {
    /// Links a component. It runs nothing.
    pub(super) fn link(engine: &PluginEngine, component: &Component) -> wasmtime::Result<Self> {
        let mut linker = Linker::<State>::new(engine.engine());
        bindings::net_scout::plugin::dns::add_to_linker::<_, HasSelf<_>>(&mut linker, |state| &mut state.dns)?;
        bindings::net_scout::plugin::exec::add_to_linker::<_, HasSelf<_>>(&mut linker, |state| &mut state.exec)?;
        bindings::net_scout::plugin::files::add_to_linker::<_, HasSelf<_>>(&mut linker, |state| &mut state.files)?;
        super::bindings::net_scout::plugin::state::add_to_linker::<_, HasSelf<_>>(&mut linker, |state| &mut state.state)?;
        bindings::net_scout::plugin::http::add_to_linker::<_, HasSelf<_>>(&mut linker, |state| &mut state.http)?;
        super::bindings::net_scout::plugin::log::add_to_linker::<_, HasSelf<_>>(&mut linker, |state| &mut state.log)?;
        let linked: InstancePre<State> = linker.instantiate_pre(component)?;
        Ok(Self { engine: engine.clone(), linked: EnricherPre::new(linked)? })
    }

    /// Asks the component what it is, with no capability at all.
    pub(super) async fn describe(&self, file: &str, limits: &Limits) -> Result<super::bindings::Description, PluginError> {
        let limits = limits.for_describe();
        let calls = HostCalls::forbidden();
        let state = State {
            growth: Growth::new(limits),
            dns: DnsContext::new(DnsGrant::default(), None, calls.clone()),
            exec: ExecContext::new(None, limits.wall, calls.clone()),
            files: FilesContext::new(FilesGrant::default(), None, calls.clone()),
            http: HttpContext::new(HttpGrant::default(), None, calls.clone()),
            state: StateContext::new(StateGrant::default(), None, calls.clone()),
            log: LogContext::new(file, calls),
        };
        let mut store = self.engine.store(state, &limits);
        store.limiter(|state| &mut state.growth);
        within(&limits, async {
            let instance = self.linked.instantiate_async(&mut store).await?;
            instance.call_describe(&mut store).await
        })
        .await
    }
}

/// An enricher that was loaded but not yet given anything.
pub struct UngrantedEnricher {
    /// The name of its file.
    pub file: String,
    /// The SHA-256 of its file, in hexadecimal.
    pub hash: String,
    /// What it says of itself.
    pub description: Description,
    pub(super) code: Code,
}

impl UngrantedEnricher {
    /// What it requests and was not granted.
    #[must_use]
    pub fn missing(&self, granted: &[Request]) -> Vec<&Request> {
        self.description.requests.iter().filter(|request| !granted.iter().any(|grant| grant.covers(request))).collect()
    }

    /// Its first request, when all of them come to nothing because the parameters in them are not set: until they are, it is off.
    ///
    /// # Errors
    /// When a parameter does not take what was set.
    pub fn unset(&self, set: &BTreeMap<String, String>) -> Result<Option<&Request>, PluginError> {
        let texts = texts(&arguments(&self.description, set)?);
        let requests = &self.description.requests;
        Ok(requests.first().filter(|_| requests.iter().all(|request| request.filled(&texts).is_empty())))
    }

    /// A directory that it asks to read and that is not configured: until it is, the enricher is off.
    #[must_use]
    pub fn unconfigured(&self, directories: &BTreeMap<String, PathBuf>) -> Option<&str> {
        self.description.requests.iter().find_map(|request| match request {
            Request::Files { directory } => (!directories.contains_key(directory)).then_some(directory.as_str()),
            _ => None,
        })
    }

    /// The name of a secret that it asks for and that is not set: until it is, the enricher is off.
    #[must_use]
    pub fn without_secret(&self, secrets: &Secrets) -> Option<&str> {
        self.description.requests.iter().find_map(|request| match request {
            Request::Http { secret: Some(name), .. } if secrets.get(name).is_none() => Some(name.as_str()),
            _ => None,
        })
    }

    /// Gives it what it was granted and what the operator set for its parameters.
    ///
    /// # Errors
    /// When it requests more than it was granted, or a parameter does not take what was set.
    pub fn grant(self, set: &BTreeMap<String, String>, granted: &[Request]) -> Result<Enricher, PluginError> {
        let missing = self.missing(granted);
        if !missing.is_empty() {
            return Err(PluginError::NotGranted(Request::configuration(&self.description.name, &missing)));
        }
        let arguments = arguments(&self.description, set)?;
        let texts = texts(&arguments);
        let filled: Vec<Request> = granted.iter().flat_map(|request| request.filled(&texts)).collect();
        let dns = DnsGrant::new(&self.description.name, &filled);
        let exec = ExecGrant::new(&self.description.name, &filled);
        let http = HttpGrant::new(&self.description.name, &filled);
        let files = FilesGrant::new(&self.description.name, &filled);
        let state = StateGrant::new(&self.description.name, &filled);
        Ok(Enricher { file: self.file, description: self.description, code: self.code, dns, exec, http, files, state, arguments })
    }
}

fn texts(arguments: &[(String, Value)]) -> BTreeMap<String, String> {
    arguments.iter().map(|(name, value)| (name.clone(), value.to_string())).collect()
}

impl Enricher {
    /// Looks up one observable; the answer is any JSON value.
    ///
    /// # Errors
    /// As [`LookupError`] says.
    pub async fn enrich(
        &self,
        observable: &Observable,
        shared: &Shared,
        limits: &Limits,
    ) -> Result<serde_json::Value, LookupError> {
        let calls = HostCalls::new(limits.host_calls);
        let state = State {
            growth: Growth::new(*limits),
            dns: DnsContext::new(self.dns.clone(), Some(shared.resolvers.clone()), calls.clone()),
            exec: ExecContext::new(Some(self.exec.clone()), limits.wall, calls.clone()),
            files: FilesContext::new(self.files.clone(), Some(shared.directories.clone()), calls.clone()),
            http: HttpContext::new(self.http.clone(), Some(shared.http.clone()), calls.clone()),
            state: StateContext::new(self.state.clone(), Some(shared.state.clone()), calls.clone()),
            log: LogContext::new(&self.description.name, calls),
        };
        let mut store = self.code.engine.store(state, limits);
        store.limiter(|state| &mut state.growth);
        let arguments = convert::arguments(&self.arguments);
        let answer = within(limits, async {
            let instance = self.code.linked.instantiate_async(&mut store).await?;
            instance.call_enrich(&mut store, &observable.into(), &arguments).await
        })
        .await;
        let json = match answer {
            Err(error) => return Err(LookupError::Failed(error.to_string())),
            Ok(Err(error)) => return Err(error.into()),
            Ok(Ok(json)) => json,
        };
        if json.len() > LARGEST_ANSWER {
            return Err(LookupError::Failed(format!("its answer has {} bytes, more than {LARGEST_ANSWER}", json.len())));
        }
        let answer =
            serde_json::from_str(&json).map_err(|error| LookupError::Failed(format!("its answer is no JSON: {error}")))?;
        // Only now has the call succeeded. Another try begins with what the other call kept.
        store.data_mut().state.commit().map_err(|error| LookupError::Unavailable(error.to_string()))?;
        Ok(answer)
    }

    /// Whether it takes this kind of observable.
    #[must_use]
    pub fn takes(&self, kind: ObservableKind) -> bool {
        match &self.description.kind {
            crate::model::Kind::Enricher { observables, .. } => observables.contains(&kind),
            crate::model::Kind::Rule { .. } => false,
        }
    }
}
