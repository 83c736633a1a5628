//! Alerts: what is kept of them, how they are shown, and which events they are about.

use std::io::Read as _;
use std::process::{Command, Stdio};

use net_scout_tests::harness::{DATABASE, NOW, Run, SMALL_ALERTS, SMALL_SINCE, Scene, add_event, skipped};
use net_scout_tests::places;
use net_scout_tests::sample::Layout;
use rusqlite::Connection;
use serde_json::{Value, json};

/// A database without events, and the guest that raises what is ordered.
fn raiser() -> Scene {
    Scene::with_events(Layout::V2, |_| ()).without_rules().with_guest("raiser")
}

/// Scans at a time of its own with parameters of the guest, and shows what came out.
#[track_caller]
fn raise(scene: &Scene, now: &str, parameters: &[&str]) -> Vec<Value> {
    let mut command = scene.command(&["scan", "--format", "ndjson"]);
    for parameter in parameters {
        command.args(["--set", &format!("raiser.{parameter}")]);
    }
    let run = Run::of(command.env("NET_SCOUT_NOW", now));
    assert_eq!(run.code, 0, "{}", run.stderr);
    run.lines()
}

type Row = (i64, Option<String>, Option<String>, i64, String, String, String);

/// All that is stored: id, source, destination, score, severity, evidence, status.
fn stored(connection: &Connection) -> Vec<Row> {
    connection
        .prepare("SELECT id, src_ip, dst_ip, score, severity, evidence_json, status FROM scout_alerts ORDER BY id")
        .expect("alerts")
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?)))
        .expect("alerts")
        .collect::<Result<_, _>>()
        .expect("alerts")
}

#[test]
fn a_repeat_is_the_same_alert_until_a_day_is_quiet() {
    for (source, destination) in [(true, true), (true, false), (false, true), (false, false)] {
        let scene = raiser();
        let addresses = [&format!("source={source}"), &format!("destination={destination}")];
        let raise = |now: &str, score: i64, number: i64| {
            let ordered = [&format!("score={score}"), &format!("number={number}"), addresses[0], addresses[1]];
            let alerts = raise(&scene, now, &ordered.map(String::as_str));
            assert_eq!(alerts.len(), 1);
            let alert = &alerts[0];
            (alert["id"].clone(), alert["score"].clone(), alert["evidence"]["number"].clone(), alert["created_at"].clone())
        };
        let first = "2026-03-11T00:00:00Z";
        assert_eq!(raise(first, 40, 1), (json!(1), json!(40), json!(1), json!(first)));
        assert_eq!(raise("2026-03-11T12:00:00Z", 90, 2), (json!(1), json!(90), json!(2), json!(first)));
        // A lower score lowers nothing, but the evidence is the newest.
        assert_eq!(raise("2026-03-11T23:59:59.999999Z", 10, 3), (json!(1), json!(90), json!(3), json!(first)));
        assert_eq!(raise("2026-03-12T00:00:00Z", 10, 4), (json!(1), json!(90), json!(4), json!(first)));
        let next = "2026-03-13T01:00:00Z";
        assert_eq!(raise(next, 20, 5), (json!(2), json!(20), json!(5), json!(next)));
        let address = |net: u8, wanted: bool| wanted.then(|| format!("{net}.0.0.0"));
        let row = |id, score, severity: &str, number| {
            let evidence = format!("{{\"number\":{number}}}");
            (id, address(10, source), address(11, destination), score, severity.to_owned(), evidence, "new".to_owned())
        };
        assert_eq!(stored(&scene.connect()), [row(1, 90, "high", 4), row(2, 20, "low", 5)]);
    }
}

#[test]
fn what_a_person_closed_stays_closed() {
    for status in ["false_positive", "snoozed", "enriched", "whatever"] {
        let scene = raiser();
        raise(&scene, NOW, &["score=40", "number=1"]);
        scene
            .connect()
            .execute("UPDATE scout_alerts SET status = ?1, enrichment_json = '{\"src\":{}}'", [status])
            .expect("closed");
        let alerts = raise(&scene, NOW, &["score=100", "number=2"]);
        assert_eq!((&alerts[0]["status"], &alerts[0]["score"]), (&json!(status), &json!(100)));
        let rows = stored(&scene.connect());
        assert_eq!(rows.len(), 1);
        let evidence: Value = serde_json::from_str(&rows[0].5).expect("JSON");
        assert_eq!((&evidence["number"], rows[0].6.as_str()), (&json!(2), status));
        let enrichment: String =
            scene.connect().query_row("SELECT enrichment_json FROM scout_alerts", [], |row| row.get(0)).expect("enrichment");
        assert_eq!(enrichment, "{\"src\":{}}");
    }
}

#[test]
fn the_same_alert_twice_in_one_scan_is_one() {
    let scene = raiser();
    let run = scene.run(&["scan", "--set", "raiser.count=3", "--set", "raiser.source=false"]);
    assert_eq!(run.stderr, format!("3 alerts in the events since {SMALL_SINCE}: 1 new, 2 repeated\n"));
    assert_eq!(stored(&scene.connect()), [(1, None, None, 50, "medium".into(), "{\"number\":0}".into(), "new".into())]);
}

#[test]
fn the_strongest_are_kept_when_there_are_too_many() {
    let scene = raiser();
    let run = scene.run(&["scan", "--format", "ndjson", "--max-alerts", "3", "--set", "raiser.count=10"]);
    run.ended(
        0,
        &format!(
            "3 alerts in the events since {SMALL_SINCE}: 3 new, 0 repeated\n\
             warning: 7 weaker alerts were left out: a scan keeps 3 (--max-alerts)"
        ),
    );
    let scores: Vec<Value> = run.lines().into_iter().map(|mut alert| alert["score"].take()).collect();
    assert_eq!(scores, [50, 49, 48]);
    assert_eq!(stored(&scene.connect()).len(), 3);

    let run = scene.run(&["scan", "--max-alerts", "0", "--set", "raiser.count=10"]);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""));
    let run = Run::of(scene.command(&["scan", "--set", "raiser.count=600"]).env("NET_SCOUT_MAX_ALERTS_PER_RUN", "599"));
    assert!(run.stderr.contains("warning: 1 weaker alerts were left out: a scan keeps 599 (--max-alerts)"), "{}", run.stderr);
    let run = scene.run(&["scan", "--set", "raiser.count=501", "--dry-run"]);
    assert!(run.stderr.contains("warning: 1 weaker alerts were left out: a scan keeps 500 (--max-alerts)"), "{}", run.stderr);
}

const TABLE: &str = "\
score  severity  type                    source     destination   evidence
  100  low       high_connection_volume  192.0.2.3  -             total_conns=210 since=2026-03-11T19:35:11Z
   66  low       horizontal_scan         192.0.2.1  -             dst_count=60 conn_count=60 since=2026-03-11T19:35:11Z
   60  low       vertical_scan           192.0.2.2  198.51.100.1  ports=60 since=2026-03-11T19:35:11Z
   22  low       horizontal_scan         192.0.2.3  -             dst_count=1 conn_count=210 since=2026-03-11T19:35:11Z
";

const STORED_TABLE: &str = "\
id  created               status  score  severity  type                    source     destination   evidence
 1  2026-03-11T20:35:11Z  new       100  low       high_connection_volume  192.0.2.3  -             total_conns=210 since=2026-03-11T19:35:11Z
 2  2026-03-11T20:35:11Z  new        66  low       horizontal_scan         192.0.2.1  -             dst_count=60 conn_count=60 since=2026-03-11T19:35:11Z
 3  2026-03-11T20:35:11Z  new        60  low       vertical_scan           192.0.2.2  198.51.100.1  ports=60 since=2026-03-11T19:35:11Z
 4  2026-03-11T20:35:11Z  new        22  low       horizontal_scan         192.0.2.3  -             dst_count=1 conn_count=210 since=2026-03-11T19:35:11Z
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
    for (format, expected) in [("table", TABLE), ("ndjson", SMALL_ALERTS)] {
        scan(format).ended(0, &dry);
        assert_eq!(scan(format).stdout, expected);
    }
    let json: Value = serde_json::from_str(&scan("json").stdout).expect("JSON");
    assert_eq!(json, json!(objects(false)));
    assert!(scan("csv").stdout.starts_with("id,alert_type,src_ip,dst_ip,score,severity,rule,evidence,status,created_at\n,high_"));

    let run = scene.run(&["scan"]);
    run.ended(0, &kept);
    assert_eq!(run.stdout, STORED_TABLE);
    for words in [&["alerts"], &["scan"]] {
        let show = |format: &str| scene.run(&[words.as_slice(), &["--format", format]].concat()).stdout;
        assert_eq!(show("table"), STORED_TABLE);
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
        let shown = r#"text=a,"b"\n\u{1b}[31m;=1+1\u{202e} ä not a number=null infinity=null largest=9223372036854775807 real=0.1 whole=2.0 yes=true ports=[1,22,65535] names=["b","a"] none=[]"#;
        assert!(table.ends_with(&format!("2001:db8::1  {shown}\n")), "{table}");
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
    assert_eq!(lines[0], "score  severity  type                    source     destination   evidence");
    assert_eq!(lines[1], "  100  low       high_connection_volume  192.0.2.3  -             total_conns=210 sinc…");
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

#[test]
fn filters() {
    let scene = Scene::small();
    assert_eq!(scene.run(&["scan"]).code, 0);
    scene
        .connect()
        .execute_batch(
            "UPDATE scout_alerts SET status = 'snoozed' WHERE id = 2;
             UPDATE scout_alerts SET created_at = '2026-03-01T00:00:00Z', updated_at = '2026-03-02T00:00:00Z' WHERE id = 3;",
        )
        .expect("updated");
    for (words, expected) in [
        (vec![], vec![1, 2, 4, 3]),
        (vec!["--type", "horizontal_scan"], vec![2, 4]),
        (vec!["--type", "horizontal"], vec![]),
        (vec!["--src", "192.0.2.3"], vec![1, 4]),
        (vec!["--dst", "198.51.100.1"], vec![3]),
        (vec!["--min-score", "60"], vec![1, 2, 3]),
        (vec!["--min-score", "61"], vec![1, 2]),
        (vec!["--min-score", "100"], vec![1]),
        (vec!["--status", "new"], vec![1, 4, 3]),
        (vec!["--status", "snoozed"], vec![2]),
        (vec!["--limit", "2"], vec![1, 2]),
        (vec!["--limit", "0"], vec![]),
        (vec!["--since", "1 hour"], vec![1, 2, 4]),
        (vec!["--since", "2026-03-02"], vec![1, 2, 4, 3]),
        (vec!["--since", "2026-03-02T00:00:01Z"], vec![1, 2, 4]),
        (vec!["--since", "2w", "--type", "vertical_scan", "--src", "192.0.2.2", "--min-score", "1", "--status", "new"], vec![3]),
        (vec!["--src", "' OR 1 --"], vec![]),
    ] {
        let run = scene.run(&[["alerts", "--format", "ndjson"].as_slice(), &words].concat());
        let ids: Vec<i64> = run.lines().iter().map(|alert| alert["id"].as_i64().expect("an id")).collect();
        assert_eq!(ids, expected, "{words:?}");
        run.ended(0, if expected.is_empty() { "no alerts" } else { "" });
    }
}

#[test]
fn another_alert_table() {
    let scene = Scene::small();
    let run = scene.run(&["scan", "--alert-table", "mine"]);
    assert_eq!((run.code, run.stdout.as_str()), (0, STORED_TABLE));
    assert_eq!(Run::of(scene.command(&["alerts"]).env("NET_SCOUT_ALERT_TABLE", "mine")).stdout, STORED_TABLE);
    scene.run(&["alerts"]).ended(0, "no alerts");
}

/// The tables as the Python program made them, with a row of the day, a row without destination twice, and a unique index.
#[test]
fn alerts_of_the_python_program() {
    for index in ["(alert_type, src_ip, dst_ip)", "(alert_type, src_ip, dst_ip, date(created_at))"] {
        let scene = Scene::small();
        scene
            .connect()
            .execute_batch(&format!(
                "CREATE TABLE scout_alerts (
                     id INTEGER PRIMARY KEY AUTOINCREMENT, alert_type TEXT NOT NULL, src_ip TEXT, dst_ip TEXT, score INTEGER DEFAULT 0,
                     evidence_json TEXT, enrichment_json TEXT, status TEXT DEFAULT 'new', created_at TEXT NOT NULL
                 );
                 CREATE UNIQUE INDEX idx_scout_alerts_unique ON scout_alerts {index};
                 INSERT INTO scout_alerts (alert_type, src_ip, dst_ip, score, evidence_json, status, created_at) VALUES
                     ('vertical_scan', '192.0.2.2', '198.51.100.1', 10, '{{\"ports\": 10}}', 'false_positive', '2026-03-11T01:00:00Z'),
                     ('horizontal_scan', '192.0.2.1', NULL, 5, '{{\"dst_count\": 5}}', 'new', '2026-03-11T01:00:00Z'),
                     ('horizontal_scan', '192.0.2.1', NULL, 5, 'no JSON', NULL, '2026-03-11T02:00:00Z'),
                     ('old', NULL, NULL, NULL, NULL, 'enriched', '2025-01-01T00:00:00Z');"
            ))
            .expect("the tables of the Python program");
        let run = scene.run(&["scan", "--format", "ndjson"]);
        run.ended(0, &format!("4 alerts in the events since {SMALL_SINCE}: 2 new, 2 repeated"));
        let alerts = scene.run(&["alerts", "--format", "ndjson"]).lines();
        let shown: Vec<Value> = alerts
            .iter()
            .map(|alert| {
                json!([
                    alert["id"],
                    alert["score"],
                    alert["severity"],
                    alert["rule"],
                    alert["evidence"]["since"],
                    alert["status"]
                ])
            })
            .collect();
        assert_eq!(
            json!(shown),
            json!([
                [5, 100, "low", "high_connection_volume", SMALL_SINCE, "new"],
                [3, 66, "low", "horizontal_scan", SMALL_SINCE, "new"],
                [1, 60, "low", "vertical_scan", SMALL_SINCE, "false_positive"],
                [6, 22, "low", "horizontal_scan", SMALL_SINCE, "new"],
                [2, 5, null, null, null, "new"],
                [4, 0, null, null, null, "enriched"],
            ]),
            "{index}"
        );
        assert_eq!(alerts[0]["created_at"], "2026-03-11T20:35:11.000003Z");
        assert_eq!(alerts[1]["created_at"], "2026-03-11T02:00:00Z");
        // The Python program goes on writing, without the columns that it does not know.
        scene
            .connect()
            .execute(
                "INSERT OR IGNORE INTO scout_alerts (alert_type, src_ip, dst_ip, score, evidence_json, created_at) VALUES (?1, ?2, ?3, 1, '{}', ?4)",
                ["vertical_scan", "192.0.2.77", "198.51.100.1", "2026-03-11T20:00:00Z"],
            )
            .expect("a row of the Python program");
        assert_eq!(scene.run(&["alerts", "--src", "192.0.2.77", "--format", "ndjson"]).lines().len(), 1);
    }
}

/// How many events a window holds.
#[track_caller]
fn events_between(scene: &Scene, since: &str, until: Option<&str>) -> i64 {
    let mut words =
        vec!["scan", "--dry-run", "--format", "ndjson", "--set", "high_connection_volume.conn_threshold=0", "--since", since];
    words.extend(until.iter().flat_map(|until| ["--until", until]));
    let run = scene.run(&words);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let alerts = run.lines();
    let own = alerts.iter().filter(|alert| alert["rule"] == "high_connection_volume");
    own.map(|alert| alert["evidence"]["total_conns"].as_i64().expect("a number")).sum()
}

/// The first instant is inside, the last is not, to the microsecond and in every form in which an instant is written. Once the window is
/// most of the table, which is then read from end to end, once a small part, which is reached through the index.
#[test]
fn the_bounds_of_the_window() {
    let forms = [
        // Before, first, last inside, behind: at 12:00:00 and 13:00:00.
        ["2026-03-11T11:59:59Z", "2026-03-11T12:00:00Z", "2026-03-11T12:59:59Z", "2026-03-11T13:00:00Z"],
        ["2026-03-11T11:59:59+00:00", "2026-03-11T12:00:00+00:00", "2026-03-11T12:59:59+00:00", "2026-03-11T13:00:00+00:00"],
        ["2026-03-11T11:59:59", "2026-03-11T12:00:00", "2026-03-11T12:59:59", "2026-03-11T13:00:00"],
        ["2026-03-11 11:59:59", "2026-03-11 12:00:00", "2026-03-11 12:59:59", "2026-03-11 13:00:00"],
        [
            "2026-03-11T11:59:59.999999Z",
            "2026-03-11T12:00:00.000000Z",
            "2026-03-11T12:59:59.999999Z",
            "2026-03-11T13:00:00.000000Z",
        ],
        [
            "2026-03-11 11:59:59.9+00:00",
            "2026-03-11 12:00:00.0+00:00",
            "2026-03-11 12:59:59.9+00:00",
            "2026-03-11 13:00:00.0+00:00",
        ],
        ["2026-03-11T11:59Z", "2026-03-11T12:00Z", "2026-03-11T12:59Z", "2026-03-11T13:00Z"],
    ];
    for others in [0, 2_000] {
        let scene = Scene::with_events(Layout::V2, |connection| {
            for (form, instants) in forms.iter().enumerate() {
                for (index, instant) in instants.iter().enumerate() {
                    add_event(connection, instant, "192.0.2.1", 1, &format!("198.51.100.{form}"), index as u16);
                }
            }
            for port in 0..others {
                add_event(connection, "2026-03-01T00:00:00Z", "192.0.2.1", 2, "198.51.100.1", port);
            }
        });
        let between = |since: &str, until| events_between(&scene, since, until);
        assert_eq!(between("2026-03-11T12:00:00Z", Some("2026-03-11T13:00:00Z")), 14, "{others} others");
        assert_eq!(between("1 hour", Some("2026-03-11T13:00:00Z")), 14);
        assert_eq!(between("2026-03-11T13:00:00+01:00", Some("2026-03-11 13:00")), 14);
        assert_eq!(between("2026-03-11T12:00:00Z", None), 21);
        assert_eq!(between("2026-03-11T12:00:00.000001Z", Some("2026-03-11T13:00:00Z")), 7);
        assert_eq!(between("2026-03-11T12:00:00Z", Some("2026-03-11T12:59:59.999999Z")), 13);
        assert_eq!(between("2026-03-11T12:00:00Z", Some("2026-03-11T13:00:00.000001Z")), 21);
        assert_eq!(between("2026-03-11T11:59:59.999999Z", Some("2026-03-11T12:00:00Z")), 1);
        assert_eq!(between("2026-03-11T13:00:00.000001Z", None), 0);
        assert_eq!(between("2026-03-11", Some("2026-03-12")), 28);
        assert_eq!(between("2026-03-11T12:00:00Z", Some("2026-03-11T23:59:59.5Z")), 21);
        assert_eq!(between("2026-03-10T23:59:59.5Z", Some("2026-03-11T13:00:00.5Z")), 28);
    }
}

/// Offsets other than zero mean what they say, where they are found.
#[test]
fn instants_with_an_offset() {
    let scene = Scene::with_events(Layout::V2, |connection| {
        for (port, instant) in [
            "2026-03-11T14:00:00+02:00",
            "2026-03-11T06:30:00.000-05:30",
            "2026-03-12T02:59:59+14:00",
            "2026-03-11T12:30:00+02:00",
        ]
        .into_iter()
        .enumerate()
        {
            add_event(connection, instant, "192.0.2.1", 1, "198.51.100.1", port as u16);
        }
    });
    assert_eq!(events_between(&scene, "2026-03-11T12:00:00Z", Some("2026-03-11T13:00:00Z")), 3);
}

/// A row whose timestamp is none is in no window, and the operator hears of it.
#[test]
fn timestamps_that_are_none() {
    let scene = Scene::with_events(Layout::V2, |connection| {
        for (port, instant) in ["2026-03-11T20:00:00Z", "yesterday", "", "2026-13-01T00:00:00Z"].into_iter().enumerate() {
            add_event(connection, instant, "192.0.2.1", 1, "198.51.100.1", port as u16);
        }
    });
    let run = scene.run(&["scan", "--dry-run", "--since", "2000-01-01"]);
    run.ended(
        0,
        "warning: 3 events were left out because their timestamp cannot be read\n\
         0 alerts in the events since 2000-01-01T00:00:00Z: nothing written (dry run)",
    );
    assert_eq!(events_between(&scene, "2000-01-01", None), 1);
}

#[test]
fn every_form_of_since() {
    let scene = Scene::small();
    for (since, expected) in [
        ("1 hour", "2026-03-11T19:35:11Z"),
        ("30 minutes", "2026-03-11T20:05:11Z"),
        ("24h", "2026-03-10T20:35:11Z"),
        ("90m", "2026-03-11T19:05:11Z"),
        ("7 days", "2026-03-04T20:35:11Z"),
        ("2w", "2026-02-25T20:35:11Z"),
        ("1 hour ago", "2026-03-11T19:35:11Z"),
        ("  1 hour ", "2026-03-11T19:35:11Z"),
        ("2026-03-11", "2026-03-11T00:00:00Z"),
        ("2026-03-11T19:00:00Z", "2026-03-11T19:00:00Z"),
        ("2026-03-11T19:00:00.25Z", "2026-03-11T19:00:00.25Z"),
        ("2026-03-11T20:00:00+01:00", "2026-03-11T19:00:00Z"),
        ("2026-03-11 19:00", "2026-03-11T19:00:00Z"),
        ("0001-01-01", "0001-01-01T00:00:00Z"),
    ] {
        let note = format!("4 alerts in the events since {expected}: nothing written (dry run)");
        scene.run(&["scan", "--dry-run", "--since", since]).ended(0, &note);
    }
    let note = "4 alerts in the events 2026-03-11T19:55:11.5Z to 2026-03-11T20:25:11.5Z: nothing written (dry run)";
    scene.run(&["scan", "--dry-run", "--since", "30m", "--until", "2026-03-11T20:25:11.5Z"]).ended(0, note);
    let note = "4 alerts in the events 2026-03-11T20:00:11Z to 2026-03-11T20:30:11Z: nothing written (dry run)";
    scene.run(&["scan", "--dry-run", "--since", "30m", "--until", "5 minutes"]).ended(0, note);
}

#[test]
fn config_shows_values_and_where_they_came_from() {
    let scene = Scene::new();
    scene.configure("since = '2 hours'\nmax_alerts_per_run = 7\nbusy_timeout = 3\n[rules.vertical_scan]\nports_threshold = 30\n");
    let mut command = scene.command(&["config", "--format", "csv", "--busy-timeout", "4"]);
    command
        .env("NET_SCOUT_MAX_ALERTS_PER_RUN", "8")
        .env("NET_SCOUT_HORIZONTAL_CONN_THRESHOLD", "9")
        .env("NET_SCOUT_CACHE_DIR", "");
    let run = Run::of(&mut command);
    run.ended(0, "");
    assert_eq!(
        run.stdout,
        format!(
            "setting,value,from\n\
             db_path,./{DATABASE},default\n\
             table,ip_events,default\n\
             alert_table,scout_alerts,default\n\
             plugins,plugins,default\n\
             local_networks,,default\n\
             correct_directions,true,default\n\
             since,2 hours,net-scout.toml\n\
             group,false,NET_SCOUT_GROUP\n\
             builtin_roles,true,default\n\
             max_alerts_per_run,8,NET_SCOUT_MAX_ALERTS_PER_RUN\n\
             quiet_hours,24,default\n\
             busy_timeout,4,'--busy-timeout\n\
             cache_dir,,NET_SCOUT_CACHE_DIR\n\
             log_level,warn,default\n\
             log_file,,default\n\
             now,{NOW},NET_SCOUT_NOW\n\
             max_enrich_per_run,50,default\n\
             enrichment_sleep,0.2,default\n\
             enrichment_burst,5,default\n\
             enrichment_parallel,64,default\n\
             enrichment_timeout,20,default\n\
             dns_servers,,default\n\
             limits.cpu_seconds,30,default\n\
             limits.wall_seconds,300,default\n\
             limits.query_seconds,120,default\n\
             limits.memory_mib,256,default\n\
             limits.lookup_memory_mib,24,default\n\
             limits.table_elements,100000,default\n\
             limits.instances,64,default\n\
             limits.host_calls,1000000,default\n\
             limits.argument_mib,64,default\n\
             limits.passed_mib,16384,default\n\
             limits.rows,100000000,default\n\
             limits.result_mib,4096,default\n\
             limits.alerts,100000,default\n\
             limits.evidence_kib,64,default\n\
             limits.rule_evidence_mib,8,default\n\
             limits.evidence_seconds,30,default\n\
             limits.describe_seconds,2,default\n\
             limits.compile_seconds,120,default\n\
             limits.compile_mib,1024,default\n\
             limits.component_mib,64,default\n\
             limits.stack_kib,512,default\n\
             limits.scan_seconds,600,default\n\
             limits.window_mib,1024,default\n\
             rules.horizontal_scan.conn_threshold,9,NET_SCOUT_HORIZONTAL_CONN_THRESHOLD\n\
             rules.vertical_scan.ports_threshold,30,net-scout.toml\n"
        )
    );
    let table = scene.run(&["config"]).stdout;
    assert!(table.contains("\nbusy_timeout                         3 "), "{table}");
    let json: Value = serde_json::from_str(&scene.run(&["config", "--format", "json"]).stdout).expect("JSON");
    assert_eq!(json["since"], json!({"value": "2 hours", "from": "net-scout.toml"}));
    let first = &scene.run(&["config", "--format", "ndjson"]).lines()[0];
    assert_eq!(*first, json!({"setting": "db_path", "value": format!("./{DATABASE}"), "from": "default"}));
}

/// The variables of the Python program mean what they meant.
#[test]
fn the_variables_of_the_python_program() {
    let scene = Scene::small();
    std::fs::rename(scene.path(DATABASE), scene.path("elsewhere.db")).expect("renamed");
    let mut command = scene.command(&["scan", "--format", "ndjson"]);
    for (name, value) in [
        ("NET_SCOUT_DB_PATH", "elsewhere.db"),
        ("NET_SCOUT_ALERT_TABLE", "other_alerts"),
        ("NET_SCOUT_HORIZONTAL_DST_IP_THRESHOLD", "60"),
        ("NET_SCOUT_HORIZONTAL_CONN_THRESHOLD", "209"),
        ("NET_SCOUT_VERTICAL_PORTS_THRESHOLD", "59"),
        ("NET_SCOUT_REPEATED_CONN_THRESHOLD", "210"),
        ("NET_SCOUT_DEFAULT_SINCE", "11 minutes"),
        ("NET_SCOUT_MAX_ALERTS_PER_RUN", "1"),
        ("NET_SCOUT_LOG_LEVEL", "INFO"),
        ("NET_SCOUT_LOG_FILE", "scout.log"),
    ] {
        command.env(name, value);
    }
    let run = Run::of(&mut command);
    run.ended(
        0,
        "1 alert in the events since 2026-03-11T20:24:11Z: 1 new, 0 repeated\n\
         warning: 1 weaker alerts were left out: a scan keeps 1 (--max-alerts)",
    );
    assert_eq!((&run.lines()[0]["alert_type"], &run.lines()[0]["score"]), (&json!("vertical_scan"), &json!(60)));
    let log = std::fs::read_to_string(scene.path("scout.log")).expect("a log");
    assert!(log.contains(" INFO rule vertical_scan "), "{log}");
    let kept: i64 = Connection::open(scene.path("elsewhere.db"))
        .expect("a database")
        .query_row("SELECT COUNT(*) FROM other_alerts", [], |row| row.get(0))
        .expect("a count");
    assert_eq!(kept, 1);
}
