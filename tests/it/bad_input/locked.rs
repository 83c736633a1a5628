//! A database that another program holds.

use std::fs;
use std::process::Command;
use std::time::Duration;

use super::{DRY, HASH, IMPORT, LINE, MIGRATE, SCAN};
use net_scout_tests::harness::{Run, SMALL_ALERTS, Scene};

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
    let error = "./net_sentinel.db was locked by another program for longer than 1 s; try again, or wait longer with \
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
