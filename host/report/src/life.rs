//! Where an alert is in its life.

use net_scout_model::search::{AlertQuery, KnownNames};
use net_scout_model::{Severity, StoredAlert, Timestamp};
use net_scout_store::AlertFilter;

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

/// All severities, in descending order.
pub(crate) const SEVERITIES: [Severity; 5] =
    [Severity::Critical, Severity::High, Severity::Medium, Severity::Low, Severity::Informational];

/// The alerts that were raised, first or again, at an instant or later.
pub(crate) fn raised_since(at: Timestamp, now: Timestamp) -> AlertFilter {
    // An instant is a value that the field takes.
    let query = AlertQuery::of("since", &at.stored(), &KnownNames::default()).unwrap_or_default();
    AlertFilter::new(query, now)
}
