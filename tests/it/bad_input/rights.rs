//! Databases of other users, and ones that may only be read.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

use super::{ALERTS, DRY, HASH, IMPORT, LINE, MIGRATE, SCAN};
use net_scout_tests::harness::{DATABASE, NOW, Run, SMALL_ALERTS, SMALL_SINCE, Scene, add_event, skipped};
use net_scout_tests::places;
use rusqlite::Connection;

/// The program as a user to whom permissions apply: the tests may run as root, to whom they do not. None, loudly, where that cannot be.
fn as_another_user(scene: &Scene, words: &[&str]) -> Option<Run> {
    let root = fs::metadata("/proc/self").expect("/proc").uid() == 0;
    // What is in the target folder may be out of reach for that user.
    let program = scene.path("net-scout");
    if !program.exists() {
        // By another process: a program that this one has open for writing, if only in a child of another test, cannot be started.
        let copied = Command::new("cp").args([places::binary(), program.clone()]).status().expect("cp");
        assert!(copied.success());
        permit(&program, 0o755);
    }
    let mut command = Command::new(program);
    command
        .args(words)
        .current_dir(scene.path("data"))
        .env_clear()
        .env("NET_SCOUT_NOW", NOW)
        .env("NET_SCOUT_GROUP", "false")
        // Named, for others may write them in some of these tests.
        .env("NET_SCOUT_CONFIG", "net-scout.toml")
        .env("NET_SCOUT_DB_PATH", "./net_sentinel.db")
        .env("NET_SCOUT_CACHE_DIR", "");
    if !root {
        return Some(Run::of(&mut command));
    }
    command.uid(65_534).gid(65_534);
    if let Err(error) = Command::new("/bin/true").uid(65_534).gid(65_534).status() {
        skipped(&format!("root cannot become another user here: {error}"));
        return None;
    }
    Some(Run::of(&mut command))
}

fn permit(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("permissions");
}

/// A scene whose folder anybody may read. The database is in the folder `data`.
fn readable(fill: impl FnOnce(&Scene)) -> Scene {
    let scene = Scene::small();
    permit(&scene.path(""), 0o755);
    fs::create_dir(scene.path("data")).expect("a folder");
    for file in [DATABASE, "net-scout.toml"] {
        fs::rename(scene.path(file), scene.path("data").join(file)).expect("moved");
    }
    fs::write(scene.path("data/line.log"), LINE).expect("a log");
    fill(&scene);
    scene
}

fn data(scene: &Scene) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> = fs::read_dir(scene.path("data"))
        .expect("a folder")
        .map(|entry| entry.expect("an entry"))
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path()).expect("a file")))
        .collect();
    files.sort();
    files
}

/// Neither the file, nor the folder, nor one of the two: nothing is written, nothing is left behind, and looking works all the same.
#[test]
fn a_database_that_may_only_be_read() {
    for (file, folder, reason) in [
        (0o444, 0o555, "this user may only read it"),
        (0o444, 0o777, "this user may only read it"),
        (0o666, 0o555, "attempt to write a readonly database"),
    ] {
        for journal in ["WAL", "DELETE"] {
            let scene = readable(|scene| {
                let database = scene.path("data").join(DATABASE);
                let connection = Connection::open(&database).expect("a database");
                connection.pragma_update(None, "journal_mode", journal).expect("a journal");
                drop(connection);
                permit(&database, file);
                permit(&scene.path("data"), folder);
            });
            let before = data(&scene);
            let error = format!(
                "error: ./net_sentinel.db cannot be written ({reason}), nothing was changed; make the file and its folder writable, or look \
                 only with `scan --dry-run`"
            );
            for words in [SCAN, MIGRATE, HASH, IMPORT] {
                let plugins: &[&str] = if words == SCAN { &["--plugins", "../plugins"] } else { &[] };
                let Some(run) = as_another_user(&scene, &[words, plugins].concat()) else { return };
                run.ended(1, &error);
                assert!(data(&scene) == before, "{words:?} {file:o} {folder:o} {journal}: a file was changed");
            }
            let Some(run) = as_another_user(&scene, &[DRY, &["--plugins", "../plugins"]].concat()) else { return };
            run.ended(0, &format!("4 alerts in the events since {SMALL_SINCE}: nothing written (dry run)"));
            assert_eq!(run.stdout, SMALL_ALERTS);
            let Some(run) = as_another_user(&scene, ALERTS) else { return };
            run.ended(0, "no alerts");
            assert!(data(&scene) == before, "{file:o} {folder:o} {journal}: looking left something behind");
            permit(&scene.path("data"), 0o755);
        }
    }
}

#[test]
fn a_database_that_may_not_even_be_read() {
    let scene = readable(|scene| permit(&scene.path("data").join(DATABASE), 0o000));
    let error = "error: failed to open ./net_sentinel.db: Permission denied (os error 13)";
    let plugins = |words: &[&'static str]| [words, &["--plugins", "../plugins"]].concat();
    for words in [plugins(SCAN), plugins(DRY), ALERTS.to_vec(), MIGRATE.to_vec(), IMPORT.to_vec()] {
        let Some(run) = as_another_user(&scene, &words) else { return };
        run.ended(1, error);
    }
}

#[test]
fn a_folder_in_which_no_database_can_be_made() {
    let scene = readable(|scene| permit(&scene.path("data"), 0o555));
    let Some(run) = as_another_user(&scene, &["import", "--db-path", "new.db", "line.log"]) else { return };
    run.ended(1, "error: importing line.log stopped: failed to open new.db: unable to open database file: new.db");
    permit(&scene.path("data"), 0o755);
}

/// Changes that are still in the log of a writer that is there are seen, and only by those who can read the log.
#[test]
fn a_log_with_changes_in_a_folder_that_may_only_be_read() {
    let scene = readable(|_| ());
    let database = scene.path("data").join(DATABASE);
    let writer = Connection::open(&database).expect("a database");
    add_event(&writer, "2026-03-11T20:25:11Z", "192.0.2.3", 1, "198.51.100.2", 22);
    permit(&scene.path("data"), 0o555);
    let before = data(&scene);
    let Some(run) = as_another_user(&scene, &[DRY, &["--plugins", "../plugins"]].concat()) else { return };
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(run.lines()[0]["evidence"]["total_conns"], 211);
    assert!(data(&scene) == before, "looking left something behind");

    // The writer was killed: its log is there, but not the file that SQLite needs to read it.
    permit(&scene.path("data"), 0o755);
    fs::copy(&database, scene.path("data/killed.db")).expect("a copy");
    fs::copy(scene.path("data/net_sentinel.db-wal"), scene.path("data/killed.db-wal")).expect("a copy");
    permit(&scene.path("data"), 0o555);
    let before = data(&scene);
    let run =
        as_another_user(&scene, &[DRY, &["--plugins", "../plugins", "--db-path", "killed.db"]].concat()).expect("as before");
    run.ended(
        1,
        "error: failed to open killed.db: unable to open database file (its write-ahead log can only be read where a file beside it can be \
         made: make the folder writable)",
    );
    assert!(data(&scene) == before, "a file was changed");
    permit(&scene.path("data"), 0o755);
}
