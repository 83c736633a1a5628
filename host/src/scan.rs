//! One run of the rules over one window: all at the same time, on one snapshot, each failing for itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::capability::state::StateStore;
use crate::database::{QueryLimits, Snapshot};
use crate::model::{Alert, Value, Window};
use crate::plugin::{Judgement, Limits, PluginError, Rule};

/// What a rule answered.
pub struct Outcome {
    /// The rule.
    pub rule: Arc<Rule>,
    /// Its judgement, or why there is none.
    pub result: Result<Judgement, PluginError>,
}

/// What to scan with.
#[derive(Clone, Copy, Debug)]
pub struct ScanOptions {
    /// The window.
    pub window: Window,
    /// What one call may use.
    pub limits: Limits,
    /// What one query may use.
    pub query_limits: QueryLimits,
    /// How many rules run at once.
    pub parallel: usize,
}

/// Lets every rule judge the window. `set` holds what the operator set for their parameters, `state` what they
/// kept; `done` hears of each that is through. The
/// outcomes come in the order of the rules.
pub async fn judge(
    rules: Vec<Rule>,
    set: &BTreeMap<String, BTreeMap<String, String>>,
    snapshot: &Arc<Snapshot>,
    state: &StateStore,
    options: ScanOptions,
    done: impl Fn(&str) + Send + Sync + 'static,
) -> Vec<Outcome> {
    let done = Arc::new(done);
    let turns = Arc::new(Semaphore::new(options.parallel));
    let nothing = BTreeMap::new();
    let tasks: Vec<_> = rules
        .into_iter()
        .map(|rule| {
            let rule = Arc::new(rule);
            let arguments = rule.arguments(set.get(&rule.description.name).unwrap_or(&nothing));
            let (worker, snapshot, state, turns, done) =
                (Arc::clone(&rule), Arc::clone(snapshot), state.clone(), Arc::clone(&turns), Arc::clone(&done));
            let task = tokio::spawn(async move {
                let _turn = turns.acquire().await;
                let result = evaluate(&worker, &snapshot, &state, arguments, options).await;
                done(&worker.description.name);
                result
            });
            (rule, task)
        })
        .collect();
    let mut outcomes = Vec::new();
    for (rule, task) in tasks {
        let result = task.await.unwrap_or_else(|error| Err(PluginError::Failed(format!("the host failed in it: {error}"))));
        outcomes.push(Outcome { rule, result });
    }
    outcomes
}

async fn evaluate(
    rule: &Rule,
    snapshot: &Arc<Snapshot>,
    state: &StateStore,
    arguments: Result<Vec<(String, Value)>, PluginError>,
    options: ScanOptions,
) -> Result<Judgement, PluginError> {
    rule.evaluate(snapshot, state, options.window, &arguments?, &options.limits, options.query_limits).await
}

/// The strongest alerts first, at most so many, and how many were cut. Equal ones come in an order that does not depend on the run.
#[must_use]
pub fn strongest(mut alerts: Vec<Alert>, most: usize) -> (Vec<Alert>, usize) {
    let rank = |alert: &Alert| (std::cmp::Reverse((alert.score, alert.severity)), alert.alert_type.clone());
    alerts.sort_by(|a, b| {
        rank(a).cmp(&rank(b)).then_with(|| (&a.src_ip, &a.dst_ip, &a.rule).cmp(&(&b.src_ip, &b.dst_ip, &b.rule)))
    });
    let cut = alerts.len().saturating_sub(most);
    alerts.truncate(most);
    (alerts, cut)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Severity;

    #[test]
    fn the_strongest_are_kept() {
        let alert = |score, source: &str| Alert {
            alert_type: "scan".into(),
            src_ip: Some(source.into()),
            dst_ip: None,
            score,
            severity: Severity::Low,
            rule: "rule".into(),
            evidence: serde_json::Map::new(),
        };
        let (kept, cut) = strongest(vec![alert(10, "c"), alert(90, "b"), alert(90, "a"), alert(20, "d")], 3);
        let order: Vec<_> = kept.iter().map(|alert| alert.src_ip.as_deref().unwrap_or("")).collect();
        assert_eq!((order, cut), (vec!["a", "b", "d"], 1));
    }
}
