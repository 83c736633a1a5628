//! The scenarios of the standard rules, and real logs of which it is known what they hold.

use std::fs;
use std::path::PathBuf;

use net_scout_tests::harness::{Scene, skipped};
use net_scout_tests::places;
use net_scout_tests::sample::Layout;

/// The rules that have scenarios.
const RULES: [&str; 11] = [
    "beacon",
    "brute-force",
    "drop-then-accept",
    "fan-in",
    "first-seen",
    "port-scan",
    "port-sweep",
    "probe",
    "random-walk",
    "strobe",
    "threat-list",
];

#[test]
fn every_rule_says_what_its_scenarios_say() {
    for rule in RULES {
        let folder = places::plugins().join(rule).join("scenarios");
        let listed = fs::read_dir(&folder).expect("scenarios").map(|entry| entry.expect("an entry").path());
        let mut scenarios: Vec<String> = listed.map(|path| path.to_string_lossy().into_owned()).collect();
        scenarios.sort();
        assert!(scenarios.len() >= 2, "{rule} has only {scenarios:?}");
        let component = places::plugins().join(format!("{rule}.wasm")).to_string_lossy().into_owned();
        let mut words = vec!["plugin", "test", component.as_str()];
        words.extend(scenarios.iter().map(String::as_str));
        let run = Scene::new().run(&words);
        assert_eq!(run.code, 0, "{rule}: {}{}", run.stdout, run.stderr);
    }
}

/// What the named rules say of a log: the types of alerts, each with source and destination.
fn alerts(log: &str) -> Option<Vec<(String, String)>> {
    let path: PathBuf = places::root().parent()?.join("shared/data").join(log);
    if !path.exists() {
        skipped("the logs of other projects are not there");
        return None;
    }
    let scene = Scene::new().without_rules();
    for rule in RULES {
        let file = format!("{rule}.wasm");
        scene.add_plugin(&file, &fs::read(places::plugins().join(&file)).expect("a rule"));
    }
    assert_eq!(scene.run(&["import", path.to_str()?]).code, 0);
    let run = scene.run(&["scan", "--dry-run", "--format", "ndjson", "--since", "1000 days", "--until", "2026-03-12"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let text = |value: &serde_json::Value| value.as_str().unwrap_or("-").to_owned();
    let mut found: Vec<(String, String)> =
        run.lines().iter().map(|alert| (text(&alert["alert_type"]), text(&alert["src_ip"]))).collect();
    found.sort();
    found.dedup();
    Some(found)
}

#[test]
fn scans_in_real_logs() {
    let logs = [
        ("psad/syn_scan_1000_1500", "port_scan", "192.168.10.55"),
        ("psad/udp_scan_1000_1150", "port_scan", "192.168.10.55"),
        ("psad/ipv6_tcp_connect_nmap_default_scan", "port_scan", "2001:db8:0:f101::2"),
        ("psad/syn_sweep", "port_sweep", "192.168.10.55"),
        ("crowdsec/iptables-scan-multi-port/iptables-scan-multi-port.log", "port_scan", "62.34.17.168"),
        ("crowdsec/iptables-scan-multi-port/iptables-scan-multi-port.log", "port_scan", "127.0.0.2"),
    ];
    for (log, alert_type, source) in logs {
        let Some(found) = alerts(log) else { return };
        assert!(found.contains(&(alert_type.to_owned(), source.to_owned())), "{log}: {found:?}");
        assert!(found.iter().all(|(_, source)| source != "127.0.0.1"), "{log}: {found:?}");
    }
}

#[test]
fn a_ping_is_nothing() {
    let Some(found) = alerts("psad/ipv4_valid_ping") else { return };
    assert!(found.is_empty(), "{found:?}");
}

/// A scene with one of the standard rules and events that this SQL makes of the numbers from 0.
fn numbered(rule: &str, count: u32, select: &str) -> Scene {
    let scene = Scene::with_events(Layout::V2, |connection| {
        let sql = format!(
            "WITH RECURSIVE number (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n + 1 < {count})
             INSERT INTO ip_events (src_ip, src_port, dst_ip, dst_port, proto, verdict, direction, timestamp)
             SELECT {select} FROM number"
        );
        connection.execute_batch(&sql).expect("events");
    })
    .without_rules();
    let file = format!("{rule}.wasm");
    scene.add_plugin(&file, &fs::read(places::plugins().join(&file)).expect("a rule"));
    scene
}

/// More destinations than one query can name: the clock among them is found, and every query runs in memory.
#[test]
fn a_beacon_among_many_destinations() {
    // The first 600 are the clock's, a connection every two minutes.
    let select = "CASE WHEN n < 600 THEN '10.0.0.1' ELSE '10.0.0.' || (1 + n / 20 % 9) END, 30000 + n,
                  CASE WHEN n < 600 THEN '203.0.113.9' ELSE '198.18.' || (n / 20 / 250) || '.' || (n / 20 % 250) END,
                  443, 'TCP', 'ACCEPT', 'OUTBOUND', strftime('%Y-%m-%dT%H:%M:%SZ', '2026-03-11T20:35:00Z',
                      '-' || CASE WHEN n < 600 THEN n * 120 ELSE n * 7919 % 86000 END || ' seconds')";
    let scene = numbered("beacon", 30_000, select);
    let run = scene.run(&["scan", "--dry-run", "--format", "ndjson", "--explain"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(!run.stderr.contains("by SQLite"), "{}", run.stderr);
    let found: Vec<(String, String)> =
        run.lines().iter().map(|alert| (alert["src_ip"].to_string(), alert["dst_ip"].to_string())).collect();
    assert_eq!(found, [("\"10.0.0.1\"".to_owned(), "\"203.0.113.9\"".to_owned())]);
}

/// What thousands of sources do at once is not raised for each of them.
#[test]
fn a_storm_of_probes() {
    let select = "'192.0.' || (n / 4 / 250) || '.' || (n / 4 % 250), 40000, '198.51.100.1',
                  CASE n % 4 WHEN 0 THEN 22 WHEN 1 THEN 23 WHEN 2 THEN 445 ELSE 3389 END, 'TCP', 'DROP', 'INBOUND', '2026-03-11T20:25:11Z'";
    let scene = numbered("probe", 8_800, select);
    let run = scene.run(&["scan", "--dry-run", "--format", "ndjson", "--max-alerts", "100000"]);
    assert_eq!((run.code, run.lines().len()), (0, 2_000), "{}", run.stderr);
    assert!(run.stderr.contains("WARN probe: 200 weaker probes were left out: 2000 are raised at most"), "{}", run.stderr);
}
