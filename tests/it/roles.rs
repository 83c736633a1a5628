//! What sources are for: the counts of the three original rules are left out for hosts that always do much, and never an attack of theirs.

use std::fs;

use net_scout_tests::harness::{SMALL_SINCE, Scene};
use net_scout_tests::places;
use net_scout_tests::sample::Layout;
use rusqlite::Connection;

/// Adds events that this SQL makes of the numbers below `count`, as `src_ip, src_port, dst_ip, dst_port, proto, verdict, direction,
/// timestamp, tcp_flags`.
fn add(connection: &Connection, count: u32, select: &str) {
    let sql = format!(
        "WITH RECURSIVE number (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n + 1 < {count})
         INSERT INTO ip_events (src_ip, src_port, dst_ip, dst_port, proto, verdict, direction, timestamp, tcp_flags)
         SELECT {select} FROM number"
    );
    connection.execute_batch(&sql).expect("events");
}

/// With the three original rules alone.
fn counting(groups: &[(u32, &str)]) -> Scene {
    Scene::with_events(Layout::V2, |connection| {
        connection.execute_batch("ALTER TABLE ip_events ADD COLUMN tcp_flags TEXT").expect("a column");
        groups.iter().for_each(|(count, select)| add(connection, *count, select));
    })
}

/// With one more, which has nothing to say of so few events.
fn scene(groups: &[(u32, &str)]) -> Scene {
    let scene = counting(groups);
    add_rule(&scene, "strobe.wasm");
    scene
}

fn add_rule(scene: &Scene, file: &str) {
    scene.add_plugin(file, &fs::read(places::plugins().join(file)).expect("a rule"));
}

/// `type source` of what a scan says, and the message of what it left out.
#[track_caller]
fn said(scene: &Scene) -> (Vec<String>, String) {
    let run = scene.run(&["scan", "--dry-run", "--format", "ndjson"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let text = |value: &serde_json::Value| value.as_str().unwrap_or("-").to_owned();
    let mut alerts: Vec<String> =
        run.lines().iter().map(|alert| format!("{} {}", text(&alert["alert_type"]), text(&alert["src_ip"]))).collect();
    alerts.sort();
    (alerts, run.stderr.lines().skip(1).collect::<Vec<_>>().join("\n"))
}

const AT: &str = "'2026-03-11T20:' || printf('%02d', n % 35) || ':00Z'";

fn resolver() -> String {
    format!("'10.0.0.53', 1024 + n, '192.0.' || (n / 250) || '.' || (n % 250), 53, 'UDP', 'ACCEPT', 'OUTBOUND', {AT}, NULL")
}

#[test]
fn a_resolver_is_left_out_and_counted() {
    let scene = scene(&[(300, &resolver())]);
    scene.run(&["scan", "--dry-run"]).ended(
        0,
        &format!(
            "0 alerts in the events since {SMALL_SINCE}: nothing written (dry run)\n2 alerts left out by the allowlist, built in: resolver: it asks for names"
        ),
    );
    let listed = |scene: &Scene| {
        let rows = scene.run(&["allow", "list", "--format", "ndjson"]).lines();
        let row = rows.iter().find(|row| row["reason"] == "resolver: it asks for names").expect("the role").clone();
        (row["id"].clone(), row["rules"].clone(), row["status"].clone())
    };
    let rules = "(rules that count)";
    assert_eq!(listed(&scene), ("built in".into(), rules.into(), "active".into()));
    // Where nobody else would accuse it, nobody is excused.
    assert_eq!(said(&counting(&[(300, &resolver())])).0.len(), 2);
    // Switched off, all is said.
    scene.configure("builtin_roles = false");
    let both = ["high_connection_volume 10.0.0.53", "horizontal_scan 10.0.0.53"];
    assert_eq!(said(&scene), (both.map(str::to_owned).to_vec(), String::new()));
    assert_eq!(listed(&scene).2, "off");
    let run = scene.command(&["scan", "--dry-run"]).env("NET_SCOUT_BUILTIN_ROLES", "perhaps").output().expect("ran");
    let error = String::from_utf8_lossy(&run.stderr).into_owned();
    assert_eq!(
        error,
        "error: builtin_roles (from NET_SCOUT_BUILTIN_ROLES): `perhaps` is not true or false, yes or no, on or off, 1 or 0\n"
    );
}

#[test]
fn a_resolver_that_scans_is_not() {
    let sweep = format!("'10.0.0.53', 40000, '198.51.100.' || n, 3389, 'TCP', 'ACCEPT', 'OUTBOUND', {AT}, 'SYN'");
    let (alerts, left_out) = said(&scene(&[(300, &resolver()), (60, &sweep)]));
    assert_eq!((alerts.len(), left_out.as_str()), (2, ""), "{alerts:?}");
    // Somebody else's host is no resolver of the network.
    let (alerts, _) = said(&scene(&[(300, &resolver().replace("10.0.0.53", "198.51.100.53"))]));
    assert_eq!(alerts.len(), 2, "{alerts:?}");
}

fn torrents() -> [(u32, String); 2] {
    let out = format!(
        "'10.0.0.7', 51413, '192.0.' || (n / 250) || '.' || (n % 250), 2000 + n * 37, 'UDP', 'ACCEPT', 'OUTBOUND', {AT}, NULL"
    );
    let come = format!("'198.51.100.' || n, 3000 + n, '10.0.0.7', 51413, 'UDP', 'ACCEPT', 'INBOUND', {AT}, NULL");
    [(300, out), (100, come)]
}

#[test]
fn a_torrent_client_is_left_out_and_one_that_reports_to_a_master_is_not() {
    let [out, come] = torrents();
    let groups = [(out.0, out.1.as_str()), (come.0, come.1.as_str())];
    let (alerts, left_out) = said(&scene(&groups));
    assert_eq!(alerts, Vec::<String>::new());
    assert!(left_out.starts_with("2 alerts left out by the allowlist, built in: peer-to-peer: "), "{left_out}");
    // Where nobody forwards its port, it talks to all its peers from one; nobody comes to who scans at random.
    assert!(said(&scene(&groups[..1])).0.is_empty());
    let random = groups[0].1.replace("51413", "1024 + n").replace("'UDP'", "'TCP'");
    assert_eq!(said(&scene(&[(300, random.as_str())])).0.len(), 2);
    let beacon = "'10.0.0.7', 40000 + n, '203.0.113.9', 443, 'TCP', 'ACCEPT', 'OUTBOUND', datetime('2026-03-11 20:30', (-n * 10) || ' minutes') || 'Z', 'SYN'";
    let scene = scene(&[groups[0], groups[1], (130, beacon)]);
    add_rule(&scene, "beacon.wasm");
    let expected = ["beacon 10.0.0.7", "high_connection_volume 10.0.0.7", "horizontal_scan 10.0.0.7"];
    assert_eq!(said(&scene), (expected.map(str::to_owned).to_vec(), String::new()));
}

/// What a rule counts is said by a switch of its own, and by nothing else.
#[test]
fn a_rule_that_no_longer_counts_is_one_like_any_other() {
    let scene = scene(&[(300, &resolver())]);
    let run = scene.run(&["scan", "--dry-run", "--format", "ndjson", "--set", "high_connection_volume.counts_everything=false"]);
    let of = |rule: &str| run.lines().into_iter().find(|alert| alert["alert_type"] == rule).expect(rule)["severity"].clone();
    // It accuses the source as well, so that no role excuses the other, and its own severity is that of its score.
    assert_ne!(of("high_connection_volume"), "low");
    assert_eq!(of("horizontal_scan"), "low");
}

/// The flags tell an answer from a probe, where the log has them.
#[test]
fn who_only_answers_is_left_out() {
    let answers = |source: &str, port: u16, flags: &str| {
        format!("'{source}', {port}, '10.0.0.' || (n % 100), 2000 + n, 'TCP', 'DROP', 'INBOUND', {AT}, {flags}")
    };
    let of = |source: &str, port, flags: &str| said(&scene(&[(300, &answers(source, port, flags))]));
    for (port, flags) in [(25_565, "'SYN,ACK'"), (25_565, "'RST'"), (443, "NULL"), (443, "'FIN,ACK'")] {
        let (alerts, left_out) = of("192.0.2.1", port, flags);
        assert!(alerts.is_empty(), "{port} {flags}: {alerts:?}");
        assert!(left_out.starts_with("2 alerts left out by the allowlist, built in: answers: "), "{left_out}");
    }
    for (port, flags) in [(25_565, "'SYN'"), (25_565, "NULL"), (443, "'SYN'")] {
        assert_eq!(of("192.0.2.1", port, flags).0.len(), 2, "{port} {flags}");
    }
}

#[test]
fn who_looks_after_the_own_hosts_is_left_out() {
    let goes = |port: u16, to: &str, verdict: &str| {
        format!("'10.0.0.2', 40000 + n, '{to}' || (n % 60), {port}, 'TCP', '{verdict}', 'OUTBOUND', {AT}, 'SYN'")
    };
    let of = |port, to: &str, verdict: &str| said(&scene(&[(240, &goes(port, to, verdict))]));
    let (alerts, left_out) = of(22, "10.0.1.", "ACCEPT");
    assert!(alerts.is_empty(), "{alerts:?}");
    assert!(left_out.starts_with("2 alerts left out by the allowlist, built in: management host: "), "{left_out}");
    for (port, to, verdict) in [(445, "10.0.1.", "ACCEPT"), (22, "192.0.2.", "ACCEPT"), (22, "10.0.1.", "DROP")] {
        assert_eq!(of(port, to, verdict).0.len(), 2, "{port} {to} {verdict}");
    }
}

#[test]
fn who_tries_a_closed_port_again_is_left_out() {
    let tries =
        |hosts: u32| format!("'192.0.2.1', 40000 + n, '10.0.0.' || (n % {hosts}), 8883, 'TCP', 'DROP', 'INBOUND', {AT}, 'SYN'");
    let (alerts, left_out) = said(&scene(&[(300, &tries(1))]));
    assert!(alerts.is_empty(), "{alerts:?}");
    assert!(left_out.starts_with("2 alerts left out by the allowlist, built in: retries: "), "{left_out}");
    assert_eq!(said(&scene(&[(300, &tries(2))])).0.len(), 2);
}

#[test]
fn clients_and_packets_that_try_nothing_are_left_out() {
    let of = |select: &str| said(&scene(&[(300, select)]));
    let browses = |port: u16| {
        format!(
            "'10.0.0.9', 40000 + n, '203.0.' || (n % 7) || '.' || (n % 120), {port}, 'TCP', 'ACCEPT', 'OUTBOUND', {AT}, 'SYN'"
        )
    };
    let visits = format!("'192.0.2.8', 40000 + n, '10.0.0.1', 443, 'TCP', 'ACCEPT', 'INBOUND', {AT}, 'SYN'");
    let traces = format!("'192.0.2.9', 40000 + n, '10.0.0.1', 33434 + n % 90, 'UDP', 'DROP', 'INBOUND', {AT}, NULL");
    let relays = format!("'192.0.2.9', 3478 + n % 4, '10.0.0.1', 50000 + n / 4, 'UDP', 'DROP', 'INBOUND', {AT}, NULL");
    for (select, role) in [(browses(443), "client"), (visits, "visitor"), (traces, "traceroute"), (relays, "relay")] {
        let (alerts, left_out) = of(&select);
        assert!(alerts.is_empty(), "{role}: {alerts:?}");
        assert!(left_out.contains(&format!("left out by the allowlist, built in: {role}: ")), "{left_out}");
    }
    // What attackers go to is not what clients use.
    assert_eq!(of(&browses(3389)).0.len(), 2);
}

/// What is later than now has not happened yet.
#[test]
fn later_events_are_not_read() {
    let later = "'192.0.2.1', 40000 + n, '10.0.0.' || (n % 100), 22, 'TCP', 'DROP', 'INBOUND', '2026-03-11T20:' || (36 + n % 20) || ':00Z', 'SYN'";
    let scene = counting(&[(300, later)]);
    assert_eq!(said(&scene).0, Vec::<String>::new());
    let run = scene.run(&["scan", "--dry-run", "--until", "2026-03-11T21:00:00Z", "--format", "ndjson"]);
    assert_eq!(run.lines().len(), 2, "{}", run.stderr);
}
