//! The Python program beside ours, on one file, in both orders: what it sends to SQLite is sent here, after each of our commands, and before.

use net_scout_tests::harness::{NOW, Run, SMALL_SINCE, Scene, add_event};
use net_scout_tests::sample::Layout;
use rusqlite::Connection;
use serde_json::{Value, json};

/// What its scanner and its migrations make sure of whenever they run: they end where SQLite refuses.
const TABLES: &str = "CREATE TABLE IF NOT EXISTS scout_alerts (
        id INTEGER PRIMARY KEY AUTOINCREMENT, alert_type TEXT NOT NULL, src_ip TEXT, dst_ip TEXT, score INTEGER DEFAULT 0,
        evidence_json TEXT, enrichment_json TEXT, status TEXT DEFAULT 'new', created_at TEXT NOT NULL);
    CREATE UNIQUE INDEX IF NOT EXISTS ux_scout_alerts_unique ON scout_alerts (alert_type, src_ip, dst_ip, date(created_at));
    CREATE TABLE IF NOT EXISTS scout_enrichment_cache (
        id INTEGER PRIMARY KEY AUTOINCREMENT, subject TEXT NOT NULL UNIQUE, kind TEXT, result_json TEXT, updated_at TEXT NOT NULL);";

/// A run of its scanner: its tables, its three statements, and an alert of each.
#[track_caller]
fn scanner(scene: &Scene) {
    let database = scene.connect();
    database.execute_batch(TABLES).expect("its tables and its index");
    let found = |sql: &str| -> Vec<(String, Option<String>)> {
        let mut statement = database.prepare(sql).expect("its statement");
        let rows = statement.query_map([SMALL_SINCE], |row| Ok((row.get(0)?, row.get(1)?))).expect("its rows");
        rows.map(|row| row.expect("a row")).collect()
    };
    let horizontal = found(
        "SELECT src_ip, NULL, COUNT(DISTINCT dst_ip) AS dst_count, COUNT(*) AS conn_count FROM ip_events WHERE timestamp >= ?1
         GROUP BY src_ip HAVING dst_count > 50 OR conn_count > 200 ORDER BY dst_count DESC, conn_count DESC LIMIT 200",
    );
    let vertical = found(
        "SELECT src_ip, dst_ip, COUNT(DISTINCT dst_port) AS ports FROM ip_events WHERE timestamp >= ?1
         GROUP BY src_ip, dst_ip HAVING ports > 50 ORDER BY ports DESC LIMIT 200",
    );
    assert!(!horizontal.is_empty() && !vertical.is_empty());
    for (alert_type, alerts) in [("horizontal_scan", horizontal), ("vertical_scan", vertical)] {
        for (source, destination) in alerts {
            database
                .execute(
                    "INSERT OR IGNORE INTO scout_alerts (alert_type, src_ip, dst_ip, score, evidence_json, enrichment_json, created_at)
                     VALUES (?1, ?2, ?3, 60, '{\"since\": \"x\"}', NULL, '2026-03-11T20:35:11.123456Z')",
                    (alert_type, source, destination),
                )
                .expect("its alert");
        }
    }
}

/// What its pages read of an alert.
fn page(scene: &Scene) -> Vec<(String, Value, String)> {
    let database = scene.connect();
    let mut statement = database
        .prepare(
            "SELECT id, alert_type, src_ip, dst_ip, score, evidence_json, enrichment_json, status, created_at FROM scout_alerts
             WHERE created_at >= '2026-03-01' AND score >= 0 ORDER BY created_at DESC LIMIT 500",
        )
        .expect("its statement");
    let rows = statement.query_map([], |row| {
        let evidence: Option<String> = row.get("evidence_json")?;
        let _score: i64 = row.get("score")?;
        Ok((row.get("alert_type")?, evidence, row.get::<_, String>("status")?))
    });
    let parsed = rows.expect("its rows").map(|row| {
        let (alert_type, evidence, status) = row.expect("a row that it can read");
        (alert_type, serde_json::from_str(&evidence.unwrap_or_else(|| "{}".to_owned())).expect("JSON"), status)
    });
    parsed.collect()
}

/// It stores what it looked up, and takes it for the answer from then on.
fn enrichment(database: &Connection) {
    database
        .execute_batch(
            "INSERT INTO scout_enrichment_cache (subject, kind, result_json, updated_at) VALUES ('rdns:192.0.2.1', 'rdns', 'null', '2026-03-11T20:00:00Z')
             ON CONFLICT(subject) DO UPDATE SET kind=excluded.kind, result_json=excluded.result_json, updated_at=excluded.updated_at;
             UPDATE scout_alerts SET enrichment_json = '{\"src\": {\"rdns\": null}}', status = 'enriched', created_at = created_at WHERE id = 1;",
        )
        .expect("its enrichment");
}

fn grouped(scene: &Scene, words: &[&str]) -> Run {
    Run::of(scene.command(words).env("NET_SCOUT_GROUP", "true"))
}

/// A log of one line, to import.
fn log(scene: &Scene) -> String {
    let line = "Mar 11 20:30:00 gw kernel: [UFW BLOCK] IN=eth0 OUT= SRC=198.51.100.9 DST=192.0.2.200 PROTO=TCP SPT=4000 DPT=22\n";
    std::fs::write(scene.path("kern.log"), line).expect("a log");
    "kern.log".to_owned()
}

#[test]
fn it_runs_after_each_of_our_commands_and_before() {
    for first in [false, true] {
        let scene = Scene::small();
        let log = log(&scene);
        if first {
            scanner(&scene);
        }
        let allow = ["allow", "add", "192.0.2.2", "--reason", "a test"];
        let commands: [&[&str]; 9] = [
            &["migrate"],
            &["scan"],
            &["enrich"],
            &allow,
            &["allow", "apply"],
            &["scan", "--no-group"],
            &["import", &log],
            &["migrate", "--event-hash"],
            &["scan"],
        ];
        for words in commands {
            let run = grouped(&scene, words);
            // No enricher may run here: the alerts stay as they are.
            assert!(run.code == 0 || words == ["enrich"], "{words:?}: {}", run.stderr);
            scanner(&scene);
            enrichment(&scene.connect());
            let shown = page(&scene);
            assert!(!shown.is_empty(), "{words:?}");
            assert_eq!(grouped(&scene, &["alerts", "--format", "ndjson"]).code, 0, "{words:?}");
        }
        let integrity: String = scene.connect().query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("a check");
        assert_eq!(integrity, "ok");
    }
}

/// Somebody closes an alert on its pages, and it gets worse.
#[test]
fn an_alert_that_was_closed_on_its_pages_is_reopened_in_its_row() {
    for with_index in [false, true] {
        let scene = Scene::with_events(Layout::V2, |connection| {
            for port in 1..=55 {
                add_event(connection, "2026-03-11T20:00:00Z", "192.0.2.2", 40_000, "198.51.100.1", port);
            }
        });
        if with_index {
            scene.connect().execute_batch(TABLES).expect("its tables and its index");
        }
        assert_eq!(grouped(&scene, &["scan"]).code, 0);
        scene.connect().execute("UPDATE scout_alerts SET status = 'false_positive' WHERE id = 1", []).expect("closed");
        // The same again stays closed.
        assert_eq!(grouped(&scene, &["scan"]).code, 0);
        assert_eq!(page(&scene).iter().map(|(_, _, status)| status.as_str()).collect::<Vec<_>>(), ["false_positive"]);
        // It was judged to matter less when it was closed.
        scene.connect().execute("UPDATE scout_alerts SET severity = 'informational'", []).expect("judged");
        for port in 56..=200 {
            add_event(&scene.connect(), "2026-03-11T20:10:00Z", "192.0.2.2", 40_000, "198.51.100.1", port);
        }
        let run = grouped(&scene, &["scan"]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        let shown = page(&scene);
        assert_eq!(shown.len(), 1, "{with_index}: {shown:?}");
        let (_, evidence, status) = &shown[0];
        assert_eq!((status.as_str(), &evidence["reopened"][0]["status"]), ("new", &json!("false_positive")));
        assert_eq!(evidence["reopened"][0]["at"], NOW);
        scene.connect().execute_batch(TABLES).expect("its tables and its index");
        let told = grouped(&scene, &["alerts", "show", "1"]).stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            told.contains("reopened 2026-03-11T20:35:11Z: was false_positive, informational, score 55, last raised "),
            "{told}"
        );
    }
}
