//! Files that are no sound database, and tables that are no event tables.

use std::fs;

use super::{ALERTS, DRY, HASH, IMPORT, MIGRATE, SCAN, fails};
use net_scout_tests::harness::{DATABASE, Scene};

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
    fails(&scene, &all, 1, "./net_sentinel.db is not a SQLite database: its first bytes are not those of one");
    fs::write(scene.path(DATABASE), "SQLite format 3\0").expect("a file");
    fails(&scene, &all, 1, "./net_sentinel.db is not a SQLite database: it has only 16 bytes");
    fs::remove_file(scene.path(DATABASE)).expect("removed");
    fs::create_dir(scene.path(DATABASE)).expect("a folder");
    fails(&scene, &all, 1, "./net_sentinel.db is not a SQLite database: it is a folder");
    fails(&scene, &[&["scan", "--db-path", "/dev/null"]], 1, "/dev/null is not a SQLite database: it is not a regular file");
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
    fails(&scene, &[SCAN, DRY], 1, "./net_sentinel.db has no table `ip_events`; it has no tables");
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
    let error = "./net_sentinel.db: table `ip_events` is not an alert table: it has no column alert_type; choose another with \
                 NET_SCOUT_ALERT_TABLE";
    fails(&Scene::small(), &[&["scan", "--alert-table", "ip_events"], &["migrate", "--alert-table", "ip_events"]], 1, error);
}
