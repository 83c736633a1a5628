//! The allowlist: what the operator knows and does not want to hear of, counted and never hidden.

use net_scout_tests::harness::{MIGRATED, SMALL_SINCE, Scene, add_event};
use net_scout_tests::sample::Layout;
use serde_json::json;

const REASON: &str = "the scanner of the office";

fn done(kept: usize, text: &str) -> String {
    format!("{kept} alerts in the events since {SMALL_SINCE}: {text}")
}

#[test]
fn what_is_allowed_is_left_out_and_counted() {
    let scene = Scene::small();
    scene.run(&["allow", "add", "192.0.2.2/31", "--reason", REASON]).ended(0, "entry 1 suppresses alerts from 192.0.2.2/31");
    let left_out = format!("3 alerts left out by the allowlist, entry 1: {REASON}");
    scene
        .run(&["scan"])
        .ended(0, &format!("{}\n{left_out}", "1 alert in the events since 2026-03-11T19:35:11Z: 1 new, 0 repeated"));
    assert_eq!(scene.run(&["alerts", "--format", "ndjson"]).lines()[0]["src_ip"], "192.0.2.1");
    // By rule, and until some day.
    scene.run(&["allow", "remove", "1"]).ended(0, "entry 1 is removed");
    scene
        .run(&["allow", "add", "192.0.2.3", "--rule", "horizontal_scan", "--until", "2 hours", "--reason", "backup"])
        .ended(0, "entry 2 suppresses alerts from 192.0.2.3 of horizontal_scan, until 2026-03-11T22:35:11Z");
    scene
        .run(&["scan", "--dry-run"])
        .ended(0, &format!("{}\n1 alert left out by the allowlist, entry 2: backup", done(3, "nothing written (dry run)")));
    let later = scene
        .command(&["scan", "--since", SMALL_SINCE, "--dry-run"])
        .env("NET_SCOUT_NOW", "2026-03-11T22:35:11Z")
        .output()
        .expect("ran");
    assert_eq!(String::from_utf8_lossy(&later.stderr), format!("{}\n", done(4, "nothing written (dry run)")));
}

#[test]
fn stored_alerts_are_closed_after_a_preview() {
    let scene = Scene::small();
    scene.run(&["scan"]).ended(0, &done(4, "4 new, 0 repeated"));
    let ids = |source: &str| {
        let alerts = scene.run(&["alerts", "--src", source, "--format", "ndjson"]).lines();
        let ids: Vec<String> = alerts.iter().map(|alert| alert["id"].to_string()).collect();
        ids
    };
    let mut both = ids("192.0.2.3");
    both.sort();
    assert_eq!(both.len(), 2);
    let add = ["allow", "add", "192.0.2.3", "--reason", REASON];
    let preview = scene.run(&[add.as_slice(), &["--dry-run"]].concat());
    assert_eq!(preview.code, 0, "{}", preview.stderr);
    assert!(preview.stderr.starts_with("would close 2 alerts: "), "{}", preview.stderr);
    assert!(preview.stderr.ends_with("; nothing written (dry run)\n"), "{}", preview.stderr);
    assert!(both.iter().all(|id| preview.stderr.contains(id)), "{}", preview.stderr);
    let added = scene.run(&add);
    assert!(
        added.stderr.contains("would close 2 alerts: ") && added.stderr.contains("`net-scout allow apply` closes them"),
        "{}",
        added.stderr
    );
    assert_eq!(scene.run(&["alerts", "--status", "new", "--format", "ndjson"]).lines().len(), 4);
    assert!(scene.run(&["allow", "apply"]).stderr.starts_with("closed 2 alerts: "));
    assert_eq!(scene.run(&["alerts", "--status", "allowed", "--format", "ndjson"]).lines().len(), 2);
    scene.run(&["allow", "apply"]).ended(0, "closed 0 alerts");
    // At once, by rule.
    let closed = scene.run(&["allow", "add", "0.0.0.0/0", "--rule", "vertical_scan", "--close", "--reason", "a test"]);
    assert!(closed.stderr.contains("closed 1 alert: "), "{}", closed.stderr);
}

/// Entries of the configuration file and what is built in are shown with those of the database.
#[test]
fn all_entries_are_shown() {
    let scene = Scene::small();
    scene.configure(
        "dns_servers = '192.0.2.53'\n[[allow]]\nnetwork = '198.51.100.0/24'\nside = 'destination'\nrules = ['vertical_scan']\nreason = 'a honeypot'",
    );
    scene.run(&["migrate"]).ended(0, MIGRATED);
    scene
        .run(&["allow", "add", "2001:db8::/64", "--port", "22,8000-8100", "--direction", "inbound", "--reason", REASON])
        .ended(0, "entry 1 suppresses alerts from 2001:db8::/64 on port 22,8000-8100, inbound");
    let rows = scene.run(&["allow", "list", "--format", "ndjson"]).lines();
    let find = |id: &str, network: &str| rows.iter().find(|row| row["id"] == id && row["network"] == network).cloned();
    assert_eq!(find("built in", "224.0.0.0/4").expect("multicast")["side"], "destination");
    assert_eq!(find("built in", "192.0.2.53").expect("the resolver")["reason"], "a resolver of this host");
    assert_eq!(find("configuration 1", "198.51.100.0/24").expect("configured")["rules"], "vertical_scan");
    let stored = find("1", "2001:db8::/64").expect("stored");
    assert_eq!(
        (&stored["ports"], &stored["direction"], &stored["status"]),
        (&json!("22,8000-8100"), &json!("inbound"), &json!("active"))
    );
    scene.run(&["scan", "--dry-run"]).ended(
        0,
        &format!("{}\n1 alert left out by the allowlist, [[allow]] number 1: a honeypot", done(3, "nothing written (dry run)")),
    );
}

/// A multicast group is many hosts: what is sent there is no attack on one.
#[test]
fn what_is_built_in() {
    let scene = Scene::with_events(Layout::V2, |connection| {
        for port in 1..=60 {
            add_event(connection, "2026-03-11T20:25:11Z", "192.0.2.1", 40_000, "239.255.255.250", port);
        }
    });
    scene.run(&["scan", "--dry-run", "--set", "horizontal_scan.conn_threshold=1000"]).ended(
        0,
        &format!("0 alerts in the events since {SMALL_SINCE}: nothing written (dry run)\n1 alert left out by the allowlist, built in: multicast"),
    );
}

#[test]
fn entries_that_make_no_sense() {
    let scene = Scene::small();
    let before = scene.bytes();
    for (words, error) in [
        (&["192.0.2.1/24", "--reason", "x"][..], "`192.0.2.1/24` is not a network: it begins at 192.0.2.0/24"),
        (&["host", "--reason", "x"], "`host` is not a network: write an address such as 192.0.2.7"),
        (&["192.0.2.1"], "--reason <TEXT>"),
        (&["192.0.2.1", "--reason", " "], "--reason: a reason is missing"),
        (&["192.0.2.1", "--reason", "x", "--port", "http"], "--port: `http` are not ports"),
        (&["192.0.2.1", "--reason", "x", "--until", "soon"], "--until: `soon` is neither an instant"),
        (&["192.0.2.1", "--reason", "x", "--until", "2026-01-01"], "--until: 2026-01-01T00:00:00Z is past"),
    ] {
        let run = scene.run(&[&["allow", "add"], words].concat());
        assert!(run.code == 2 && run.stderr.contains(error), "{words:?}: {}", run.stderr);
    }
    scene.run(&["allow", "remove", "7"]).ended(
        1,
        "error: the allowlist has no entry 7; `net-scout allow list` shows them (configured ones are removed in the file)",
    );
    assert!(scene.bytes() == before);
    scene.run(&["migrate"]).ended(0, MIGRATED);
    scene.run(&["allow", "add", "192.0.2.2", "--reason", "x"]).ended(0, "entry 1 suppresses alerts from 192.0.2.2");
    scene.connect().execute("UPDATE scout_allowlist SET network = 'all'", []).expect("tampered");
    scene.run(&["scan", "--dry-run"]).ended(
        0,
        &format!(
            "warning: entry 1 of the allowlist cannot be read and suppresses nothing; remove it with `net-scout allow remove 1`\n{}",
            done(4, "nothing written (dry run)")
        ),
    );
}
