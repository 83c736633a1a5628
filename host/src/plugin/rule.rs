//! A loaded rule, and one judgement of it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use wasmtime::component::{Component, HasSelf, InstancePre, Linker};

use super::bindings::{self, Rule as Instance, RulePre};
use super::convert;
use super::engine::{PluginEngine, within};
use super::error::{LimitExceeded, PluginError};
use super::limits::{Growth, HostCalls, Limits};
use crate::capability::log::LogContext;
use crate::capability::query::{QueryContext, QuerySource};
use crate::capability::state::{StateContext, StateGrant, StateStore};
use crate::database::{QueryLimits, ReadGrant, Snapshot};
use crate::model::{Alert, Description, Parameter, Request, Value, Window};

/// A rule that was loaded: linked once, and instantiated for every call.
pub struct Rule {
    /// The name of its file.
    pub file: String,
    /// What it says of itself.
    pub description: Description,
    code: Code,
    grant: Arc<ReadGrant>,
    state: StateGrant,
}

/// A component linked to the capabilities that a rule may have.
pub(super) struct Code {
    engine: PluginEngine,
    linked: RulePre<State>,
}

/// What a rule answered, and what it took.
#[derive(Debug)]
pub struct Judgement {
    /// Its alerts.
    pub alerts: Vec<Alert>,
    /// The alerts that were refused, with the reason.
    pub refused: Vec<String>,
    /// From the call to its end.
    pub wall: Duration,
    /// The most memory it had, in bytes.
    pub memory: usize,
    /// How often it called the host.
    pub host_calls: u64,
}

/// What belongs to one call.
struct State {
    growth: Growth,
    query: QueryContext,
    state: StateContext,
    log: LogContext,
}

impl State {
    fn new(name: &str, limits: Limits, source: Option<QuerySource>, state: StateContext, calls: HostCalls) -> Self {
        Self {
            growth: Growth::new(limits),
            query: QueryContext::new(source, calls.clone()),
            state,
            log: LogContext::new(name, calls),
        }
    }
}

impl Code {
    /// Links a component. It runs nothing.
    pub(super) fn link(engine: &PluginEngine, component: &Component) -> wasmtime::Result<Self> {
        let mut linker = Linker::<State>::new(engine.engine());
        bindings::net_scout::plugin::query::add_to_linker::<_, HasSelf<_>>(&mut linker, |state| &mut state.query)?;
        bindings::net_scout::plugin::state::add_to_linker::<_, HasSelf<_>>(&mut linker, |state| &mut state.state)?;
        bindings::net_scout::plugin::log::add_to_linker::<_, HasSelf<_>>(&mut linker, |state| &mut state.log)?;
        let linked: InstancePre<State> = linker.instantiate_pre(component)?;
        Ok(Self { engine: engine.clone(), linked: RulePre::new(linked)? })
    }

    /// Asks the component what it is, with no capability at all.
    pub(super) async fn describe(&self, file: &str, limits: &Limits) -> Result<bindings::Description, PluginError> {
        let limits = limits.for_describe();
        let calls = HostCalls::forbidden();
        let state = StateContext::new(StateGrant::default(), None, calls.clone());
        let state = State::new(file, limits, None, state, calls);
        let mut store = self.engine.store(state, &limits);
        store.limiter(|state| &mut state.growth);
        within(&limits, async {
            let instance = self.linked.instantiate_async(&mut store).await?;
            instance.call_describe(&mut store).await
        })
        .await
    }
}

impl Rule {
    pub(super) fn new(file: String, description: Description, code: Code) -> Self {
        let mut grant = ReadGrant::default();
        for request in &description.requests {
            if let Request::Table { table, columns } = request {
                grant.allow(table, columns.iter().cloned());
            }
        }
        let state = StateGrant::new(&description.name, &description.requests);
        Self { file, description, code, grant: Arc::new(grant), state }
    }

    /// The values of the rule's parameters: what the operator set, else the default.
    ///
    /// # Errors
    /// When what was set is not of the parameter's type or not within its bounds.
    pub fn arguments(&self, set: &BTreeMap<String, String>) -> Result<Vec<(String, Value)>, PluginError> {
        arguments(&self.description, set)
    }

    /// Lets the rule judge a window.
    ///
    /// # Errors
    /// When it traps, runs into a limit, or reports an error.
    pub async fn evaluate(
        &self,
        snapshot: &Arc<Snapshot>,
        kept: &StateStore,
        window: Window,
        arguments: &[(String, Value)],
        limits: &Limits,
        query_limits: QueryLimits,
    ) -> Result<Judgement, PluginError> {
        let started = Instant::now();
        let source = QuerySource { snapshot: Arc::clone(snapshot), grant: Arc::clone(&self.grant), limits: query_limits };
        let calls = HostCalls::new(limits.host_calls);
        let state = StateContext::new(self.state.clone(), Some(kept.clone()), calls.clone());
        let state = State::new(&self.description.name, *limits, Some(source), state, calls.clone());
        let mut store = self.code.engine.store(state, limits);
        store.limiter(|state| &mut state.growth);
        let arguments = convert::arguments(arguments);
        let answer = within(limits, async {
            let instance: Instance = self.code.linked.instantiate_async(&mut store).await?;
            instance.call_evaluate(&mut store, window.into(), &arguments).await
        })
        .await?;
        let raised = answer.map_err(PluginError::from)?;
        if raised.len() > limits.alerts {
            return Err(LimitExceeded::Alerts { raised: raised.len(), limit: limits.alerts }.into());
        }
        store.data_mut().state.commit().map_err(|error| PluginError::Failed(error.to_string()))?;
        let mut judgement = Judgement {
            alerts: Vec::new(),
            refused: Vec::new(),
            wall: started.elapsed(),
            memory: store.data().growth.memory(),
            host_calls: calls.made(),
        };
        for alert in raised {
            match convert::alert(alert, &self.description) {
                Ok(alert) => judgement.alerts.push(alert),
                Err(reason) => judgement.refused.push(reason),
            }
        }
        Ok(judgement)
    }
}

/// The values of a plugin's parameters: what the operator set, else the default.
pub(super) fn arguments(description: &Description, set: &BTreeMap<String, String>) -> Result<Vec<(String, Value)>, PluginError> {
    let value = |parameter: &Parameter| match set.get(&parameter.name) {
        None => Ok(parameter.default()),
        Some(text) => parameter.parse(text).map_err(|source| PluginError::Parameter { name: parameter.name.clone(), source }),
    };
    description.parameters.iter().map(|parameter| Ok((parameter.name.clone(), value(parameter)?))).collect()
}
