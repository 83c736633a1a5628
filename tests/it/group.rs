//! What several rules say of one source is one alert that grows.

use net_scout_tests::harness::{Run, SMALL_SINCE, Scene};
use serde_json::{Value, json};

/// As a user runs it, who has set nothing.
fn run(scene: &Scene, words: &[&str]) -> Run {
    Run::of(scene.command(words).env_remove("NET_SCOUT_GROUP"))
}

fn types(alert: &Value) -> (String, Vec<String>) {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let related = alert["evidence"]["related"].as_array().cloned().unwrap_or_default();
    (text(&alert["alert_type"]), related.iter().map(|one| text(&one["alert_type"])).collect())
}

fn stored(scene: &Scene) -> Vec<Value> {
    scene.run(&["alerts", "--format", "ndjson"]).lines()
}

#[test]
fn one_source_is_one_alert() {
    let scene = Scene::small();
    let scan = run(&scene, &["scan", "--format", "ndjson"]);
    scan.ended(0, &format!("3 alerts in the events since {SMALL_SINCE}: 3 new, 0 repeated"));
    let alerts = scan.lines();
    let busy = alerts.iter().find(|alert| alert["src_ip"] == "192.0.2.3").expect("the busy source");
    assert_eq!(types(busy).1.len(), 1, "{busy}");
    assert_eq!((&busy["score"], &busy["severity"]), (&json!(100), &json!("low")));
    assert_eq!(stored(&scene).len(), 3);
    run(&scene, &["scan"]).ended(0, &format!("3 alerts in the events since {SMALL_SINCE}: 0 new, 3 repeated"));
    assert_eq!(stored(&scene), {
        let mut again = stored(&scene);
        again.sort_by_key(|alert| std::cmp::Reverse(alert["score"].as_i64()));
        again
    });
    let apart = run(&scene, &["scan", "--dry-run", "--no-group", "--format", "ndjson"]);
    assert_eq!(apart.lines().len(), 4);
    assert!(apart.lines().iter().all(|alert| alert["evidence"].get("related").is_none()));
    let table = run(&scene, &["scan", "--dry-run"]).stdout;
    assert!(table.contains("horizontal_scan +1 ") || table.contains("high_connection_volume +1 "), "{table}");
}

/// A source that did one thing in the first scan, and worse in the second, has one alert with both.
#[test]
fn an_alert_grows_from_scan_to_scan() {
    let scene = Scene::small();
    run(&scene, &["scan", "--until", "2026-03-11T20:35:11Z", "--set", "high_connection_volume.conn_threshold=1000000"])
        .ended(0, &format!("3 alerts in the events {SMALL_SINCE} to 2026-03-11T20:35:11Z: 3 new, 0 repeated"));
    let before = stored(&scene);
    let source = |alerts: &[Value]| alerts.iter().find(|alert| alert["src_ip"] == "192.0.2.3").cloned().expect("the busy source");
    assert_eq!(types(&source(&before)), ("horizontal_scan".to_owned(), vec![]));
    run(&scene, &["scan"]).ended(0, &format!("3 alerts in the events since {SMALL_SINCE}: 0 new, 3 repeated"));
    let (before, after) = (source(&before), source(&stored(&scene)));
    assert_eq!(before["id"], after["id"]);
    let (lead, related) = types(&after);
    assert_eq!((lead.as_str(), related), ("high_connection_volume", vec!["horizontal_scan".to_owned()]));
}

#[test]
fn a_setting_that_is_neither() {
    let scene = Scene::small();
    let run = Run::of(scene.command(&["scan"]).env("NET_SCOUT_GROUP", "perhaps"));
    assert_eq!(run.code, 2);
    assert!(
        run.stderr.contains("NET_SCOUT_GROUP") && run.stderr.contains("`perhaps`") && run.stderr.contains("true or false"),
        "{}",
        run.stderr
    );
}
