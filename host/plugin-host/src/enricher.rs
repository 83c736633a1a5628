//! A loaded enricher, and one lookup of it.

use std::collections::BTreeMap;
use std::time::Duration;

use wasmtime::component::Component;

use super::artifact::Artifact;
use super::bindings::enricher::{self as bindings, EnricherPre};
use super::convert;
use super::engine::PluginEngine;
use super::error::{LimitExceeded, PluginError};
use super::guest::{Code, Guest, Usage};
use super::host_calls::HostCalls;
use super::rule::{arguments, granted_all};
use crate::capability::{Call, Contexts, Grants, Shared, World};
use crate::recording::{Session, Tape, Unexpected};
use net_scout_model::{Description, Limits, Observable, ObservableKind, Request, Secrets, Timestamp, Value, plain};

/// The largest answer of an enricher, in bytes of JSON.
const LARGEST_ANSWER: usize = 256 << 10;

/// How much of an enricher's words is kept, in characters.
const QUOTED: usize = 400;

/// What the lookups of an enricher begin with in a recording.
pub const LOOKUP: &str = "enrich ";

/// What tells a try of a lookup from the others in a recording. The first try has the number 1.
#[must_use]
pub fn lookup(observable: &Observable, attempt: u32) -> String {
    format!("{LOOKUP}{observable} {attempt}")
}

/// An enricher that was loaded: linked once, and instantiated for every lookup.
pub struct Enricher {
    /// Its file.
    pub artifact: Artifact,
    /// What it says of itself.
    pub description: Description,
    /// What one call of it may use.
    pub limits: Limits,
    linked: LinkedEnricher,
    grants: Grants,
    arguments: Vec<(String, Value)>,
}

/// A component of the world `enricher`.
pub(super) struct LinkedEnricher {
    pub(super) code: Code,
    linked: EnricherPre<Guest>,
}

impl LinkedEnricher {
    pub(super) fn new(engine: &PluginEngine, component: &Component, artifact: &Artifact) -> wasmtime::Result<Self> {
        let code = Code::link(engine, component, World::Enricher, artifact.imports_wasi())?;
        let linked = EnricherPre::new(code.linked())?;
        Ok(Self { code, linked })
    }
}

/// One try of a lookup.
pub struct Try<'a> {
    /// What is looked up.
    pub observable: &'a Observable,
    /// What the calls of a run share.
    pub shared: &'a Shared,
    /// The time that counts as now.
    pub now: Timestamp,
    /// The most time that is left for it.
    pub left: Duration,
    /// Which try it is, from 1.
    pub attempt: u32,
    /// Whether it is recorded.
    pub tape: &'a Tape,
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
    /// It was still waiting when its time was over.
    #[error("plugin failed: {0}")]
    Overdue(String),
    /// It did not do what it did when it was recorded, or what a scenario provides for.
    #[error(transparent)]
    Unexpected(#[from] Unexpected),
}

impl LookupError {
    /// As it stands in results.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::AccessDenied(_) => "access-denied",
            Self::TimedOut(_) | Self::Overdue(_) => "timed-out",
            Self::RateLimited(_) => "rate-limited",
            Self::NotFound(_) => "not-found",
            Self::Unavailable(_) => "unavailable",
            Self::Invalid(_) => "invalid",
            Self::Failed(_) | Self::Unexpected(_) => "failed",
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
            ObservableKind::Ip => crate::bindings::rule::net_scout::plugin::description::ObservableKind::Ip,
            ObservableKind::Domain => crate::bindings::rule::net_scout::plugin::description::ObservableKind::Domain,
        };
        Self { kind, value: observable.value.clone() }
    }
}

/// An enricher that was loaded but not yet given anything.
pub struct UngrantedEnricher {
    /// Its file.
    pub artifact: Artifact,
    /// What it says of itself.
    pub description: Description,
    /// What one call of it may use.
    pub limits: Limits,
    pub(super) linked: LinkedEnricher,
}

impl UngrantedEnricher {
    /// Its first request, when all of them come to nothing because the parameters in them are not set: until they are, it is off.
    ///
    /// # Errors
    /// When a parameter does not take what was set.
    pub fn unset(&self, set: &BTreeMap<String, String>) -> Result<Option<&Request>, PluginError> {
        arguments(&self.description, set)?;
        let requests = &self.description.requests;
        Ok(requests.first().filter(|_| requests.iter().all(|request| request.filled(set).is_empty())))
    }

    /// The name of a secret that it asks for and that is not set: until it is, the enricher is off.
    #[must_use]
    pub fn without_secret(&self, secrets: &Secrets) -> Option<&str> {
        self.description.requests.iter().find_map(|request| match request {
            Request::Http { secret: Some(name), .. } if secrets.get(name).is_none() => Some(name.as_str()),
            _ => None,
        })
    }

    /// Gives it what it was granted and what the operator set for its parameters. Only this fills what a grant leaves open: what a plugin
    /// says is usual would be the plugin's own choice.
    ///
    /// # Errors
    /// When it requests more than it was granted, or a parameter does not take what was set.
    pub fn grant(self, set: &BTreeMap<String, String>, granted: &[Request]) -> Result<Enricher, PluginError> {
        granted_all(&self.description, granted)?;
        let arguments = arguments(&self.description, set)?;
        let filled: Vec<Request> = granted.iter().flat_map(|request| request.filled(set)).collect();
        let grants = Grants::new(&self.description.name, &filled);
        let Self { artifact, description, limits, linked } = self;
        Ok(Enricher { artifact, description, limits, linked, grants, arguments })
    }
}

impl Enricher {
    /// Looks up one observable; the answer is any JSON value. What it used is known also when it found nothing.
    pub async fn enrich(&self, lookup: &Try<'_>) -> (Result<serde_json::Value, LookupError>, Usage) {
        let Try { observable, attempt, tape, .. } = lookup;
        let (name, call) = (&self.description.name, self::lookup(observable, *attempt));
        let session = tape.begin(name, &call);
        let (found, usage) = self.look_up(lookup, session.clone()).await;
        let outcome = || match &found {
            Ok(answer) => serde_json::json!({ "answer": answer }),
            Err(error) => serde_json::json!({ "error": error.kind() }),
        };
        let same = tape.end(name, &call, &session, outcome);
        let found = match same {
            Err(_) if matches!(found, Err(LookupError::Unexpected(_))) => found,
            Err(unexpected) => Err(LookupError::Unexpected(unexpected)),
            Ok(()) => found,
        };
        (found, usage)
    }

    async fn look_up(&self, lookup: &Try<'_>, session: Session) -> (Result<serde_json::Value, LookupError>, Usage) {
        let Try { observable, shared, now, left, .. } = lookup;
        let limits = Limits { wall: self.limits.wall.min(*left), ..self.limits };
        let host_calls = HostCalls::new(limits, session);
        let call = Call { plugin: &self.description.name, wall: limits.wall, host_calls: &host_calls };
        let contexts = Contexts::new(&self.grants, shared, &call);
        let arguments = convert::arguments(&self.arguments);
        let (answer, usage, guest) = self
            .linked
            .code
            .call(contexts, *now, &host_calls, &limits, |store| {
                let (linked, observable) = (self.linked.linked.clone(), bindings::Observable::from(*observable));
                Box::pin(async move {
                    let instance = linked.instantiate_async(&mut *store).await?;
                    instance.call_enrich(store, &observable, &arguments).await
                })
            })
            .await;
        let failed = |error| match error {
            PluginError::Unexpected(unexpected) => LookupError::Unexpected(unexpected),
            overdue @ PluginError::Limit(LimitExceeded::Wall(_)) => LookupError::Overdue(overdue.to_string()),
            other => {
                other.log_backtrace();
                LookupError::Failed(other.to_string())
            }
        };
        (answer.map_err(failed).and_then(|answer| found(answer, guest)), usage)
    }

    /// Whether it takes this kind of observable.
    #[must_use]
    pub fn takes(&self, kind: ObservableKind) -> bool {
        match &self.description.kind {
            net_scout_model::Kind::Enricher { observables, .. } => observables.contains(&kind),
            net_scout_model::Kind::Rule { .. } | net_scout_model::Kind::Notifier => false,
        }
    }
}

/// What the host makes of an answer.
fn found(
    answer: Result<String, bindings::net_scout::plugin::enrichment::EnrichError>,
    mut guest: Guest,
) -> Result<serde_json::Value, LookupError> {
    let json = answer?;
    if json.len() > LARGEST_ANSWER {
        return Err(LookupError::Failed(format!("its answer has {} bytes, more than {LARGEST_ANSWER}", json.len())));
    }
    let answer = serde_json::from_str(&json).map_err(|error| LookupError::Failed(format!("its answer is not JSON: {error}")))?;
    // Only now has the call succeeded. Another try begins with what the other call kept.
    guest.contexts.state.commit().map_err(|error| LookupError::Unavailable(error.to_string()))?;
    Ok(answer)
}
