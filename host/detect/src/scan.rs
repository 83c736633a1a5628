//! One run of the rules over one window: all at the same time, on one snapshot, each failing for itself.

mod account;
mod activity;
mod concern;
mod deadline;
mod evidence;
mod explain;
mod group;
mod nearest;
mod networks;
mod options;
mod phases;
mod pipeline;
mod roles;
mod rows;

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::Semaphore;

use net_scout_model::Alert;
use net_scout_plugin_host::{Case, Judgement, LimitExceeded, PluginError, Rule, Usage};

pub use account::{Account, Fate, RuleAccount, Said};
pub use activity::{Activity, Part};
pub use concern::concerns;
pub use deadline::Deadline;
pub use evidence::add_evidence;
pub use explain::Explanations;
pub use nearest::{Lowered, Nearest};
pub use networks::{LEARNED_FROM, learned, local_networks};
pub use options::ScanOptions;
pub use phases::Phases;
pub use pipeline::{Scan, ScanError, Scanned, Warn, judged};
pub use roles::{ROLE_COLUMNS, ROLES, Role, counts, role_of, roles};

/// What is set for the parameters of rules: rule, parameter, value.
pub type Parameters = BTreeMap<String, BTreeMap<String, String>>;

/// What a rule answered.
pub struct Outcome {
    /// The rule.
    pub rule: Arc<Rule>,
    /// Its judgement, or why there is none.
    pub result: Result<Judgement, PluginError>,
    /// What it used.
    pub usage: Usage,
}

/// Lets every rule judge the case, so many at once. `set` holds what the operator set for their parameters; `done` hears of each that is
/// through. The outcomes come in the order of the rules. A rule that is not through at the deadline is stopped.
pub async fn judge(
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
                let judged = match arguments {
                    Ok(arguments) => worker.evaluate(&case, &arguments).await,
                    Err(error) => (Err(error), Usage::default()),
                };
                done(&worker.description.name);
                judged
            });
            (rule, task)
        })
        .collect();
    let mut outcomes = Vec::new();
    for (rule, task) in tasks {
        let stop = task.abort_handle();
        let (result, usage) = match Deadline::bound(deadline, task).await {
            Ok(Ok(judged)) => judged,
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

/// What a scan keeps of the alerts that rules raised: those of one story as one, if they are to be grouped; the strongest first, at most
/// so many; and how many were cut.
#[must_use]
pub fn settled(alerts: Vec<Alert>, grouped: bool, most: usize) -> (Vec<Alert>, usize) {
    strongest(if grouped { group::group(alerts) } else { alerts }, most)
}

/// The strongest alerts first, at most so many, and how many were cut. Equal ones come in an order that does not depend on the run.
fn strongest(mut alerts: Vec<Alert>, most: usize) -> (Vec<Alert>, usize) {
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
    use net_scout_model::Severity;

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
            events: None,
            story: None,
        };
        let (kept, cut) = strongest(vec![alert(10, "c"), alert(90, "b"), alert(90, "a"), alert(20, "d")], 3);
        let order: Vec<_> = kept.iter().map(|alert| alert.src_ip.as_deref().unwrap_or("")).collect();
        assert_eq!((order, cut), (vec!["a", "b", "d"], 1));
    }
}
