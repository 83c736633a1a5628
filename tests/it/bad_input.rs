//! Bad databases, bad flags, bad configuration: a clear error, an exit status that says so, and nothing lost.

mod rights;
mod words;

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use net_scout_tests::harness::{DATABASE, NOW, Run, SMALL_ALERTS, SMALL_SINCE, Scene, add_event, skipped};
use net_scout_tests::places;
use net_scout_tests::sample::Layout;
use rusqlite::Connection;

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

#[test]
fn no_database() {
    let error = "no database at ./net_sentinel.db: name it with --db-path or NET_SCOUT_DB_PATH (else it is ./net_sentinel.db or \
                 ../net_sentinel.db), or make one from firewall logs with `net-scout import`";
    fails(&Scene::new(), &[SCAN, DRY, ALERTS, MIGRATE, HASH], 1, error);
    let error = error.replacen("./net_sentinel.db", "/no/such/folder/a.db", 1);
    fails(&Scene::new(), &[&["scan", "--db-path", "/no/such/folder/a.db"]], 1, &error);
}

#[test]
fn no_sqlite_database() {
    let all = [SCAN, DRY, ALERTS, MIGRATE, HASH, IMPORT];
    let scene = Scene::new();
    fs::write(scene.path(DATABASE), "time,src_ip,dst_ip\n".repeat(100)).expect("a file");
    fails(&scene, &all, 1, "./net_sentinel.db is no SQLite database: its first bytes are not those of one");
    fs::write(scene.path(DATABASE), "SQLite format 3\0").expect("a file");
    fails(&scene, &all, 1, "./net_sentinel.db is no SQLite database: it has only 16 bytes");
    fs::remove_file(scene.path(DATABASE)).expect("removed");
    fs::create_dir(scene.path(DATABASE)).expect("a folder");
    fails(&scene, &all, 1, "./net_sentinel.db is no SQLite database: it is a folder");
    fails(&scene, &[&["scan", "--db-path", "/dev/null"]], 1, "/dev/null is no SQLite database: it is no regular file");
}

#[test]
fn a_truncated_database() {
    let scene = Scene::small();
    let whole = scene.bytes();
    for length in [whole.len() / 2, whole.len() - 1, 4096] {
        fs::write(scene.path(DATABASE), &whole[..length]).expect("a file");
        let error = format!(
            "./net_sentinel.db is damaged: it is truncated, with {length} bytes, fewer than its header says; restore a backup, or save what can be read with \
             `sqlite3 ./net_sentinel.db .recover`"
        );
        fails(&scene, &[SCAN, DRY, ALERTS, MIGRATE, HASH, IMPORT], 1, &error);
    }
}

/// A page of the event table is overwritten. The file is damaged, so only a scan that writes nothing leaves it as it is.
#[test]
fn a_damaged_database() {
    let scene = Scene::small();
    let mut bytes = scene.bytes();
    bytes[4096..8192].fill(0xff);
    fs::write(scene.path(DATABASE), bytes).expect("a file");
    let error = "./net_sentinel.db is damaged: database disk image is malformed; restore a backup, or save what can be read with \
                 `sqlite3 ./net_sentinel.db .recover`";
    fails(&scene, &[DRY], 1, error);
    let run = scene.run(SCAN);
    run.ended(1, &format!("error: {error}"));
}

#[test]
fn no_event_table() {
    let scene = Scene::new();
    fs::write(scene.path(DATABASE), "").expect("an empty file");
    fails(&scene, &[SCAN, DRY], 1, "./net_sentinel.db has no table `ip_events`; it has none");
    scene.connect().execute_batch("CREATE TABLE notes (text); CREATE VIEW recent AS SELECT * FROM notes").expect("a database");
    fails(&scene, &[SCAN, DRY], 1, "./net_sentinel.db has no table `ip_events`; it has notes, recent");
    let error = "./net_sentinel.db has no table `ip_events_30`; it has ip_events";
    fails(&Scene::small(), &[&["scan", "--table", "ip_events_30"], &["scan", "--table", "ip_events_30", "--dry-run"]], 1, error);
}

#[test]
fn wrong_columns() {
    let scene = Scene::new();
    scene
        .connect()
        .execute_batch("CREATE TABLE ip_events (id INTEGER PRIMARY KEY, address TEXT, timestamp TEXT)")
        .expect("a database");
    let error = "./net_sentinel.db: table `ip_events` is no net-sentinel event table: it has no column src_ip, src_port, dst_ip, dst_port, \
                 proto, verdict, direction";
    fails(&scene, &[SCAN, DRY], 1, error);
    let scene = Scene::new();
    scene
        .connect()
        .execute_batch("CREATE TABLE ip_events (id INTEGER PRIMARY KEY, ip TEXT, timestamp TEXT)")
        .expect("a database");
    let error = "./net_sentinel.db: table `ip_events` is no net-sentinel event table: it has no column direction, port";
    fails(&scene, &[SCAN, DRY, IMPORT], 1, error);
    let error = "./net_sentinel.db: table `ip_events` is no alert table: it has no column alert_type; choose another with \
                 NET_SCOUT_ALERT_TABLE";
    fails(&Scene::small(), &[&["scan", "--alert-table", "ip_events"], &["migrate", "--alert-table", "ip_events"]], 1, error);
}

/// The bytes of the database and, where there is one, of its log. A process that closes a file loses its locks on it, so this one must not
/// open it.
fn read_by_another_process(scene: &Scene) -> Vec<u8> {
    let output = Command::new("sh")
        .args(["-c", "cat net_sentinel.db net_sentinel.db-wal 2>/dev/null"])
        .current_dir(scene.path(""))
        .output();
    output.expect("cat").stdout
}

/// Another program holds the lock for longer than the timeout.
#[test]
fn a_locked_database() {
    let error = "./net_sentinel.db was locked by another program for longer than 1 s, nothing was written; try again, or wait longer with \
                 --busy-timeout";
    for journal in ["WAL", "DELETE"] {
        let scene = Scene::small();
        fs::write(scene.path("line.log"), LINE).expect("a log");
        let writer = scene.connect();
        writer.pragma_update(None, "journal_mode", journal).expect("a journal");
        writer.execute_batch("BEGIN EXCLUSIVE; UPDATE ip_events SET hit_count = 7 WHERE id = 1").expect("a lock");
        let before = read_by_another_process(&scene);
        std::thread::scope(|scope| {
            for words in [SCAN, MIGRATE, HASH, IMPORT] {
                let mut command = scene.command(&[words, &["--busy-timeout", "1"]].concat());
                let error = &error;
                scope.spawn(move || {
                    let run = Run::of(&mut command);
                    run.ended(1, &format!("error: {error}"));
                    assert!(
                        run.took >= Duration::from_secs(1) && run.took < Duration::from_secs(10),
                        "{words:?} took {:?}",
                        run.took
                    );
                });
            }
        });
        // A writer does not keep readers out of a database with a write-ahead log.
        let run = scene.run(&[DRY, &["--busy-timeout", "1"]].concat());
        if journal == "WAL" {
            assert_eq!((run.code, run.stdout.as_str()), (0, SMALL_ALERTS));
        } else {
            run.ended(1, &format!("error: {error}"));
        }
        assert!(read_by_another_process(&scene) == before, "{journal}: the database was changed");
        writer.execute_batch("COMMIT").expect("a commit");
        assert_eq!(scene.run(&[SCAN, &["--busy-timeout", "1"]].concat()).code, 0);
    }
}

/// A lock that ends in time is waited for.
#[test]
fn a_lock_that_ends() {
    let scene = Scene::small();
    let writer = scene.connect();
    writer.execute_batch("BEGIN EXCLUSIVE").expect("a lock");
    let waiting = std::thread::spawn({
        let mut command = scene.command(&["scan", "--format", "ndjson", "--busy-timeout", "20"]);
        move || Run::of(&mut command)
    });
    std::thread::sleep(Duration::from_millis(300));
    writer.execute_batch("COMMIT").expect("a commit");
    let run = waiting.join().expect("a run");
    assert_eq!((run.code, run.lines().len()), (0, 4), "{}", run.stderr);
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
