//! Block lists as a firewall fetches them: what is on them, and that an error never makes an empty one.

use std::fs;

use net_scout_tests::harness::{DATABASE, Run, Scene};
use net_scout_tests::sample::Layout;

/// Alerts about sources, and events that excuse one of them.
fn scene() -> Scene {
    let scene = Scene::with_events(Layout::V2, |connection| {
        connection
            .execute_batch(
                "INSERT INTO ip_events (src_ip, src_port, dst_ip, dst_port, proto, verdict, direction, timestamp) VALUES
                 ('10.0.0.5', 50000, '91.2.3.5', 443, 'TCP', 'ACCEPT', 'OUTBOUND', '2026-03-11T20:00:00Z'),
                 ('91.2.3.4', 50000, '10.0.0.5', 22, 'TCP', 'DROP', 'INBOUND', '2026-03-11T20:10:00Z');",
            )
            .expect("events");
    });
    assert_eq!(scene.run(&["migrate"]).code, 0);
    scene
        .connect()
        .execute_batch(
            "INSERT INTO scout_alerts (alert_type, src_ip, score, severity, rule, status, created_at) VALUES
             ('port_scan', '91.2.3.4', 80, 'high', 'port_scan', 'new', '2026-03-11T20:10:00Z'),
             ('probe', '91.2.3.4', 30, 'low', 'probe', 'new', '2026-03-11T20:11:00Z'),
             ('port_scan', '91.2.3.5', 80, 'high', 'port_scan', 'new', '2026-03-11T20:10:00Z'),
             ('port_scan', '192.0.2.9', 80, 'high', 'port_scan', 'new', '2026-03-11T20:10:00Z'),
             ('brute_force', '45.6.7.8', 90, 'critical', 'brute_force', 'enriched', '2026-03-10T20:10:00Z'),
             ('brute_force', '45.6.7.9', 90, 'critical', 'brute_force', 'false_positive', '2026-03-10T20:10:00Z'),
             ('a\"; flush ruleset', '45.6.7.10', 90, 'critical', NULL, 'new', '2026-03-10T20:10:00Z');",
        )
        .expect("alerts");
    scene
}

fn sources(run: &Run) -> Vec<&str> {
    assert_eq!(run.code, 0, "{}", run.stderr);
    let lines = run.stdout.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_whitespace().next()).collect()
}

#[test]
fn it_has_the_sources_that_a_query_finds() {
    let scene = scene();
    let list = |words: &[&str]| scene.run(&[&["blocklist"], words].concat());
    assert_eq!(sources(&list(&[])), ["45.6.7.8", "45.6.7.10", "91.2.3.4"]);
    assert_eq!(sources(&list(&["--min-severity", "critical"])), ["45.6.7.8", "45.6.7.10"]);
    assert_eq!(sources(&list(&["--rule", "port_scan", "--rule", "probe", "--min-severity", "low"])), ["91.2.3.4"]);
    assert_eq!(sources(&list(&["rule:brute_force", "src:45.0.0.0/8"])), ["45.6.7.8"]);
    assert_eq!(sources(&list(&["--for", "2h"])), ["91.2.3.4"]);
    assert_eq!(sources(&list(&["--min-score", "99"])), Vec::<&str>::new());
    let run = list(&["--min-severity", "low"]);
    assert!(run.stdout.contains("91.2.3.4 # alerts 1 port_scan, 2 probe, until 2026-03-18T20:11:00Z\n"), "{}", run.stdout);
    for reason in [
        "1 left out: an own host connected to it",
        "1 left out: not an address of the Internet (RFC 6890)",
        "1 left out: the alert is closed",
    ] {
        assert!(run.stderr.contains(reason), "{}", run.stderr);
    }
    let nft = list(&["--format", "nft"]).stdout;
    assert!(nft.contains("{ 45.6.7.10 timeout 516889s comment \"alert 7 a__ flush ruleset\" }"), "{nft}");
}

#[test]
fn an_error_writes_nothing_and_leaves_the_file() {
    let scene = scene();
    let path = scene.path("list.txt");
    let list = |words: &[&str]| scene.run(&[&["blocklist", "--output", "list.txt"], words].concat());
    assert_eq!(list(&[]).code, 0);
    let before = fs::read(&path).expect("a list");
    assert!(before.starts_with(b"# net-scout: 3 sources\n"));
    for (words, code) in [
        (&["--rule", "no_such_rule"][..], 2),
        (&["--for", "soon"], 2),
        (&["--min-severity", "severe"], 2),
        (&["colour:red"], 2),
        (&["--db-path", "elsewhere.db"], 1),
    ] {
        let run = list(words);
        assert_eq!((run.code, run.stdout.as_str()), (code, ""), "{}", run.stderr);
        assert_eq!(fs::read(&path).expect("a list"), before);
        let run = scene.run(&[&["blocklist"], words].concat());
        assert_eq!((run.code, run.stdout.as_str()), (code, ""), "{}", run.stderr);
    }
    // The events say who must not be on it: without them there is no list.
    scene.connect().execute_batch("ALTER TABLE ip_events RENAME TO gone").expect("renamed");
    let run = list(&[]);
    assert_eq!((run.code, run.stdout.as_str()), (1, ""), "{}", run.stderr);
    fs::remove_file(scene.path(DATABASE)).expect("removed");
    assert_eq!(list(&[]).code, 1);
    assert_eq!(fs::read(&path).expect("a list"), before);
    assert!(scene.files().iter().all(|name| !name.starts_with(".net-scout-")), "{:?}", scene.files());
}
