//! The three original rules, against a computation that shares nothing with them: `tests/oracle.py`, in Python, from plain rows.

use std::path::PathBuf;

use net_scout_tests::harness::{DATABASE, Run, Scene};
use net_scout_tests::oracle::{Count, OracleOptions, oracle};
use net_scout_tests::places;
use net_scout_tests::sample::{Layout, SampleOptions, Scale, TimestampForm, make};
use serde_json::Value;

/// 2026-03-11T20:35:11Z, which is now for the program too.
const END: i64 = 1_773_261_311_000_000;
const SECOND: i64 = 1_000_000;
const HOUR: i64 = 3_600 * SECOND;
const DAY: i64 = 24 * HOUR;

/// A window, in microseconds back from [`END`].
#[derive(Clone, Copy, Debug)]
struct Span {
    since: i64,
    until: Option<i64>,
}

const LAST_HOUR: Span = Span { since: HOUR, until: None };
const LAST_DAY: Span = Span { since: DAY, until: None };
const LAST_WEEK: Span = Span { since: 7 * DAY, until: None };
/// Both ends in the middle of a second, and of a day.
const ODD: Span = Span { since: 29 * HOUR + 17 * SECOND + 250_000, until: Some(31 * SECOND + 1) };

fn sample(layout: Layout, timestamps: TimestampForm) -> Scene {
    let scene = Scene::new();
    let options = SampleOptions { seed: 7, events: 12_000, end: END, days: 7, layout, timestamps, scale: Scale::Home };
    make(&scene.path(DATABASE), &options).expect("a sample database");
    scene
}

/// Scans and asks the oracle with the same options; all must be equal. Returns how many alerts there were.
#[track_caller]
fn compare(scene: &Scene, span: Span, options: &OracleOptions) -> usize {
    let instant = |back: i64| jiff::Timestamp::from_microsecond(END - back).expect("an instant").to_string();
    let count = match options.count {
        Count::Rows => "rows",
        Count::Hits => "hits",
    };
    let mut words: Vec<String> = ["scan", "--dry-run", "--format", "ndjson", "--max-alerts", "1000000"].map(str::to_owned).into();
    words.extend(["--table".to_owned(), options.table.clone(), "--since".to_owned(), instant(span.since)]);
    words.extend(span.until.iter().flat_map(|until| ["--until".to_owned(), instant(*until)]));
    for (parameter, value) in [
        ("horizontal_scan.dst_ip_threshold", options.destinations.to_string()),
        ("horizontal_scan.conn_threshold", options.connections.to_string()),
        ("horizontal_scan.count", count.to_owned()),
        ("vertical_scan.ports_threshold", options.ports.to_string()),
        ("high_connection_volume.conn_threshold", options.volume.to_string()),
        ("high_connection_volume.count", count.to_owned()),
    ] {
        words.extend(["--set".to_owned(), format!("{parameter}={value}")]);
    }
    let run: Run = scene.run(&words.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(run.code, 0, "{}", run.stderr);
    let mut found = run.lines();
    for alert in &mut found {
        let object = alert.as_object_mut().expect("an object");
        assert_eq!(object["rule"], object["alert_type"]);
        object.retain(|key, _| ["alert_type", "src_ip", "dst_ip", "score", "evidence"].contains(&key.as_str()));
    }
    // Strongest first.
    assert!(found.is_sorted_by_key(|alert| -alert["score"].as_i64().expect("a score")), "{span:?}");
    let key = |alert: &Value| ["alert_type", "src_ip", "dst_ip"].map(|name| alert[name].as_str().unwrap_or("").to_owned());
    found.sort_by_key(key);
    let mut expected = oracle(
        &scene.path(DATABASE),
        &OracleOptions { since: END - span.since, until: span.until.map(|until| END - until), ..options.clone() },
    )
    .expect("an answer of the oracle");
    // The built-in allowlist leaves out the host itself.
    expected.retain(|alert| alert["src_ip"] != "127.0.0.1");
    expected.sort_by_key(key);
    assert_eq!(found, expected, "{span:?} {options:?}");
    found.len()
}

/// Thresholds at which a few hundred alerts arise, and so every edge of them is met.
fn low() -> OracleOptions {
    OracleOptions { destinations: 1, connections: 3, ports: 1, volume: 2, ..OracleOptions::new(0, None) }
}

fn original() -> OracleOptions {
    OracleOptions::new(0, None)
}

#[test]
fn every_window_in_the_second_layout() {
    let scene = sample(Layout::V2, TimestampForm::Zulu);
    for (span, least) in [(LAST_HOUR, 5), (LAST_DAY, 7), (LAST_WEEK, 7), (ODD, 7)] {
        assert!(compare(&scene, span, &original()) >= least, "{span:?}");
        assert!(compare(&scene, span, &low()) > 20, "{span:?}");
    }
}

#[test]
fn every_window_in_the_first_layout() {
    let scene = sample(Layout::V1, TimestampForm::Zulu);
    for span in [LAST_HOUR, LAST_DAY, LAST_WEEK, ODD] {
        assert!(compare(&scene, span, &original()) >= 1, "{span:?}");
        assert!(compare(&scene, span, &low()) >= 3, "{span:?}");
    }
}

#[test]
fn every_form_of_timestamp() {
    for form in TimestampForm::ALL {
        let scene = sample(Layout::V2, form);
        for span in [LAST_HOUR, ODD] {
            assert!(compare(&scene, span, &low()) > 20, "{form:?} {span:?}");
        }
    }
    let scene = sample(Layout::V1, TimestampForm::Mixed);
    for span in [LAST_HOUR, ODD] {
        assert!(compare(&scene, span, &low()) >= 3, "{span:?}");
    }
}

#[test]
fn connections_counted_as_often_as_they_were_seen() {
    for layout in [Layout::V1, Layout::V2] {
        let scene = sample(layout, TimestampForm::Mixed);
        for options in [original(), low()] {
            let hits = compare(&scene, LAST_WEEK, &OracleOptions { count: Count::Hits, ..options.clone() });
            let rows = compare(&scene, LAST_WEEK, &options);
            assert!(hits >= rows && hits > 0, "{hits} {rows}");
        }
    }
}

#[test]
fn the_archive() {
    let scene = sample(Layout::V2, TimestampForm::Mixed);
    let archive = OracleOptions { table: "ip_events_30".to_owned(), ..low() };
    assert_eq!(compare(&scene, LAST_WEEK, &archive), 0);
    assert!(compare(&scene, Span { since: 40 * DAY, until: None }, &archive) > 3);
    assert!(compare(&scene, Span { since: 40 * DAY, until: Some(20 * DAY + 500_000) }, &archive) > 0);
}

/// What SQLite lets anybody store in such a table.
#[test]
fn strange_rows() {
    let scene = Scene::with_events(Layout::V2, |connection| {
        connection
            .execute_batch(
                "INSERT INTO ip_events (src_ip, src_port, dst_ip, dst_port, proto, timestamp, hit_count)
                 WITH RECURSIVE n (n) AS (VALUES (0) UNION ALL SELECT n + 1 FROM n WHERE n < 400)
                 SELECT
                     CASE n % 4 WHEN 0 THEN '192.0.2.1' WHEN 1 THEN '2001:db8::1' WHEN 2 THEN 'fe80::1%eth0' ELSE '192.0.2.2' END,
                     n, '198.51.100.' || (n / 7),
                     CASE n % 5 WHEN 0 THEN NULL WHEN 1 THEN 'http' WHEN 2 THEN 22.5 WHEN 3 THEN -n ELSE n END, 'TCP',
                     CASE n % 6 WHEN 0 THEN 'junk' WHEN 1 THEN '2026-03-11' WHEN 2 THEN 1773261311 ELSE '2026-03-11T20:00:00Z' END,
                     CASE n % 7 WHEN 0 THEN NULL WHEN 1 THEN 0 WHEN 2 THEN -9 WHEN 3 THEN 'many' WHEN 4 THEN 2.5 ELSE n END
                 FROM n",
            )
            .expect("rows");
    });
    for count in [Count::Rows, Count::Hits] {
        for span in [LAST_HOUR, LAST_DAY, Span { since: 60 * 365 * DAY, until: None }] {
            assert!(compare(&scene, span, &OracleOptions { count, ..low() }) > 0, "{span:?}");
        }
    }
}

/// No row counts more than a million million times, so that no sum of them is too large for 64 bits.
#[test]
fn huge_counts() {
    let scene = Scene::with_events(Layout::V2, |connection| {
        connection
            .execute_batch(
                "INSERT INTO ip_events (src_ip, src_port, dst_ip, dst_port, timestamp, hit_count) VALUES
                     ('192.0.2.1', 1, '198.51.100.1', 22, '2026-03-11T20:00:00Z', 9223372036854775807),
                     ('192.0.2.1', 2, '198.51.100.1', 22, '2026-03-11T20:00:00Z', 9223372036854775807)",
            )
            .expect("rows");
    });
    let words = [
        "scan",
        "--dry-run",
        "--format",
        "ndjson",
        "--set",
        "horizontal_scan.count=hits",
        "--set",
        "high_connection_volume.count=hits",
    ];
    let alerts = scene.run(&words).lines();
    let counts: Vec<&Value> = alerts.iter().map(|alert| &alert["evidence"]).collect();
    assert_eq!(counts.len(), 2);
    assert_eq!((&counts[0]["total_conns"], &alerts[0]["score"]), (&Value::from(2_000_000_000_000_i64), &Value::from(100)));
    assert_eq!((&counts[1]["conn_count"], &alerts[1]["score"]), (&Value::from(2_000_000_000_000_i64), &Value::from(100)));
}

/// Firewall logs of public projects, where they are beside the project.
#[test]
fn imported_logs() {
    let data: Option<PathBuf> = places::root().parent().map(|parent| parent.join("shared/data"));
    let logs = [
        "psad/syn_scan_1000_1500",
        "psad/udp_scan_1000_1150",
        "psad/ipv6_tcp_connect_nmap_default_scan",
        "psad/syn_sweep",
        "psad/ipv4_valid_ping",
        "crowdsec/iptables-scan-multi-port/iptables-scan-multi-port.log",
    ];
    let Some(logs) = data.map(|data| logs.map(|log| data.join(log))).filter(|logs| logs.iter().all(|log| log.exists())) else {
        return;
    };
    let scene = Scene::new();
    let words: Vec<&str> = ["import"].into_iter().chain(logs.iter().map(|log| log.to_str().expect("a path"))).collect();
    assert_eq!(scene.run(&words).code, 0);
    // What is later than now is read only where the window ends later.
    let all = Span { since: 3 * 365 * DAY, until: Some(-DAY) };
    for count in [Count::Rows, Count::Hits] {
        assert!(compare(&scene, all, &OracleOptions { count, ..original() }) >= 5);
        assert!(compare(&scene, all, &OracleOptions { count, ..low() }) >= 8);
        // A scan of psad's ends in the very second that is now: it is in the first window, and in part in the other.
        assert!(compare(&scene, Span { since: HOUR, until: Some(-DAY) }, &OracleOptions { count, ..low() }) >= 3);
        compare(&scene, Span { since: HOUR, until: Some(1) }, &OracleOptions { count, ..low() });
    }
}
