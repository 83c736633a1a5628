//! `net-scout maintain`: rows of our own tables go when they are old, beside a writer, and the events stay.

use std::time::Duration;

use net_scout_tests::beside::{LiveWriter, Pace, make};
use net_scout_tests::harness::{DATABASE, Scene};
use serde_json::Value;

const OLD: u64 = 60_000;
const NEW: u64 = 1_000;

/// Answers of enrichers, most of them a year old, in a database with events.
fn scene() -> Scene {
    let scene = Scene::new();
    make(&scene.path(DATABASE), "WAL", 20_000, 17).expect("a database");
    assert_eq!(scene.run(&["migrate"]).code, 0);
    let fill = format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {})
         INSERT INTO scout_enrichment_cache (subject, kind, result_json, updated_at)
         SELECT 'rdns:' || i, 'rdns', hex(zeroblob(200)), CASE WHEN i <= {OLD} THEN '2025-03-11T00:00:00Z' ELSE '2026-03-11T00:00:00Z' END FROM n",
        OLD + NEW
    );
    scene.connect().execute_batch(&fill).expect("rows");
    scene
}

fn count(scene: &Scene, sql: &str) -> u64 {
    scene.connect().query_row(sql, [], |row| row.get::<_, i64>(0)).expect(sql).unsigned_abs()
}

const ANSWERS: &str = "SELECT COUNT(*) FROM scout_enrichment_cache";

#[test]
fn it_says_before_what_it_removes_and_no_writer_fails() {
    let scene = scene();
    scene.configure("[retention]\nledger = 30\nanswers = \"200 days\"\n");
    let run = |words: &[&str]| scene.run(&[&["maintain"], words].concat());
    let dry = run(&["--dry-run", "--format", "ndjson"]);
    assert_eq!(dry.code, 0, "{}", dry.stderr);
    let answers = |lines: Vec<Value>| lines.into_iter().find(|line| line["table"] == "cache").expect("a line");
    let said = answers(dry.lines());
    assert_eq!(said["rows"], OLD, "{said}");
    assert!(said["bytes"].as_u64().is_some_and(|bytes| bytes > 400 * OLD), "{said}");
    assert_eq!(count(&scene, ANSWERS), OLD + NEW);
    let events = count(&scene, "SELECT COUNT(*) FROM ip_events");

    let writer = LiveWriter::start(&scene.path(DATABASE), Pace { rows: 10, interval: Duration::from_millis(10) }, 18);
    std::thread::sleep(Duration::from_millis(300));
    let (alone, _) = writer.longest();
    let done = run(&["--format", "ndjson"]);
    let (beside, batches) = writer.longest();
    assert_eq!(writer.end(), Vec::<String>::new());
    assert_eq!((done.code, &answers(done.lines())), (0, &said), "{}", done.stderr);
    assert_eq!(count(&scene, ANSWERS), NEW);
    assert!(count(&scene, "SELECT COUNT(*) FROM ip_events") >= events);
    // How long a batch takes is the machine's affair; that it is not held up for as long as all of it takes is ours.
    assert!(batches > 3 && beside < done.took.max(Duration::from_secs(2)), "{alone:?}, {beside:?} of {batches}, {:?}", done.took);
    let table = run(&[]);
    assert!(
        table.stdout.contains("answers of enrichers") && table.stderr.contains("0 rows removed"),
        "{}{}",
        table.stdout,
        table.stderr
    );
}

#[test]
fn the_section_is_checked() {
    let scene = scene();
    for (file, text) in [
        (
            "[retention]\nanswers = \"1 hour\"\n",
            "retention.answers (from net-scout.toml:2): `1 hour` is not a number of days from 1 to 36500",
        ),
        ("[retention]\nledger = 91\n", "retention.ledger (from net-scout.toml:2): `91` is not a number of days from 1 to 90"),
        ("[retention]\nevents = 3\n", "`retention.events` is not a key; there are closed_alerts, answers, "),
    ] {
        scene.configure(file);
        let run = scene.run(&["maintain"]);
        assert!(run.code == 2 && run.stderr.contains(text), "{}", run.stderr);
    }
    scene.configure("[retention]\nanswers = \"forever\"\ntable_mib = 1\n");
    assert_eq!(scene.run(&["maintain"]).code, 0);
    // The newest that fit: 64 bytes a row, and its texts.
    let left = count(&scene, ANSWERS);
    assert!((1_500..2_500).contains(&left), "{left}");
}
