//! A frame for tests of pages.

use net_scout_model::{StoredAlert, Timestamp, Triage};

use super::frame::Frame;
use super::url::Url;
use crate::app::Site;
use crate::auth::caller::{Caller, Role};

/// That of somebody who may do everything.
pub(super) fn frame() -> Frame {
    let caller =
        Caller { name: "<anna>".to_owned(), role: Role::Admin, scopes: Role::Admin.scopes(), csrf: Some("c0ffee".to_owned()) };
    let now = Timestamp(1_773_261_311_000_000);
    Frame { url: Url::default(), site: Site::default(), caller, theme: None, local: false, here: "/".to_owned(), now }
}

/// What an attacker may write into any text: markup, and what nobody sees.
pub(super) const HOSTILE: &str = "</td><script>alert(1)</script><img src=x onerror=alert(1)>\"'\u{202e}\u{1b}[31m&lt;";

/// An alert that another program wrote, hostile in every text.
pub(super) fn hostile_alert() -> StoredAlert {
    let text = || HOSTILE.to_owned();
    let triage = Triage {
        verdict: Some(text()),
        reason: Some(text()),
        assignee: Some(text()),
        labels: vec![text()],
        note: Some(text()),
        snoozed_until: None,
    };
    StoredAlert {
        id: 7,
        alert_type: text(),
        src_ip: Some(text()),
        dst_ip: Some(text()),
        score: i64::MAX,
        severity: Some(text()),
        rule: Some(text()),
        status: text(),
        created_at: text(),
        updated_at: Some(text()),
        evidence: serde_json::json!({
            HOSTILE: HOSTILE, "ports": 3, "ports_threshold": HOSTILE, "service": HOSTILE, "tries": 3, "techniques": [HOSTILE, "T1046"],
            "severity_reasons": [HOSTILE], "plugin": {"version": HOSTILE}, "window": {"since": HOSTILE, "until": HOSTILE},
            "events": {"first": HOSTILE, "last": HOSTILE}, "related": [{"alert_type": HOSTILE, "src_ip": HOSTILE, "severity": HOSTILE, "evidence": {HOSTILE: 1}}],
        }),
        triage,
    }
}

/// Fails where something hostile is more than text.
pub(super) fn assert_harmless(page: &str) {
    for forbidden in ["<script>", "<img", "onerror=alert(1)>", "\u{202e}", "\u{1b}", " style=", " onclick=", "javascript:"] {
        assert!(!page.contains(forbidden), "{forbidden} in {page}");
    }
}
