//! Alerts.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Counting, Triage, Value};

/// How much an alert matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth keeping, nothing to do.
    Informational,
    /// Look when there is time.
    Low,
    /// Look today.
    Medium,
    /// Look now.
    High,
    /// Act now.
    Critical,
}

impl Severity {
    /// All of them, in ascending order.
    pub const ALL: [Self; 5] = [Self::Informational, Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The one with this name.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|severity| severity.name() == name)
    }

    /// Its place among [all](Self::ALL).
    #[must_use]
    pub fn rank(self) -> i64 {
        self as i64
    }

    /// That of a score, where nobody says another.
    #[must_use]
    pub fn of_score(score: i64) -> Self {
        match score {
            ..20 => Self::Informational,
            20..40 => Self::Low,
            40..70 => Self::Medium,
            70..90 => Self::High,
            90.. => Self::Critical,
        }
    }

    /// As stored and shown.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Informational => "informational",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// The one of a name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        let all = [Self::Informational, Self::Low, Self::Medium, Self::High, Self::Critical];
        all.into_iter().find(|severity| severity.name() == name)
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// One piece of evidence.
#[derive(Clone, Debug, PartialEq)]
pub enum EvidenceValue {
    /// A single value.
    Scalar(Value),
    /// Several integers.
    Integers(Vec<i64>),
    /// Several texts.
    Texts(Vec<String>),
}

impl From<EvidenceValue> for serde_json::Value {
    fn from(value: EvidenceValue) -> Self {
        match value {
            EvidenceValue::Scalar(value) => value.into(),
            EvidenceValue::Integers(values) => values.into(),
            EvidenceValue::Texts(values) => values.into(),
        }
    }
}

/// The events that an alert is about.
#[derive(Clone, Debug, PartialEq)]
pub struct Selection {
    /// An SQL condition over `events`.
    pub condition: String,
    /// What is bound to `?1`, `?2`, ... in it.
    pub parameters: Vec<Value>,
}

impl Serialize for Selection {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let parameters: Vec<serde_json::Value> = self.parameters.iter().cloned().map(Into::into).collect();
        serde_json::json!({ "condition": self.condition, "parameters": parameters }).serialize(serializer)
    }
}

/// Something suspicious, as a rule raised it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Alert {
    /// One of the types that the rule described.
    pub alert_type: String,
    /// Who did it, where it is one source.
    pub src_ip: Option<String>,
    /// To whom, where it is one destination.
    pub dst_ip: Option<String>,
    /// From 0 to 100.
    pub score: u8,
    /// How much it matters.
    pub severity: Severity,
    /// The rule that raised it.
    pub rule: String,
    /// What a person can check.
    pub evidence: serde_json::Map<String, serde_json::Value>,
    /// The events that it is about, where the rule says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub events: Option<Selection>,
    /// Whom it is about, where it leads the alerts of one story: alerts of the same story and day are one alert.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub story: Option<String>,
    /// What its rule counts.
    #[serde(skip)]
    pub counting: Counting,
}

/// An alert as it stands in the database. What another program wrote there may be anything.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredAlert {
    /// Its number.
    pub id: i64,
    /// Its type.
    pub alert_type: String,
    /// Who did it.
    pub src_ip: Option<String>,
    /// To whom.
    pub dst_ip: Option<String>,
    /// From 0 to 100.
    pub score: i64,
    /// How much it matters; unknown where the Python program wrote it.
    pub severity: Option<String>,
    /// The rule that raised it; unknown where the Python program wrote it.
    pub rule: Option<String>,
    /// new, enriched, acknowledged, snoozed, closed, false_positive, ...
    pub status: String,
    /// When it was first raised, UTC ISO 8601.
    pub created_at: String,
    /// When it was last raised.
    pub updated_at: Option<String>,
    /// What a person can check; null where it is no JSON.
    pub evidence: serde_json::Value,
    /// What people wrote down beside it.
    pub triage: Triage,
}

impl StoredAlert {
    /// How much it matters; where the Python program wrote it, what its score says.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.severity.as_deref().and_then(Severity::of).unwrap_or_else(|| Severity::of_score(self.score))
    }

    /// Whether nobody has dealt with it yet.
    #[must_use]
    pub fn is_open(&self) -> bool {
        ["new", "enriched"].contains(&self.status.as_str())
    }
}
