//! The rule `threat_list` on real files in a directory.

use std::fs;

use net_scout_tests::harness::{Run, Scene};
use net_scout_tests::places;
use net_scout_tests::sample::Layout;
use rusqlite::{Connection, params};
use serde_json::{Value, json};

/// A local host goes to a listed address and to another, and a listed address comes in.
const EVENTS: [(&str, &str, u16, &str, &str); 5] = [
    ("10.0.0.1", "203.0.113.9", 443, "ACCEPT", "OUTBOUND"),
    ("10.0.0.1", "198.51.100.9", 443, "ACCEPT", "OUTBOUND"),
    ("2001:db8:bad::7", "10.0.0.2", 22, "ACCEPT", "INBOUND"),
    ("203.0.113.200", "10.0.0.2", 23, "DROP", "INBOUND"),
    ("10.0.0.1", "10.0.0.2", 445, "ACCEPT", "OUTBOUND"),
];

fn add(connection: &Connection, (source, target, port, verdict, direction): (&str, &str, u16, &str, &str)) {
    let sql = "INSERT INTO ip_events (src_ip, src_port, dst_ip, dst_port, proto, verdict, direction, timestamp)
               VALUES (?1, 40000, ?2, ?3, 'TCP', ?4, ?5, '2026-03-11T20:25:11Z')";
    connection.execute(sql, params![source, target, port, verdict, direction]).expect("an event");
}

/// A scene with the rule alone, approved as the build does it, and these lists.
fn scene(lists: &[(&str, &str)]) -> Scene {
    let scene = Scene::with_events(Layout::V2, |connection| EVENTS.into_iter().for_each(|event| add(connection, event)));
    let scene = scene.without_rules();
    for file in ["threat-list.wasm", "plugins.lock"] {
        fs::copy(places::plugins().join(file), scene.path("plugins").join(file)).expect("the rule");
    }
    fs::create_dir(scene.path("lists")).expect("a folder");
    for (name, text) in lists {
        fs::write(scene.path("lists").join(name), text).expect("a list");
    }
    scene.configure("[directories]\nthreat_lists = 'lists'");
    scene
}

fn scan(scene: &Scene) -> Run {
    scene.run(&["scan", "--dry-run", "--format", "ndjson"])
}

/// Source, destination, list and entry of each alert.
fn found(run: &Run) -> Vec<Value> {
    let text = |alert: &Value| {
        let evidence = &alert["evidence"];
        json!([alert["src_ip"], alert["dst_ip"], evidence["list"], evidence["entry"]])
    };
    run.lines().iter().map(text).collect()
}

#[test]
fn every_form_of_list() {
    for (name, text) in [
        ("plain.txt", "# mine\n203.0.113.9\n2001:0db8:bad::7\n"),
        ("firehol.netset", "#\n# level1\n#\n203.0.113.9\n2001:db8:bad::7"),
        ("drop.txt", "; Spamhaus DROP List\r\n203.0.113.9/32 ; SBL1\r\n2001:db8:bad::7/128 ; SBL2\r\n"),
        (
            "abuse.csv",
            "\"first_seen\",\"dst_ip\",\"port\"\n\"2026-03-01\",\"203.0.113.9\",\"443\"\n\"2026-03-01\",\"2001:db8:bad::7\",\"22\"\n",
        ),
    ] {
        let scene = scene(&[(name, text)]);
        let run = scan(&scene);
        run.ended(0, "2 alerts in the events since 2026-03-11T19:35:11Z: nothing written (dry run)");
        let expected = [
            json!(["10.0.0.1", "203.0.113.9", name, "203.0.113.9/32"]),
            json!(["2001:db8:bad::7", "10.0.0.2", name, "2001:db8:bad::7/128"]),
        ];
        assert_eq!(found(&run), expected, "{name}");
        assert_eq!(run.lines()[0]["severity"], "high");
        assert_eq!(run.lines()[0]["evidence"]["events"]["targets"], json!({"203.0.113.9": 1}));
        assert_eq!(run.lines()[1]["evidence"]["techniques"], json!(["T1190"]));
    }
}

#[test]
fn several_lists_and_networks() {
    let scene = scene(&[
        ("a.netset", "203.0.113.0/24\n10.0.0.0/8\n"),
        ("b.txt", "203.0.113.0/28 ; SBL7\n203.0.112.0/20"),
        (".hidden", "198.51.100.9"),
        ("z", ""),
    ]);
    let run = scan(&scene);
    run.ended(0, "1 alert in the events since 2026-03-11T19:35:11Z: nothing written (dry run)");
    let evidence = &run.lines()[0]["evidence"];
    assert_eq!(
        (&evidence["list"], &evidence["entry"], &evidence["comment"], &evidence["other_lists"]),
        (&json!("b.txt"), &json!("203.0.113.0/28"), &json!("SBL7"), &json!(["a.netset"]))
    );
    // What was dropped on its way in counts where that is asked for.
    let run = scene.run(&["scan", "--dry-run", "--format", "ndjson", "--set", "threat_list.dropped=true"]);
    assert_eq!(found(&run)[1], json!(["203.0.113.200", "10.0.0.2", "a.netset", "203.0.113.0/24"]));
    assert_eq!(run.lines()[1]["severity"], "low");
}

#[test]
fn without_lists_it_is_silent() {
    let nothing = "0 alerts in the events since 2026-03-11T19:35:11Z: nothing written (dry run)";
    let scene = scene(&[]);
    scan(&scene).ended(0, nothing);
    scene.configure("");
    scan(&scene).ended(0, nothing);
    // As the environment names it.
    fs::write(scene.path("lists/mine"), "203.0.113.9").expect("a list");
    let run = Run::of(scene.command(&["scan", "--dry-run", "--format", "ndjson"]).env("NET_SCOUT_THREAT_LISTS_DIR", "lists"));
    assert_eq!(found(&run), [json!(["10.0.0.1", "203.0.113.9", "mine", "203.0.113.9/32"])]);
}

#[test]
fn wrong_lines_are_said_once_and_a_large_list_is_an_error() {
    let scene =
        scene(&[("a.txt", "203.0.113.9\nexample.com\n0.0.0.0/0\n\u{1b}[2J\n"), ("b.txt", "# fine\nhttps://example.com/\n")]);
    let long = "x".repeat(3 << 20);
    fs::write(scene.path("lists/long"), format!("{long}\n198.51.100.9\n{long}")).expect("a list");
    let run = scan(&scene);
    run.ended(
        0,
        " WARN threat_list: a.txt: 3 lines are no address and no network, the first is line 2\n\
         \x20WARN threat_list: b.txt: 1 line is no address and no network, the first is line 2\n\
         \x20WARN threat_list: long: 2 lines are no address and no network, the first is line 1\n\
         2 alerts in the events since 2026-03-11T19:35:11Z: nothing written (dry run)",
    );
    fs::File::create(scene.path("lists/huge")).and_then(|file| file.set_len((64 << 20) + 1)).expect("a list");
    let run = scan(&scene);
    assert_eq!(run.code, 3);
    assert!(run.stderr.contains("the list huge has 67108865 bytes, more than 64 MiB"), "{}", run.stderr);
}

/// Hundreds of thousands of entries against as many addresses.
#[test]
fn large_lists_and_many_addresses() {
    let entries: String =
        (0..300_000_u32).map(|number| format!("{}\n", std::net::Ipv4Addr::from(0x0100_0000 + number * 97))).collect();
    let scene = scene(&[("large.ipset", &entries)]);
    scene
        .connect()
        .execute_batch(
            "WITH RECURSIVE number (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n < 199999)
             INSERT INTO ip_events (src_ip, dst_ip, dst_port, proto, verdict, direction, timestamp)
             SELECT '10.0.0.1', '100.' || (n >> 16) || '.' || (n >> 8 & 255) || '.' || (n & 255), 443, 'TCP', 'ACCEPT', 'OUTBOUND',
                    '2026-03-11T20:25:11Z' FROM number;
             INSERT INTO ip_events (src_ip, dst_ip, dst_port, proto, verdict, direction, timestamp)
             VALUES ('10.0.0.1', '1.0.0.97', 443, 'TCP', 'ACCEPT', 'OUTBOUND', '2026-03-11T20:25:11Z')",
        )
        .expect("events");
    let run = scene.run(&["scan", "--dry-run", "--format", "ndjson", "--explain"]);
    assert_eq!(found(&run), [json!(["10.0.0.1", "1.0.0.97", "large.ipset", "1.0.0.97/32"])], "{}", run.stderr);
    assert!(!run.stderr.contains("by SQLite"), "{}", run.stderr);
    assert!(run.cpu.as_secs() < 10, "{:?}", run.cpu);
}
