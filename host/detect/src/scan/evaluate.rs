//! Evaluates rules on one case: all at the same time, each failing for itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::Semaphore;

use super::deadline::Deadline;
use net_scout_plugin_host::{Case, Evaluation, LimitExceeded, Parameters, PluginError, Rule, Usage};

/// What a rule answered.
pub struct Outcome {
    /// The rule.
    pub rule: Arc<Rule>,
    /// Its evaluation, or why there is none.
    pub result: Result<Evaluation, PluginError>,
    /// What it used.
    pub usage: Usage,
}

/// A rule that failed in a scan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleFailure {
    /// Its name.
    pub rule: String,
    /// Why.
    pub message: String,
    /// Whether it is likely to fail in the same way the next time.
    pub is_its_own: bool,
}

/// Evaluates every rule on the case, so many at once. `set` holds what the operator set for their parameters; `done` hears of each that is
/// through. The outcomes come in the order of the rules. A rule that is not through at the deadline is stopped.
pub async fn evaluate(
    rules: &[Arc<Rule>],
    set: &Parameters,
    case: &Case,
    parallel: usize,
    deadline: Option<Deadline>,
    done: impl Fn(&str) + Send + Sync + 'static,
) -> Vec<Outcome> {
    let done = Arc::new(done);
    let turns = Arc::new(Semaphore::new(parallel));
    let nothing = BTreeMap::new();
    let tasks: Vec<_> = rules
        .iter()
        .map(|rule| {
            let rule = Arc::clone(rule);
            let arguments = rule.arguments(set.get(&rule.description.name).unwrap_or(&nothing));
            let (worker, case, turns, done) = (Arc::clone(&rule), case.clone(), Arc::clone(&turns), Arc::clone(&done));
            let task = tokio::spawn(async move {
                let _turn = turns.acquire().await;
                let evaluated = match arguments {
                    Ok(arguments) => worker.evaluate(&case, &arguments).await,
                    Err(error) => (Err(error), Usage::default()),
                };
                done(&worker.description.name);
                evaluated
            });
            (rule, task)
        })
        .collect();
    let mut outcomes = Vec::new();
    for (rule, task) in tasks {
        let stop = task.abort_handle();
        let (result, usage) = match Deadline::bound(deadline, task).await {
            Ok(Ok(evaluated)) => evaluated,
            Ok(Err(error)) => (Err(PluginError::Failed(format!("the host failed in it: {error}"))), Usage::default()),
            Err(limit) => {
                stop.abort();
                (Err(PluginError::Limit(LimitExceeded::Scan(limit))), Usage::default())
            }
        };
        outcomes.push(Outcome { rule, result, usage });
    }
    outcomes
}
