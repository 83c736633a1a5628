//! The alerts that belong to another one, in its evidence.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Alert, Severity};

/// The member of the evidence that holds the related alerts.
pub const RELATED: &str = "related";
/// The member of the evidence that says what the alert was each time before it was opened again.
pub const REOPENED: &str = "reopened";
/// The member that says how many more there were.
const OMITTED: &str = "related_omitted";
/// How many related alerts are kept with their evidence.
const MOST: usize = 50;

/// What makes one alert lead others, most important first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank {
    /// It is about a whole network, of which the others are parts.
    pub is_of_network: bool,
    /// It says which events it is about, so that a person can check it.
    pub names_its_events: bool,
    /// It has one source and one target.
    pub names_both_sides: bool,
    /// How much it matters.
    pub severity: Severity,
    /// From 0 to 100.
    pub score: i64,
}

/// An alert in the evidence of another.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Related {
    /// The rule that raised it.
    pub rule: String,
    /// Its type.
    pub alert_type: String,
    /// Who did it.
    pub src_ip: Option<String>,
    /// To whom.
    pub dst_ip: Option<String>,
    /// From 0 to 100.
    pub score: i64,
    /// How much it matters.
    pub severity: Severity,
    /// What a person can check.
    pub evidence: Map<String, Value>,
}

impl Related {
    /// Whether it is the same alert, perhaps told again.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        let key = |alert: &Self| (alert.rule.clone(), alert.alert_type.clone(), alert.src_ip.clone(), alert.dst_ip.clone());
        key(self) == key(other)
    }
}

impl From<Alert> for Related {
    fn from(alert: Alert) -> Self {
        let Alert { alert_type, src_ip, dst_ip, score, severity, rule, evidence, .. } = alert;
        Self { rule, alert_type, src_ip, dst_ip, score: score.into(), severity, evidence }
    }
}

/// Adds related alerts to the evidence of the one that leads them: the first ones, and the number of those that there is no room for.
pub fn add_related(evidence: &mut Map<String, Value>, mut related: Vec<Related>) {
    let omitted = related.len().saturating_sub(MOST);
    related.truncate(MOST);
    if !related.is_empty() {
        evidence.insert(RELATED.to_owned(), serde_json::json!(related));
    }
    if omitted > 0 {
        evidence.insert(OMITTED.to_owned(), omitted.into());
    }
}

/// Takes the related alerts out of an evidence; those that cannot be read were written by another program, and are left out.
pub fn take_related(evidence: &mut Map<String, Value>) -> Vec<Related> {
    evidence.remove(OMITTED);
    match evidence.remove(RELATED) {
        Some(Value::Array(list)) => list.into_iter().filter_map(|one| serde_json::from_value(one).ok()).collect(),
        _ => Vec::new(),
    }
}
