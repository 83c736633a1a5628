//! How much the evidence of a scan may take: time to read events, and bytes, for each rule and for all together. Alerts come strongest
//! first, so what is left out belongs to the weakest.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Map, Value};

use crate::scan::group::NETWORK;
use net_scout_model::{Alert, RELATED};
use net_scout_plugin_host::Rule;

/// All rules of a scan together may take so many times what the one that may take most may.
const ALL: u32 = 4;
/// The member that stands for evidence that was left out.
const OMITTED: &str = "evidence_omitted";

/// The time that is left.
pub(super) struct Time {
    of_rule: HashMap<String, Duration>,
    of_scan: Duration,
}

impl Time {
    pub(super) fn new(rules: &[Arc<Rule>]) -> Self {
        let most = rules.iter().map(|rule| rule.limits.evidence_time).max().unwrap_or_default();
        Self { of_rule: HashMap::new(), of_scan: most * ALL }
    }

    /// What is left for a rule.
    pub(super) fn left(&self, rule: &Rule) -> Duration {
        self.of_rule.get(&rule.description.name).copied().unwrap_or(rule.limits.evidence_time).min(self.of_scan)
    }

    /// Takes what was used since an instant.
    pub(super) fn used(&mut self, rule: &Rule, since: Instant) {
        let (left, used) = (self.left(rule), since.elapsed());
        self.of_rule.insert(rule.description.name.clone(), left.saturating_sub(used));
        self.of_scan = self.of_scan.saturating_sub(used);
    }
}

/// What stands in the place of events that no time was left for.
pub(super) fn no_time(rule: &Rule) -> String {
    format!(
        "the evidence of this rule's alerts took longer than {} s (limits.evidence_seconds)",
        rule.limits.evidence_time.as_secs_f64()
    )
}

/// Leaves out the evidence that there is no room for: that of the weakest alerts of a rule, and of those beside others.
pub(super) fn shorten(alerts: &mut [Alert], rules: &[Arc<Rule>]) {
    let limit = |name: &str| {
        let rule = rules.iter().find(|rule| rule.description.name == name);
        rule.map_or(0, |rule| rule.limits.rule_evidence)
    };
    let mut of_scan = rules.iter().map(|rule| rule.limits.rule_evidence).max().unwrap_or_default() * u64::from(ALL);
    let mut of_rule: HashMap<String, u64> = HashMap::new();
    let mut fits = |name: &str, evidence: &Map<String, Value>| {
        let bytes = serde_json::to_string(evidence).map_or(u64::MAX, |text| text.len() as u64);
        let left = of_rule.entry(name.to_owned()).or_insert_with(|| limit(name));
        if bytes > *left || bytes > of_scan {
            return Err(bytes);
        }
        *left -= bytes;
        of_scan -= bytes;
        Ok(())
    };
    for alert in alerts {
        let related = alert.evidence.remove(RELATED);
        if let Err(bytes) = fits(&alert.rule, &alert.evidence) {
            omit(&mut alert.evidence, bytes);
        }
        let Some(mut related) = related else { continue };
        for one in related.as_array_mut().into_iter().flatten() {
            let rule = one["rule"].as_str().unwrap_or_default().to_owned();
            if let Some(evidence) = one.get_mut("evidence").and_then(Value::as_object_mut)
                && let Err(bytes) = fits(&rule, evidence)
            {
                omit(evidence, bytes);
            }
        }
        alert.evidence.insert(RELATED.to_owned(), related);
    }
}

fn omit(evidence: &mut Map<String, Value>, bytes: u64) {
    let network = evidence.remove(NETWORK);
    evidence.clear();
    evidence.extend(network.map(|network| (NETWORK.to_owned(), network)));
    evidence.insert(OMITTED.to_owned(), format!("{bytes} bytes (limits.rule_evidence_mib)").into());
}
