//! What a rule answers: alerts with evidence, or an error.

use crate::bindings::net_scout::plugin::detection;
use crate::bindings::net_scout::plugin::query::QueryError;
use crate::bindings::net_scout::plugin::types::Value;

pub use detection::{RuleError as Error, Severity};

impl Severity {
    /// The severity that a score from 0 to 100 stands for: below 20 informational, below 40 low, below 70 medium,
    /// below 90 high, else critical.
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
}

/// Something suspicious, built step by step.
#[derive(Clone, Debug)]
pub struct Alert(detection::Alert);

impl Alert {
    /// An alert of a described type. The score is brought into 0 to 100, the severity follows from it.
    #[must_use]
    pub fn new(alert_type: &str, score: i64) -> Self {
        let score = score.clamp(0, 100);
        Self(detection::Alert {
            alert_type: alert_type.into(),
            src_ip: None,
            dst_ip: None,
            score: score as u32,
            severity: Severity::of_score(score),
            evidence: Vec::new(),
            events: None,
        })
    }

    /// Who did it.
    #[must_use]
    pub fn from(mut self, source: impl Into<Option<String>>) -> Self {
        self.0.src_ip = source.into();
        self
    }

    /// To whom.
    #[must_use]
    pub fn to(mut self, destination: impl Into<Option<String>>) -> Self {
        self.0.dst_ip = destination.into();
        self
    }

    /// Another severity than the score's.
    #[must_use]
    pub fn severity(mut self, severity: Severity) -> Self {
        self.0.severity = severity;
        self
    }

    /// Adds a piece of evidence.
    #[must_use]
    pub fn evidence(mut self, key: &str, value: impl Into<detection::EvidenceValue>) -> Self {
        self.0.evidence.push(detection::EvidenceEntry { key: key.into(), value: value.into() });
        self
    }
}

impl Alert {
    /// Says which events the alert is about: an SQL condition over `events`, with what is bound to `?1`, `?2`, ... in it. The host adds to
    /// the evidence of an alert that is kept what these events are. The rule must have requested the columns that the condition names, and
    /// `id`, `time`, `src_ip`, `dst_ip` and `dst_port`.
    #[must_use]
    pub fn events(mut self, condition: &str, parameters: &[Value]) -> Self {
        self.0.events = Some(detection::Selection { condition: condition.into(), parameters: parameters.to_vec() });
        self
    }

    /// The techniques of MITRE ATT&CK that the alert shows, such as `T1046`.
    #[must_use]
    pub fn techniques(self, techniques: &[&str]) -> Self {
        self.evidence("techniques", techniques.iter().map(|&technique| technique.to_owned()).collect::<Vec<_>>())
    }
}

impl From<Alert> for detection::Alert {
    fn from(alert: Alert) -> Self {
        alert.0
    }
}

impl From<QueryError> for Error {
    fn from(error: QueryError) -> Self {
        Self::Query(error)
    }
}

macro_rules! into_value {
    ($($from:ty => |$value:ident| $to:expr;)*) => {$(
        impl From<$from> for Value {
            fn from($value: $from) -> Self {
                $to
            }
        }

        impl From<$from> for detection::EvidenceValue {
            fn from(value: $from) -> Self {
                Self::Scalar(value.into())
            }
        }
    )*};
}

into_value! {
    bool => |value| Value::Boolean(value);
    i64 => |value| Value::Integer(value);
    f64 => |value| Value::Real(value);
    String => |value| Value::Text(value);
    &str => |value| Value::Text(value.into());
}

/// None is null.
impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// None is null.
impl<T: Into<Value>> From<Option<T>> for detection::EvidenceValue {
    fn from(value: Option<T>) -> Self {
        Self::Scalar(value.into())
    }
}

impl From<Vec<i64>> for detection::EvidenceValue {
    fn from(values: Vec<i64>) -> Self {
        Self::Integers(values)
    }
}

impl From<Vec<String>> for detection::EvidenceValue {
    fn from(values: Vec<String>) -> Self {
        Self::Texts(values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_null() {
        let alert = Alert::new("late", 1).evidence("some", Some(5_i64)).evidence("none", None::<i64>).evidence("text", Some("x"));
        let values: Vec<String> = alert.0.evidence.iter().map(|entry| format!("{:?}", entry.value)).collect();
        let expected = [Value::Integer(5), Value::Null, Value::Text("x".into())];
        assert_eq!(values, expected.map(|value| format!("{:?}", detection::EvidenceValue::Scalar(value))));
    }
}
