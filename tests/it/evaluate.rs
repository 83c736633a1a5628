//! `net-scout evaluate`: figures with known answers, data sets that repeat, logs of which public projects know the truth.

use std::fs;
use std::path::PathBuf;

use net_scout_tests::harness::{DATABASE, Run, Scene};
use net_scout_tests::places;
use serde_json::{Value, json};

/// What is true of the small database: two of the three sources attack, and one attacker left no trace.
const SMALL_TRUTH: &str = "
[[attacks]]
kind = 'sweep'
sources = ['192.0.2.1']
since = '2026-03-11T20:25:11Z'
[[attacks]]
kind = 'vertical'
sources = ['192.0.2.2']
targets = ['198.51.100.1']
since = '2026-03-11T20:25:11Z'
[[attacks]]
kind = 'vertical'
sources = ['203.0.113.0/24']
[[benign]]
kind = 'monitoring'
sources = ['192.0.2.3']
";

/// A small and quick data set.
const QUICK: [&str; 8] = ["evaluate", "--generate", "--addresses", "16", "--days", "1", "--attacks", "2"];

fn small() -> Scene {
    let scene = Scene::small();
    fs::write(scene.path("truth.toml"), SMALL_TRUTH).expect("a truth file");
    scene
}

/// The figures of one thing.
fn figures<'a>(lines: &'a [Value], of: &str, name: &str) -> &'a Value {
    lines.iter().find(|line| line["of"] == of && line["name"] == name).unwrap_or_else(|| panic!("{of} {name}"))
}

#[test]
fn figures_with_known_answers() {
    let scene = small();
    let (before, files) = (scene.bytes(), scene.files());
    let run = scene.run(&["evaluate", "--truth", "truth.toml", "--format", "ndjson"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let lines = run.lines();
    // The scan at 21:00 sees everything, 34 minutes and 49 seconds after it happened.
    let expected = json!({
        "of": "all", "name": "all", "attackers": 3, "found": 2, "recall": 2.0 / 3.0, "recall_24h": 2.0 / 3.0,
        "right_sources": 2, "wrong_sources": 1, "precision": 2.0 / 3.0, "median_seconds": 2089.0, "longest_seconds": 2089.0,
        "alerts": 4, "alerts_per_day": 96.0, "alerts_per_attacker_day": 1.0, "most_per_attacker_day": 1, "unknown": 0
    });
    assert_eq!(lines[0], expected);
    let vertical = figures(&lines, "kind", "vertical");
    assert_eq!((&vertical["attackers"], &vertical["found"], &vertical["precision"]), (&json!(2), &json!(1), &Value::Null));
    let volume = figures(&lines, "rule", "high_connection_volume");
    assert_eq!((&volume["recall"], &volume["precision"]), (&json!(0.0), &json!(0.0)));
    let rule = figures(&lines, "rule", "vertical_scan");
    assert_eq!((&rule["found"], &rule["precision"]), (&json!(1), &json!(1.0)));
    assert_eq!(lines.len(), 6);
    assert!(scene.bytes() == before, "the database was changed");
    assert_eq!(scene.files(), files);
}

#[test]
fn chosen_rules_and_their_mistakes() {
    let scene = small();
    let words = ["evaluate", "--truth", "truth.toml", "--format", "ndjson", "--rules", "high_connection_volume", "--mistakes"];
    let run = scene.run(&words);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let lines = run.lines();
    let seen: Vec<[&Value; 4]> =
        lines.iter().map(|line| [&line["mistake"], &line["kind"], &line["source"], &line["time"]]).collect();
    assert_eq!(
        seen,
        [
            [&json!("wrong"), &json!("monitoring"), &json!("192.0.2.3"), &json!("2026-03-11T21:00:00Z")],
            [&json!("missed"), &json!("sweep"), &json!("192.0.2.1"), &json!("2026-03-11T20:25:11Z")],
            [&json!("missed"), &json!("vertical"), &json!("192.0.2.2"), &json!("2026-03-11T20:25:11Z")],
            [&json!("missed"), &json!("vertical"), &json!("203.0.113.0/24"), &json!("2026-03-11T20:25:11Z")],
        ]
    );
    assert!(lines[0]["evidence"].as_str().expect("evidence").contains("\"total_conns\":210"));
    // Parameters are those of a scan.
    let run = scene.run(&[&words[..], &["--set", "high_connection_volume.conn_threshold=500"]].concat());
    assert!(run.lines().iter().all(|line| line["mistake"] == "missed"), "{}", run.stdout);
}

#[test]
fn every_format() {
    let scene = small();
    let run = |format| scene.run(&["evaluate", "--truth", "truth.toml", "--format", format]).stdout;
    let json: Value = serde_json::from_str(&run("json")).expect("json");
    assert_eq!(json[0]["found"], 2);
    let csv = run("csv");
    assert!(csv.starts_with("of,name,attackers,found,recall,recall_24h,right_sources,"), "{csv}");
    let table = run("table");
    let all: Vec<&str> = table.lines().nth(1).expect("a line").split_whitespace().collect();
    assert_eq!(all[..9], ["all", "all", "3", "2", "0.667", "0.667", "2", "1", "0.667"], "{table}");
}

/// The same seed gives the same database, the same truth and the same figures, and the kept files give them again.
#[test]
fn generated_data_repeat() {
    let scene = Scene::new();
    let words = |rest: &[&'static str]| [&QUICK[..], &["--seed", "4", "--format", "ndjson"], rest].concat();
    let run = scene.run(&words(&[]));
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.starts_with("seed-4: ") && run.stderr.contains(" attackers, 24 scans in "), "{}", run.stderr);
    assert!(run.lines()[0]["found"].as_i64().expect("a number") > 3, "{}", run.stdout);
    for folder in ["one", "two"] {
        let kept = scene.run(&[&words(&["--keep"])[..], &[folder]].concat());
        assert_eq!((kept.code, &kept.stdout), (0, &run.stdout), "{}", kept.stderr);
    }
    for file in [DATABASE, "truth.toml"] {
        let read = |folder: &str| fs::read(scene.path(folder).join("seed-4").join(file)).expect(file);
        assert!(read("one") == read("two"), "{file} differs");
    }
    let given = scene.run(&[
        "evaluate",
        "--db-path",
        "one/seed-4/net_sentinel.db",
        "--truth",
        "one/seed-4/truth.toml",
        "--format",
        "ndjson",
    ]);
    assert_eq!((given.code, &given.stdout), (0, &run.stdout), "{}", given.stderr);
    scene
        .run(&[&words(&["--keep"])[..], &["one"]].concat())
        .ended(1, "error: one/seed-4/net_sentinel.db is there already; name another folder with --keep, or remove it");
    // What is kept is a database like any other.
    let scan = scene.run(&["scan", "--db-path", "one/seed-4/net_sentinel.db", "--since", "2026-03-02", "--dry-run"]);
    assert_eq!(scan.code, 0, "{}", scan.stderr);
}

#[test]
fn several_seeds_are_counted_together() {
    let scene = Scene::new();
    let attackers = |seed: &'static str| {
        let run =
            scene.run(&[&QUICK[..], &["--speed", "fast", "--traffic", "10", "--seed", seed, "--format", "ndjson"]].concat());
        assert_eq!(run.code, 0, "{}", run.stderr);
        run.lines()[0]["attackers"].as_i64().expect("a number")
    };
    assert_eq!(attackers("1..2"), attackers("1") + attackers("2"));
}

#[test]
fn what_is_wrong_is_named() {
    let scene = small();
    fs::write(scene.path("empty.toml"), "").expect("a file");
    fs::write(scene.path("bad.toml"), SMALL_TRUTH.replace("192.0.2.2", "192.0.2")).expect("a file");
    fs::write(scene.path("bad.json"), r#"{"attacks": [{"kind": "a", "sources": ["::1"], "since": "noon"}]}"#).expect("a file");
    fs::write(scene.path("member.toml"), "[[attacks]]\nkind = 'a'\nsource = '192.0.2.1'\n").expect("a file");
    for (words, code, error) in [
        (
            &["--truth", "empty.toml"][..],
            1,
            "error: empty.toml: the truth file names no attack and no benign source; write [[attacks]] and [[benign]] tables with kind \
             and sources",
        ),
        (
            &["--truth", "bad.toml"],
            1,
            "error: bad.toml: attacks[1].sources[0]: `192.0.2` is not a network: write an address such as 192.0.2.7 or 2001:db8::7, or a \
             network such as 192.0.2.0/24 or 2001:db8::/32",
        ),
        (
            &["--truth", "bad.json"],
            1,
            "error: bad.json: attacks[0].since: `noon` is not an instant; write one such as 2026-03-02T10:00:00Z",
        ),
        (&["--truth", "none.toml"], 1, "error: none.toml: the truth file cannot be read: No such file or directory (os error 2)"),
        (
            &["--truth", "truth.toml", "--rules", "vertical_scan,no_such"],
            2,
            "error: there is no rule `no_such`; there are high_connection_volume, horizontal_scan, vertical_scan",
        ),
        (
            &["--truth", "truth.toml", "--every", "10s"],
            2,
            "error: --every: `10s` is not a duration from 1 minute to 7 days, such as 1h or 30 minutes",
        ),
        (
            &["--truth", "truth.toml", "--db-path", "none.db"],
            1,
            "error: no database at none.db: name it with --db-path or NET_SCOUT_DB_PATH (else it is ./net_sentinel.db or ../net_sentinel.db), \
             or make one from firewall logs with `net-scout import`",
        ),
    ] {
        scene.run(&[&["evaluate"], words].concat()).ended(code, error);
    }
    let run = scene.run(&["evaluate", "--truth", "member.toml"]);
    assert!(run.code == 1 && run.stderr.contains("line 3") && run.stderr.contains("unknown field `source`"), "{}", run.stderr);
    for words in
        [&["evaluate"][..], &["evaluate", "--truth", "truth.toml", "--seed", "1"], &["evaluate", "--generate", "--seed", "2..1"]]
    {
        assert_eq!(scene.run(words).code, 2, "{words:?}");
    }
}

/// Test data of public projects, which lie beside the project where they are there at all; the tests pass without.
fn shared(path: &str) -> Option<PathBuf> {
    let path = places::root().parent()?.join("shared/data").join(path);
    path.exists().then_some(path)
}

/// The rules beside the three original ones.
const RULES: [&str; 9] =
    ["beacon", "brute-force", "drop-then-accept", "fan-in", "port-scan", "port-sweep", "probe", "random-walk", "strobe"];

fn with_all_rules(scene: Scene) -> Scene {
    for rule in RULES {
        let file = format!("{rule}.wasm");
        scene.add_plugin(&file, &fs::read(places::plugins().join(&file)).expect("a rule"));
    }
    scene
}

/// All rules with their defaults find nearly all attackers and accuse hardly anybody else, on a small network as on a larger one.
#[test]
fn the_figures_of_all_rules() {
    let scene = with_all_rules(Scene::new());
    for addresses in ["24", "500"] {
        let words = ["evaluate", "--generate", "--addresses", addresses, "--days", "3", "--attacks", "2", "--format", "ndjson"];
        let run = Run::of(scene.command(&words).env("NET_SCOUT_GROUP", "true"));
        assert_eq!(run.code, 0, "{}", run.stderr);
        let all = &run.lines()[0];
        let at_least = |name: &str, least: f64| assert!(all[name].as_f64().expect(name) >= least, "{addresses}: {all}");
        at_least("recall_24h", 0.97);
        at_least("precision", 0.97);
        assert!(all["alerts_per_attacker_day"].as_f64().expect("a number") < 1.1, "{addresses}: {all}");
    }
}

/// What psad's own tests and those of `CrowdSec` know of their logs.
#[test]
fn logs_of_public_projects() {
    let attacks = |kind: &str, sources: &str| format!("[[attacks]]\nkind = '{kind}'\nsources = [{sources}]\n");
    for (log, truth, attackers, found) in [
        ("psad/syn_scan_1000_1500", attacks("vertical", "'192.168.10.55'"), 1, 1),
        ("psad/udp_scan_1000_1150", attacks("udp", "'192.168.10.55'"), 1, 1),
        ("psad/ipv6_tcp_connect_nmap_default_scan", attacks("vertical", "'2001:db8:0:f101::2'"), 1, 1),
        ("psad/syn_sweep", attacks("sweep", "'192.168.10.55'"), 1, 1),
        ("psad/ipv4_valid_ping", "[[benign]]\nkind = 'ping'\nsources = ['192.168.10.55']\n".to_owned(), 0, 0),
        (
            "crowdsec/iptables-scan-multi-port/iptables-scan-multi-port.log",
            attacks("vertical", "'62.34.17.168'")
                + &attacks("vertical", "'127.0.0.2'")
                + "[[benign]]\nkind = 'audit'\nsources = ['127.0.0.1']\n",
            2,
            2,
        ),
    ] {
        let Some(log) = shared(log) else { return };
        let scene = with_all_rules(Scene::new());
        fs::write(scene.path("truth.toml"), truth).expect("a truth file");
        let mut import = scene.command(&["import", log.to_str().expect("a path")]);
        // The logs name no year, and none of their lines is to be of the year before.
        assert_eq!(Run::of(import.env("NET_SCOUT_NOW", "2026-12-31T00:00:00Z")).code, 0);
        let run = scene.run(&["evaluate", "--truth", "truth.toml", "--format", "ndjson"]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        let all = &run.lines()[0];
        assert_eq!(
            (&all["attackers"], &all["found"], &all["wrong_sources"]),
            (&json!(attackers), &json!(found), &json!(0)),
            "{log:?}"
        );
    }
}

/// A folder of logs: what must be raised, what must not, and what nothing is asserted of.
#[test]
fn a_folder_of_logs() {
    let scene = Scene::small();
    let folder = scene.path("captures");
    fs::create_dir(&folder).expect("a folder");
    let head = "time,src_ip,src_port,dst_ip,dst_port,proto,verdict,direction\n";
    let rows = |source: &str, port: &str| -> String {
        let row = |number: u32| {
            let port = if port.is_empty() { number.to_string() } else { port.to_owned() };
            format!("2026-03-11T20:{:02}:00Z,{source},{},198.51.100.1,{port},TCP,DROP,INBOUND\n", number % 60, 40_000 + number)
        };
        head.to_owned() + &(1..=100).map(row).collect::<String>()
    };
    fs::write(folder.join("scan.csv"), rows("192.0.2.1", "")).expect("a log");
    fs::write(folder.join("quiet.csv"), rows("192.0.2.2", "443")).expect("a log");
    let cases = json!({"scans": [
        {"file": "scan.csv", "arguments": "--from csv", "now": "2026-03-12T00:00:00Z", "alerts": [{"alert_type": "scan", "src_ip": "192.0.2.1"}]},
        {"file": "quiet.csv", "arguments": "--from csv", "now": "2026-03-12T00:00:00Z", "rules": []},
        {"file": "not-there.csv", "rules": null},
    ]});
    fs::write(folder.join("cases.json"), cases.to_string()).expect("cases");
    let run = scene.run(&["evaluate", "--data", "captures", "--format", "ndjson"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let lines = run.lines();
    let shown: Vec<Value> = lines
        .iter()
        .map(|line| {
            json!([line["name"], line["attackers"], line["found"], line["wrong"], line["repeats"], line["wrong_critical"]])
        })
        .collect();
    assert_eq!(
        shown,
        [
            json!(["scan.csv", 1, 1, 0, 0, 0]),
            json!(["quiet.csv", 0, 0, 0, 0, 0]),
            json!(["kind scan", 1, 1, null, 0, 0]),
            json!(["all", 1, 1, 0, 0, 0]),
        ]
    );
    let table = scene.run(&["evaluate", "--data", "captures"]).stdout;
    assert!(table.contains("critical/high/medium/low/info"), "{table}");
    let empty = scene.run(&["evaluate", "--data", "."]);
    assert!(empty.stderr.contains("holds neither cases.json nor a conn.log"), "{}", empty.stderr);
}

/// Logs of public reports and captures, hour by hour: nearly all attacks are found, nobody else is accused, and nothing twice.
#[test]
fn public_cases() {
    let Some(cases) = shared("cases") else { return };
    let scene = with_all_rules(Scene::new());
    let words = ["evaluate", "--data", cases.to_str().expect("a path"), "--format", "ndjson"];
    let run = Run::of(scene.command(&words).env("NET_SCOUT_GROUP", "true"));
    assert_eq!(run.code, 0, "{}", run.stderr);
    let lines = run.lines();
    let all = lines.last().expect("the figures of all");
    assert!(all["recall"].as_f64().expect("recall") >= 0.9, "{all}");
    for name in ["wrong", "repeats", "wrong_critical"] {
        assert_eq!(all[name], json!(0), "{name}: {all}");
    }
}
