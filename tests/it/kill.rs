//! `kill -9` at any moment of a scan leaves all alerts of that scan or none, and a database that is whole.

use std::collections::BTreeMap;
use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

use net_scout_tests::harness::{DATABASE, Scene, add_event};
use net_scout_tests::sample::Layout;
use rusqlite::Connection;

/// One source, one event: two rules raise an alert for each.
const SOURCES: i64 = 200;
const ALERTS: i64 = 2 * SOURCES;
/// How often the program is killed, at moments spread over a whole run and a little longer.
const KILLS: u32 = 50;

const SCAN: [&str; 5] =
    ["scan", "--set", "horizontal_scan.dst_ip_threshold=0", "--set", "high_connection_volume.conn_threshold=0"];

fn scene(journal: &str) -> Scene {
    let scene = Scene::with_events(Layout::V2, |connection| {
        for source in 0..SOURCES {
            add_event(connection, "2026-03-11T20:25:11Z", &format!("192.0.2.{source}"), 40_000, "198.51.100.1", 22);
        }
    });
    let connection = scene.connect();
    connection.pragma_update(None, "journal_mode", journal).expect("a journal");
    drop(connection);
    scene
}

/// Starts a scan and kills it after that long. True when it was still running.
fn kill_after(scene: &Scene, since: &str, delay: Duration) -> bool {
    let mut command = scene.command(&[SCAN.as_slice(), &["--since", since]].concat());
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("started");
    std::thread::sleep(delay);
    let running = child.try_wait().expect("a status").is_none();
    child.kill().expect("killed");
    child.wait().expect("a status");
    running
}

/// How long a whole scan takes.
fn whole_run(scene: &Scene, since: &str) -> Duration {
    let started = Instant::now();
    let run = scene.run(&[SCAN.as_slice(), &["--since", since]].concat());
    assert_eq!(run.code, 0, "{}", run.stderr);
    started.elapsed()
}

/// How many alerts there are for each beginning of a window that they name. SQLite takes back here what was not finished.
fn alerts(connection: &Connection) -> BTreeMap<String, i64> {
    let integrity: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("a check");
    assert_eq!(integrity, "ok");
    let events: i64 = connection.query_row("SELECT COUNT(*) FROM ip_events", [], |row| row.get(0)).expect("a count");
    assert_eq!(events, SOURCES);
    let table = "SELECT COUNT(*) FROM sqlite_schema WHERE name = 'scout_alerts'";
    if connection.query_row(table, [], |row| row.get::<_, i64>(0)).expect("a count") == 0 {
        return BTreeMap::new();
    }
    connection
        .prepare("SELECT evidence_json ->> 'since', COUNT(*) FROM scout_alerts GROUP BY 1")
        .expect("alerts")
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .expect("alerts")
        .collect::<Result<_, _>>()
        .expect("alerts")
}

fn copy(from: &Scene, to: &Scene) {
    for suffix in ["", "-wal", "-shm", "-journal"] {
        let file = format!("{DATABASE}{suffix}");
        // What was left beside the database that is replaced must not be taken for its own.
        let _ = fs::remove_file(to.path(&file));
    }
    fs::copy(from.path(DATABASE), to.path(DATABASE)).expect("a copy");
}

fn kill_at_many_moments(journal: &str) {
    const HOUR: &str = "2026-03-11T19:35:11Z";
    const TWO_HOURS: &str = "2026-03-11T18:35:11Z";
    let (fresh, scanned, victim) = (scene(journal), scene(journal), scene(journal));
    // The middle one of several: other tests make this machine slower now and then.
    let mut times: Vec<Duration> = (0..5).map(|_| whole_run(&scanned, "1 hour")).collect();
    times.sort_unstable();
    let time = times[2];
    drop(scanned.connect());
    let of_an_hour = BTreeMap::from([(HOUR.to_owned(), ALERTS)]);
    let of_two_hours = BTreeMap::from([(TWO_HOURS.to_owned(), ALERTS)]);
    assert_eq!(alerts(&scanned.connect()), of_an_hour);
    let (mut running, mut none, mut all) = (0, 0, 0);
    for step in 0..KILLS {
        // The last one surely comes too late, however busy the machine is.
        let delay = if step + 1 < KILLS { time * step / (KILLS - 10) } else { 5 * time };
        // New alerts: all are there, or none.
        copy(&fresh, &victim);
        running += u32::from(kill_after(&victim, "1 hour", delay));
        let left = alerts(&victim.connect());
        assert!(left.is_empty() || left == of_an_hour, "{journal}, after {delay:?}: {left:?}");
        if left.is_empty() {
            none += 1
        } else {
            all += 1
        }
        // Repeated alerts: all have the new evidence, or none has.
        copy(&scanned, &victim);
        running += u32::from(kill_after(&victim, "2 hours", delay));
        let left = alerts(&victim.connect());
        assert!(left == of_an_hour || left == of_two_hours, "{journal}, after {delay:?}: {left:?}");
        // The next scan makes up for it.
        if step % 10 == 0 {
            whole_run(&victim, "2 hours");
            assert_eq!(alerts(&victim.connect()), of_two_hours, "{journal}, after {delay:?}");
        }
    }
    assert!(running > KILLS / 5, "only {running} of {} scans were still running when they were killed", 2 * KILLS);
    assert!(none > 0 && all > 0, "{none} scans were killed before they kept their alerts, {all} after");
}

#[test]
fn with_a_write_ahead_log() {
    kill_at_many_moments("WAL");
}

#[test]
fn with_a_rollback_journal() {
    kill_at_many_moments("DELETE");
}
