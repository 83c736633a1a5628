//! Where an alert is in its life, and what it turned out to be.

use net_scout_model::{Severity, StoredAlert};

/// Where an alert is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Nobody has dealt with it.
    New,
    /// Somebody has seen it.
    Acknowledged,
    /// It is out of the way for a while.
    Snoozed,
    /// The allowlist closed it.
    Allowed,
    /// It is dealt with.
    Closed,
    /// Another program calls it something else.
    Other,
}

impl Stage {
    pub(crate) fn of(alert: &StoredAlert) -> Self {
        match alert.status.as_str() {
            "new" | "enriched" => Self::New,
            "acknowledged" => Self::Acknowledged,
            "snoozed" => Self::Snoozed,
            "allowed" => Self::Allowed,
            "closed" | "false_positive" | "true_positive" | "benign" | "duplicate" => Self::Closed,
            _ => Self::Other,
        }
    }

    /// Whether somebody may have to look at it.
    pub(crate) fn is_open(self) -> bool {
        matches!(self, Self::New | Self::Acknowledged | Self::Other)
    }
}

/// What an alert turned out to be, by name.
pub(crate) fn verdict(alert: &StoredAlert) -> Option<&str> {
    ["true_positive", "benign", "false_positive", "duplicate"].into_iter().find(|verdict| *verdict == alert.status)
}

/// How much an alert matters; where the Python program wrote it, what its score says.
pub(crate) fn severity(alert: &StoredAlert) -> Severity {
    let named = alert.severity.as_deref().and_then(|name| SEVERITIES.into_iter().find(|severity| severity.name() == name));
    named.unwrap_or_else(|| Severity::of_score(alert.score))
}

/// All severities, in descending order.
pub(crate) const SEVERITIES: [Severity; 5] =
    [Severity::Critical, Severity::High, Severity::Medium, Severity::Low, Severity::Informational];
