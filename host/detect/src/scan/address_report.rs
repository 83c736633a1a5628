//! Address reports: what a scan would say of one address, rule by rule, and which thresholds would have to be lower for the rules that say
//! nothing. Nothing is kept.

use std::net::IpAddr;
use std::sync::Arc;

use serde_json::Value;

use super::activity::{ACTIVITY_COLUMNS, Activity, activity};
use super::involvement::involves;
use super::phases::Phases;
use super::pipeline::{Scan, allowing, evaluated};
use super::severity::{assess, facts};
use super::strongest::{self, settled};
use super::threshold_search::{Search, SearchOutcome};
use crate::error::ScanError;
use net_scout_model::{Alert, Origin, RELATED, Sink, Window};
use net_scout_plugin_host::Rule;

/// What a scan would say of an address.
pub struct AddressReport {
    /// The window, with the longest history that a rule looks at.
    pub reaching: Window,
    /// The events of the address, or why they cannot be read.
    pub activity: Result<Activity, String>,
    /// What each rule says.
    pub rules: Vec<RuleReport>,
    /// Whether something went wrong with a rule.
    pub failed: bool,
    /// How many events came in and are stored as leaving.
    pub corrected_directions: u64,
}

/// What a rule says of the address.
pub struct RuleReport {
    /// The name of the rule.
    pub name: String,
    /// Its version.
    pub version: String,
    /// How many alerts it raises about others.
    pub others: usize,
    /// What it says.
    pub said: Said,
}

/// What a rule says of the address.
pub enum Said {
    /// These alerts, strongest first.
    Fired(Vec<(Alert, Fate)>),
    /// Nothing.
    Silent(SearchOutcome),
    /// It failed.
    Failed(String),
}

/// What becomes of an alert.
#[derive(Clone, Debug, PartialEq)]
pub enum Fate {
    /// The scan keeps it.
    Kept,
    /// It belongs to the alert of this rule and type; unknown where there are too many.
    Grouped(Option<(String, String)>),
    /// This entry of the allowlist leaves it out, for this reason.
    Allowed(Origin, String),
    /// It is weaker than the most alerts that a scan keeps.
    Cut,
}

impl Scan<'_> {
    /// Evaluates all rules as in a scan, and says what they say of an address.
    ///
    /// # Errors
    /// As [`Scan::run`].
    pub async fn report(&self, address: IpAddr, sink: &dyn Sink) -> Result<AddressReport, ScanError> {
        let address = address.to_canonical();
        let about = |alert: &Alert| involves(address, alert.src_ip.as_deref(), alert.dst_ip.as_deref(), &alert.evidence);
        let kept = self.state.copy();
        let deadline = self.deadline();
        let opened = self.open(&ACTIVITY_COLUMNS, deadline, &mut Phases::default(), sink).await?;
        let limits = self.options.limits.query;
        let activity = activity(address, self.window.since, &opened.snapshot, limits).await;
        let mut scanned = evaluated(self.rules, self.set, &opened.case, self.options.parallel, Some(deadline), sink).await;
        let (mut raised, errors) = (scanned.alerts.clone(), std::mem::take(&mut scanned.ledger));
        let roles = self.roles(&raised, &opened.case).await;
        scanned.leave_out(self.allowlist, &roles, &opened.case);
        let facts = facts(&raised, &opened.case, limits).await;
        assess(&mut raised, &facts);
        assess(&mut scanned.alerts, &facts);
        let (alerts, _) = settled(scanned.alerts, self.options.group, usize::MAX);
        let stay = strongest::kept(&alerts, self.options.max_alerts);
        let with_fate = |alert: Alert| {
            let fate = match allowing(self.allowlist, &roles, &alert, &opened.case) {
                Some((origin, reason)) => Fate::Allowed(origin, reason),
                None => fate(&alert, &alerts, &stay),
            };
            (alert, fate)
        };

        let mut rules = Vec::new();
        for rule in self.rules {
            let of_rule = || raised.iter().filter(|alert| alert.rule == rule.description.name);
            let mut fired: Vec<Alert> = of_rule().filter(|alert| about(alert)).cloned().collect();
            fired.sort_by(|a, b| b.score.cmp(&a.score).then_with(|| (&a.src_ip, &a.dst_ip).cmp(&(&b.src_ip, &b.dst_ip))));
            let others = of_rule().count() - fired.len();
            let error = errors.iter().find(|entry| entry.plugin == rule.description.name).and_then(|entry| entry.error.clone());
            let said = match error {
                Some(error) => Said::Failed(error),
                None if fired.is_empty() => Said::Silent(SearchOutcome::Fixed),
                None => Said::Fired(fired.into_iter().map(with_fate).collect()),
            };
            let (name, version) = (rule.description.name.clone(), rule.description.version.clone());
            rules.push(RuleReport { name, version, others, said });
        }
        let search = Search { set: self.set, case: &opened.case, kept: &kept, parallel: self.options.parallel, about: &about };
        let is_silent = |report: &RuleReport| matches!(report.said, Said::Silent(_));
        let silent = self.rules.iter().zip(&rules).filter(|(_, report)| is_silent(report));
        let silent: Vec<Arc<Rule>> = silent.map(|(rule, _)| Arc::clone(rule)).collect();
        let outcomes = search.of(&silent).await;
        for (report, found) in rules.iter_mut().filter(|report| is_silent(report)).zip(outcomes) {
            report.said = Said::Silent(found);
        }
        let (reaching, failed) = (self.reaching(), scanned.failed);
        let activity = activity.map_err(|error| error.to_string());
        let corrected_directions = opened.snapshot.corrected_directions();
        opened.end(sink).await;
        Ok(AddressReport { reaching, activity, rules, failed, corrected_directions })
    }
}

/// What becomes of an alert that is not allowed, among all that were settled, strongest first, of which these stay.
fn fate(alert: &Alert, settled: &[Alert], stay: &[bool]) -> Fate {
    let is = |rule: &str, alert_type: &str, source: Option<&str>, destination: Option<&str>| {
        rule == alert.rule
            && alert_type == alert.alert_type
            && source == alert.src_ip.as_deref()
            && destination == alert.dst_ip.as_deref()
    };
    let is_related = |one: &Value| {
        let text = |key: &str| one[key].as_str();
        is(text("rule").unwrap_or_default(), text("alert_type").unwrap_or_default(), text("src_ip"), text("dst_ip"))
    };
    for (lead, stays) in settled.iter().zip(stay) {
        let leads = is(&lead.rule, &lead.alert_type, lead.src_ip.as_deref(), lead.dst_ip.as_deref());
        let related = || lead.evidence.get(RELATED).and_then(Value::as_array).into_iter().flatten();
        if leads || related().any(is_related) {
            return match *stays {
                false => Fate::Cut,
                true if leads => Fate::Kept,
                true => Fate::Grouped(Some((lead.rule.clone(), lead.alert_type.clone()))),
            };
        }
    }
    Fate::Grouped(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use net_scout_model::{Counting, Severity};

    #[test]
    fn what_becomes_of_alerts() {
        let alert = |rule: &str, source: &str, score| Alert {
            alert_type: rule.to_owned(),
            src_ip: Some(source.to_owned()),
            dst_ip: None,
            score,
            severity: Severity::Low,
            rule: rule.to_owned(),
            evidence: serde_json::Map::new(),
            events: None,
            story: None,
            counting: Counting::Nothing,
        };
        let (lead, follower, weak) = (alert("a", "192.0.2.1", 90), alert("b", "192.0.2.1", 20), alert("a", "192.0.2.2", 10));
        let (all, cut) = settled(vec![weak.clone(), follower.clone(), lead.clone()], true, usize::MAX);
        assert_eq!((all.len(), cut), (2, 0));
        let fates: Vec<Fate> = [&lead, &follower, &weak].into_iter().map(|alert| fate(alert, &all, &[true, false])).collect();
        assert_eq!(fates, [Fate::Kept, Fate::Grouped(Some(("a".to_owned(), "a".to_owned()))), Fate::Cut]);
        assert_eq!(fate(&alert("c", "192.0.2.1", 1), &all, &[true, false]), Fate::Grouped(None));
    }
}
