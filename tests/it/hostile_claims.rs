//! Rules whose alerts say more than they may. What the others say is what it is without them, and what a person is shown is true.

use std::time::Duration;

use net_scout_tests::harness::{Run, Scene, add_event};
use net_scout_tests::sample::Layout;
use serde_json::Value;

/// As a user runs it, who has set nothing.
fn run(scene: &Scene, words: &[&str]) -> Run {
    Run::of(scene.command(words).env_remove("NET_SCOUT_GROUP"))
}

/// A database in which 73 sources scan, and the guest.
fn scene() -> Scene {
    let scene = Scene::with_events(Layout::V2, |connection| {
        for source in 1..=73 {
            for port in 1..=60 {
                add_event(connection, "2026-03-11T20:25:11Z", &format!("192.0.2.{source}"), 40_000, "198.51.100.1", port);
            }
        }
    });
    scene.with_guest("claimer")
}

fn act(act: &str) -> String {
    format!("claimer.act={act}")
}

/// The alerts of the other rules that stand by themselves.
fn others(run: &Run) -> Vec<Value> {
    run.lines().into_iter().filter(|alert| alert["rule"] != "claimer").collect()
}

/// 600 alerts of the highest score do not take the place of 73 that others raise.
#[test]
fn crowd_out() {
    let scan = run(&scene(), &["scan", "--dry-run", "--format", "ndjson", "--set", &act("crowd_out")]);
    assert_eq!(scan.code, 0, "{}", scan.stderr);
    assert_eq!((others(&scan).len(), scan.lines().len()), (73, 500));
    assert!(scan.stderr.contains("173 weaker alerts were left out: a scan keeps 500 (--max-alerts)"), "{}", scan.stderr);
}

/// An alert takes in those of other rules only where it names its events, is no weaker, and its network is somebody's.
#[test]
fn everybody() {
    for (name, left) in
        [("nothing", 73), ("everybody", 73), ("everybody_checked", 73), ("network_weak", 73), ("network_checked", 0)]
    {
        let scan = run(&scene(), &["scan", "--dry-run", "--format", "ndjson", "--set", &act(name)]);
        assert_eq!((scan.code, others(&scan).len()), (0, left), "{name}: {}", scan.stderr);
    }
}

/// Who closes what one rule said does not close what another says later.
#[test]
fn a_close_swallows_what_the_same_rules_said() {
    let scene = scene();
    let quiet = ["--set", "vertical_scan.ports_threshold=10000", "--set", "horizontal_scan.dst_ip_threshold=10000"];
    let first = run(&scene, &[["scan", "--set", &act("network_checked")].as_slice(), &quiet].concat());
    assert_eq!(first.code, 0, "{}", first.stderr);
    let closed = scene.connect().execute("UPDATE scout_alerts SET status = 'false_positive'", []).expect("closed");
    assert_eq!(closed, 1);
    let second = run(&scene, &["scan", "--set", &act("network_checked")]);
    assert_eq!(second.code, 0, "{}", second.stderr);
    let open: Vec<Value> = run(&scene, &["alerts", "--status", "new", "--format", "ndjson"]).lines();
    assert!(!open.is_empty(), "what the other rules say is in a closed alert");
}

/// 30 alerts whose evidence would take for ever cost the time that there is for the evidence of a rule.
#[test]
fn slow_evidence() {
    let scene = scene();
    scene.configure("[limits]\nquery_seconds = 1\nevidence_seconds = 1.5\n");
    let scan = run(&scene, &["scan", "--dry-run", "--format", "ndjson", "--set", &act("slow_evidence")]);
    assert_eq!((scan.code, others(&scan).len()), (0, 73), "{}", scan.stderr);
    assert!(scan.took < Duration::from_secs(10), "{:?}", scan.took);
    let errors: Vec<String> = scan
        .lines()
        .iter()
        .filter(|alert| alert["rule"] == "claimer")
        .map(|alert| alert["evidence"]["events"]["error"].as_str().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(errors.len(), 30);
    assert_eq!(errors[0], "timed out: the query ran longer than 1 s (limits.query_seconds)");
    assert_eq!(errors[29], "timed out: the evidence of this rule's alerts took longer than 1.5 s (limits.evidence_seconds)");
}

/// What the host counts cannot be written by the rule.
#[test]
fn forged_evidence() {
    let scan = run(&scene(), &["scan", "--dry-run", "--format", "ndjson", "--set", &act("forged_evidence")]);
    assert_eq!(scan.code, 0, "{}", scan.stderr);
    let alerts = scan.lines();
    let alert = alerts.iter().find(|alert| alert["rule"] == "claimer").expect("its alert");
    let events = &alert["evidence"]["events"];
    assert_eq!(events["error"], "the condition is not one expression: it holds a bracket that closes what it did not open");
    assert!(events["count"].is_null() && events["sources"].is_null(), "{events}");
}

/// A query that the gate refused is not shown for running it again.
#[test]
fn statements() {
    let scene = scene();
    let scan = run(&scene, &["scan", "--set", &act("statements")]);
    assert_eq!(scan.code, 0, "{}", scan.stderr);
    let alerts: Vec<Value> = run(&scene, &["alerts", "--type", "claim", "--format", "ndjson"]).lines();
    assert_eq!(alerts.len(), 3);
    for alert in alerts {
        let id = alert["id"].to_string();
        for format in ["table", "json"] {
            let shown = run(&scene, &["alerts", "show", &id, "--format", format]);
            assert_eq!(shown.code, 0, "{}", shown.stderr);
            assert!(!shown.stdout.contains("SELECT *"), "{}", shown.stdout);
            assert!(format == "json" || !shown.stdout.contains("  query"), "{}", shown.stdout);
        }
    }
}

/// 28 MiB of evidence in one scan are cut to what a rule may keep.
#[test]
fn much_evidence() {
    let scene = scene();
    let scan = run(&scene, &["scan", "--set", &act("much_evidence")]);
    assert_eq!(scan.code, 0, "{}", scan.stderr);
    let (bytes, omitted): (i64, i64) = scene
        .connect()
        .query_row(
            "SELECT sum(length(evidence_json)), count(*) FILTER (WHERE evidence_json LIKE '%evidence_omitted%') FROM scout_alerts",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .expect("a sum");
    assert!(bytes < 10 << 20, "{bytes}");
    assert!(omitted > 250, "{omitted}");
}

/// An act without a test would be a hole that nobody looks at.
#[test]
fn every_act_is_tested() {
    let scan = run(&scene(), &["scan", "--dry-run", "--set", "claimer.act=?"]);
    let acts = scan.stderr.trim().strip_prefix("error: claimer.act (from --set): `?` is not one of ").expect("the acts");
    let tested = [
        "nothing",
        "crowd_out",
        "everybody",
        "everybody_checked",
        "network_checked",
        "network_weak",
        "slow_evidence",
        "forged_evidence",
        "statements",
        "much_evidence",
    ];
    assert_eq!(acts.split(", ").collect::<Vec<_>>(), tested);
}
