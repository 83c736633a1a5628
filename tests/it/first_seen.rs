//! The rule `first_seen` over many days, a scan each.

use std::fs;

use net_scout_tests::harness::{Run, Scene};
use net_scout_tests::places;
use net_scout_tests::sample::Layout;
use rusqlite::params;
use serde_json::{Value, json};

/// Packets that local hosts sent: on which day, from where, where to, which port.
type Sent = (u32, &'static str, &'static str, u16);

fn scene(sent: &[Sent]) -> Scene {
    let scene = Scene::with_events(Layout::V2, |connection| {
        let sql = "INSERT INTO ip_events (src_ip, src_port, dst_ip, dst_port, proto, verdict, direction, timestamp)
                   VALUES (?1, ?2, ?3, ?4, 'TCP', 'ACCEPT', 'OUTBOUND', ?5)";
        for (number, (day, source, target, port)) in (40_000..).zip(sent) {
            let time = format!("2026-03-{day:02}T12:00:00Z");
            connection.execute(sql, params![source, number, target, port, time]).expect("an event");
        }
    })
    .without_rules();
    let built = fs::read(places::plugins().join("first-seen.wasm")).expect("the rule");
    scene.add_plugin("first-seen.wasm", &built);
    scene.configure("local_networks = '10.0.0.0/8'");
    scene
}

/// The scan at the end of a day, of the day; what it raised.
fn scan(scene: &Scene, day: u32, words: &[&str]) -> Vec<Value> {
    let end = format!("2026-03-{:02}T00:00:00Z", day + 1);
    let mut command = scene.command(&[&["scan", "--since", "24h", "--until", &end, "--format", "ndjson"], words].concat());
    let run = Run::of(command.env("NET_SCOUT_NOW", &end));
    assert_eq!(run.code, 0, "{}", run.stderr);
    let evidence =
        |alert: Value| json!([alert["src_ip"], alert["dst_ip"], alert["evidence"]["ports"], alert["evidence"]["known_days"]]);
    run.lines().into_iter().map(evidence).collect()
}

/// A host that uses the web every day, until and including a day.
fn browsing(host: &'static str, days: u32) -> Vec<Sent> {
    (1..=days).map(|day| (day, host, "203.0.113.1", 443)).collect()
}

#[test]
fn what_a_host_never_did_is_told_once() {
    let new = [(10, "10.0.0.1", "203.0.113.9", 22), (11, "10.0.0.1", "203.0.113.9", 22), (12, "10.0.0.1", "203.0.113.10", 22)];
    let scene = scene(&[browsing("10.0.0.1", 12), new.to_vec()].concat());
    for day in 1..10 {
        assert_eq!(scan(&scene, day, &[]), [Value::Null; 0], "{day}");
    }
    let alert = [json!(["10.0.0.1", "203.0.113.9", [22], 9])];
    // A dry run learns nothing.
    assert_eq!(scan(&scene, 10, &["--dry-run"]), alert);
    assert_eq!(scan(&scene, 10, &[]), alert);
    for day in 10..=12 {
        assert_eq!(scan(&scene, day, &[]), [Value::Null; 0], "{day}");
    }
}

/// Every scan of a day counts the day once.
#[test]
fn a_day_is_one_day_however_many_scans_it_has() {
    let scene = scene(&[browsing("10.0.0.1", 3), vec![(4, "10.0.0.1", "203.0.113.9", 22)]].concat());
    for day in [1, 1, 1, 2, 2, 2, 3, 3, 3, 4] {
        assert_eq!(scan(&scene, day, &[]), [Value::Null; 0], "{day}");
    }
}

/// Who uses a service of one host inside, and one day of many, is told; one more is not.
#[test]
fn many_new_peers_inside() {
    let shares: Vec<Sent> = (1..=9).map(|day| (day, "10.0.0.1", "10.0.1.1", 445)).collect();
    let peers = ["10.0.1.2", "10.0.1.3", "10.0.1.4", "10.0.1.5", "10.0.1.6", "10.0.1.7"];
    let mut sent = shares;
    sent.push((8, "10.0.0.1", peers[0], 445));
    sent.extend(peers.iter().map(|peer| (9, "10.0.0.1", *peer, 445)));
    let scene = scene(&sent);
    for day in 1..9 {
        assert_eq!(scan(&scene, day, &[]), [Value::Null; 0], "{day}");
    }
    assert_eq!(scan(&scene, 9, &["--dry-run", "--set", "first_seen.peers_threshold=6"]), [Value::Null; 0]);
    assert_eq!(scan(&scene, 9, &[]), [json!(["10.0.0.1", null, [445], 8])]);
}

/// What was not seen for 90 days is new again, and a memory that cannot be read is begun anew.
#[test]
fn a_memory_that_makes_no_sense() {
    let scene = scene(&[browsing("10.0.0.1", 9), vec![(9, "10.0.0.1", "203.0.113.9", 22)]].concat());
    (1..9).for_each(|day| assert_eq!(scan(&scene, day, &[]), [Value::Null; 0]));
    scene.connect().execute("UPDATE scout_plugin_state SET value = x'ff00ff'", []).expect("tampered");
    assert_eq!(scan(&scene, 9, &[]), [Value::Null; 0]);
}
