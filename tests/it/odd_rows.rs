//! Rows that no producer should write: each command reads what it can, and counts the rest.

use net_scout_tests::harness::{NOW, Run, SMALL_SINCE, Scene, add_event};
use net_scout_tests::sample::Layout;
use serde_json::json;

/// Alerts that cannot be read, besides those of a scan.
const ALERTS: &str = "INSERT INTO scout_alerts (alert_type, src_ip, score, status, created_at, evidence_json) VALUES
    ('real', '192.0.2.1', 61.7, NULL, '2026-03-11T20:00:00Z', x'00'),
    ('blob', '192.0.2.1', x'ff', 'new', '2026-03-11T20:00:00Z', NULL),
    ('address', CAST(x'31ff' AS TEXT), 1, 'new', '2026-03-11T20:00:00Z', NULL),
    (x'ff', '192.0.2.1', 1, 'new', x'ff', NULL);";
const LEFT_OUT: &str = "warning: 3 rows of table `scout_alerts` cannot be read and left out; the first is alert ";

#[test]
fn odd_alerts_stop_no_command() {
    let scene = Scene::small();
    assert_eq!(scene.run(&["scan"]).code, 0);
    scene.connect().execute_batch(ALERTS).expect("odd rows");
    let said = |words: &[&str]| {
        let run = scene.run(words);
        assert_eq!(run.code, 0, "{words:?}: {}", run.stderr);
        run
    };
    let listed = said(&["alerts", "--format", "ndjson"]);
    assert!(listed.stderr.starts_with(LEFT_OUT), "{}", listed.stderr);
    let real = listed.lines().into_iter().find(|alert| alert["alert_type"] == "real").expect("the real score");
    assert_eq!((&real["score"], &real["status"], listed.lines().len()), (&json!(62), &json!("new"), 5));
    assert_eq!(said(&["alerts", "show", "1"]).stderr, "");
    scene
        .run(&["alerts", "show", "6"])
        .ended(1, "error: alert 6: its score is a blob; another program wrote it so, into table `scout_alerts`");
    for words in [["explain", "192.0.2.1"].as_slice(), &["allow", "apply"], &["allow", "add", "192.0.2.1", "--reason", "a test"]]
    {
        assert!(said(words).stderr.contains(LEFT_OUT), "{words:?}");
    }
    said(&["scan"]);
}

#[test]
fn odd_events_are_left_out_and_counted_in_both_engines() {
    for window in ["0", "1024"] {
        let scene = Scene::with_events(Layout::V2, |connection| {
            for port in 1..=60 {
                add_event(connection, "2026-03-11T20:00:00Z", "192.0.2.2", 40_000, "198.51.100.1", port);
            }
        });
        scene
            .connect()
            .execute_batch(
                "UPDATE ip_events SET timestamp = CAST(x'32303236ff' AS TEXT) WHERE id = 1;
                 UPDATE ip_events SET src_ip = x'c0000202' WHERE id = 2;
                 UPDATE ip_events SET dst_ip = CAST(x'31ff' AS TEXT) WHERE id = 3;
                 INSERT INTO ip_events (src_ip, dst_ip, timestamp) VALUES (x'ff', x'ff', '2026-03-11T10:00:00Z');",
            )
            .expect("odd rows");
        scene.configure(&format!("[limits]\nwindow_mib = {window}"));
        let run = scene.run(&["scan", "--format", "ndjson"]);
        run.ended(
            0,
            &format!(
                "warning: 1 event was left out because its timestamp cannot be read\n\
                 warning: 2 events were left out because their address cannot be read\n\
                 1 alert in the events since {SMALL_SINCE}: 1 new, 0 repeated"
            ),
        );
        assert_eq!(run.lines()[0]["evidence"]["ports"], 57, "{window}");
    }
}

/// SSH tries at a forwarded port, as net-sentinel stores them.
fn forwarded(direction: &str, source: &str) -> Scene {
    let scene = Scene::with_events(Layout::V2, |connection| {
        for port in 0..300 {
            let time = format!("2026-03-11T20:{:02}:{:02}Z", port / 60 * 5, port % 60);
            add_event(connection, &time, source, 40_000 + port, "192.168.1.10", 22);
        }
    });
    let change = format!(
        "PRAGMA ignore_check_constraints = 1; UPDATE ip_events SET in_if = 'eth0', out_if = 'br0', direction = '{direction}'"
    );
    scene.connect().execute_batch(&change).expect("forwarded");
    let rule = net_scout_tests::places::plugins().join("brute-force.wasm");
    std::fs::copy(rule, scene.path("plugins/brute-force.wasm")).expect("a rule");
    scene
}

#[test]
fn what_is_forwarded_from_outside_came_in() {
    let note = "300 events that came in are stored as OUTBOUND, and taken for INBOUND: forwarded, from outside your networks \
                (correct_directions = false leaves them as they are)";
    for direction in ["OUTBOUND", "Outbound"] {
        for window in ["0", "1024"] {
            let scene = forwarded(direction, "198.51.100.7");
            scene.configure(&format!("[limits]\nwindow_mib = {window}"));
            let scan = |switch: &str| {
                let mut command = scene.command(&["scan", "--dry-run", "--format", "ndjson"]);
                Run::of(command.env("NET_SCOUT_CORRECT_DIRECTIONS", switch))
            };
            let types = |run: &Run| run.lines().iter().map(|alert| alert["alert_type"].to_string()).collect::<Vec<_>>();
            let corrected = scan("yes");
            assert_eq!(corrected.code, 0, "{}", corrected.stderr);
            assert!(types(&corrected).contains(&"\"brute_force\"".to_owned()), "{:?} {}", types(&corrected), corrected.stderr);
            assert!(corrected.stderr.contains(note), "{}", corrected.stderr);
            let as_stored = scan("0");
            assert!(!types(&as_stored).contains(&"\"brute_force\"".to_owned()) && !as_stored.stderr.contains("INBOUND"));
        }
        let scene = forwarded(direction, "198.51.100.7");
        let explained = scene.run(&["explain", "198.51.100.7", "--until", NOW]);
        assert!(explained.stderr.contains(note), "{}", explained.stderr);
    }
    // What leaves is left as it is, and so is what comes from a public network of one's own.
    let scene = forwarded("OUTBOUND", "10.0.0.7");
    assert!(!scene.run(&["scan", "--dry-run"]).stderr.contains("INBOUND"));
    let scene = forwarded("OUTBOUND", "198.51.100.7");
    scene.configure("local_networks = ['198.51.100.0/24']");
    assert!(!scene.run(&["scan", "--dry-run"]).stderr.contains("INBOUND"));
    Run::of(scene.command(&["scan"]).env("NET_SCOUT_CORRECT_DIRECTIONS", "maybe")).ended(
        2,
        "error: correct_directions (from NET_SCOUT_CORRECT_DIRECTIONS): `maybe` is not true or false, yes or no, on or off, 1 or 0",
    );
}

/// The schema of two days wrote directions in another case.
#[test]
fn directions_in_any_case() {
    for direction in ["INBOUND", "Inbound", "inbound"] {
        let scene = forwarded(direction, "198.51.100.7");
        scene.connect().execute("UPDATE ip_events SET out_if = NULL", []).expect("not forwarded");
        let run = scene.run(&["scan", "--dry-run", "--format", "ndjson"]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert!(run.lines().iter().any(|alert| alert["alert_type"] == "brute_force"), "{direction}: {}", run.stdout);
    }
}
