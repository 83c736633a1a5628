//! Logs that public projects use in their own tests.

use std::path::PathBuf;

use net_scout_tests::harness::{DATABASE, Run, Scene};
use net_scout_tests::places;
use rusqlite::Connection;
use serde_json::Value;

/// Test data of public projects, which lie beside the project where they are there at all; the tests pass without.
fn shared(path: &str) -> Option<PathBuf> {
    let path = places::root().parent()?.join("shared/data").join(path);
    path.exists().then_some(path)
}

/// Type, source, destination, score.
type Alert = (String, String, String, i64);

/// Imports a log into a new database and scans all of it.
fn alerts_of(log: &str) -> Option<(Scene, Vec<Alert>)> {
    let log = shared(log)?;
    let scene = Scene::new();
    let run = scene.run(&["import", log.to_str().expect("a path")]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    // The logs of psad go on for some seconds behind what counts as now.
    let run: Run = scene.run(&["scan", "--since", "2000-01-01", "--until", "2026-03-12", "--dry-run", "--format", "ndjson"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let alerts = run.lines();
    let alerts = alerts.iter().map(|alert| {
        (text(&alert["alert_type"]), text(&alert["src_ip"]), text(&alert["dst_ip"]), alert["score"].as_i64().expect("a score"))
    });
    let alerts = alerts.collect();
    Some((scene, alerts))
}

fn alert(alert_type: &str, source: &str, destination: &str, score: i64) -> Alert {
    (alert_type.to_owned(), source.to_owned(), destination.to_owned(), score)
}

/// The scans that psad's own tests know, and a ping that is none.
#[test]
fn the_scans_of_psad() {
    let scanner = "192.168.10.55";
    let victim = "192.168.10.1";
    let (v6_scanner, v6_victim) = ("2001:db8:0:f101::2", "2001:db8:0:f101::1");
    for (log, expected) in [
        (
            "syn_scan_1000_1500",
            vec![
                alert("high_connection_volume", scanner, "-", 100),
                alert("horizontal_scan", scanner, "-", 100),
                alert("vertical_scan", scanner, victim, 100),
            ],
        ),
        (
            "udp_scan_1000_1150",
            vec![
                alert("high_connection_volume", scanner, "-", 100),
                alert("vertical_scan", scanner, victim, 100),
                alert("horizontal_scan", scanner, "-", 31),
            ],
        ),
        (
            "ipv6_tcp_connect_nmap_default_scan",
            vec![
                alert("high_connection_volume", v6_scanner, "-", 100),
                alert("horizontal_scan", v6_scanner, "-", 100),
                alert("vertical_scan", v6_scanner, v6_victim, 100),
            ],
        ),
        // Eleven destinations are below the default of fifty.
        ("syn_sweep", vec![]),
        ("ipv4_valid_ping", vec![]),
    ] {
        let Some((scene, alerts)) = alerts_of(&format!("psad/{log}")) else { return };
        assert_eq!(alerts, expected, "{log}");
        if log == "syn_sweep" {
            let words = [
                "scan",
                "--since",
                "2000-01-01",
                "--until",
                "2026-03-12",
                "--dry-run",
                "--format",
                "ndjson",
                "--set",
                "horizontal_scan.dst_ip_threshold=10",
            ];
            assert_eq!(scene.run(&words).lines()[0]["evidence"]["dst_count"], 11);
        }
    }
}

/// Two sources probe 16 and more ports; a third one's packets were only audited, not dropped.
#[test]
fn the_scans_of_crowdsec() {
    let log = "crowdsec/iptables-scan-multi-port/iptables-scan-multi-port.log";
    let Some((scene, alerts)) = alerts_of(log) else { return };
    assert_eq!(alerts, []);
    let words = ["scan", "--since", "2000-01-01", "--dry-run", "--format", "ndjson", "--set", "vertical_scan.ports_threshold=15"];
    let scan = scene.run(&words);
    let alerts = scan.lines();
    let sources: Vec<&str> = alerts.iter().map(|alert| alert["src_ip"].as_str().expect("a source")).collect();
    assert_eq!(sources, ["62.34.17.168", "127.0.0.2"]);
    assert!(scan.stderr.contains("1 alert left out by the allowlist, built in: this host itself"), "{}", scan.stderr);
    let verdicts: Vec<Option<String>> = Connection::open(scene.path(DATABASE))
        .expect("a database")
        .prepare("SELECT DISTINCT verdict FROM ip_events WHERE src_ip = '127.0.0.1'")
        .expect("events")
        .query_map([], |row| row.get(0))
        .expect("events")
        .collect::<Result<_, _>>()
        .expect("events");
    assert_eq!(verdicts, [None]);
}
