//! A loaded notifier, and one message that it delivers.

mod error;
mod told;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use wasmtime::component::Component;

use super::artifact::Artifact;
use super::bindings::notifier::NotifierPre;
use super::bindings::notifier::net_scout::plugin::notification::{NotifyError as WitNotifyError, Receipt as WitReceipt};
use super::convert;
use super::engine::PluginEngine;
use super::error::PluginError;
use super::guest::{Code, Guest, Usage};
use super::host_calls::HostCalls;
use super::rule::{arguments, granted_all};
use crate::capability::{Call, Contexts, Grants, Shared, World};
use crate::recording::{Session, Tape};
use net_scout_model::{AlertField, Description, Limits, Request, Secrets, Timestamp, Value, is_plain};

pub use error::NotifyError;
pub use told::Told;

/// The longest name that a receiver gives a message, in characters.
const LONGEST_ID: usize = 200;

/// What the messages of a notifier begin with in a recording.
pub const NOTIFY: &str = "notify ";

/// A notifier that was loaded: linked once, and instantiated for every message.
pub struct Notifier {
    /// Its file.
    pub artifact: Artifact,
    /// What it says of itself.
    pub description: Description,
    /// What one call of it may use.
    pub limits: Limits,
    /// The fields of alerts that it is told.
    pub fields: BTreeSet<AlertField>,
    linked: LinkedNotifier,
    grants: Grants,
    arguments: Vec<(String, Value)>,
}

/// A component of the world `notifier`.
#[derive(Clone)]
pub(super) struct LinkedNotifier {
    pub(super) code: Code,
    linked: NotifierPre<Guest>,
}

impl LinkedNotifier {
    pub(super) fn new(engine: &PluginEngine, component: &Component, artifact: &Artifact) -> wasmtime::Result<Self> {
        let code = Code::link(engine, component, World::Notifier, artifact.imports_wasi())?;
        let linked = NotifierPre::new(code.linked())?;
        Ok(Self { code, linked })
    }
}

/// One attempt to deliver a message.
pub struct Delivery<'a> {
    /// The message, as it is told to this notifier: see [`Told::new`].
    pub message: &'a Told,
    /// What the calls of a run share.
    pub shared: &'a Shared,
    /// The time that counts as now.
    pub now: Timestamp,
    /// The most time that is left for it.
    pub left: Duration,
    /// Whether it is recorded.
    pub tape: &'a Tape,
}

/// What the receiver answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Receipt {
    /// What it calls the message.
    pub id: Option<String>,
}

/// What an operator set for a notifier, or for one of several receivers that use the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NotifierSettings {
    /// The values of its parameters.
    pub parameters: BTreeMap<String, String>,
    /// The variable of the environment with its secret, in place of the one that the plugin names.
    pub secret: Option<String>,
    /// The fields that it is told, of those that it was granted; none for all of these.
    pub fields: Option<BTreeSet<AlertField>>,
}

/// A notifier that was loaded but not yet given anything. Several receivers may use the same, each with settings of its own.
#[derive(Clone)]
pub struct UngrantedNotifier {
    /// Its file.
    pub artifact: Artifact,
    /// What it says of itself.
    pub description: Description,
    /// What one call of it may use.
    pub limits: Limits,
    pub(super) linked: LinkedNotifier,
}

impl UngrantedNotifier {
    /// Why it is off with these settings, if it is: all of its requests come to nothing because the parameters in them are not set, or a
    /// secret that it asks for is not.
    ///
    /// # Errors
    /// When a parameter does not take what was set.
    pub fn off(&self, settings: &NotifierSettings, secrets: &Secrets) -> Result<Option<String>, PluginError> {
        arguments(&self.description, &settings.parameters)?;
        let reaching: Vec<&Request> = self.description.requests.iter().filter(|request| request.is_outside()).collect();
        if let Some(request) =
            reaching.first().filter(|_| reaching.iter().all(|request| request.filled(&settings.parameters).is_empty()))
        {
            return Ok(Some(format!("the parameter in its request `{request}` is not set")));
        }
        let missing = reaching.iter().find_map(|request| match request {
            Request::Http { secret: Some(name), .. } => {
                let name = settings.secret.as_ref().unwrap_or(name);
                secrets.get(name).is_none().then(|| format!("{name} is not set in the environment"))
            }
            _ => None,
        });
        Ok(missing)
    }

    /// Gives it what it was granted, and what the operator set. What it was not granted of alerts it is not told.
    ///
    /// # Errors
    /// When it requests more than it was granted, or a parameter does not take what was set.
    pub fn grant(self, settings: &NotifierSettings, granted: &[Request]) -> Result<Notifier, PluginError> {
        granted_all(&self.description, granted)?;
        let arguments = arguments(&self.description, &settings.parameters)?;
        let mut fields: BTreeSet<AlertField> = granted.iter().filter_map(Request::field).collect();
        if let Some(wanted) = &settings.fields {
            fields.retain(|field| wanted.contains(field));
        }
        let own_secret = |request: Request| match request {
            Request::Http { methods, server, secret } => {
                Request::Http { methods, server, secret: secret.map(|name| settings.secret.clone().unwrap_or(name)) }
            }
            other => other,
        };
        let filled: Vec<Request> =
            granted.iter().flat_map(|request| request.filled(&settings.parameters)).map(own_secret).collect();
        let grants = Grants::new(&self.description.name, &filled);
        let Self { artifact, description, limits, linked } = self;
        Ok(Notifier { artifact, description, limits, fields, linked, grants, arguments })
    }
}

impl Notifier {
    /// Delivers one message, once. What it used is known also when it failed.
    pub async fn notify(&self, delivery: &Delivery<'_>) -> (Result<Receipt, NotifyError>, Usage) {
        let name = &self.description.name;
        let told = serde_json::to_string(delivery.message).unwrap_or_default();
        let (call, tape) = (format!("{NOTIFY}{told}"), delivery.tape);
        let session = tape.begin(name, &call);
        let (result, usage) = self.deliver(delivery, session.clone()).await;
        let outcome = || match &result {
            Ok(receipt) => serde_json::json!({ "receipt": receipt.id }),
            Err(error) => serde_json::json!({ "error": error.kind() }),
        };
        let same = tape.end(name, &call, &session, outcome);
        let result = match same {
            Err(_) if matches!(result, Err(NotifyError::Unexpected(_))) => result,
            Err(unexpected) => Err(NotifyError::Unexpected(unexpected)),
            Ok(()) => result,
        };
        (result, usage)
    }

    async fn deliver(&self, delivery: &Delivery<'_>, session: Session) -> (Result<Receipt, NotifyError>, Usage) {
        let Delivery { message, shared, now, left, .. } = delivery;
        let limits = Limits { wall: self.limits.wall.min(*left), ..self.limits };
        let host_calls = HostCalls::new(limits, session);
        let call = Call { plugin: &self.description.name, wall: limits.wall, host_calls: &host_calls };
        let contexts = Contexts::new(&self.grants, shared, &call);
        let (message, arguments) = (message.wit(), convert::arguments(&self.arguments));
        let (answer, usage, guest) = self
            .linked
            .code
            .call(contexts, *now, &host_calls, &limits, |store| {
                let linked = self.linked.linked.clone();
                Box::pin(async move {
                    let instance = linked.instantiate_async(&mut *store).await?;
                    instance.call_notify(store, &message, &arguments).await
                })
            })
            .await;
        let failed = |error| match error {
            PluginError::Unexpected(unexpected) => NotifyError::Unexpected(unexpected),
            other => {
                other.log_backtrace();
                NotifyError::Failed(other.to_string())
            }
        };
        (answer.map_err(failed).and_then(|answer| delivered(answer, guest)), usage)
    }
}

/// What the host makes of an answer.
fn delivered(answer: Result<WitReceipt, WitNotifyError>, mut guest: Guest) -> Result<Receipt, NotifyError> {
    let WitReceipt { id } = answer?;
    if let Some(id) = &id {
        let length = id.chars().count();
        if length > LONGEST_ID || !id.chars().all(is_plain) {
            return Err(NotifyError::Failed(format!(
                "its receipt has {length} characters, more than {LONGEST_ID}, or some that are not plain; the message may have arrived"
            )));
        }
    }
    guest.contexts.state.commit().map_err(|error| NotifyError::Unavailable(error.to_string()))?;
    Ok(Receipt { id })
}
