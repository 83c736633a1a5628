//! What alerts look like in each format, and where standard output goes.

use std::io::Read as _;
use std::process::{Command, Stdio};

use super::{raiser, stored};
use net_scout_tests::harness::{NOW, SMALL_ALERTS, SMALL_SINCE, Scene, skipped};
use net_scout_tests::places;
use net_scout_tests::sample::Layout;
use serde_json::{Value, json};

pub(super) const STORED_TABLE: &str = "\
id  severity  when (UTC)      rule                    source     target        what
 1  low       < Mar 11 20:35  high_connection_volume  192.0.2.3  -             210 connections
 2  low       < Mar 11 20:35  horizontal_scan         192.0.2.1  -             60 hosts
 3  low       < Mar 11 20:35  vertical_scan           192.0.2.2  198.51.100.1  60 ports
 4  low       < Mar 11 20:35  horizontal_scan         192.0.2.3  -             1 host
";

const STORED_CSV: &str = r#"id,alert_type,src_ip,dst_ip,score,severity,rule,evidence,status,created_at
1,high_connection_volume,192.0.2.3,,100,low,high_connection_volume,"{""total_conns"":210,""since"":""2026-03-11T19:35:11Z""}",new,2026-03-11T20:35:11.000003Z
2,horizontal_scan,192.0.2.1,,66,low,horizontal_scan,"{""dst_count"":60,""conn_count"":60,""since"":""2026-03-11T19:35:11Z""}",new,2026-03-11T20:35:11.000002Z
3,vertical_scan,192.0.2.2,198.51.100.1,60,low,vertical_scan,"{""ports"":60,""since"":""2026-03-11T19:35:11Z""}",new,2026-03-11T20:35:11.000001Z
4,horizontal_scan,192.0.2.3,,22,low,horizontal_scan,"{""dst_count"":1,""conn_count"":210,""since"":""2026-03-11T19:35:11Z""}",new,2026-03-11T20:35:11Z
"#;

/// What `--format json` shows of the small database; stored alerts have an id, a status and a date.
fn objects(stored: bool) -> Vec<Value> {
    let mut objects: Vec<Value> = SMALL_ALERTS.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    for (index, object) in objects.iter_mut().enumerate().filter(|_| stored) {
        object["id"] = json!(index + 1);
        object["status"] = json!("new");
        // The stronger, the newer, by a microsecond.
        object["created_at"] =
            json!(["2026-03-11T20:35:11.000003Z", "2026-03-11T20:35:11.000002Z", "2026-03-11T20:35:11.000001Z", NOW][index]);
    }
    objects
}

#[test]
fn every_format() {
    let dry = format!("4 alerts in the events since {SMALL_SINCE}: nothing written (dry run)");
    let kept = format!("4 alerts in the events since {SMALL_SINCE}: 4 new, 0 repeated");
    let scene = Scene::small();
    let scan = |format: &str| scene.run(&["scan", "--dry-run", "--format", format]);
    scan("table").ended(0, &dry);
    assert!(scan("table").stdout.contains(" 192.0.2.2  198.51.100.1  60 ports\n"), "{}", scan("table").stdout);
    scan("ndjson").ended(0, &dry);
    assert_eq!(scan("ndjson").stdout, SMALL_ALERTS);
    let json: Value = serde_json::from_str(&scan("json").stdout).expect("JSON");
    assert_eq!(json, json!(objects(false)));
    assert!(scan("csv").stdout.starts_with("id,alert_type,src_ip,dst_ip,score,severity,rule,evidence,status,created_at\n,high_"));

    let run = scene.run(&["scan"]);
    run.ended(0, &kept);
    assert!(run.stdout.contains(" 192.0.2.2  198.51.100.1  60 ports\n"), "{}", run.stdout);
    for words in [&["alerts"], &["scan"]] {
        let show = |format: &str| scene.run(&[words.as_slice(), &["--format", format]].concat()).stdout;
        if words == &["alerts"] {
            assert_eq!(show("table"), STORED_TABLE);
        }
        assert_eq!(show("csv"), STORED_CSV);
        let json: Value = serde_json::from_str(&show("json")).expect("JSON");
        assert_eq!(json, json!(objects(true)));
        let ndjson = scene.run(&[words.as_slice(), &["--format", "ndjson"]].concat());
        assert_eq!(ndjson.lines(), objects(true));
        let order = r#"{"id":1,"alert_type":"high_connection_volume","src_ip":"192.0.2.3","dst_ip":null,"score":100,"severity":"low","rule":"#;
        assert!(ndjson.stdout.starts_with(order), "{}", ndjson.stdout);
    }
}

#[test]
fn no_alerts_in_every_format() {
    let scene = Scene::with_events(Layout::V2, |_| ());
    for (words, note) in [
        (&["scan", "--dry-run"], &format!("0 alerts in the events since {SMALL_SINCE}: nothing written (dry run)")),
        (&["alerts", "--limit=9"], &"no alerts".to_owned()),
    ] {
        for (format, expected) in [
            ("table", ""),
            ("json", "[]\n"),
            ("ndjson", ""),
            ("csv", "id,alert_type,src_ip,dst_ip,score,severity,rule,evidence,status,created_at\n"),
        ] {
            let run = scene.run(&[words.as_slice(), &["--format", format]].concat());
            run.ended(0, note);
            assert_eq!(run.stdout, expected);
        }
    }
}

/// Text and numbers that are hard to write down arrive as they are in JSON, and harmless in a table.
#[test]
fn strange_alerts() {
    let scene = raiser();
    let parameters = ["--set", "raiser.count=0", "--set", "raiser.strange=true"];
    let text = "a,\"b\"\n\u{1b}[31m;=1+1\u{202e} \u{e4}";
    let evidence = json!({
        "text": text, "not a number": null, "infinity": null, "largest": i64::MAX, "real": 0.1, "whole": 2.0, "yes": true,
        "ports": [1, 22, 65_535], "names": ["b", "a"], "none": [],
    });
    for words in [&["scan"], &["alerts"]] {
        let parameters = if words == &["scan"] { parameters.as_slice() } else { &[] };
        let show = |format: &str| scene.run(&[words.as_slice(), parameters, &["--format", format]].concat());
        let alert = &show("ndjson").lines()[0];
        let mut found = alert["evidence"].clone();
        let reasons = found.as_object_mut().and_then(|members| members.remove("severity_reasons"));
        assert!(reasons.is_some_and(|reasons| reasons.is_array()));
        assert_eq!(found, evidence);
        assert_eq!((&alert["src_ip"], &alert["dst_ip"]), (&json!("fe80::1%eth0"), &json!("2001:db8::1")));
        let table = show("table").stdout;
        // A line says the numbers that it does not know in its one clause, and nothing that others wrote.
        assert!(table.contains("2001:db8::1  largest 9223372036854775807, real 0.1, whole 2.0\n"), "{table}");
        let csv = show("csv").stdout;
        assert_eq!(csv.lines().count(), 2);
        assert!(!csv.contains('\u{1b}'), "{csv:?}");
    }
}

/// Runs the program on a terminal, whose width is that of the text; none where there is no `script` to make one.
fn on_a_terminal(scene: &Scene, environment: &str, words: &str) -> Option<String> {
    let line = format!(
        "stty cols 80 rows 24; env -i TERM=xterm {environment} NET_SCOUT_NOW={NOW} NET_SCOUT_GROUP=false NET_SCOUT_CACHE_DIR= {} {words}",
        places::binary().display()
    );
    let mut command = Command::new("script");
    let output = command.args(["-qec", &line, "/dev/null"]).current_dir(scene.path("")).stdin(Stdio::null()).output();
    match output {
        Ok(output) => Some(String::from_utf8(output.stdout).expect("text")),
        Err(error) => {
            skipped(&format!("there is no `script` to make a terminal: {error}"));
            None
        }
    }
}

#[test]
fn colours_are_for_terminals_that_want_them() {
    let scene = Scene::small();
    assert!(!scene.run(&["scan", "--dry-run"]).stdout.contains('\u{1b}'));
    let Some(shown) = on_a_terminal(&scene, "", "scan --dry-run 2>/dev/null") else { return };
    assert!(shown.contains("\u{1b}[36mlow\u{1b}[0m"), "{shown:?}");
    let plain = on_a_terminal(&scene, "NO_COLOR=1", "scan --dry-run 2>/dev/null").expect("a terminal");
    assert!(!plain.contains('\u{1b}'), "{plain:?}");
    let lines: Vec<&str> = plain.lines().collect();
    assert_eq!(
        lines[..2],
        [
            "severity  when (UTC)  rule                  source     what",
            "low       -           high_connection_vol…  192.0.2.3  210 connections"
        ]
    );
    // JSON is for programs, whatever reads it.
    let json = on_a_terminal(&scene, "", "scan --dry-run --format ndjson 2>/dev/null").expect("a terminal");
    assert_eq!(json.replace('\r', ""), SMALL_ALERTS);
}

#[test]
fn progress_is_for_terminals_and_leaves_nothing_behind() {
    let scene = Scene::small();
    let Some(shown) = on_a_terminal(&scene, "", "scan --dry-run >/dev/null") else { return };
    assert!(shown.contains("scanning [==============================] 3 of 3 rules"), "{shown:?}");
    let end = shown.rsplit("\u{1b}[2K").next().expect("the end").replace('\r', "");
    assert_eq!(end, format!("4 alerts in the events since {SMALL_SINCE}: nothing written (dry run)\n"));
    // With colours on, the log says nothing about itself.
    assert!(!shown.contains("tracing"), "{shown:?}");
}

/// A reader that has seen enough is no error, whatever the format.
#[test]
fn a_reader_that_goes_away() {
    let scene = raiser();
    for format in ["table", "json", "ndjson", "csv"] {
        let words = ["scan", "--dry-run", "--max-alerts", "100000", "--set", "raiser.count=50000", "--format", format];
        let mut child =
            scene.command(&words).stdout(Stdio::piped()).stderr(Stdio::piped()).stdin(Stdio::null()).spawn().expect("started");
        let mut first = [0];
        child.stdout.take().expect("a pipe").read_exact(&mut first).expect("a byte");
        let output = child.wait_with_output().expect("an end");
        assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""), "{format}");
    }
}

/// What cannot be shown is kept all the same.
#[test]
fn a_full_disk_behind_standard_output() {
    let scene = Scene::small();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("/dev/full");
    let mut command = scene.command(&["scan"]);
    let output = command.stdout(full).stderr(Stdio::piped()).stdin(Stdio::null()).spawn().expect("started").wait_with_output();
    let output = output.expect("an end");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "error: No space left on device (os error 28)\n");
    assert_eq!(stored(&scene.connect()).len(), 4);
}
