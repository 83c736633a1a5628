//! The scenarios of the standard rules, and real logs of which it is known what they hold.

use std::fs;
use std::path::PathBuf;

use net_scout_tests::harness::{Scene, skipped};
use net_scout_tests::places;

/// The rules that have scenarios.
const RULES: [&str; 9] =
    ["beacon", "brute-force", "drop-then-accept", "fan-in", "port-scan", "port-sweep", "probe", "random-walk", "strobe"];

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
    let run = scene.run(&["scan", "--dry-run", "--format", "ndjson", "--since", "1000 days"]);
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
