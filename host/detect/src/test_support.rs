//! A database of its own for each test, and what is in it.

use std::collections::BTreeMap;
use std::time::Duration;

use tempfile::TempDir;

use crate::allow::AllowSources;
use crate::scan::ScanOptions;
use net_scout_model::{Alert, Counting, Limits, Severity, Timestamp};
use net_scout_store::{Database, DatabaseOptions};

/// When tests take place.
pub(crate) const NOW: Timestamp = Timestamp(1_773_261_311_000_000);

/// What a scan of an empty database is told that has the tables of net-scout.
pub(crate) fn options() -> (TempDir, ScanOptions) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("net_sentinel.db");
    Database::make(&path, &[]).expect("a database");
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
        allow: AllowSources::default(),
        outbound: None,
        parallel: 2,
    };
    (folder, options)
}

/// An alert about a source.
pub(crate) fn alert(source: &str) -> Alert {
    Alert {
        alert_type: "scan".into(),
        src_ip: Some(source.into()),
        dst_ip: None,
        score: 50,
        severity: Severity::Low,
        rule: "rule".into(),
        counting: Counting::Nothing,
        evidence: serde_json::Map::new(),
        events: None,
        story: None,
    }
}
