//! A rule that needs history sees it, and nobody sees more than that; an alert that says which events it is about gets them as evidence.

use net_scout_tests::harness::{DATABASE, Run, SMALL_ALERTS, SMALL_SINCE, Scene, add_event};
use serde_json::{Value, json};

/// No window in memory.
const NEVER: &str = "[limits]\nwindow_mib = 0";

/// The small database with older events: some of the last day, some from before.
fn scene() -> Scene {
    let scene = Scene::small().with_guest("historian");
    let connection = scene.connect();
    for index in 1..=60 {
        add_event(&connection, "2026-03-11T02:00:00Z", "192.0.2.9", 40_000, &format!("198.51.100.{index}"), 1_000 + index);
        add_event(&connection, "2026-03-09T00:00:00Z", "192.0.2.9", 41_000, &format!("198.51.100.{index}"), 1_000 + index);
    }
    add_event(&connection, "2026-03-11T03:00:00Z", "192.0.2.2", 40_000, "198.51.100.9", 9_999);
    scene
}

fn of(run: &Run, alert_type: &str) -> Vec<Value> {
    run.lines().into_iter().filter(|alert| alert["alert_type"] == alert_type).collect()
}

#[test]
fn each_rule_sees_its_own_span_and_no_more() {
    let scene = scene();
    let others: Vec<Value> = SMALL_ALERTS.lines().map(|line| serde_json::from_str(line).expect("an alert")).collect();
    for configuration in ["", NEVER] {
        scene.configure(&format!("local_networks = ['198.51.0.0/16']\n{configuration}"));
        let run = scene.scan(&["--explain"]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        let expected = json!({
            "since": SMALL_SINCE,
            "events_since": "2026-03-10T20:35:11Z",
            "local_networks": ["198.51.0.0/16"],
            "is_local": true,
            "memory_count": 391,
            "memory_first": "2026-03-11T02:00:00Z",
            "sqlite_count": 391,
            "sqlite_first": "2026-03-11T02:00:00Z",
        });
        assert_eq!(of(&run, "history")[0]["evidence"], expected, "{}", run.stderr);
        // The rules without history see the window alone, beside one that sees a day.
        let found: Vec<Value> = run.lines().into_iter().filter(|alert| alert["rule"] != "historian").collect();
        assert_eq!(found, others);
        let engine = if configuration.is_empty() { "in memory" } else { "by SQLite" };
        let lines = run.stderr.lines().filter(|line| line.starts_with("horizontal_scan: ") && line.contains(engine));
        assert_eq!(lines.count(), 1, "{}", run.stderr);
    }
}

#[test]
fn history_counts_from_the_end_of_the_window() {
    let scene = scene();
    for (since, until, events_since, count) in [
        ("2026-03-09T00:00:00Z", "2026-03-09T01:00:00Z", "2026-03-08T01:00:00Z", 60),
        ("2026-03-08T23:00:00Z", "2026-03-11T03:00:00Z", "2026-03-08T23:00:00Z", 120),
        ("2026-03-11T02:30:00Z", "2026-03-11T03:00:01Z", "2026-03-10T03:00:01Z", 61),
    ] {
        let run = scene.scan(&["--since", since, "--until", until]);
        let evidence = &of(&run, "history")[0]["evidence"];
        assert_eq!((&evidence["events_since"], &evidence["memory_count"]), (&json!(events_since), &json!(count)), "{since}");
        assert_eq!(evidence["sqlite_count"], json!(count), "{since}");
    }
}

#[test]
fn the_events_of_an_alert_are_its_evidence() {
    for configuration in ["", NEVER] {
        for condition in ["source", "either"] {
            let scene = scene();
            scene.configure(configuration);
            let run = scene.scan(&["--set", &format!("historian.condition={condition}")]);
            assert_eq!(run.code, 0, "{}", run.stderr);
            let alerts = of(&run, "source");
            // 192.0.2.9 was not seen in the window.
            assert_eq!(alerts.len(), 3, "{}", run.stdout);
            let alert = alerts.iter().find(|alert| alert["src_ip"] == "192.0.2.2").expect("an alert");
            let (evidence, events) = (&alert["evidence"], &alert["evidence"]["events"]);
            assert_eq!((&evidence["techniques"], &evidence["rows"]), (&json!(["T1046"]), &json!(61)));
            assert_eq!(events["count"], 61);
            assert_eq!((&events["first"], &events["last"]), (&json!("2026-03-11T03:00:00Z"), &json!("2026-03-11T20:25:11Z")));
            assert_eq!(events["sources"], json!({"192.0.2.2": 61}));
            assert_eq!(events["targets"].to_string(), r#"{"198.51.100.1":60,"198.51.100.9":1}"#);
            assert_eq!(events["ports"].as_object().map(serde_json::Map::len), Some(10));
            assert_eq!(events["sample_ids"].as_array().map(Vec::len), Some(20));
            assert_eq!(events["parameters"], json!(["192.0.2.2"]));
            let window = json!({"since": SMALL_SINCE, "until": null, "events_since": "2026-03-10T20:35:11Z"});
            assert_eq!(evidence["window"], window);
            let plugin = &evidence["plugin"];
            assert_eq!((&plugin["name"], plugin["sha256"].as_str().map(str::len)), (&json!("historian"), Some(64)));
        }
    }
}

#[test]
fn a_selection_that_fails_says_why_and_the_alert_stands() {
    let scene = scene();
    for (condition, reason) in [
        ("wrong", "invalid query: no such column: no_such_column"),
        ("ungranted", "access denied: column `city` of `events` was not requested"),
    ] {
        let run = scene.scan(&["--set", &format!("historian.condition={condition}")]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        let alerts = of(&run, "source");
        assert_eq!(alerts.len(), 3);
        for alert in alerts {
            let error = alert["evidence"]["events"]["error"].as_str().unwrap_or_default().to_owned();
            assert!(error.contains(reason), "{error}");
        }
    }
}

#[test]
fn a_recorded_scan_has_its_evidence_without_the_database() {
    let scene = scene();
    let recording = scene.path("a.scan").display().to_string();
    let run = scene.scan(&["--record", &recording]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    std::fs::remove_file(scene.path(DATABASE)).expect("a database");
    let again = scene.run(&["scan", "--replay", &recording, "--format", "ndjson"]);
    assert_eq!((again.code, &again.stdout), (0, &run.stdout), "{}", again.stderr);
}

#[test]
fn local_networks_are_learned_where_none_are_set() {
    let scene = scene();
    let connection = scene.connect();
    add_event(&connection, "2026-03-11T20:00:00Z", "192.0.2.1", 40_000, "2001:db8::7", 1);
    add_event(&connection, "2026-03-11T20:00:00Z", "10.1.2.3", 40_000, "224.0.0.1", 1);
    for (configuration, expected) in
        [("", "10.0.0.0/8, 198.51.100.0/24, 2001:db8::/64"), (NEVER, "10.0.0.0/8, 198.51.100.0/24, 2001:db8::/64")]
    {
        scene.configure(configuration);
        let run = scene.scan(&["--explain"]);
        let evidence = &of(&run, "history")[0]["evidence"];
        assert_eq!(evidence["local_networks"], json!(expected.split(", ").collect::<Vec<_>>()), "{}", run.stderr);
        assert_eq!(evidence["is_local"], true);
        let note = format!("local networks learned from the events: {expected} (local_networks sets them)");
        assert!(run.stderr.contains(&note), "{}", run.stderr);
        assert!(!scene.scan(&[]).stderr.contains("local networks"));
    }
    let recording = scene.path("a.scan").display().to_string();
    let run = scene.scan(&["--record", &recording]);
    let again = scene.run(&["scan", "--replay", &recording, "--format", "ndjson"]);
    assert_eq!((again.code, &again.stdout), (0, &run.stdout), "{}", again.stderr);
}

#[test]
fn a_stored_alert_is_told() {
    let scene = scene();
    let run = scene.run(&["scan", "--format", "ndjson"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let alert = of(&run, "source").into_iter().find(|alert| alert["src_ip"] == "192.0.2.2").expect("an alert");
    let id = alert["id"].to_string();
    let folded = scene.run(&["alerts", "show", &id]);
    assert!(folded.stdout.lines().all(|line| line.chars().count() <= 80), "{}", folded.stdout);
    let told = Run::of(scene.command(&["alerts", "show", &id]).env("COLUMNS", "200"));
    assert_eq!(told.code, 0, "{}", told.stderr);
    for line in [
        &format!("alert {id}: source, informational, score 10, new\n"),
        "  who        192.0.2.2\n",
        "  when       2026-03-11T03:00:00Z to 2026-03-11T20:25:11Z, 61 events; raised 2026-03-11T20:35:11Z\n",
        "  window     from 2026-03-11T19:35:11Z, looking back to 2026-03-10T20:35:11Z\n",
        "  numbers    rows 61\n",
        "  techniques T1046\n",
        "  targets    198.51.100.1 (60), 198.51.100.9 (1)\n",
    ] {
        assert!(told.stdout.contains(line), "{line}{}", told.stdout);
    }
    let json = scene.run(&["alerts", "show", &id, "--format", "json"]);
    let json: Value = serde_json::from_str(&json.stdout).expect("an object");
    let query = json["query"].as_str().expect("a query");
    let count: i64 = scene
        .connect()
        .query_row(&format!("SELECT COUNT(*) FROM ({query})"), [], |row| row.get(0))
        .expect("a query that can be run");
    assert_eq!(count, 61, "{query}");
    let run = scene.run(&["alerts", "show", "999"]);
    assert_eq!((run.code, run.stdout.as_str()), (1, ""));
    assert!(run.stderr.contains("there is no alert 999"), "{}", run.stderr);
}

#[test]
fn an_alert_of_the_python_program_is_told() {
    let scene = Scene::small();
    scene
        .connect()
        .execute_batch(
            "CREATE TABLE scout_alerts (id INTEGER PRIMARY KEY AUTOINCREMENT, alert_type TEXT NOT NULL, src_ip TEXT, dst_ip TEXT,
               score INTEGER DEFAULT 0, evidence_json TEXT, enrichment_json TEXT, status TEXT DEFAULT 'new', created_at TEXT NOT NULL);
             INSERT INTO scout_alerts (alert_type, src_ip, dst_ip, score, evidence_json, enrichment_json, created_at)
             VALUES ('vertical_scan', '192.0.2.2', '198.51.100.1', 60, '{\"ports\": 60}', '{\"src\": {\"rdns\": {\"names\": [\"a.example\"]}}}',
                     '2026-03-11T20:00:00Z');",
        )
        .expect("a table");
    let told = scene.run(&["alerts", "show", "1"]);
    assert_eq!(
        told.stdout,
        "alert 1: vertical_scan, score 60, new\n  who        192.0.2.2 to 198.51.100.1\n  when       raised 2026-03-11T20:00:00Z\n  \
         numbers    ports 60\n  enriched   src rdns: names a.example\n",
        "{}",
        told.stderr
    );
}
