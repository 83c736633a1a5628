//! A loaded rule, and one evaluation of it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use wasmtime::component::Component;

use super::artifact::Artifact;
use super::bindings::rule::{self as bindings, RulePre};
use super::convert;
use super::engine::PluginEngine;
use super::error::{LimitExceeded, PluginError};
use super::guest::{Code, Guest, Usage};
use super::host_calls::HostCalls;
use crate::capability::files::Directories;
use crate::capability::log::Quiet;
use crate::capability::query::QuerySource;
use crate::capability::state::StateStore;
use crate::capability::{Call, Contexts, Grants, Shared, World};
use crate::recording::Tape;
use net_scout_model::{Alert, Counting, Description, Limits, Networks, Parameter, Request, Value, Window};
use net_scout_store::{Engine, Explain, Snapshot};

/// What tells the one call of a rule in a recording.
pub const EVALUATE: &str = "evaluate";

/// A rule that was loaded: linked once, and instantiated for every call.
pub struct Rule {
    /// Its file.
    pub artifact: Artifact,
    /// What it says of itself.
    pub description: Description,
    /// What one call of it may use.
    pub limits: Limits,
    code: Code,
    linked: RulePre<Guest>,
    grants: Grants,
}

/// What a rule answered.
#[derive(Debug)]
pub struct Evaluation {
    /// Its alerts.
    pub alerts: Vec<Alert>,
    /// The alerts that were refused, with the reason.
    pub refused: Vec<String>,
}

/// What a rule is evaluated on, and with what.
#[derive(Clone)]
pub struct Case {
    /// The state of the database; none where a recording is played.
    pub snapshot: Option<Arc<Snapshot>>,
    /// What rules kept.
    pub state: StateStore,
    /// The directories that the operator named; none where a recording is played.
    pub directories: Option<Directories>,
    /// The window.
    pub window: Window,
    /// The networks that are the operator's own.
    pub local_networks: Arc<Networks>,
    /// Whether it is recorded.
    pub tape: Tape,
    /// Hears of each query where it ran, where somebody wants to know.
    pub explain: Option<ExplainRule>,
    /// Whether what rules log is left out: they are evaluated once more, and have said it before.
    pub quiet: bool,
}

/// Hears of each query of a rule where it ran: the rule, the SQL, the engine.
pub type ExplainRule = Arc<dyn Fn(&str, &str, &Engine, Duration) + Send + Sync>;

/// A component of the world `rule`.
pub(super) struct LinkedRule {
    pub(super) code: Code,
    linked: RulePre<Guest>,
}

impl LinkedRule {
    pub(super) fn new(engine: &PluginEngine, component: &Component, artifact: &Artifact) -> wasmtime::Result<Self> {
        let code = Code::link(engine, component, World::Rule, artifact.imports_wasi())?;
        let linked = RulePre::new(code.linked())?;
        Ok(Self { code, linked })
    }

    pub(super) fn described(self, artifact: Artifact, description: Description, limits: Limits) -> Rule {
        let grants = Grants::new(&description.name, &given(&description));
        Rule { artifact, description, limits, code: self.code, linked: self.linked, grants }
    }
}

impl Rule {
    /// Gives it what it was granted beyond what every rule is given.
    ///
    /// # Errors
    /// When it requests more than it was granted.
    pub fn grant(self, granted: &[Request]) -> Result<Self, PluginError> {
        granted_all(&self.description, granted)?;
        // What is a rule's without being granted is as large as it requested, and no larger.
        let granted = granted.iter().filter(|request| !self.description.is_given(request)).cloned();
        let all: Vec<Request> = given(&self.description).into_iter().chain(granted).collect();
        let grants = Grants::new(&self.description.name, &all);
        Ok(Self { grants, ..self })
    }

    /// Gives it what it requests, where nothing of anybody's is read but what is shown to it.
    #[must_use]
    pub fn grant_requests(self) -> Self {
        let grants = Grants::new(&self.description.name, &self.description.requests);
        Self { grants, ..self }
    }

    /// The values of the rule's parameters: what the operator set, else the default.
    ///
    /// # Errors
    /// When what was set is not of the parameter's type or not within its bounds.
    pub fn arguments(&self, set: &BTreeMap<String, String>) -> Result<Vec<(String, Value)>, PluginError> {
        arguments(&self.description, set)
    }

    /// Evaluates the rule on a window. What it used is known also when it fails: when it traps, runs into a limit, or reports an error.
    pub async fn evaluate(&self, case: &Case, arguments: &[(String, Value)]) -> (Result<Evaluation, PluginError>, Usage) {
        let name = &self.description.name;
        let session = case.tape.begin(name, EVALUATE);
        let host_calls = HostCalls::new(self.limits, session.clone());
        let events_since = case.window.reach(self.description.history_seconds());
        let shared = Shared {
            query: self.source(case),
            files: case.directories.clone(),
            state: Some(case.state.clone()),
            log: case.quiet.then_some(Quiet),
            ..Shared::default()
        };
        let contexts =
            Contexts::new(&self.grants, &shared, &Call { plugin: name, wall: self.limits.wall, host_calls: &host_calls });
        let counting = Counting::of(arguments);
        let window = convert::window(case.window, events_since, &case.local_networks);
        let arguments = convert::arguments(arguments);
        let (answer, usage, guest) = self
            .code
            .call(contexts, case.window.now, &host_calls, &self.limits, |store| {
                let linked = self.linked.clone();
                Box::pin(async move {
                    let instance = linked.instantiate_async(&mut *store).await?;
                    instance.call_evaluate(store, &window, &arguments).await
                })
            })
            .await;
        let evaluation = answer.and_then(|answer| self.evaluation(answer, counting, guest));
        let outcome = || match &evaluation {
            Ok(evaluation) => serde_json::json!({ "alerts": evaluation.alerts, "refused": evaluation.refused }),
            Err(error) => serde_json::json!({ "error": error.to_string() }),
        };
        let same = case.tape.end(name, EVALUATE, &session, outcome);
        let evaluation = match same {
            // The reason why it failed says more than that it did not fail then.
            Err(_) if evaluation.is_err() => evaluation,
            Err(unexpected) => Err(unexpected.into()),
            Ok(()) => evaluation,
        };
        (evaluation, usage)
    }

    /// Where its queries read, and what; none where a recording is played.
    #[must_use]
    pub fn source(&self, case: &Case) -> Option<QuerySource> {
        let events_since = case.window.reach(self.description.history_seconds());
        case.snapshot.as_ref().map(|snapshot| QuerySource {
            snapshot: Arc::clone(snapshot),
            grant: Arc::new(self.grants.query.since(events_since)),
            limits: self.limits.query,
            explain: case.explain.clone().map(|explain| self.explain(explain)),
        })
    }

    /// Says of each query that it is of this rule.
    fn explain(&self, explain: ExplainRule) -> Explain {
        let name = self.description.name.clone();
        Arc::new(move |sql, engine, took| explain(&name, sql, engine, took))
    }

    /// What the host makes of an answer.
    fn evaluation(
        &self,
        answer: Result<Vec<bindings::Alert>, bindings::RuleError>,
        counting: Counting,
        mut guest: Guest,
    ) -> Result<Evaluation, PluginError> {
        let raised = answer.map_err(PluginError::from)?;
        if raised.len() > self.limits.alerts {
            return Err(LimitExceeded::Alerts { raised: raised.len(), limit: self.limits.alerts }.into());
        }
        guest.contexts.state.commit().map_err(|error| PluginError::Failed(error.to_string()))?;
        let mut evaluation = Evaluation { alerts: Vec::new(), refused: Vec::new() };
        for alert in raised {
            match convert::alert(alert, &self.description, counting, self.limits.evidence) {
                Ok(alert) => evaluation.alerts.push(alert),
                Err(reason) => evaluation.refused.push(reason),
            }
        }
        Ok(evaluation)
    }
}

/// What a rule requests and is given without being asked for.
fn given(description: &Description) -> Vec<Request> {
    description.requests.iter().filter(|request| description.is_given(request)).cloned().collect()
}

/// Whether a plugin was granted all that it requests.
pub(super) fn granted_all(description: &Description, granted: &[Request]) -> Result<(), PluginError> {
    let missing = description.missing(granted);
    if missing.is_empty() { Ok(()) } else { Err(PluginError::NotGranted(Request::configuration(&description.name, &missing))) }
}

/// The values of a plugin's parameters: what the operator set, else the default.
pub(super) fn arguments(description: &Description, set: &BTreeMap<String, String>) -> Result<Vec<(String, Value)>, PluginError> {
    let value = |parameter: &Parameter| match set.get(&parameter.name) {
        None => Ok(parameter.default()),
        Some(text) => parameter.parse(text).map_err(|source| PluginError::Parameter { name: parameter.name.clone(), source }),
    };
    description.parameters.iter().map(|parameter| Ok((parameter.name.clone(), value(parameter)?))).collect()
}
