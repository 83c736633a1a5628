//! Reports: their figures against plain SQL over the same database, every format, and the summary.

use std::fs;

use net_scout_tests::harness::{DATABASE, NOW, Run, Scene};
use net_scout_tests::sample::{self, Layout, SampleOptions, Scale, TimestampForm};
use rusqlite::Connection;
use serde_json::{Value, json};

/// NOW in microseconds.
const END: i64 = 1_773_261_311_000_000;
const SINCE: &str = "2026-03-08T20:35:11Z";
const BEFORE: &str = "2026-03-05T20:35:11Z";

/// Six days of events with attacks in them, and the alerts of two scans.
fn scene() -> Scene {
    let scene = Scene::new();
    let options = SampleOptions {
        seed: 11,
        events: 20_000,
        end: END,
        days: 6,
        layout: Layout::V2,
        timestamps: TimestampForm::Zulu,
        scale: Scale::Home,
    };
    sample::make(&scene.path(DATABASE), &options).expect("a sample");
    for now in ["2026-03-07T12:00:00Z", "2026-03-11T20:35:10Z"] {
        let run = Run::of(scene.command(&["scan", "--since", "1 day"]).env("NET_SCOUT_NOW", now));
        assert_eq!(run.code, 0, "{}", run.stderr);
    }
    scene
}

fn report(scene: &Scene, words: &[&str]) -> Run {
    let words = [&["report", "--since", "3 days"], words].concat();
    // What is compared is what is stored.
    Run::of(scene.command(&words).env("NET_SCOUT_CORRECT_DIRECTIONS", "false"))
}

fn one(connection: &Connection, sql: &str) -> Value {
    let found: Option<i64> = connection.query_row(sql, [], |row| row.get(0)).expect(sql);
    json!(found)
}

/// The first rows of a query: a name, and numbers.
fn rows(connection: &Connection, sql: &str) -> Vec<Value> {
    let mut statement = connection.prepare(sql).expect(sql);
    let row = |row: &rusqlite::Row<'_>| -> rusqlite::Result<Value> {
        Ok(json!([row.get::<_, String>(0)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?, row.get::<_, i64>(3)?]))
    };
    statement.query_map([], row).expect(sql).collect::<Result<_, _>>().expect(sql)
}

#[test]
fn its_figures_are_those_of_plain_sql() {
    let scene = scene();
    let run = report(&scene, &["--format", "json", "--top", "5"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let found: Value = serde_json::from_str(&run.stdout).expect("JSON");
    let connection = scene.connect();
    let now = format!("timestamp >= '{SINCE}' AND timestamp < '{NOW}'");
    let before = format!("timestamp >= '{BEFORE}' AND timestamp < '{SINCE}'");
    let (events, alerts) = (&found["events"], &found["alerts"]);

    let of = |what: &str, when: &str| one(&connection, &format!("SELECT {what} FROM ip_events WHERE {when}"));
    assert_eq!(events["events"], of("COUNT(*)", &now));
    assert_eq!(events["packets"], of("SUM(hit_count)", &now));
    assert_eq!(events["refused"], of("SUM(verdict = 'DROP')", &now));
    assert_eq!(events["accepted"], of("SUM(verdict = 'ACCEPT')", &now));
    assert_eq!(events["before"]["events"], of("COUNT(*)", &before));
    assert_eq!(events["before"]["packets"], of("SUM(hit_count)", &before));

    for (name, expression) in
        [("sources", "src_ip"), ("targets", "dst_ip"), ("ports", "dst_port || '/' || proto"), ("countries", "country_code")]
    {
        let inbound = |when: &str| format!("ip_events WHERE direction = 'INBOUND' AND {expression} IS NOT NULL AND {when}");
        let ranking = &events[name];
        assert_eq!(ranking["distinct"], one(&connection, &format!("SELECT COUNT(DISTINCT {expression}) FROM {}", inbound(&now))));
        let new = format!(
            "SELECT COUNT(DISTINCT {expression}) FROM {} AND {expression} NOT IN (SELECT {expression} FROM {})",
            inbound(&now),
            inbound(&before)
        );
        assert_eq!(ranking["new"], one(&connection, &new), "{name}");
        let top = format!(
            "SELECT {expression}, COUNT(*), SUM(hit_count), SUM(verdict = 'DROP') FROM {} GROUP BY 1 ORDER BY 2 DESC, 3 DESC, 1 LIMIT 5",
            inbound(&now)
        );
        let told: Vec<Value> = ranking["top"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|one| json!([one["name"], one["events"], one["packets"], one["refused"]]))
            .collect();
        assert_eq!(told, rows(&connection, &top), "{name}");
        let first = told[0][0].as_str().expect("a name").replace('\'', "''");
        let earlier = format!("SELECT COUNT(*) FROM {} AND {expression} = '{first}'", inbound(&before));
        assert_eq!(ranking["top"][0]["before"], one(&connection, &earlier), "{name}");
    }

    // Each piece of time.
    let width = events["bins"]["width"].as_i64().expect("a width") / 1_000_000;
    for (place, counts) in events["by_time"].as_array().expect("a list").iter().enumerate() {
        let piece = END / 1_000_000 - 3 * 86_400;
        let number = piece / width + i64::try_from(place).expect("a number");
        for (verdict, count) in [("DROP", &counts[0]), ("ACCEPT", &counts[1])] {
            let when = format!("{now} AND verdict = '{verdict}' AND unixepoch(timestamp) / {width} = {number}");
            assert_eq!(*count, of("COUNT(*)", &when), "{place} {verdict}");
        }
    }

    let raised = |when: &str| one(&connection, &format!("SELECT COUNT(*) FROM scout_alerts WHERE {when}"));
    let period = |column: &str, since: &str, until: &str| format!("{column} >= '{since}' AND {column} < '{until}'");
    assert_eq!(alerts["raised"], raised(&period("created_at", SINCE, NOW)));
    assert_eq!(alerts["raised_before"], raised(&period("created_at", BEFORE, SINCE)));
    assert_ne!(alerts["raised_before"], json!(0));
    for severity in alerts["severities"].as_array().expect("a list") {
        let when =
            format!("{} AND severity = '{}'", period("created_at", SINCE, NOW), severity["name"].as_str().expect("a name"));
        assert_eq!(severity["count"], raised(&when), "{severity}");
    }
}

#[test]
fn every_format_is_whole_and_the_page_loads_nothing() {
    let scene = scene();
    let text = report(&scene, &[]);
    text.ended(0, "");
    assert!(text.stdout.starts_with("Network report\n==============\n"), "{}", text.stdout);
    assert!(text.stdout.lines().all(|line| line.chars().count() <= 80), "{}", text.stdout);
    let files = scene.files();
    let wrote = "wrote the report of 2026-03-08T20:35:11Z to 2026-03-11T20:35:11Z into report.html";
    report(&scene, &["--output", "report.html"]).ended(0, wrote);
    for (name, begins) in [("a.MD", "# Network report"), ("a.txt", "Network report\n"), ("a.json", "{")] {
        report(&scene, &["--output", name]).exited(0);
        let text = fs::read_to_string(scene.path(name)).expect("a report");
        assert!(text.starts_with(begins), "{name}: {text}");
        fs::remove_file(scene.path(name)).expect("removed");
    }
    let ending = "error: --output: `r.pdf` does not end in .html, .md, .txt or .json; end it so, or name the --format";
    report(&scene, &["--output", "r.pdf"]).ended(2, ending);
    report(&scene, &["--output", "r.pdf", "--format", "text"]).exited(0);
    fs::remove_file(scene.path("r.pdf")).expect("removed");
    let page = fs::read_to_string(scene.path("report.html")).expect("a page");
    assert!(page.starts_with("<!DOCTYPE html>") && page.trim_end().ends_with("</html>"));
    for part in ["Content-Security-Policy", "default-src 'none'", "198.51.100.23", "What is new", "<svg"] {
        assert!(page.contains(part), "{part}");
    }
    for forbidden in ["<script", "<link", "<img", "http:", "https:", "url(", "@import"] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
    assert_eq!(scene.files().len(), files.len() + 1);
    let markdown = report(&scene, &["--format", "md", "--compare", "none"]);
    markdown.ended(0, "");
    assert!(markdown.stdout.starts_with("# Network report\n"), "{}", markdown.stdout);
    let wrong = report(&scene, &["--until", "5 days"]);
    assert_eq!(wrong.code, 0, "{}", wrong.stderr);
    let empty = scene.run(&["report", "--since", NOW]);
    assert_eq!(empty.code, 2, "{}", empty.stderr);
    assert!(empty.stderr.contains("the period is empty"), "{}", empty.stderr);
    let old = scene.run(&["report", "--since", "2026-03-20", "--until", "2026-03-21"]);
    assert!(old.stderr.contains("there are no events in the window: the newest one is from 2026-03-11T20:"), "{}", old.stderr);
    let database = report(&scene, &["--output", DATABASE, "--format", "html"]);
    assert_eq!(database.code, 2, "{}", database.stderr);
}

/// What nobody sees is counted: an alert that a scan leaves out again and again is told once.
#[test]
fn what_scans_left_out_is_told() {
    let scene = Scene::small();
    assert_eq!(scene.run(&["allow", "add", "192.0.2.3", "--reason", "our scanner"]).code, 0);
    for _ in 0..2 {
        assert_eq!(scene.run(&["scan"]).code, 0);
    }
    let words = ["report", "--since", "1 day", "--until", "2026-03-11T20:36:00Z", "--format", "json"];
    let found: Value = serde_json::from_str(&scene.run(&words).stdout).expect("JSON");
    assert_eq!(found["left_out"]["scans"], json!([["1", "our scanner", 2]]));
    assert_eq!(found["left_out"]["entries"], json!([["alerts from 192.0.2.3", "our scanner"]]));
}

/// A person's look counts, a script's does not unless it says so.
#[test]
fn the_summary_says_what_is_new_since_the_last_look() {
    let scene = Scene::small();
    let run = |words: &[&str], now: &str| {
        let mut command = scene.command(&[&["summary"], words].concat());
        let run = net_scout_tests::harness::Run::of(command.env("NET_SCOUT_NOW", now).env("USER", "anna"));
        assert_eq!((run.code, run.stderr.as_str()), (0, ""));
        run.stdout
    };
    let json = |words: &[&str], now: &str| -> Value {
        let found: Value = serde_json::from_str(&run(&[&["--format", "json"], words].concat(), now)).expect("JSON");
        json!([found["new"], found["since"], found["is_since_last_look"]])
    };
    let (first, second) = ("2026-03-11T20:36:00Z", "2026-03-11T21:00:00Z");
    // Before any scan there is nowhere to keep it.
    run(&[], first);
    assert_eq!(scene.run(&["scan"]).code, 0);
    for _ in 0..2 {
        assert_eq!(json(&[], first), json!([4, "2026-03-10T20:36:00Z", false]));
    }
    run(&["--since", "2 days"], first);
    assert!(run(&[], first).contains("new      4 since 2026-03-10 20:36:00Z"));
    assert_eq!(json(&[], second), json!([0, first, true]));
    assert!(run(&["--format", "json", "--seen"], second).contains(first));
    assert_eq!(json(&[], "2026-03-11T22:00:00Z"), json!([0, second, true]));
}

#[test]
fn the_summary_fits_a_screen() {
    let scene = scene();
    let run = scene.run(&["summary"]);
    run.ended(0, "");
    assert!(run.stdout.lines().count() < 40, "{}", run.stdout);
    assert!(run.stdout.lines().all(|line| line.chars().count() <= 80), "{}", run.stdout);
    let json: Value = serde_json::from_str(&scene.run(&["summary", "--since", "24h", "--format", "json"]).stdout).expect("JSON");
    let open: u64 = json["open"].as_array().expect("a list").iter().filter_map(|one| one[1].as_u64()).sum();
    assert_eq!(json!(open), one(&scene.connect(), "SELECT COUNT(*) FROM scout_alerts"));
    let new = "SELECT COUNT(*) FROM scout_alerts WHERE created_at >= '2026-03-10T20:35:11Z'";
    assert_eq!(json["new"], one(&scene.connect(), new));
}
