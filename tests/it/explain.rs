//! `net-scout explain`: what there is of an address, what each rule says of it, and how near those are that say nothing.

use net_scout_tests::harness::{MIGRATED, NOW, RULES, Run, SMALL_SINCE, Scene, add_event};
use net_scout_tests::places;
use net_scout_tests::sample::Layout;
use serde_json::{Value, json};

/// Explains as a user does who has set nothing, and checks that nothing is written.
fn explain(scene: &Scene, words: &[&str]) -> Run {
    let (before, files) = (scene.bytes(), scene.files());
    let run = Run::of(scene.command(&[&["explain"], words].concat()).env_remove("NET_SCOUT_GROUP").env("COLUMNS", "200"));
    assert!(scene.bytes() == before && scene.files() == files, "something was written");
    run
}

/// What is said of one rule, as JSON.
fn said(run: &Run, rule: &str) -> Value {
    let explanation: Value = serde_json::from_str(&run.stdout).expect("JSON");
    let rules = explanation["rules"].as_array().expect("rules").clone();
    rules.into_iter().find(|said| said["rule"] == rule).expect("the rule")
}

#[test]
fn rules_that_fire_and_rules_that_do_not() {
    let scene = Scene::small();
    let run = explain(&scene, &["192.0.2.3"]);
    run.ended(0, "");
    assert_eq!(
        run.stdout,
        "192.0.2.3 in the events since 2026-03-11T19:35:11Z
  as source              210 events, 2026-03-11T20:25:11Z
                         INBOUND DROP (210)
                         ports 22 (210)
                         targets 198.51.100.2 (210)
  as destination         no events
  alerts                 none stored
rules
  high_connection_volume fired: low, score 100, 192.0.2.3, total_conns 210
  horizontal_scan        fired: low, score 22, 192.0.2.3, dst_count 1, conn_count 210
                         it belongs to the story that high_connection_volume leads
  vertical_scan          did not fire
                         threshold search: would fire with ports_threshold 0 (now 50); it saw ports 1
"
    );
    let run = explain(
        &scene,
        &["192.0.2.1", "--rules", "horizontal_scan,high_connection_volume", "--set", "horizontal_scan.dst_ip_threshold=100"],
    );
    run.ended(0, "");
    assert_eq!(
        run.stdout.split_once("rules\n").expect("rules").1,
        "  high_connection_volume did not fire
                         threshold search: would fire with conn_threshold 50 (now 200); it saw total_conns 60
  horizontal_scan        did not fire
                         threshold search: would fire with dst_ip_threshold 50 (now 100); it saw dst_count 60, conn_count 60
"
    );
}

#[test]
fn an_address_as_target_and_one_that_is_nowhere() {
    let scene = Scene::small();
    let run = explain(&scene, &["198.51.100.1", "--rules", "vertical_scan", "--until", NOW]);
    run.ended(0, "");
    assert_eq!(
        run.stdout,
        "198.51.100.1 in the events 2026-03-11T19:35:11Z to 2026-03-11T20:35:11Z
  as source              no events
  as destination         61 events, 2026-03-11T20:25:11Z
                         INBOUND DROP (61)
                         ports 1 (1), 2 (1), 3 (1), 4 (1), 5 (1), 6 (1), 7 (1), 8 (1), 9 (1), 10 (1)
                         sources 192.0.2.2 (60), 192.0.2.1 (1)
  alerts                 none stored
rules
  vertical_scan          fired: low, score 60, 192.0.2.2 to 198.51.100.1, ports 60
"
    );
    let words = ["198.51.100.1", "--rules", "vertical_scan", "--set", "vertical_scan.ports_threshold=100"];
    let nearest =
        "threshold search: would fire with ports_threshold 50 (now 100) for 192.0.2.2 to 198.51.100.1; it saw ports 60\n";
    assert!(explain(&scene, &words).stdout.ends_with(nearest));
    let run = explain(&scene, &["203.0.113.9", "--format", "csv"]);
    run.ended(0, "");
    assert_eq!(
        run.stdout,
        "rule,outcome,said
high_connection_volume,silent,\"did not fire; threshold search: no alert about it, even with the lowest thresholds (there would be 3 alerts about others)\"
horizontal_scan,silent,\"did not fire; threshold search: no alert about it, even with the lowest thresholds (there would be 3 alerts about others)\"
vertical_scan,silent,\"did not fire; threshold search: no alert about it, even with the lowest thresholds (there would be 62 alerts about others)\"
"
    );
}

#[test]
fn stored_alerts_and_the_allowlist() {
    let scene = Scene::small();
    assert_eq!(scene.run(&["scan"]).code, 0);
    scene.run(&["allow", "add", "192.0.2.2/31", "--rule", "horizontal_scan", "--reason", "a test"]).ended(
        0,
        "entry 1 suppresses alerts from 192.0.2.2/31 of horizontal_scan\nwould close 1 alert: 4; `net-scout allow apply` closes them",
    );
    let run = explain(&scene, &["192.0.2.3", "--rules", "horizontal_scan"]);
    run.ended(0, "");
    assert_eq!(
        run.stdout.split_once("  alerts").expect("alerts").1,
        "                 1: high_connection_volume, low, score 100, new, 2026-03-11T20:35:11Z, 192.0.2.3
                         4: horizontal_scan, low, score 22, new, 2026-03-11T20:35:11Z, 192.0.2.3; allowed by entry 1: a test
  allowlist              entry 1 suppresses alerts from 192.0.2.2/31 of horizontal_scan: a test
rules
  horizontal_scan        fired: low, score 22, 192.0.2.3, dst_count 1, conn_count 210
                         left out by the allowlist, entry 1: a test
"
    );
    let run = explain(&scene, &["192.0.2.3", "--format", "json"]);
    let explanation: Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!(explanation["address"], "192.0.2.3");
    assert_eq!(explanation["window"], json!({"since": SMALL_SINCE, "until": null, "events_since": null}));
    assert_eq!(explanation["events"]["source"]["verdicts"], json!([{"direction": "INBOUND", "verdict": "DROP", "count": 210}]));
    assert_eq!(explanation["events"]["destination"]["count"], 0);
    assert_eq!(
        (&explanation["alerts"][1]["id"], &explanation["alerts"][1]["allowed_by"]),
        (&json!(4), &json!("entry 1: a test"))
    );
    assert_eq!(
        explanation["allowlist"],
        json!([{"entry": "entry 1", "allows": "alerts from 192.0.2.2/31 of horizontal_scan", "reason": "a test", "expired": false}])
    );
    let alert = &said(&run, "horizontal_scan")["alerts"][0];
    assert_eq!((&alert["fate"], &alert["allowed_by"]), (&json!("allowed"), &json!({"entry": "entry 1", "reason": "a test"})));
    let nearest = &said(&run, "vertical_scan")["nearest"];
    assert_eq!(nearest["thresholds"], json!({"ports_threshold": {"now": 50, "lowered": 0}}));
    assert_eq!((&nearest["outcome"], &nearest["alert"]["evidence"]["ports"]), (&json!("would fire"), &json!(1)));
}

/// Only what has to be lowered is named, and the history that a rule looks at is told from the window.
#[test]
fn thresholds_of_a_rule_with_history() {
    let scene = Scene::with_events(Layout::V2, |connection| {
        for hour in 0..7 {
            add_event(connection, &format!("2026-03-11T{:02}:30:00Z", 14 + hour), "2001:db8::7", 40_000, "10.0.0.1", 22 + hour);
        }
    })
    .without_rules();
    let built = std::fs::read(places::plugins().join("port-scan.wasm")).expect("the rule");
    scene.add_plugin("port-scan.wasm", &built);
    let run = explain(&scene, &["2001:0DB8::0007"]);
    run.ended(0, "");
    assert_eq!(
        run.stdout,
        "2001:db8::7 in the events since 2026-03-11T19:35:11Z, looking back to 2026-03-10T20:35:11Z
  as source              7 events, 1 in the window, 2026-03-11T14:30:00Z to 2026-03-11T20:30:00Z
                         INBOUND DROP (7)
                         ports 22 (1), 23 (1), 24 (1), 25 (1), 26 (1), 27 (1), 28 (1)
                         targets 10.0.0.1 (7)
  as destination         no events
  alerts                 none stored
rules
  port_scan              did not fire
                         threshold search: would fire with day_ports_threshold 6 (now 12); it saw ports 7, ports_in_window 7, targets 1, packets 7
"
    );
}

/// A rule that fails says so; one without thresholds has none to lower; the state of a rule is as it was before, whatever it was asked.
#[test]
fn rules_that_fail_and_rules_without_thresholds() {
    let scene = Scene::small().with_guest("counter");
    assert_eq!(scene.run(&["migrate"]).stderr.trim_end(), MIGRATED);
    let run = explain(&scene, &["192.0.2.1", "--rules", "counter", "--format", "ndjson"]);
    run.ended(0, "");
    assert_eq!(said(&run, "counter")["nearest"], json!({"outcome": "fixed"}));
    assert_eq!(said(&run, "counter")["alerts_about_others"], 1);
    let run = explain(&scene, &["192.0.2.1", "--rules", "counter", "--set", "counter.fails=true"]);
    assert_eq!(run.code, 3);
    assert!(run.stderr.starts_with("warning: rule counter (counter.wasm) failed, its alerts are missing: "), "{}", run.stderr);
    assert!(run.stdout.contains("\n  counter                failed: "), "{}", run.stdout);
}

/// What a step runs into ends the search, and is said.
#[test]
fn a_step_that_is_too_much() {
    let scene = Scene::small();
    scene.configure("[limits]\nalerts = 10");
    let run = explain(&scene, &["192.0.2.1", "--rules", "vertical_scan"]);
    run.ended(0, "");
    assert!(
        run.stdout.ends_with(
            "threshold search: not known: with ports_threshold 0 (now 50) it failed: it raised 62 alerts, more than 10 (limits.alerts)\n"
        ),
        "{}",
        run.stdout
    );
}

#[test]
fn what_makes_no_sense() {
    let scene = Scene::small();
    for (words, error) in [
        (&["host.example"][..], "error: `host.example` is not a valid IP address"),
        (&["192.0.2.1", "--rules", "none"], &format!("error: there is no rule `none`; there are {}", names())),
        (&["192.0.2.1", "--since", "soon"], "error: since (from --since): "),
    ] {
        let run = explain(&scene, words);
        assert!(run.code == 2 && run.stderr.starts_with(error) && run.stdout.is_empty(), "{words:?}: {run:?}");
    }
}

fn names() -> String {
    RULES.map(|file| file.trim_end_matches(".wasm").replace('-', "_")).join(", ")
}
