//! The oracle on rows that are simple enough to count by hand.

use super::{Count, OracleOptions, oracle};
use crate::sample::{Layout, create_table};
use rusqlite::{Connection, params};
use serde_json::{Value, json};
use tempfile::TempDir;

const SINCE: i64 = 1_773_261_311_000_000; // 2026-03-11T20:35:11Z
const SECOND: i64 = 1_000_000;

fn database(layout: Layout, fill: impl FnOnce(&Connection)) -> (TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("net_sentinel.db");
    let connection = Connection::open(&path).expect("opens");
    create_table(&connection, "ip_events", layout).expect("creates");
    fill(&connection);
    (folder, path)
}

fn run(path: &std::path::Path, change: impl FnOnce(&mut OracleOptions)) -> Vec<Value> {
    let mut options = OracleOptions::new(SINCE, Some(SINCE + 60 * SECOND));
    (options.destinations, options.connections, options.ports, options.volume) = (100, 100, 100, 100);
    change(&mut options);
    oracle(path, &options).expect("runs")
}

fn v2(connection: &Connection, timestamp: &str, source: &str, destination: &str, port: Option<&str>, hits: i64) {
    let sql = "INSERT INTO ip_events (timestamp, src_ip, dst_ip, dst_port, hit_count) VALUES (?1, ?2, ?3, ?4, ?5)";
    connection.execute(sql, params![timestamp, source, destination, port, hits]).expect("inserts");
}

#[test]
fn the_window_takes_every_form_of_an_instant_and_its_first_but_not_its_end() {
    let inside = [
        "2026-03-11T20:35:11Z",
        "2026-03-11 20:35:11",
        "2026-03-11T20:35:11",
        "2026-03-11T22:35:11.000001+02:00",
        "2026-03-11T15:06:10.5-05:30",
    ];
    let outside = ["2026-03-11T20:35:10.999999Z", "2026-03-11T20:36:11Z", "2026-03-11T20:35:11+02:00", "junk", ""];
    let (_folder, path) = database(Layout::V2, |connection| {
        for timestamp in inside.iter().chain(&outside) {
            v2(connection, timestamp, "a", "b", None, 1);
        }
    });
    let alerts = run(&path, |options| options.volume = 4);
    let evidence = json!({"total_conns": 5, "since": "2026-03-11T20:35:11Z"});
    let alert = json!({"alert_type": "high_connection_volume", "src_ip": "a", "dst_ip": null, "score": 2, "evidence": evidence});
    assert_eq!(alerts, [alert]);
    assert_eq!(run(&path, |options| options.volume = 5), [Value::Null; 0]);
}

#[test]
fn distinct_destinations_and_ports_but_no_port_that_is_no_number() {
    let (_folder, path) = database(Layout::V2, |connection| {
        for (destination, port) in [
            ("b", Some("1")),
            ("b", Some("1")),
            ("b", Some("2")),
            ("b", Some("http")),
            ("b", None),
            ("c", Some("1")),
            ("c", Some("3")),
        ] {
            v2(connection, "2026-03-11T20:35:12Z", "a", destination, port, 0);
        }
    });
    let alerts = run(&path, |options| (options.ports, options.destinations, options.since) = (1, 1, SINCE + 500_000));
    let since = "2026-03-11T20:35:11.500000Z";
    let horizontal = json!({"dst_count": 2, "conn_count": 7, "since": since});
    let vertical = json!({"ports": 2, "since": since});
    assert_eq!(
        alerts,
        [
            json!({"alert_type": "horizontal_scan", "src_ip": "a", "dst_ip": null, "score": 2, "evidence": horizontal}),
            json!({"alert_type": "vertical_scan", "src_ip": "a", "dst_ip": "b", "score": 2, "evidence": vertical}),
            json!({"alert_type": "vertical_scan", "src_ip": "a", "dst_ip": "c", "score": 2, "evidence": vertical}),
        ]
    );
}

#[test]
fn hits_count_at_least_once() {
    let (_folder, path) = database(Layout::V2, |connection| {
        for (port, hits) in [("1", 250), ("2", 0), ("3", -7)] {
            v2(connection, "2026-03-11T20:35:12Z", "a", "b", Some(port), hits);
        }
    });
    let alerts = run(&path, |options| options.count = Count::Hits);
    let since = "2026-03-11T20:35:11Z";
    let horizontal = json!({"dst_count": 1, "conn_count": 252, "since": since, "counted": "hit_count"});
    let volume = json!({"total_conns": 252, "since": since, "counted": "hit_count"});
    assert_eq!(
        alerts,
        [
            json!({"alert_type": "high_connection_volume", "src_ip": "a", "dst_ip": null, "score": 100, "evidence": volume}),
            json!({"alert_type": "horizontal_scan", "src_ip": "a", "dst_ip": null, "score": 26, "evidence": horizontal}),
        ]
    );
}

#[test]
fn the_first_layout_knows_a_source_only_where_it_received() {
    let (_folder, path) = database(Layout::V1, |connection| {
        for port in 0..3 {
            for direction in ["RX", "TX"] {
                let sql = "INSERT INTO ip_events (ip, direction, port, timestamp) VALUES ('a', ?1, ?2, '2026-03-11T20:35:12Z')";
                connection.execute(sql, params![direction, port]).expect("inserts");
            }
        }
    });
    let alerts = run(&path, |options| (options.ports, options.volume, options.connections) = (2, 3, 3));
    let evidence = json!({"ports": 3, "since": "2026-03-11T20:35:11Z"});
    assert_eq!(alerts, [json!({"alert_type": "vertical_scan", "src_ip": "a", "dst_ip": null, "score": 3, "evidence": evidence})]);
}

#[test]
fn a_missing_table_is_an_error() {
    let (_folder, path) = database(Layout::V2, |_| {});
    let mut options = OracleOptions::new(SINCE, None);
    options.table = "other".to_owned();
    let error = oracle(&path, &options).expect_err("no table").to_string();
    assert!(error.contains("table other is in neither layout"), "{error}");
}
