//! Alerts: what is kept of them, how they are shown, and which events they are about.

mod bounds;
mod formats;
mod life;
mod list;

use net_scout_tests::harness::{NOW, Run, SMALL_SINCE, Scene};
use net_scout_tests::sample::Layout;
use rusqlite::Connection;
use serde_json::{Value, json};

/// A database without events, and the guest that raises what is ordered.
fn raiser() -> Scene {
    Scene::with_events(Layout::V2, |_| ()).without_rules().with_guest("raiser")
}

/// Scans at a time of its own with parameters of the guest, and shows what came out.
#[track_caller]
fn raise(scene: &Scene, now: &str, parameters: &[&str]) -> Vec<Value> {
    let mut command = scene.command(&["scan", "--format", "ndjson"]);
    for parameter in parameters {
        command.args(["--set", &format!("raiser.{parameter}")]);
    }
    let run = Run::of(command.env("NET_SCOUT_NOW", now));
    assert_eq!(run.code, 0, "{}", run.stderr);
    run.lines()
}

type Row = (i64, Option<String>, Option<String>, i64, String, String, String);

/// All that is stored: id, source, destination, score, severity, evidence, status.
fn stored(connection: &Connection) -> Vec<Row> {
    connection
        .prepare("SELECT id, src_ip, dst_ip, score, severity, evidence_json, status FROM scout_alerts ORDER BY id")
        .expect("alerts")
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?)))
        .expect("alerts")
        .collect::<Result<_, _>>()
        .expect("alerts")
}

#[test]
fn a_repeat_is_the_same_alert_until_a_day_is_quiet() {
    for (source, destination) in [(true, true), (true, false), (false, true), (false, false)] {
        let scene = raiser();
        let addresses = [&format!("source={source}"), &format!("destination={destination}")];
        let raise = |now: &str, score: i64, number: i64| {
            let ordered = [&format!("score={score}"), &format!("number={number}"), addresses[0], addresses[1]];
            let alerts = raise(&scene, now, &ordered.map(String::as_str));
            assert_eq!(alerts.len(), 1);
            let alert = &alerts[0];
            (alert["id"].clone(), alert["score"].clone(), alert["evidence"]["number"].clone(), alert["created_at"].clone())
        };
        let first = "2026-03-11T00:00:00Z";
        assert_eq!(raise(first, 40, 1), (json!(1), json!(40), json!(1), json!(first)));
        assert_eq!(raise("2026-03-11T12:00:00Z", 90, 2), (json!(1), json!(90), json!(2), json!(first)));
        // A lower score lowers nothing, but the evidence is the newest.
        assert_eq!(raise("2026-03-11T23:59:59.999999Z", 10, 3), (json!(1), json!(90), json!(3), json!(first)));
        assert_eq!(raise("2026-03-12T00:00:00Z", 10, 4), (json!(1), json!(90), json!(4), json!(first)));
        let next = "2026-03-13T01:00:00Z";
        assert_eq!(raise(next, 20, 5), (json!(2), json!(20), json!(5), json!(next)));
        let address = |net: u8, wanted: bool| wanted.then(|| format!("{net}.0.0.0"));
        let row = |id, score, severity: &str, number| {
            let evidence = format!("{{\"number\":{number}}}");
            (id, address(10, source), address(11, destination), score, severity.to_owned(), evidence, "new".to_owned())
        };
        assert_eq!(stored(&scene.connect()), [row(1, 90, "high", 4), row(2, 20, "low", 5)]);
    }
}

#[test]
fn what_a_person_closed_stays_closed() {
    for status in ["false_positive", "snoozed", "enriched", "whatever"] {
        let scene = raiser();
        raise(&scene, NOW, &["score=40", "number=1"]);
        scene
            .connect()
            .execute("UPDATE scout_alerts SET status = ?1, enrichment_json = '{\"src\":{}}'", [status])
            .expect("closed");
        let alerts = raise(&scene, NOW, &["score=100", "number=2"]);
        assert_eq!((&alerts[0]["status"], &alerts[0]["score"]), (&json!(status), &json!(100)));
        let rows = stored(&scene.connect());
        assert_eq!(rows.len(), 1);
        let evidence: Value = serde_json::from_str(&rows[0].5).expect("JSON");
        assert_eq!((&evidence["number"], rows[0].6.as_str()), (&json!(2), status));
        let enrichment: String =
            scene.connect().query_row("SELECT enrichment_json FROM scout_alerts", [], |row| row.get(0)).expect("enrichment");
        assert_eq!(enrichment, "{\"src\":{}}");
    }
}

#[test]
fn the_same_alert_twice_in_one_scan_is_one() {
    let scene = raiser();
    let run = scene.run(&["scan", "--set", "raiser.count=3", "--set", "raiser.source=false"]);
    assert_eq!(run.stderr, format!("3 alerts in the events since {SMALL_SINCE}: 1 new, 2 repeated\n"));
    assert_eq!(stored(&scene.connect()), [(1, None, None, 50, "medium".into(), "{\"number\":0}".into(), "new".into())]);
}

#[test]
fn the_strongest_are_kept_when_there_are_too_many() {
    let scene = raiser();
    let run = scene.run(&["scan", "--format", "ndjson", "--max-alerts", "3", "--set", "raiser.count=10"]);
    run.ended(
        0,
        &format!(
            "3 alerts in the events since {SMALL_SINCE}: 3 new, 0 repeated\n\
             warning: 7 weaker alerts were left out: a scan keeps 3 (--max-alerts)"
        ),
    );
    let scores: Vec<Value> = run.lines().into_iter().map(|mut alert| alert["score"].take()).collect();
    assert_eq!(scores, [50, 49, 48]);
    assert_eq!(stored(&scene.connect()).len(), 3);

    let run = scene.run(&["scan", "--max-alerts", "0", "--set", "raiser.count=10"]);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""));
    let run = Run::of(scene.command(&["scan", "--set", "raiser.count=600"]).env("NET_SCOUT_MAX_ALERTS_PER_RUN", "599"));
    assert!(run.stderr.contains("warning: 1 weaker alert was left out: a scan keeps 599 (--max-alerts)"), "{}", run.stderr);
    let run = scene.run(&["scan", "--set", "raiser.count=501", "--dry-run"]);
    assert!(run.stderr.contains("warning: 1 weaker alert was left out: a scan keeps 500 (--max-alerts)"), "{}", run.stderr);
}
