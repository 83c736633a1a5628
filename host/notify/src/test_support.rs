//! What tests of several parts tell.

use crate::message::Message;
use net_scout_model::{News, Severity, Timestamp, ToldAlert};

/// An alert with hostile names.
pub(crate) fn told(id: i64, severity: Severity, alert_type: &str) -> ToldAlert {
    ToldAlert {
        id,
        news: News::New,
        severity,
        score: 80,
        alert_type: alert_type.to_owned(),
        rule: Some("port_scan".to_owned()),
        src_ip: Some("203.0.113.9".to_owned()),
        dst_ip: None,
        created_at: "2026-03-11T20:35:11Z".to_owned(),
        updated_at: None,
        evidence: serde_json::Value::Null,
    }
}

/// A message with these alerts.
pub(crate) fn message(alerts: Vec<ToldAlert>) -> Message {
    Message {
        key: "msg_1".to_owned(),
        route: "all".to_owned(),
        receiver: "chat".to_owned(),
        formed: Timestamp(1_773_261_311_000_000),
        attempt: 1,
        may_be_repeat: false,
        is_test: false,
        alerts,
    }
}
