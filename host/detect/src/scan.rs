//! One run of the rules over one window: all at the same time, on one snapshot, each failing for itself.

mod activity;
mod address_report;
mod deadline;
mod evidence;
mod explain;
mod group;
mod involvement;
mod networks;
mod options;
mod phases;
mod pipeline;
mod roles;
mod rows;
mod run;
mod severity;
mod threshold_search;
mod window;

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::Semaphore;

use net_scout_model::Alert;
use net_scout_plugin_host::{Case, Evaluation, LimitExceeded, PluginError, Rule, Usage};

pub use net_scout_plugin_host::Parameters;

pub use activity::{Activity, Part};
pub use address_report::{AddressReport, Fate, RuleReport, Said};
pub use deadline::Deadline;
pub use evidence::add_evidence;
pub use explain::Explanations;
pub use involvement::involves;
pub use networks::{LEARNED_FROM, learned, local_networks};
pub use options::ScanOptions;
pub use phases::Phases;
pub use pipeline::{Scan, ScanError, Scanned, evaluated};
pub use roles::{ROLE_COLUMNS, Role, all_roles, role_of, roles};
pub use run::{Keep, RecordOptions, RuleSource, ScanAlerts, ScanReport, ScanRequest, newest_before, run_scan};
pub use severity::{COLUMNS as SEVERITY_COLUMNS, Facts, REASONS as SEVERITY_REASONS, assess, facts};
pub use threshold_search::{Lowered, SearchOutcome};
pub use window::read_window;

/// What a rule answered.
pub struct Outcome {
    /// The rule.
    pub rule: Arc<Rule>,
    /// Its evaluation, or why there is none.
    pub result: Result<Evaluation, PluginError>,
    /// What it used.
    pub usage: Usage,
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

/// What a scan keeps of the alerts that rules raised: those of one story as one, if they are to be grouped; the strongest first, at most
/// so many; and how many were cut.
#[must_use]
pub fn settled(alerts: Vec<Alert>, grouped: bool, most: usize) -> (Vec<Alert>, usize) {
    strongest(if grouped { group::group(alerts) } else { alerts }, most)
}

/// The strongest alerts first, at most so many, and how many were cut. Equal ones come in an order that does not depend on the run.
fn strongest(mut alerts: Vec<Alert>, most: usize) -> (Vec<Alert>, usize) {
    let rank = |alert: &Alert| (std::cmp::Reverse((alert.severity, alert.score)), alert.alert_type.clone());
    alerts.sort_by(|a, b| {
        rank(a).cmp(&rank(b)).then_with(|| (&a.src_ip, &a.dst_ip, &a.rule).cmp(&(&b.src_ip, &b.dst_ip, &b.rule)))
    });
    let mut kept = kept(&alerts, most).into_iter();
    let before = alerts.len();
    alerts.retain(|_| kept.next().unwrap_or(false));
    let cut = before - alerts.len();
    (alerts, cut)
}

/// Which of these alerts, strongest first, are kept where there is room for so many. Rules take turns, each with the strongest that it has
/// left, so that none crowds out the others.
fn kept(alerts: &[Alert], most: usize) -> Vec<bool> {
    let mut of_rule: BTreeMap<&str, usize> = BTreeMap::new();
    let mut turns: Vec<(usize, usize)> = Vec::new();
    for (place, alert) in alerts.iter().enumerate() {
        let turn = of_rule.entry(&alert.rule).or_default();
        turns.push((*turn, place));
        *turn += 1;
    }
    turns.sort_unstable();
    let mut kept = vec![false; alerts.len()];
    turns.into_iter().take(most).for_each(|(_, place)| kept[place] = true);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use net_scout_model::{Counting, Severity};

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
            counting: Counting::Nothing,
        };
        let (kept, cut) = strongest(vec![alert(10, "c"), alert(90, "b"), alert(90, "a"), alert(20, "d")], 3);
        let order: Vec<_> = kept.iter().map(|alert| alert.src_ip.as_deref().unwrap_or("")).collect();
        assert_eq!((order, cut), (vec!["a", "b", "d"], 1));
    }

    /// One rule raises many alerts of the highest score; another has its share all the same, and a third all of its few.
    #[test]
    fn no_rule_crowds_out_the_others() {
        let of = |rule: &str, score, count: usize| -> Vec<Alert> {
            let alert = |number: usize| Alert {
                alert_type: rule.into(),
                src_ip: Some(format!("192.0.2.{number}")),
                dst_ip: None,
                score,
                severity: Severity::Low,
                rule: rule.into(),
                evidence: serde_json::Map::new(),
                events: None,
                story: None,
                counting: Counting::Nothing,
            };
            (0..count).map(alert).collect()
        };
        let (kept, cut) = strongest([of("loud", 100, 600), of("other", 50, 73), of("quiet", 1, 3)].concat(), 100);
        let count = |rule: &str| kept.iter().filter(|alert| alert.rule == rule).count();
        assert_eq!((count("loud"), count("other"), count("quiet"), cut), (49, 48, 3, 576));
        assert!(kept.is_sorted_by_key(|alert| std::cmp::Reverse(alert.score)));
    }
}
