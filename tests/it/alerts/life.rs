//! What people do about alerts on the command line, and what is left of it.

use net_scout_tests::harness::{NOW, Run, Scene};
use rusqlite::Connection;
use serde_json::{Value, json};

/// A scene with its four alerts.
fn scanned() -> Scene {
    let scene = Scene::small();
    assert_eq!(scene.run(&["scan"]).code, 0);
    scene
}

/// As this person.
fn by(scene: &Scene, person: &str, words: &[&str]) -> Run {
    let mut command = scene.command(&[&["alerts"], words].concat());
    Run::of(command.env_remove("SUDO_USER").env("LOGNAME", person))
}

fn later(scene: &Scene, now: &str, words: &[&str]) -> Run {
    Run::of(scene.command(words).env("NET_SCOUT_NOW", now))
}

fn states(connection: &Connection) -> Vec<(i64, String)> {
    let mut statement = connection.prepare("SELECT id, status FROM scout_alerts ORDER BY id").expect("alerts");
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("alerts");
    rows.collect::<Result<_, _>>().expect("alerts")
}

fn all(connection: &Connection) -> Vec<Vec<String>> {
    let mut statement = connection.prepare("SELECT * FROM scout_alerts ORDER BY id").expect("alerts");
    let columns = statement.column_count();
    let text = |value: rusqlite::types::Value| format!("{value:?}");
    let rows = statement.query_map([], |row| (0..columns).map(|index| row.get(index).map(text)).collect()).expect("alerts");
    rows.collect::<Result<_, _>>().expect("alerts")
}

#[test]
fn a_query_needs_consent_and_numbers_do_not() {
    let scene = scanned();
    let before = all(&scene.connect());
    let close = ["close", "src:192.0.2.0/24", "--as", "benign", "--reason", "a test"];
    let refused = by(&scene, "anna", &close);
    refused.said(2, "close as benign: 4 alerts (1, 2, 3, 4); nothing was changed: nobody is there to ask, so agree with --yes");
    by(&scene, "anna", &[&close[..], &["--dry-run"]].concat())
        .said(0, "close as benign: 4 alerts (1, 2, 3, 4); nothing written (dry run)");
    assert_eq!(all(&scene.connect()), before);
    by(&scene, "anna", &["ack", "2", "3"]).said(0, "done: acknowledge: 2 alerts (2, 3); `net-scout alerts undo` takes it back");
    by(&scene, "anna", &["ack", "2", "1"]).said(0, "done: acknowledge: 1 alert (1)");
    by(&scene, "anna", &["ack", "2"]).said(0, "acknowledge: 0 alerts, 1 other is so already or closed; nothing to do");
    by(&scene, "anna", &["ack", "2", "99"]).said(1, "error: there is no alert 99");
    by(&scene, "anna", &["ack", ""]).said(2, "error: say which alerts");
    by(&scene, "anna", &["ack", "rule:x"]).said(2, "error: rule: there is no rule `x`");
    by(&scene, "anna", &[&close[..], &["--yes"]].concat()).said(0, "done: close as benign: 4 alerts");
    let closed = scene.run(&[
        "alerts",
        "status:closed",
        "verdict:benign",
        "--columns",
        "id,verdict,reason",
        "--format",
        "ndjson",
        "--sort",
        "id",
    ]);
    assert_eq!(closed.lines()[0], json!({"id": 4, "verdict": "benign", "reason": "a test"}));
    // Each of them takes back their own.
    by(&scene, "ben", &["undo"]).said(1, "error: there is nothing to take back: person:ben has changed no alert");
    by(&scene, "anna", &["undo"]).said(2, "take back: close of 4 alerts at 2026-03-11T20:35:11Z; nothing was changed");
    for _ in 0..3 {
        by(&scene, "anna", &["undo", "--yes"]).said(0, "restored");
    }
    assert_eq!(all(&scene.connect()), before, "every column");
}

#[test]
fn an_alert_is_snoozed_noted_and_wakes() {
    let scene = scanned();
    for (words, error) in [
        (&["snooze", "1"][..], "the following required arguments were not provided"),
        (&["snooze", "1", "--for", "soon"], "--for: `soon` is not a time"),
        (&["snooze", "1", "--until", "2020-01-01"], "--until: 2020-01-01T00:00:00Z is past"),
        (&["close", "1", "--as", "benign"], "--reason <TEXT>"),
        (&["label", "1", "--add", "a b"], "`a b` is not a label"),
        (&["label", "1"], "--add <LABEL>"),
        (&["note", " ", "1"], "it is empty"),
    ] {
        by(&scene, "anna", words).said(2, error);
    }
    by(&scene, "anna", &["snooze", "1", "--for", "8h", "--note", "after the change"])
        .said(0, "snooze until 2026-03-12T04:35:11Z: 1 alert (1)");
    by(&scene, "anna", &["snooze", "2", "--until-worse"]).said(0, "snooze until it gets worse: 1 alert (2)");
    by(&scene, "anna", &["assign", "ben", "1"]).said(0, "assign to ben: 1 alert (1)");
    by(&scene, "anna", &["label", "1", "--add", "b", "--add", "a"]).said(0, "label +b +a: 1 alert (1)");
    let open = |now: &str| -> Vec<Value> {
        let run = later(
            &scene,
            now,
            &["alerts", "status:open", "--sort", "id", "--columns", "id,status,note,assignee,labels", "--format", "ndjson"],
        );
        run.lines()
    };
    let plain = |id: i64| json!({"id": id, "status": "new", "note": null, "assignee": null, "labels": ""});
    assert_eq!(open(NOW), [plain(4), plain(3)]);
    let awake = json!({"id": 1, "status": "new", "note": "after the change", "assignee": "ben", "labels": "a,b"});
    assert_eq!(open("2026-03-12T04:35:11Z"), [plain(4), plain(3), awake], "seen before anybody wrote it down");
    assert_eq!(states(&scene.connect())[0].1, "snoozed");
    later(&scene, "2026-03-12T05:00:00Z", &["scan"]).said(0, "");
    assert_eq!(states(&scene.connect())[..2], [(1, "new".to_owned()), (2, "snoozed".to_owned())]);
    let history = scene.run(&["alerts", "history", "1", "--format", "ndjson"]).lines();
    let told: Vec<Value> = history.iter().map(|row| json!([row["actor"], row["action"], row["comment"]])).collect();
    assert_eq!(
        json!(told),
        json!([
            ["rule:high_connection_volume", "raise", null],
            ["person:anna", "snooze", "after the change"],
            ["person:anna", "assign", null],
            ["person:anna", "label", null],
            ["net-scout", "wake", null],
        ])
    );
    scene.run(&["alerts", "history", "99"]).said(1, "error: there is no alert 99");
    let shown = scene.run(&["alerts", "show", "2"]).stdout;
    assert!(shown.contains("  snoozed    until it gets worse\n"), "{shown}");
}

#[test]
fn allowed_alerts_say_by_which_entry() {
    let scene = scanned();
    scene.run(&["allow", "add", "192.0.2.1", "--reason", "our scanner", "--close"]).said(0, "closed 1 alert: 2");
    let history = scene.run(&["alerts", "history", "2"]).stdout;
    assert!(
        history.contains("allowlist") && history.contains("entry 1: our scanner") && history.contains("status: new to allowed"),
        "{history}"
    );
}

#[test]
fn alerts_are_counted_and_paged() {
    let scene = scanned();
    let count = |words: &[&str]| scene.run(&[&["alerts", "--format", "ndjson"], words].concat()).lines();
    let sources = count(&["--by", "source"]);
    assert_eq!(
        sources[0],
        json!({"source": "192.0.2.3", "alerts": 2, "open": 2, "severity": "low", "last": "2026-03-11T20:35:11Z"})
    );
    assert_eq!(count(&["--by", "network"])[0]["network"], "192.0.2.0/24");
    let first = scene.run(&["alerts", "--sort", "score", "--limit", "3", "--format", "ndjson"]);
    let cursor = first.stderr.trim().strip_prefix("there are more: add --after ").expect("a cursor").to_owned();
    let second = count(&["--sort", "score", "--limit", "3", "--after", &cursor]);
    assert_eq!((first.lines().len(), second.len()), (3, 1));
    scene
        .run(&["alerts", "--after", &cursor])
        .said(2, "error: --after: it is of a list that is sorted by score; add --sort score");
    scene.run(&["alerts", "--columns", "id,colour"]).said(2, "`colour` is not a column; there are id, created, raised");
}

/// Nobody can fill the history with a name.
#[test]
fn names_have_an_end() {
    let scene = scanned();
    by(&scene, &"x".repeat(5_000), &["ack", "1"]).exited(0);
    let longest = "SELECT max(length(actor)) FROM scout_history";
    let longest: i64 = scene.connect().query_row(longest, [], |row| row.get(0)).expect("a length");
    assert!(longest < 120, "{longest}");
    by(&scene, "anna", &["assign", &"y".repeat(101), "1"]).said(2, "longer than 100 characters");
}
