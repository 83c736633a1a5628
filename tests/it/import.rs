//! `net-scout import`: firewall logs become a database that can be scanned, and whatever cannot be read is said.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::PathBuf;
use std::process::Stdio;

use flate2::Compression;
use flate2::write::GzEncoder;
use net_scout_tests::harness::{DATABASE, Run, Scene};
use net_scout_tests::places;
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

#[test]
fn lines_become_rows() {
    let log = [DROPPED, ACCEPTED, AUDITED, BARE, DROPPED, "\n", BARE].concat();
    let scene = scene(&[("a.log", log.as_bytes())]);
    let run = scene.run(&["import", "a.log"]);
    run.ended(
        0,
        "a.log: 6 lines, 6 events (netfilter), 1 without a verdict\n\
         a.log: 2 events were taken for DROP, because nothing in the line says what was done; --default-verdict says it for all such lines\n\
         ./net_sentinel.db: 6 events became 4 new rows, 0 rows that were there count more often now",
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
        "b.log: 5 lines, 5 events (netfilter)\nb.log: ASSUMED\na.log: 2 lines, 2 events (netfilter)\na.log: ASSUMED\n\
         ./net_sentinel.db: 7 events became 1 new rows, 4 rows that were there count more often now"
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
fn lines_that_cannot_be_read_are_shown() {
    let log = [
        "not a log line\n",
        "Mar 11 20:00:00 fw sshd: IN= OUT= SRC=1\n",
        "Mar 11 20:00:00 fw kernel: usb 1-1: new device\n",
        "Feb 30 20:00:00 fw kernel: DROP IN=eth0 OUT= SRC=192.0.2.1 DST=192.0.2.2 PROTO=TCP SPT=1 DPT=2\n",
        "Mar 11 20:00:00 fw kernel: DROP IN=eth0 OUT= SRC=192.0.2.999 DST=192.0.2.2 PROTO=TCP\n",
        DROPPED,
        "\u{1b}[2J\u{1b}]0;owned\u{7}\n",
        "Mar 11 20:00:00 fw kernel: DROP IN=eth0 OUT= SRC=192.0.2.1 DST=192.0.2.2 PROTO=TCP SPT=70000 DPT=2\n",
    ]
    .concat();
    let scene = scene(&[("a.log", log.as_bytes())]);
    scene.run(&["import", "a.log"]).ended(
        0,
        "a.log: 8 lines, 1 events (netfilter)\n\
         warning: a.log: 7 lines are no firewall events\n  \
           line 1: no date at the start: not a log line\n  \
           line 2: no line of a known firewall after the date and the host: Mar 11 20:00:00 fw sshd: IN= OUT= SRC=1\n  \
           line 3: neither IN= nor OUT=, so it is no packet: Mar 11 20:00:00 fw kernel: usb 1-1: new device\n  \
           line 4: `Feb 30 20:00:00` is not a valid date: Feb 30 20:00:00 fw kernel: DROP IN=eth0 OUT= SRC=192.0.2.1 DST=192.0.2.2 PROTO=TCP SPT=1 DPT=2\n  \
           line 5: `192.0.2.999` is not a valid IP address (SRC): Mar 11 20:00:00 fw kernel: DROP IN=eth0 OUT= SRC=192.0.2.999 DST=192.0.2.2 PROTO=TCP\n\
         ./net_sentinel.db: 1 events became 1 new rows, 0 rows that were there count more often now",
    );
    assert_eq!(rows(&scene.connect()), [dropped(1)]);
}

#[test]
fn hostile_lines_are_harmless() {
    let mut log = b"\x1b[2J\x07\xff\xfe\n".to_vec();
    log.extend(b"x".repeat(1_000_000));
    log.extend(b"\n\0\0\0\n");
    let scene = scene(&[("a.log", &[&log, DROPPED.as_bytes()].concat())]);
    let run = scene.run(&["import", "a.log"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(!run.stderr.contains(|character: char| character.is_control() && character != '\n'), "{:?}", run.stderr);
    assert!(run.stderr.contains("\n  line 1: no date at the start: \\u{1b}[2J\\u{7}\u{fffd}\u{fffd}\n"), "{}", run.stderr);
    assert!(run.stderr.contains("\n  line 2: longer than 8192 bytes: xxx"), "{}", run.stderr);
    assert!(run.stderr.len() < 1_000, "{}", run.stderr.len());
    assert_eq!(rows(&scene.connect()), [dropped(1)]);
}

#[test]
fn the_default_verdict() {
    for (words, verdict) in [
        (&[][..], json!("DROP")),
        (&["--default-verdict", "drop"], json!("DROP")),
        (&["--default-verdict", "accept"], json!("ACCEPT")),
        (&["--default-verdict", "none"], Value::Null),
    ] {
        let scene = scene(&[("a.log", [BARE, DROPPED].concat().as_bytes())]);
        assert_eq!(scene.run(&[&["import", "a.log"], words].concat()).code, 0);
        let events = rows(&scene.connect());
        assert_eq!((&events[0][5], &events[1][5]), (&verdict, &json!("DROP")), "{words:?}");
    }
}

#[test]
fn dates_without_a_year_or_a_zone() {
    let line = |date: &str| DROPPED.replace("Mar 11 20:00:00", date);
    for (date, offset, expected) in [
        // Now is 2026-03-11T20:35:11Z.
        ("Mar 11 20:35:11", "+00:00", "2026-03-11T20:35:11Z"),
        ("Mar 11 20:35:12", "+00:00", "2026-03-11T20:35:12Z"),
        ("Mar 12 22:35:12", "+00:00", "2025-03-12T22:35:12Z"),
        ("Dec 31 23:59:59", "+00:00", "2025-12-31T23:59:59Z"),
        ("Feb 29 12:00:00", "+00:00", "2024-02-29T12:00:00Z"),
        ("Mar  1 08:00:00", "+02:00", "2026-03-01T06:00:00Z"),
        ("Mar 11 22:35:11", "+02:00", "2026-03-11T20:35:11Z"),
        ("Mar 11 15:05:11", "-05:30", "2026-03-11T20:35:11Z"),
        ("2026-03-11T20:00:00", "+02:00", "2026-03-11T18:00:00Z"),
        ("2026-03-11T20:00:00Z", "+02:00", "2026-03-11T20:00:00Z"),
        ("2026-03-11 20:00:00", "+00:00", "2026-03-11T20:00:00Z"),
    ] {
        let scene = scene(&[("a.log", line(date).as_bytes())]);
        let run = scene.run(&["import", "--utc-offset", offset, "a.log"]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert_eq!(rows(&scene.connect())[0][9], expected, "{date} {offset}");
    }
}

/// Whatever goes wrong before the first event can be kept, there is no database afterwards that was not there before.
#[test]
fn nothing_readable_makes_no_database() {
    let scene =
        scene(&[("empty.log", b""), ("other.log", b"Mar 11 20:00:00 host sshd[1]: hello\n"), ("a.log", DROPPED.as_bytes())]);
    let files = scene.files();
    let nothing = "no line is an event of a known format, which are netfilter, unifi, pf, mikrotik, suricata, zeek, windows, fortigate, cisco, aws, sophos, watchguard, sonicwall, paloalto, juniper, checkpoint, cef, leef, nfdump, ulogd, gcp, azure, conntrack; of a table, CSV or NDJSON, \
                   say which value is what, such as --map time=timestamp,src_ip=source,dst_ip=destination,proto=protocol";
    for (words, error) in [
        (
            &["other.log"][..],
            "other.log: 1 lines, 0 events\nwarning: other.log: 1 lines are no firewall events\n  line 1: no line of a known firewall after the date and the host: Mar 11 20:00:00 host sshd[1]: hello\nerror: NOTHING",
        ),
        (&["a.log", "missing.log"], "error: the log missing.log cannot be read: No such file or directory (os error 2)"),
        (&["a.log", "plugins"], "error: the log plugins cannot be read: Is a directory (os error 21)"),
    ] {
        scene.run(&[&["import"], words].concat()).ended(1, &error.replace("NOTHING", nothing));
        assert_eq!(scene.files(), files, "{words:?}");
    }
    // An empty file is sound.
    scene.run(&["import", "empty.log"]).ended(
        0,
        "empty.log: 0 lines, 0 events\n./net_sentinel.db: 0 events became 0 new rows, 0 rows that were there count more often now",
    );
    assert_eq!(scene.files(), files);
}

/// Lines to many ports, of which none is the same.
fn many(count: u32) -> String {
    (0..count)
        .map(|number| {
            DROPPED
                .replace("DPT=22", &format!("DPT={}", number % 60_000))
                .replace("192.0.2.1", &format!("192.0.2.{}", number / 60_000 + 1))
        })
        .collect()
}

fn total(scene: &Scene) -> (i64, i64) {
    let sql = "SELECT count(*), total(hit_count) FROM ip_events";
    scene.connect().query_row(sql, [], |row| Ok((row.get(0)?, row.get::<_, f64>(1)? as i64))).expect("events")
}

/// What was read of a file that is cut off stays, and the whole file goes on behind it.
#[test]
fn a_file_that_is_cut_off_is_not_counted_twice() {
    let text = many(5_000);
    let whole = packed(&text);
    let scene = scene(&[("cut.log.gz", &whole[..whole.len() / 2])]);
    let run = scene.run(&["import", "cut.log.gz"]);
    assert!(
        run.code == 1 && run.stderr.contains("error: importing cut.log.gz stopped: reading stopped after line "),
        "{}",
        run.stderr
    );
    let (rows, hits) = total(&scene);
    assert!(rows == hits && (1..5_000).contains(&rows), "{rows}");
    fs::write(scene.path("whole.log.gz"), &whole).expect("a log");
    let run = scene.run(&["import", "whole.log.gz"]);
    assert!(
        run.code == 0 && run.stderr.contains(&format!("continued behind line {rows}, where an earlier import stopped")),
        "{}",
        run.stderr
    );
    assert_eq!(total(&scene), (5_000, 5_000));
    // It was read to its end, so that it counts again, or only what is new, or from the beginning.
    fs::write(scene.path("whole.log"), text.clone() + DROPPED).expect("a log");
    assert_eq!(scene.run(&["import", "--new", "whole.log"]).code, 0);
    assert_eq!(total(&scene), (5_000, 5_001));
    assert_eq!(scene.run(&["import", "--new", "whole.log"]).code, 0);
    assert_eq!(total(&scene), (5_000, 5_001));
    assert_eq!(scene.run(&["import", "whole.log"]).code, 0);
    assert_eq!(total(&scene), (5_000, 10_002));
}

/// A kill at any time neither loses nor doubles a line.
#[test]
fn a_killed_import_goes_on() {
    let scene = scene(&[("a.log", many(120_000).as_bytes())]);
    let mut kills = 0;
    for wait in [300, 500, 700, 900, 1_100, 1_300] {
        let mut child = scene.command(&["import", "a.log"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("started");
        std::thread::sleep(std::time::Duration::from_millis(wait));
        kills += u32::from(child.try_wait().expect("a state").is_none());
        child.kill().expect("killed");
        if child.wait().expect("an end").success() {
            break;
        }
    }
    assert!(kills > 0, "it was never killed");
    if total_or_none(&scene) != Some((120_000, 120_000)) {
        let run = scene.run(&["import", "a.log"]);
        assert_eq!(run.code, 0, "{}", run.stderr);
    }
    assert_eq!(total(&scene), (120_000, 120_000));
}

fn total_or_none(scene: &Scene) -> Option<(i64, i64)> {
    scene.files().iter().any(|file| file.contains(DATABASE)).then(|| total(scene))
}

/// A log that grows, is rotated and cut, and a program that is stopped and started.
#[test]
fn follow() {
    let scene = scene(&[("a.log", DROPPED.as_bytes())]);
    let wait_for = |hits: i64| {
        for _ in 0..100 {
            if total_or_none(&scene).is_some_and(|(_, found)| found == hits) {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
        panic!("{:?} instead of {hits}", total_or_none(&scene));
    };
    let append = |text: &str| {
        let mut file = fs::OpenOptions::new().append(true).create(true).open(scene.path("a.log")).expect("a log");
        file.write_all(text.as_bytes()).expect("written");
    };
    let start = || {
        let mut command = scene.command(&["import", "--follow", "a.log"]);
        command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("started")
    };
    let terminate = |child: std::process::Child| {
        let status = std::process::Command::new("kill").arg("-TERM").arg(child.id().to_string()).status().expect("kill");
        assert!(status.success());
        let output = child.wait_with_output().expect("an end");
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let child = start();
    wait_for(1);
    append(&DROPPED[..20]);
    append(&DROPPED[20..]);
    append(DROPPED);
    wait_for(3);
    // Renamed, with a line that is written to the old file afterwards.
    fs::rename(scene.path("a.log"), scene.path("a.log.1")).expect("renamed");
    let mut old = fs::OpenOptions::new().append(true).open(scene.path("a.log.1")).expect("a log");
    old.write_all(DROPPED.as_bytes()).expect("written");
    append(&DROPPED.repeat(2).replace("20:00:00", "20:01:00"));
    wait_for(6);
    // What is not stored yet is stored at the end.
    append(&DROPPED.replace("20:00:00", "20:02:00"));
    std::thread::sleep(std::time::Duration::from_millis(500));
    let said = terminate(child);
    assert!(said.contains("a.log: rotated, reading the new file"), "{said}");
    assert_eq!(total(&scene).1, 7);
    append(&DROPPED.replace("20:00:00", "20:03:00"));
    let child = start();
    wait_for(8);
    // Cut, as `copytruncate` of logrotate does it.
    fs::write(scene.path("a.log"), "").expect("cut");
    std::thread::sleep(std::time::Duration::from_millis(700));
    append(&DROPPED.replace("20:00:00", "20:04:00"));
    wait_for(9);
    let said = terminate(child);
    assert!(said.contains("continued behind line 3"), "{said}");
}

/// A log that somebody else follows is stored while it comes.
#[test]
fn a_live_standard_input() {
    let scene = scene(&[]);
    let mut command = scene.command(&["import", "-"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("started");
    let mut input = child.stdin.take().expect("an input");
    input.write_all(DROPPED.as_bytes()).expect("written");
    for _ in 0..100 {
        if total_or_none(&scene) == Some((1, 1)) {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    assert_eq!(total_or_none(&scene), Some((1, 1)));
    input.write_all(DROPPED.trim_end().as_bytes()).expect("written");
    drop(input);
    assert!(child.wait().expect("an end").success());
    assert_eq!(total(&scene), (1, 2));
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
