//! `net-scout migrate`: the tables of net-scout, made once, whoever made some of them before, and the hashes of events.

mod event_hash;

use std::process::Stdio;

use net_scout_tests::harness::{MIGRATED, NOW, SMALL_ALERTS, SMALL_SINCE, Scene};
use net_scout_tests::sample::Layout;
use rusqlite::Connection;

const UP_TO_DATE: &str = "./net_sentinel.db is up to date";

/// A column of a table, from all rows.
fn column(connection: &Connection, sql: &str) -> Vec<Option<String>> {
    connection
        .prepare(sql)
        .expect("a query")
        .query_map([], |row| row.get(0))
        .expect("rows")
        .collect::<Result<_, _>>()
        .expect("rows")
}

fn columns(connection: &Connection, table: &str) -> Vec<String> {
    column(connection, &format!("SELECT name FROM pragma_table_info('{table}')")).into_iter().flatten().collect()
}

#[test]
fn a_second_run_changes_nothing() {
    for layout in [Layout::V1, Layout::V2] {
        let scene = Scene::with_events(layout, |_| ());
        scene.run(&["migrate"]).ended(0, MIGRATED);
        let (before, files) = (scene.bytes(), scene.files());
        scene.run(&["migrate"]).ended(0, UP_TO_DATE);
        assert!(scene.bytes() == before, "the database was changed");
        assert_eq!(scene.files(), files);
        // A scan has nothing left to do, and nor has the program after a scan.
        assert_eq!(scene.run(&["scan"]).code, 0);
        scene.run(&["migrate"]).ended(0, UP_TO_DATE);
    }
}

#[test]
fn the_tables_have_the_columns_that_others_rely_on() {
    let scene = Scene::small();
    scene.run(&["migrate"]).ended(0, MIGRATED);
    let connection = scene.connect();
    assert_eq!(
        columns(&connection, "scout_alerts"),
        [
            "id",
            "alert_type",
            "src_ip",
            "dst_ip",
            "score",
            "evidence_json",
            "enrichment_json",
            "status",
            "created_at",
            "severity",
            "rule",
            "updated_at",
            "story",
            "snoozed_until",
            "verdict",
            "reason",
            "assignee",
            "labels",
            "note",
        ]
    );
    assert_eq!(columns(&connection, "scout_enrichment_cache"), ["id", "subject", "kind", "result_json", "updated_at"]);
    // Each migration is remembered with when it ran, and the file's own version is left to net-sentinel.
    let applied =
        column(&connection, "SELECT version || ' ' || name || ' ' || applied_at FROM scout_migrations ORDER BY version");
    let expected = [
        "1 0001_original_tables",
        "2 0002_alert_details",
        "3 0003_alert_lookup",
        "4 0004_rate_limits",
        "5 0005_plugin_state",
        "6 0006_ledger",
        "7 0007_ledger_host_time",
        "8 0008_alert_story",
        "9 0009_allowlist",
        "10 0010_lookup_failures",
        "11 0011_imports",
        "12 0012_import_digests",
        "13 0013_service",
        "14 0014_rule_failures",
        "15 0015_alert_life",
        "16 0016_outbox",
        "17 0017_ledger_egress",
        "18 0018_left_out",
        "19 0019_reports",
        "20 0020_history_guard",
    ]
    .map(|name| Some(format!("{name} {NOW}")));
    assert_eq!(applied, expected);
    let version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0)).expect("a version");
    assert_eq!(version, 0);
}

/// Tables that the Python program made are adopted as they are, with their rows.
#[test]
fn the_tables_of_the_python_program() {
    let scene = Scene::small();
    scene
        .connect()
        .execute_batch(
            "CREATE TABLE scout_alerts (
                 id INTEGER PRIMARY KEY AUTOINCREMENT, alert_type TEXT NOT NULL, src_ip TEXT, dst_ip TEXT, score INTEGER DEFAULT 0,
                 evidence_json TEXT, enrichment_json TEXT, status TEXT DEFAULT 'new', created_at TEXT NOT NULL
             );
             CREATE TABLE scout_enrichment_cache (
                 id INTEGER PRIMARY KEY AUTOINCREMENT, subject TEXT NOT NULL UNIQUE, kind TEXT, result_json TEXT, updated_at TEXT NOT NULL
             );
             INSERT INTO scout_alerts (id, alert_type, src_ip, score, evidence_json, enrichment_json, status, created_at) VALUES
                 (41, 'horizontal_scan', '192.0.2.7', 61, '{\"dst_count\": 61}', '{\"src\": {\"rdns\": null}}', 'enriched', '2026-01-01T00:00:00Z');
             INSERT INTO scout_enrichment_cache (subject, kind, result_json, updated_at) VALUES ('rdns:192.0.2.7', 'rdns', '{}', '2026-01-01T00:00:00Z');",
        )
        .expect("the tables of the Python program");
    scene.run(&["migrate"]).ended(0, MIGRATED);
    let row = "SELECT json_array(id, alert_type, src_ip, dst_ip, score, evidence_json, enrichment_json, status, created_at, severity, rule, \
               updated_at) FROM scout_alerts";
    let expected = r#"[41,"horizontal_scan","192.0.2.7",null,61,"{\"dst_count\": 61}","{\"src\": {\"rdns\": null}}","enriched","2026-01-01T00:00:00Z",null,null,null]"#;
    assert_eq!(column(&scene.connect(), row), [Some(expected.to_owned())]);
    assert_eq!(column(&scene.connect(), "SELECT subject FROM scout_enrichment_cache"), [Some("rdns:192.0.2.7".to_owned())]);
    scene.run(&["migrate"]).ended(0, UP_TO_DATE);
    scene.run(&["scan"]).ended(0, &format!("4 alerts in the events since {SMALL_SINCE}: 4 new, 0 repeated"));
}

#[test]
fn a_newer_or_changed_database_is_refused() {
    for (tampering, error) in [
        (
            "INSERT INTO scout_migrations VALUES ('scout_alerts', 99, '0099_future', 'x', '2030-01-01T00:00:00Z')",
            "./net_sentinel.db was migrated by a later net-scout to version 99, this one knows 20: use that later version",
        ),
        (
            "UPDATE scout_migrations SET checksum = 'x' WHERE version = 2",
            "./net_sentinel.db: migration 2 (0002_alert_details) was changed after it ran; use the net-scout that made it",
        ),
    ] {
        let scene = Scene::small();
        scene.run(&["migrate"]).ended(0, MIGRATED);
        scene.connect().execute_batch(tampering).expect("tampered");
        let (before, files) = (scene.bytes(), scene.files());
        for words in [&["migrate"][..], &["migrate", "--event-hash"], &["scan"]] {
            scene.run(words).ended(1, &format!("error: {error}"));
            assert!(scene.bytes() == before, "{words:?} changed the database");
            assert_eq!(scene.files(), files);
        }
        // Looking is still allowed.
        assert_eq!(scene.run(&["scan", "--dry-run", "--format", "ndjson"]).stdout, SMALL_ALERTS);
    }
}

/// Each alert table has its own history.
#[test]
fn two_alert_tables() {
    let scene = Scene::small();
    scene.run(&["migrate"]).ended(0, MIGRATED);
    scene.run(&["migrate", "--alert-table", "mine"]).ended(0, MIGRATED);
    scene.run(&["migrate"]).ended(0, UP_TO_DATE);
    scene.run(&["migrate", "--alert-table", "mine"]).ended(0, UP_TO_DATE);
}

/// Two at once do the work once.
#[test]
fn at_the_same_time() {
    let scene = Scene::small();
    let children: Vec<_> = (0..4)
        .map(|_| scene.command(&["migrate"]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("started"))
        .collect();
    let mut ran = 0;
    for child in children {
        let output = child.wait_with_output().expect("an end");
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(0), "{stderr}");
        ran += stderr.matches("ran migration").count();
    }
    assert_eq!(ran, MIGRATED.lines().count());
}
