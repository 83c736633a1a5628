//! An alert as it is told to somebody: what stood in it then, and what was new about it.

use serde::{Deserialize, Serialize};

use super::{Severity, StoredAlert};

/// The most bytes of evidence that go with an alert; longer evidence stays in the database.
const EVIDENCE: usize = 2_048;

/// What is new about an alert, the least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum News {
    /// The incident goes on, and is no worse.
    Grown,
    /// Somebody wants it to be told again.
    Resent,
    /// It is more severe than before.
    Worse,
    /// It was closed, and is open again.
    Reopened,
    /// It was not there before.
    New,
}

impl News {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::New, Self::Worse, Self::Reopened, Self::Grown, Self::Resent];

    /// As stored and shown.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Grown => "grown",
            Self::Resent => "resent",
            Self::Worse => "worse",
            Self::Reopened => "reopened",
            Self::New => "new",
        }
    }

    /// The one of a name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|news| news.name() == name)
    }

    /// What a scan made of an alert: what it was before, if it was there, and what it is now.
    #[must_use]
    pub fn between(before: Option<&StoredAlert>, after: &StoredAlert) -> Self {
        match before {
            None => Self::New,
            Some(before) if !before.is_open() && after.is_open() => Self::Reopened,
            Some(before) if severity(after) > severity(before) => Self::Worse,
            Some(_) => Self::Grown,
        }
    }
}

/// How much an alert matters; where the Python program wrote it, what its score says.
fn severity(alert: &StoredAlert) -> Severity {
    let named = alert.severity.as_deref().and_then(Severity::of_name);
    named.unwrap_or_else(|| Severity::of_score(alert.score))
}

/// An alert as it is told.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct ToldAlert {
    /// Its number.
    pub id: i64,
    /// What is new about it.
    pub news: News,
    /// How much it matters.
    pub severity: Severity,
    /// From 0 to 100.
    pub score: i64,
    /// Its type.
    pub alert_type: String,
    /// The rule that raised it.
    pub rule: Option<String>,
    /// Who did it.
    pub src_ip: Option<String>,
    /// To whom.
    pub dst_ip: Option<String>,
    /// When it was first raised.
    pub created_at: String,
    /// When it was last raised.
    pub updated_at: Option<String>,
    /// What a person can check; null where that is too much for a message.
    pub evidence: serde_json::Value,
}

impl ToldAlert {
    /// What is told of an alert.
    #[must_use]
    pub fn of(alert: &StoredAlert, news: News) -> Self {
        let fits = alert.evidence.to_string().len() <= EVIDENCE;
        Self {
            id: alert.id,
            news,
            severity: severity(alert),
            score: alert.score,
            alert_type: alert.alert_type.clone(),
            rule: alert.rule.clone(),
            src_ip: alert.src_ip.clone(),
            dst_ip: alert.dst_ip.clone(),
            created_at: alert.created_at.clone(),
            updated_at: alert.updated_at.clone(),
            evidence: if fits { alert.evidence.clone() } else { serde_json::Value::Null },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alert(severity: &str, status: &str) -> StoredAlert {
        StoredAlert {
            id: 1,
            alert_type: "port_scan".to_owned(),
            src_ip: None,
            dst_ip: None,
            score: 50,
            severity: Some(severity.to_owned()),
            rule: None,
            status: status.to_owned(),
            created_at: "2026-03-11T20:35:11Z".to_owned(),
            updated_at: None,
            evidence: serde_json::Value::Null,
            triage: crate::Triage::default(),
        }
    }

    #[test]
    fn what_is_new() {
        let between =
            |before: (&str, &str), after: (&str, &str)| News::between(Some(&alert(before.0, before.1)), &alert(after.0, after.1));
        assert_eq!(News::between(None, &alert("low", "new")), News::New);
        assert_eq!(between(("low", "new"), ("low", "new")), News::Grown);
        assert_eq!(between(("low", "enriched"), ("high", "enriched")), News::Worse);
        assert_eq!(between(("high", "false_positive"), ("high", "new")), News::Reopened);
        assert_eq!(between(("high", "false_positive"), ("high", "false_positive")), News::Grown);
        assert!(News::ALL.into_iter().all(|news| News::of_name(news.name()) == Some(news)));
    }

    #[test]
    fn long_evidence_stays_behind() {
        let mut long = alert("low", "new");
        long.evidence = serde_json::json!({ "text": "x".repeat(EVIDENCE) });
        assert!(ToldAlert::of(&long, News::New).evidence.is_null());
    }
}
