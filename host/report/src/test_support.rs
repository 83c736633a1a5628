//! Alerts and a database for each test.

use std::collections::BTreeMap;
use std::time::Duration;

use net_scout_detect::allow::AllowSources;
use net_scout_detect::scan::ScanOptions;
use net_scout_model::{Alert, Counting, EventRow, Limits, Severity, StoredAlert, Timestamp, Triage};
use net_scout_store::{Database, DatabaseOptions};
use serde_json::{Value, json};
use tempfile::TempDir;

/// When tests take place: 2026-03-11T20:35:11Z.
pub(crate) const NOW: Timestamp = Timestamp(1_773_261_311_000_000);
pub(crate) const MINUTE: i64 = 60_000_000;

/// An event so long before now: from a source, to a target and port.
pub(crate) fn event(
    minutes: i64,
    source: &str,
    target: &str,
    port: u16,
    verdict: &'static str,
    direction: &'static str,
) -> EventRow {
    EventRow {
        src_ip: source.to_owned(),
        // The key of a row has it: each another one.
        src_port: Some(40_000 + minutes.unsigned_abs() as u16),
        src_service: None,
        dst_ip: target.to_owned(),
        dst_port: Some(port),
        dst_service: None,
        proto: "TCP".to_owned(),
        in_if: None,
        out_if: None,
        verdict: Some(verdict),
        direction: Some(direction),
        tcp_flags: None,
        last: NOW.plus(-minutes * MINUTE),
        hits: 2,
        place: None,
    }
}

/// What use cases are told of a database with these events.
pub(crate) fn scene(events: &[EventRow]) -> (TempDir, ScanOptions) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("net_sentinel.db");
    Database::make(&path, events).expect("a database");
    let database = DatabaseOptions { path, alert_table: "scout_alerts".to_owned(), busy_timeout: Duration::from_secs(1) };
    database.open().expect("opened").migrate(NOW).expect("migrated");
    let options = ScanOptions {
        database,
        table: "ip_events".to_owned(),
        local_networks: None,
        correct_directions: true,
        directories: BTreeMap::new(),
        limits: Limits::default(),
        group: true,
        max_alerts: 500,
        quiet: 6 * 3_600_000_000,
        builtin_roles: true,
        allow: AllowSources { resolvers: vec!["9.9.9.9:53".parse().expect("a resolver")], configured: Vec::new() },
        parallel: 2,
        outbound: None,
    };
    (folder, options)
}

/// An alert about a source, to be recorded.
pub(crate) fn alert(source: &str, score: u8, severity: Severity, last: Timestamp) -> Alert {
    let evidence = json!({ "events": { "count": 3, "first": last.plus(-MINUTE).seconds(), "last": last.seconds(), "ports": { "22": 3 } },
        "techniques": ["T1046", "T1595.001"] });
    Alert {
        alert_type: "port_scan".into(),
        src_ip: Some(source.into()),
        dst_ip: None,
        score,
        severity,
        rule: "port_scan".into(),
        counting: Counting::Nothing,
        evidence: evidence.as_object().cloned().unwrap_or_default(),
        events: None,
        story: None,
    }
}

/// Records alerts, each at a time. Their numbers.
pub(crate) fn record(options: &ScanOptions, alerts: &[(Alert, Timestamp)]) -> Vec<i64> {
    let mut database = options.database.open().expect("opened");
    let mut kept = |(alert, at): &(Alert, Timestamp)| {
        database.keep_scan(std::slice::from_ref(alert), &[], &[], *at, None).expect("recorded")[0].alert.id
    };
    alerts.iter().map(&mut kept).collect()
}

/// An alert as it is stored.
pub(crate) fn stored(id: i64, alert_type: &str, source: Option<&str>, evidence: Value) -> StoredAlert {
    StoredAlert {
        id,
        alert_type: alert_type.to_owned(),
        src_ip: source.map(str::to_owned),
        dst_ip: Some("10.0.0.5".to_owned()),
        score: 82,
        severity: Some("high".to_owned()),
        rule: Some("port_scan".to_owned()),
        status: "new".to_owned(),
        created_at: NOW.plus(-5 * MINUTE).stored(),
        updated_at: Some(NOW.stored()),
        evidence,
        triage: Triage::default(),
    }
}
