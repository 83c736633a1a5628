//! `net-scout import` of inputs that are odd: files without events, events of the future, what is huge or deep, and places from a MaxMind DB.

use std::fs;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use net_scout_tests::harness::Scene;
use net_scout_tests::places;

const DROPPED: &str =
    "Mar 11 20:00:00 fw kernel: DROP IN=eth0 OUT= SRC=192.0.2.1 DST=198.51.100.1 LEN=44 PROTO=TCP SPT=40000 DPT=22 SYN\n";

#[test]
fn one_of_several_files_without_events() {
    let scene = Scene::new();
    fs::write(scene.path("a.log"), DROPPED).expect("a log");
    fs::write(scene.path("empty.log"), "").expect("a log");
    fs::write(scene.path("other.log"), "Mar 11 20:00:00 host sshd[1]: hello\n").expect("a log");
    assert_eq!(scene.run(&["import", "a.log", "empty.log"]).code, 0);
    let run = scene.run(&["import", "other.log", "a.log"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(run.stderr.contains("were counted in 1 existing row"), "{}", run.stderr);
    assert!(run.stderr.contains("error: other.log: no line is an event of a known format"), "{}", run.stderr);
}

/// Tables are not guessed, but what would make them readable is said.
#[test]
fn tables_without_a_map() {
    for (text, expected) in [
        (
            "start,source,destination,dest port,protocol,action\n2026-03-11 20:00:00,192.0.2.1,198.51.100.1,22,tcp,drop\n",
            "error: no line is an event of a known format; the file looks like a CSV table with start, source, destination, dest port, \
             protocol, action: say which name is which column, such as --map 'time=start,src_ip=source,dst_ip=destination,dst_port=dest \
             port,proto=protocol,verdict=action'\n",
        ),
        (
            "{\"when\":\"2026-03-11T20:00:00Z\",\"source\":{\"ip\":\"192.0.2.1\"},\"destination\":{\"ip\":\"198.51.100.1\"},\"transport\":\"tcp\"}\n",
            "error: no line is an event of a known format; the file looks like JSON lines with when, source.ip, destination.ip, transport: \
             say which name is which column, such as --map time=...,src_ip=source.ip,dst_ip=destination.ip,proto=transport\n",
        ),
    ] {
        let scene = Scene::new();
        fs::write(scene.path("table"), text).expect("a table");
        let run = scene.run(&["import", "table"]);
        assert!(run.code == 1 && run.stderr.ends_with(expected), "{}", run.stderr);
        let map =
            expected.rsplit_once("--map ").map(|(_, map)| map.trim().trim_matches('\'').replace("...", "when")).expect("words");
        assert_eq!(scene.run(&["import", "table", "--map", &map]).code, 0, "{map}");
    }
}

#[test]
fn events_of_the_future() {
    let scene = Scene::new();
    fs::write(scene.path("a.log"), DROPPED.replace("Mar 11 20:00:00", "2099-01-01T00:00:00Z")).expect("a log");
    let run = scene.run(&["import", "a.log"]);
    assert_eq!(run.code, 0);
    let note = "warning: a.log: 1 event is dated more than a day ahead, the last 2099-01-01T00:00:00Z; no scan sees them before that time";
    assert!(run.stderr.contains(note), "{}", run.stderr);
}

/// A line of 100 MB, JSON nested 100,000 deep, and zeros that a packer made small: an error for that line, and little memory.
#[test]
fn what_is_huge_or_deep() {
    let scene = Scene::new();
    let mut long = vec![b'x'; 100_000_000];
    long.extend_from_slice(format!("\n{DROPPED}").as_bytes());
    let deep = format!("{}{}\n{DROPPED}", "{\"a\":".repeat(100_000), "}".repeat(100_000));
    let mut bomb = GzEncoder::new(Vec::new(), Compression::fast());
    for _ in 0..300 {
        bomb.write_all(&[0; 1 << 20]).expect("packed");
    }
    bomb.write_all(format!("\n{DROPPED}").as_bytes()).expect("packed");
    for (name, bytes) in [("long.log", long), ("deep.json", deep.into_bytes()), ("bomb.gz", bomb.finish().expect("packed"))] {
        fs::write(scene.path(name), bytes).expect("a log");
        let mut limited = std::process::Command::new("sh");
        let program = places::binary();
        limited.args(["-c", "ulimit -v 800000; exec \"$0\" import --db-path $1.db $1"]).arg(program).arg(name);
        let output = limited.current_dir(scene.path("")).env_clear().env("NET_SCOUT_NOW", "2026-03-11T20:35:11Z").output();
        let output = output.expect("started");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && said.contains("1 event became 1 new row"), "{name}: {said}");
    }
}

/// A MaxMind DB that says of 192.0.2.0/24 that it is in Vienna.
mod mmdb {
    fn text(text: &str) -> Vec<u8> {
        [&[2 << 5 | text.len() as u8], text.as_bytes()].concat()
    }

    fn map(entries: &[(&str, Vec<u8>)]) -> Vec<u8> {
        let mut bytes = vec![7 << 5 | entries.len() as u8];
        for (name, value) in entries {
            bytes.extend(text(name));
            bytes.extend(value);
        }
        bytes
    }

    fn number(kind: u8, value: u32, length: usize) -> Vec<u8> {
        [&[kind << 5 | length as u8], &value.to_be_bytes()[4 - length..]].concat()
    }

    fn double(value: f64) -> Vec<u8> {
        [&[3 << 5 | 8], value.to_be_bytes().as_slice()].concat()
    }

    pub(super) fn made() -> Vec<u8> {
        let names = |name| ("names", map(&[("en", text(name))]));
        let mut state = vec![1, 4];
        state.extend(map(&[names("Wien")]));
        let place = map(&[
            ("city", map(&[names("Vienna")])),
            ("country", map(&[("iso_code", text("AT")), names("Austria")])),
            ("location", map(&[("latitude", double(48.2)), ("longitude", double(16.4))])),
            ("subdivisions", state),
        ]);
        let nodes = 24_u32;
        let network: u32 = 192 << 16 | 2;
        let mut bytes = Vec::new();
        for node in 0..nodes {
            let next = if node + 1 == nodes { nodes + 16 } else { node + 1 };
            let is_right = network >> (nodes - 1 - node) & 1 == 1;
            let [left, right] = if is_right { [nodes, next] } else { [next, nodes] };
            bytes.extend_from_slice(&left.to_be_bytes()[1..]);
            bytes.extend_from_slice(&right.to_be_bytes()[1..]);
        }
        bytes.extend_from_slice(&[0; 16]);
        bytes.extend(place);
        bytes.extend_from_slice(b"\xab\xcd\xefMaxMind.com");
        let mut languages = vec![1, 4];
        languages.extend(text("en"));
        bytes.extend(map(&[
            ("binary_format_major_version", number(5, 2, 2)),
            ("binary_format_minor_version", number(5, 0, 2)),
            ("build_epoch", vec![4, 2, 0x69, 0, 0, 0]),
            ("database_type", text("GeoLite2-City")),
            ("description", map(&[("en", text("made up"))])),
            ("ip_version", number(5, 4, 2)),
            ("languages", languages),
            ("node_count", number(6, nodes, 4)),
            ("record_size", number(5, 24, 2)),
        ]));
        bytes
    }
}

/// The side that is not one's own has a place, as net-sentinel writes it.
#[test]
fn places_from_a_maxmind_db() {
    let scene = Scene::new();
    fs::create_dir(scene.path("geo")).expect("a folder");
    scene.configure("[directories]\ngeoip = 'geo'");
    let leaving = "Mar 11 20:00:00 fw kernel: ACCEPT IN= OUT=eth0 SRC=198.51.100.1 DST=192.0.2.9 PROTO=UDP SPT=53 DPT=5353\n";
    let elsewhere = DROPPED.replace("192.0.2.1", "203.0.113.1");
    fs::write(scene.path("a.log"), [DROPPED, leaving, &elsewhere].concat()).expect("a log");
    fs::write(scene.path("geo/GeoLite2-City.mmdb"), "no database").expect("a file");
    let run = scene.run(&["import", "a.log"]);
    assert!(run.code == 1 && run.stderr.contains("GeoLite2-City.mmdb is not a MaxMind DB file"), "{}", run.stderr);
    fs::write(scene.path("geo/GeoLite2-City.mmdb"), mmdb::made()).expect("a file");
    let run = scene.run(&["import", "a.log"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let places: Vec<String> = scene
        .connect()
        .prepare("SELECT concat_ws(' ', country, country_code, state, city, latitude, longitude) FROM ip_events ORDER BY id")
        .expect("events")
        .query_map([], |row| row.get(0))
        .expect("events")
        .collect::<Result<_, _>>()
        .expect("events");
    assert_eq!(places, ["Austria AT Wien Vienna 48.2 16.4", "Austria AT Wien Vienna 48.2 16.4", ""]);
}
