//! `net-scout alerts`: which are shown, and what stands in the table.

use super::formats::STORED_TABLE;
use net_scout_tests::harness::{Run, SMALL_SINCE, Scene};
use serde_json::{Value, json};

#[test]
fn filters() {
    let scene = Scene::small();
    assert_eq!(scene.run(&["scan"]).code, 0);
    scene
        .connect()
        .execute_batch(
            "UPDATE scout_alerts SET status = 'snoozed' WHERE id = 2;
             UPDATE scout_alerts SET created_at = '2026-03-01T00:00:00Z', updated_at = '2026-03-02T00:00:00Z' WHERE id = 3;",
        )
        .expect("updated");
    for (words, expected) in [
        (vec![], vec![1, 2, 4, 3]),
        (vec!["--type", "horizontal_scan"], vec![2, 4]),
        (vec!["--src", "192.0.2.3"], vec![1, 4]),
        (vec!["--dst", "198.51.100.1"], vec![3]),
        (vec!["--min-score", "60"], vec![1, 2, 3]),
        (vec!["--min-score", "61"], vec![1, 2]),
        (vec!["--min-score", "100"], vec![1]),
        (vec!["--status", "new"], vec![1, 4, 3]),
        (vec!["--status", "snoozed"], vec![2]),
        (vec!["--limit", "2"], vec![1, 2]),
        (vec!["--limit", "0"], vec![]),
        (vec!["--since", "1 hour"], vec![1, 2, 4]),
        (vec!["--since", "2026-03-02"], vec![1, 2, 4, 3]),
        (vec!["--since", "2026-03-02T00:00:01Z"], vec![1, 2, 4]),
        (vec!["--since", "2w", "--type", "vertical_scan", "--src", "192.0.2.2", "--min-score", "1", "--status", "new"], vec![3]),
        (vec!["--src", "192.0.2.0/24", "--dst", "198.51.100.0/24"], vec![3]),
        (vec!["--status", "open"], vec![1, 4, 3]),
        (vec!["src:192.0.2.0/24", "score:60..", "-rule:vertical_scan"], vec![1, 2]),
        (vec!["type:horizontal_scan", "!src:192.0.2.1"], vec![4]),
        (vec!["3 1"], vec![1, 3]),
        (vec!["192.0.2.3", "status:open since:1h"], vec![1, 4]),
    ] {
        let run = scene.run(&[["alerts", "--format", "ndjson"].as_slice(), &words].concat());
        let ids: Vec<i64> = run.lines().iter().map(|alert| alert["id"].as_i64().expect("an id")).collect();
        assert_eq!(ids, expected, "{words:?}");
        if words != ["--limit", "2"] {
            run.ended(0, if expected.is_empty() { "no alerts" } else { "" });
        }
    }
    let types = "high_connection_volume, horizontal_scan, vertical_scan";
    for (words, error) in [
        (vec!["--type", "horizontal"], format!("--type: there is no type of alerts `horizontal` (did you mean `horizontal_scan`?); there are {types}")),
        (vec!["rule:vertcal_scan"], format!("rule: there is no rule `vertcal_scan` (did you mean `vertical_scan`?); there are {types}")),
        (vec!["--status", "opn"], "--status: there is no status `opn` (did you mean `open`?); there are open, new, enriched, acknowledged, snoozed, closed, \
            false_positive, true_positive, benign, duplicate, allowed".to_owned()),
        (vec!["--src", "192.168.1.0/16"], "--src: `192.168.1.0/16` is not a network: it begins at 192.168.0.0/16".to_owned()),
        (vec!["--since", "yesterday"], "--since: `yesterday` is not a time".to_owned()),
        (vec!["scor:192.0.2.1"], "there is no field `scor` (did you mean `score`?); the fields are id, rule, type, src, dst".to_owned()),
    ] {
        scene.run(&[["alerts"].as_slice(), &words].concat()).said(2, &format!("error: {error}"));
    }
    scene.run(&["alerts", "--status", "false_positive"]).ended(0, "no alerts");
    scene
        .run(&["allow", "add", "192.0.2.1", "--rule", "horizontal", "--reason", "a test"])
        .ended(2, &format!("error: --rule: there is no rule `horizontal` (did you mean `horizontal_scan`?); there are {types}"));
}

/// The program says where the events are, when a window has none.
#[test]
fn an_empty_window() {
    let scene = Scene::small();
    let run = scene.run(&["scan", "--dry-run", "--since", "2026-04-01", "--until", "2026-04-02"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let note = "there are no events in the window: the newest one is from 2026-03-11T20:";
    assert!(run.stderr.contains(note) && run.stderr.contains("; `--since 2026-03-11` includes it"), "{}", run.stderr);
    assert!(!scene.run(&["scan", "--dry-run"]).stderr.contains("there are no events"));
}

#[test]
fn evidence_that_is_not_json() {
    let scene = Scene::small();
    assert_eq!(scene.run(&["scan"]).code, 0);
    scene.connect().execute_batch("UPDATE scout_alerts SET evidence_json = 'total 3' WHERE id IN (2, 3)").expect("updated");
    let run = scene.run(&["alerts", "--format", "ndjson"]);
    run.ended(0, "the evidence of alert 2 and of 1 other alert is not JSON and is left out");
    assert_eq!(run.lines().len(), 4);
    let shown = scene.run(&["alerts", "show", "3"]);
    shown.ended(0, "the evidence of alert 3 is not JSON and is left out");
}

/// The three original rules say how much, and not when: that is looked up.
#[test]
fn an_alert_that_only_counts_tells_its_events() {
    let scene = Scene::small();
    assert_eq!(scene.run(&["scan"]).code, 0);
    let shown = scene.run(&["alerts", "show", "3"]);
    shown.ended(0, "");
    assert!(
        shown.stdout.contains("\n  when       2026-03-11T20:25:11Z, 60 events; raised 2026-03-11T20:35:11Z\n"),
        "{}",
        shown.stdout
    );
    assert!(shown.stdout.lines().all(|line| line.chars().count() <= 80), "{}", shown.stdout);
    let json: Value = serde_json::from_str(&scene.run(&["alerts", "show", "3", "--format", "json"]).stdout).expect("an object");
    let again = json["query"].as_str().expect("a query");
    let count = format!("SELECT count(*) FROM ({again})");
    assert_eq!(scene.connect().query_row(&count, [], |row| row.get::<_, i64>(0)).expect("a query"), 60, "{again}");
    // A list says no more than it knows: they were before it was raised.
    let list = scene.run(&["alerts"]);
    assert!(list.stdout.contains("< Mar 11 20:35"), "{}", list.stdout);
    assert!(list.stdout.lines().all(|line| line.chars().count() <= 120) && !list.stdout.contains("status"), "{}", list.stdout);
    scene.run(&["alerts", "ack", "3"]).exited(0);
    assert!(scene.run(&["alerts"]).stdout.contains("acknowledged"));
}

#[test]
fn another_alert_table() {
    let scene = Scene::small();
    let run = scene.run(&["scan", "--alert-table", "mine"]);
    assert!(run.code == 0 && run.stdout.contains(" vertical_scan "), "{run:?}");
    assert_eq!(Run::of(scene.command(&["alerts"]).env("NET_SCOUT_ALERT_TABLE", "mine")).stdout, STORED_TABLE);
    scene.run(&["alerts"]).ended(0, "no alerts");
}

/// The tables as the Python program made them, with a row of the day, a row without destination twice, and a unique index.
#[test]
fn alerts_of_the_python_program() {
    for index in ["(alert_type, src_ip, dst_ip)", "(alert_type, src_ip, dst_ip, date(created_at))"] {
        let scene = Scene::small();
        scene
            .connect()
            .execute_batch(&format!(
                "CREATE TABLE scout_alerts (
                     id INTEGER PRIMARY KEY AUTOINCREMENT, alert_type TEXT NOT NULL, src_ip TEXT, dst_ip TEXT, score INTEGER DEFAULT 0,
                     evidence_json TEXT, enrichment_json TEXT, status TEXT DEFAULT 'new', created_at TEXT NOT NULL
                 );
                 CREATE UNIQUE INDEX idx_scout_alerts_unique ON scout_alerts {index};
                 INSERT INTO scout_alerts (alert_type, src_ip, dst_ip, score, evidence_json, status, created_at) VALUES
                     ('vertical_scan', '192.0.2.2', '198.51.100.1', 10, '{{\"ports\": 10}}', 'false_positive', '2026-03-11T01:00:00Z'),
                     ('horizontal_scan', '192.0.2.1', NULL, 5, '{{\"dst_count\": 5}}', 'new', '2026-03-11T01:00:00Z'),
                     ('horizontal_scan', '192.0.2.1', NULL, 5, 'no JSON', NULL, '2026-03-11T02:00:00Z'),
                     ('old', NULL, NULL, NULL, NULL, 'enriched', '2025-01-01T00:00:00Z');"
            ))
            .expect("the tables of the Python program");
        let run = scene.run(&["scan", "--format", "ndjson"]);
        run.ended(0, &format!("4 alerts in the events since {SMALL_SINCE}: 2 new, 2 repeated"));
        let alerts = scene.run(&["alerts", "--format", "ndjson"]).lines();
        let shown: Vec<Value> = alerts
            .iter()
            .map(|alert| {
                json!([
                    alert["id"],
                    alert["score"],
                    alert["severity"],
                    alert["rule"],
                    alert["evidence"]["since"],
                    alert["status"]
                ])
            })
            .collect();
        assert_eq!(
            json!(shown),
            json!([
                [5, 100, "low", "high_connection_volume", SMALL_SINCE, "new"],
                [3, 66, "low", "horizontal_scan", SMALL_SINCE, "new"],
                [1, 60, "low", "vertical_scan", SMALL_SINCE, "false_positive"],
                [6, 22, "low", "horizontal_scan", SMALL_SINCE, "new"],
                [2, 5, null, null, null, "new"],
                [4, 0, null, null, null, "enriched"],
            ]),
            "{index}"
        );
        assert_eq!(alerts[0]["created_at"], "2026-03-11T20:35:11.000003Z");
        assert_eq!(alerts[1]["created_at"], "2026-03-11T02:00:00Z");
        // The Python program goes on writing, without the columns that it does not know.
        scene
            .connect()
            .execute(
                "INSERT OR IGNORE INTO scout_alerts (alert_type, src_ip, dst_ip, score, evidence_json, created_at) VALUES (?1, ?2, ?3, 1, '{}', ?4)",
                ["vertical_scan", "192.0.2.77", "198.51.100.1", "2026-03-11T20:00:00Z"],
            )
            .expect("a row of the Python program");
        assert_eq!(scene.run(&["alerts", "--src", "192.0.2.77", "--format", "ndjson"]).lines().len(), 1);
    }
}
