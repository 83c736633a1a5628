//! Alerts as the API shows them.

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use net_scout_model::{StoredAlert, Timestamp};
use net_scout_store::HistoryRow;

/// A stored alert.
#[derive(Serialize, ToSchema)]
#[schema(as = Alert)]
pub(crate) struct AlertJson {
    /// Its number.
    pub(crate) id: i64,
    /// Its type.
    pub(crate) alert_type: String,
    /// Who did it.
    pub(crate) src_ip: Option<String>,
    /// To whom.
    pub(crate) dst_ip: Option<String>,
    /// From 0 to 100.
    pub(crate) score: i64,
    /// informational, low, medium, high or critical.
    pub(crate) severity: &'static str,
    /// The rule that raised it; null where the Python program wrote it.
    pub(crate) rule: Option<String>,
    /// new, enriched, acknowledged, snoozed, closed, false_positive, ...; a snooze that is over counts as none.
    pub(crate) status: String,
    /// When it was first raised, UTC.
    pub(crate) created_at: String,
    /// When it was last raised, UTC.
    pub(crate) updated_at: Option<String>,
    /// What it rests on.
    #[schema(value_type = Object)]
    pub(crate) evidence: Value,
    /// When its snooze ends; null where it is not snoozed, or until it gets worse.
    pub(crate) snoozed_until: Option<String>,
    /// true_positive, benign, false_positive or duplicate.
    pub(crate) verdict: Option<String>,
    /// Why it was closed.
    pub(crate) reason: Option<String>,
    /// Whose it is.
    pub(crate) assignee: Option<String>,
    /// In ascending order.
    pub(crate) labels: Vec<String>,
    /// The last note.
    pub(crate) note: Option<String>,
}

impl AlertJson {
    /// An alert as it is now.
    pub(crate) fn of(alert: StoredAlert, now: Timestamp) -> Self {
        let (severity, status) = (alert.severity().name(), alert.status_at(now).to_owned());
        let verdict = alert.verdict().map(str::to_owned);
        Self {
            id: alert.id,
            alert_type: alert.alert_type,
            src_ip: alert.src_ip,
            dst_ip: alert.dst_ip,
            score: alert.score,
            severity,
            rule: alert.rule,
            status,
            created_at: alert.created_at,
            updated_at: alert.updated_at,
            evidence: alert.evidence,
            snoozed_until: alert.triage.snoozed_until.map(Timestamp::seconds),
            verdict,
            reason: alert.triage.reason,
            assignee: alert.triage.assignee,
            labels: alert.triage.labels,
            note: alert.triage.note,
        }
    }
}

/// A change of an alert.
#[derive(Serialize, ToSchema)]
#[schema(as = Change)]
pub(crate) struct ChangeJson {
    /// Its number.
    id: i64,
    /// The alert.
    alert: i64,
    /// The number of the action that it belongs to.
    batch: i64,
    /// When, UTC.
    at: String,
    /// By whom: `person:anna`, `rule:port_scan`, `allowlist`, ...
    actor: String,
    /// What was done.
    action: String,
    /// The columns that changed, as they were.
    #[schema(value_type = Object)]
    before: Map<String, Value>,
    /// As they are then.
    #[schema(value_type = Object)]
    after: Map<String, Value>,
    /// Why.
    comment: Option<String>,
    /// The action that it takes back.
    undoes: Option<i64>,
}

impl From<HistoryRow> for ChangeJson {
    fn from(row: HistoryRow) -> Self {
        let HistoryRow { id, alert, batch, at, actor, action, before, after, comment, undoes } = row;
        Self { id, alert, batch, at, actor, action, before, after, comment, undoes }
    }
}
