//! Beside net-sentinel at work: no event is lost, no alert is lost, and nothing but SQLite opens the database. `cargo xtask beside-writer`
//! does the same for longer, with larger databases.

use std::fs;
use std::process::Command;
use std::time::Duration;

use net_scout_tests::beside::{LiveWriter, Pace, SCANNER, has_alert, make};
use net_scout_tests::harness::{DATABASE, Run, Scene, add_event, skipped};
use net_scout_tests::sample::Layout;

/// Twenty batches in a second: many chances to meet every moment of a scan.
const OFTEN: Pace = Pace { rows: 10, interval: Duration::from_millis(40) };

fn live(scene: &Scene, words: &[&str]) -> Run {
    // The writer's events are of now.
    Run::of(scene.command(words).env_remove("NET_SCOUT_NOW"))
}

fn scans_beside_a_writer(journal: &str) {
    let scene = Scene::new();
    let path = scene.path(DATABASE);
    make(&path, journal, 20_000, 7).expect("a database");
    let writer = LiveWriter::start(&path, OFTEN, 7);
    std::thread::sleep(Duration::from_millis(500));
    for number in 0..6 {
        let words: &[&str] =
            if number % 3 == 2 { &["scan", "--dry-run", "--since", "1 day"] } else { &["scan", "--since", "1 day"] };
        let run = live(&scene, words);
        assert_eq!(run.code, 0, "{journal}: {}", run.stderr);
    }
    assert_eq!(writer.end(), Vec::<String>::new(), "{journal}");
    assert!(has_alert(&path).expect("alerts"), "{journal}: no alert is stored");
}

#[test]
fn scans_beside_a_writer_with_a_log() {
    scans_beside_a_writer("WAL");
}

#[test]
fn scans_beside_a_writer_with_a_rollback_journal() {
    scans_beside_a_writer("DELETE");
}

#[test]
fn other_commands_beside_a_writer() {
    let scene = Scene::new();
    let path = scene.path(DATABASE);
    make(&path, "WAL", 5_000, 8).expect("a database");
    let log: String = (1..500)
        .map(|port| {
            format!(
                "Mar 11 20:00:00 fw kernel: DROP IN=eth0 OUT= SRC=192.0.2.1 DST=198.51.100.1 PROTO=TCP SPT=40000 DPT={port}\n"
            )
        })
        .collect();
    fs::write(scene.path("kern.log"), log).expect("a log");
    let writer = LiveWriter::start(&path, OFTEN, 8);
    for words in [
        &["scan", "--since", "1 day"][..],
        &["migrate", "--event-hash"],
        &["import", "kern.log"],
        &["allow", "add", "192.0.2.250", "--reason", "a test"],
        &["allow", "apply"],
        &["alerts"],
        &["alerts", "--format", "ocsf"],
        &["report", "--since", "2d"],
        &["summary"],
        &["blocklist"],
        &["explain", SCANNER, "--since", "1 day"],
    ] {
        let run = live(&scene, words);
        assert_eq!(run.code, 0, "{words:?}: {}", run.stderr);
    }
    assert_eq!(writer.end(), Vec::<String>::new());
}

/// Two scans of a database that nobody else has open: both succeed, and neither leaves anything behind.
#[test]
fn two_scans_at_once() {
    let scene = Scene::small();
    let files = scene.files();
    for _ in 0..10 {
        std::thread::scope(|scope| {
            let scans: Vec<_> = (0..2).map(|_| scope.spawn(|| scene.run(&["scan"]))).collect();
            for run in scans.into_iter().map(|scan| scan.join().expect("a run")) {
                assert_eq!(run.code, 0, "{}", run.stderr);
            }
        });
        assert_eq!(scene.files(), files);
    }
}

/// Every call that opens the database, its log or its index is one of SQLite's, which alone follows no link there.
#[test]
fn only_sqlite_opens_the_database() {
    let scene = Scene::with_events(Layout::V2, |connection| {
        for port in 1..300 {
            add_event(connection, "2026-03-11T20:25:11Z", "192.0.2.1", 40_000, "198.51.100.1", port);
        }
    });
    // A writer is at work, so that there is a log.
    let writer = scene.connect();
    add_event(&writer, "2026-03-11T20:25:12Z", "192.0.2.1", 40_000, "198.51.100.1", 300);
    fs::write(scene.path("kern.log"), "Mar 11 20:00:00 fw kernel: DROP IN=eth0 OUT= SRC=192.0.2.1 DST=198.51.100.1 PROTO=ICMP\n")
        .expect("a log");
    for words in [
        &["scan"][..],
        &["scan", "--dry-run"],
        &["cache", "list"],
        &["import", "kern.log"],
        &["explain", "192.0.2.1"],
        &["migrate", "--event-hash"],
        &["alerts"],
        &["allow", "apply"],
    ] {
        let trace = scene.path("trace");
        let program = scene.command(words);
        let mut traced = Command::new("strace");
        traced.args(["-f", "-qq", "-e", "trace=open,openat,openat2,creat", "-o"]).arg(&trace).arg(program.get_program());
        traced.args(program.get_args()).current_dir(program.get_current_dir().expect("a folder")).env_clear();
        traced.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let Ok(output) = traced.output() else {
            skipped("there is no strace");
            return;
        };
        let calls = fs::read_to_string(&trace).unwrap_or_default();
        if calls.is_empty() {
            skipped("strace may not trace here");
            return;
        }
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        let opened: Vec<&str> = calls.lines().filter(|call| call.contains(DATABASE)).collect();
        assert!(!opened.is_empty(), "{words:?} did not open the database");
        let others: Vec<&&str> = opened.iter().filter(|call| !call.contains("O_NOFOLLOW")).collect();
        assert!(others.is_empty(), "{words:?}: {others:#?}");
    }
}

/// What would open the database as something else is refused.
#[test]
fn the_database_is_no_log_and_no_recording() {
    let scene = Scene::small();
    let before = scene.bytes();
    let database = "./net_sentinel.db";
    for (words, what) in [
        (&["import", "net_sentinel.db"][..], "import"),
        (&["scan", "--record", "net_sentinel.db"], "--record"),
        (&["scan", "--log-file", "net_sentinel.db"], "log_file"),
    ] {
        let run = scene.run(words);
        run.ended(2, &format!("error: {what}: net_sentinel.db belongs to the database {database}; name another file"));
        assert!(scene.bytes() == before, "{words:?} changed the database");
    }
}
