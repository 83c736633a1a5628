//! `net-scout import`: firewall logs become a database that can be scanned, and whatever cannot be read is said.

mod follow;
mod projects;
mod stopped;
mod unreadable;

use std::fs::{self, File};
use std::io::Write as _;
use std::process::Stdio;

use flate2::Compression;
use flate2::write::GzEncoder;
use net_scout_tests::harness::{DATABASE, Scene};
use net_scout_tests::sample::Layout;
use rusqlite::Connection;
use serde_json::{Value, json};

const DROPPED: &str = "Mar 11 20:00:00 fw kernel: [12.5] DROP IN=eth0 OUT= MAC=00:11 SRC=192.0.2.1 DST=198.51.100.1 LEN=44 PROTO=TCP SPT=40000 DPT=22 SYN\n";
const ACCEPTED: &str =
    "2026-03-11T19:00:00.5+01:00 fw kernel: ACCEPT IN= OUT=eth0 SRC=198.51.100.1 DST=192.0.2.9 PROTO=UDP SPT=53 DPT=5353\n";
const AUDITED: &str =
    "Mar 11 20:00:01 fw kernel: [UFW AUDIT] IN=eth0 OUT= SRC=192.0.2.2 DST=198.51.100.1 PROTO=TCP SPT=1 DPT=2\n";
const BARE: &str =
    "Mar 11 20:00:02 fw kernel: IN=eth0 OUT= SRC=2001:0db8:0000::0002 DST=2001:db8::1 PROTO=ICMPv6 TYPE=128 CODE=0\n";

/// An empty folder with these logs.
fn scene(logs: &[(&str, &[u8])]) -> Scene {
    let scene = Scene::new();
    for (name, bytes) in logs {
        fs::write(scene.path(name), bytes).expect("a log");
    }
    scene
}

fn packed(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).expect("packed");
    encoder.finish().expect("packed")
}

/// All rows of `ip_events`, as JSON arrays.
fn rows(connection: &Connection) -> Vec<Value> {
    connection
        .prepare(
            "SELECT json_array(src_ip, src_port, dst_ip, dst_port, proto, verdict, direction, in_if, out_if, timestamp, hit_count)
             FROM ip_events ORDER BY id",
        )
        .expect("events")
        .query_map([], |row| row.get::<_, String>(0))
        .expect("events")
        .map(|row| serde_json::from_str(&row.expect("a row")).expect("JSON"))
        .collect()
}

fn dropped(hits: i64) -> Value {
    json!(["192.0.2.1", 40000, "198.51.100.1", 22, "TCP", "DROP", "INBOUND", "eth0", null, "2026-03-11T20:00:00Z", hits])
}

fn total(scene: &Scene) -> (i64, i64) {
    let sql = "SELECT count(*), total(hit_count) FROM ip_events";
    scene.connect().query_row(sql, [], |row| Ok((row.get(0)?, row.get::<_, f64>(1)? as i64))).expect("events")
}

fn total_or_none(scene: &Scene) -> Option<(i64, i64)> {
    scene.files().iter().any(|file| file.contains(DATABASE)).then(|| total(scene))
}

#[test]
fn lines_become_rows() {
    let log = [DROPPED, ACCEPTED, AUDITED, BARE, DROPPED, "\n", BARE].concat();
    let scene = scene(&[("a.log", log.as_bytes())]);
    let run = scene.run(&["import", "a.log"]);
    run.ended(
        0,
        "a.log: 6 lines, 6 events (netfilter), 1 without a verdict\n\
         a.log: 2 events were taken for DROP, because nothing in the line says what was done; --default-verdict says it for all such lines\n\
         ./net_sentinel.db: 6 events became 4 new rows\n\
         `net-scout scan --since 2026-03-11` looks for attacks in it",
    );
    assert_eq!(run.stdout, "");
    let events = rows(&scene.connect());
    assert_eq!(
        events,
        [
            dropped(2),
            json!([
                "198.51.100.1",
                53,
                "192.0.2.9",
                5353,
                "UDP",
                "ACCEPT",
                "OUTBOUND",
                null,
                "eth0",
                "2026-03-11T18:00:00.5Z",
                1
            ]),
            json!(["192.0.2.2", 1, "198.51.100.1", 2, "TCP", null, "INBOUND", "eth0", null, "2026-03-11T20:00:01Z", 1]),
            json!([
                "2001:db8::2",
                null,
                "2001:db8::1",
                null,
                "ICMPv6",
                "DROP",
                "INBOUND",
                "eth0",
                null,
                "2026-03-11T20:00:02Z",
                2
            ]),
        ]
    );
    // The database is one that net-sentinel would make: it can be scanned and has the archive too.
    assert_eq!(scene.run(&["scan", "--table", "ip_events_30"]).code, 0);
    assert_eq!(scene.run(&["scan"]).code, 0);
}

#[test]
fn rows_that_are_there_count_more_often() {
    let scene = scene(&[("a.log", [DROPPED, BARE].concat().as_bytes())]);
    assert_eq!(scene.run(&["import", "a.log"]).code, 0);
    fs::write(scene.path("b.log"), DROPPED.replace("20:00:00", "20:10:00").repeat(3) + BARE + ACCEPTED).expect("a log");
    let run = scene.run(&["import", "b.log", "a.log"]);
    run.ended(
        0,
        "b.log: 5 lines, 5 events (netfilter)\nb.log: ASSUMED\nwarning: a.log: an earlier import read it to its end, and now its lines count once more; --new imports only what was added\n\
         a.log: 2 lines, 2 events (netfilter)\na.log: ASSUMED\n\
         ./net_sentinel.db: 7 events became 1 new row and were counted in 4 existing rows\n\
         `net-scout scan --since 2026-03-11` looks for attacks in it"
            .replace(
                "ASSUMED",
                "1 event was taken for DROP, because nothing in the line says what was done; --default-verdict says it for all such lines",
            )
            .as_str(),
    );
    let events = rows(&scene.connect());
    assert_eq!(events.len(), 3);
    // The time is that of the latest, whatever the order.
    let latest =
        json!(["192.0.2.1", 40000, "198.51.100.1", 22, "TCP", "DROP", "INBOUND", "eth0", null, "2026-03-11T20:10:00Z", 5]);
    assert_eq!((&events[0], &events[1][10]), (&latest, &json!(3)));
}

/// Rows of net-sentinel are kept with all that it knows of them.
#[test]
fn a_database_of_net_sentinel() {
    let scene = Scene::with_events(Layout::V2, |connection| {
        connection
            .execute_batch(
                "INSERT INTO ip_events (src_ip, src_port, dst_ip, dst_port, proto, verdict, direction, timestamp, hit_count, city)
                 VALUES ('192.0.2.1', 40000, '198.51.100.1', 22, 'TCP', 'DROP', 'INBOUND', '2026-03-11T20:30:00+00:00', 7, 'Vienna')",
            )
            .expect("a row");
    });
    fs::write(scene.path("a.log"), DROPPED).expect("a log");
    assert_eq!(scene.run(&["import", "a.log"]).code, 0);
    let row: (i64, String, String) = scene
        .connect()
        .query_row("SELECT hit_count, timestamp, city FROM ip_events", [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .expect("one row");
    assert_eq!(row, (8, "2026-03-11T20:30:00+00:00".to_owned(), "Vienna".to_owned()));
}

#[test]
fn gzip_and_standard_input() {
    let two_members = [packed(DROPPED), packed(ACCEPTED)].concat();
    let scene = scene(&[("a.log.2.gz", &two_members), ("plain", DROPPED.as_bytes())]);
    assert_eq!(scene.run(&["import", "a.log.2.gz"]).code, 0);
    assert_eq!(rows(&scene.connect()).len(), 2);
    for (input, count) in [("plain", 2), ("a.log.2.gz", 3)] {
        let mut command = scene.command(&["import", "-"]);
        command.stdin(File::open(scene.path(input)).expect("a log")).stdout(Stdio::piped()).stderr(Stdio::piped());
        let output = command.spawn().expect("started").wait_with_output().expect("an end");
        assert_eq!(output.status.code(), Some(0));
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(stderr.starts_with("-: "), "{stderr}");
        assert_eq!(rows(&scene.connect())[0], dropped(count), "{input}");
    }
}

#[test]
fn the_old_layout_takes_no_import() {
    let scene = Scene::with_events(Layout::V1, |connection| {
        connection
            .execute_batch(
                "INSERT INTO ip_events (ip, direction, port, timestamp) VALUES ('192.0.2.1', 'RX', 22, '2026-03-11T20:00:00Z')",
            )
            .expect("a row");
    });
    fs::write(scene.path("a.log"), DROPPED).expect("a log");
    let (before, files) = (scene.bytes(), scene.files());
    scene.run(&["import", "a.log"]).ended(
        1,
        "error: ./net_sentinel.db: table `ip_events` is in the old layout, which cannot hold a source and a destination: import into another \
         database",
    );
    assert!(scene.bytes() == before, "the database was changed");
    assert_eq!(scene.files(), files);
    assert_eq!(scene.run(&["import", "--db-path", "new.db", "a.log"]).code, 0);
}
