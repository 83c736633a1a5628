//! Bad databases, bad flags, bad configuration: a clear error, an exit status that says so, and nothing lost.

mod files;
mod locked;
mod rights;
mod words;

use std::fs;

use net_scout_tests::harness::{SMALL_SINCE, Scene, add_event};
use net_scout_tests::sample::Layout;

/// A line that `import` reads.
const LINE: &str = "Mar 11 20:00:00 fw kernel: DROP IN=eth0 OUT= SRC=192.0.2.1 DST=198.51.100.1 PROTO=TCP SPT=40000 DPT=22\n";
const SCAN: &[&str] = &["scan"];
const DRY: &[&str] = &["scan", "--dry-run", "--format", "ndjson"];
const ALERTS: &[&str] = &["alerts"];
const MIGRATE: &[&str] = &["migrate"];
const HASH: &[&str] = &["migrate", "--event-hash"];
const IMPORT: &[&str] = &["import", "line.log"];

/// Every file in the folder with its bytes.
fn contents(scene: &Scene) -> Vec<(String, Vec<u8>)> {
    let read = |name: String| {
        let bytes = fs::read(scene.path(&name)).unwrap_or_default();
        (name, bytes)
    };
    scene.files().into_iter().map(read).collect()
}

/// Checks that each command fails with this message and leaves every file as it is.
#[track_caller]
fn fails(scene: &Scene, commands: &[&[&str]], code: i32, error: &str) {
    fs::write(scene.path("line.log"), LINE).expect("a log");
    let before = contents(scene);
    for words in commands {
        let run = scene.run(words);
        run.ended(code, &format!("error: {error}"));
        assert_eq!(run.stdout, "", "{words:?}");
        assert!(contents(scene) == before, "{words:?} changed a file: {:?}", scene.files());
    }
}

/// A dry run beside a writable database leaves nothing there either, whether or not a writer is at work.
#[test]
fn a_dry_run_leaves_nothing_behind() {
    let scene = Scene::small();
    let before = contents(&scene);
    for words in [DRY, ALERTS] {
        assert_eq!(scene.run(words).code, 0);
        assert!(contents(&scene) == before, "{words:?} left {:?}", scene.files());
    }
    let writer = scene.connect();
    add_event(&writer, "2026-03-11T20:25:11Z", "192.0.2.3", 1, "198.51.100.2", 22);
    let (before, log) = (scene.files(), fs::read(scene.path("net_sentinel.db-wal")).expect("a log"));
    assert_eq!(scene.run(DRY).lines()[0]["evidence"]["total_conns"], 211);
    assert_eq!(scene.files(), before);
    assert!(fs::read(scene.path("net_sentinel.db-wal")).expect("a log") == log, "the log was changed");
}

/// An old layout without an index on the timestamp is read all the same, and the operator hears why it is slow.
#[test]
fn no_index_on_the_timestamp() {
    let scene = Scene::with_events(Layout::V2, |_| ());
    scene.connect().execute_batch("DROP INDEX ip_events_timestamp").expect("dropped");
    scene.run(&["scan", "--dry-run"]).ended(
        0,
        &format!(
            "warning: table ip_events has no index on timestamp, so every scan reads all of it\n\
             0 alerts in the events since {SMALL_SINCE}: nothing written (dry run)"
        ),
    );
}
