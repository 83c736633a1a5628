//! `kill -9` at any moment of a scan leaves some of its alerts at most, a database that is whole, and no trace of a scan that was finished; the
//! next scan leaves what an uninterrupted one would have left.

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

/// What was left: how many alerts for each beginning of a window that they name, and how many entries of rules in the ledger.
#[derive(Debug, PartialEq, Eq)]
struct Left {
    alerts: BTreeMap<String, i64>,
    ledger: i64,
}

impl Left {
    fn alerts(&self) -> i64 {
        self.alerts.values().sum()
    }
}

/// Looks at a database. SQLite takes back here what was not finished.
fn left(connection: &Connection) -> Left {
    let integrity: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("a check");
    assert_eq!(integrity, "ok");
    let events: i64 = connection.query_row("SELECT COUNT(*) FROM ip_events", [], |row| row.get(0)).expect("a count");
    assert_eq!(events, SOURCES);
    let table = "SELECT COUNT(*) FROM sqlite_schema WHERE name = 'scout_alerts'";
    if connection.query_row(table, [], |row| row.get::<_, i64>(0)).expect("a count") == 0 {
        return Left { alerts: BTreeMap::new(), ledger: 0 };
    }
    let ledger = connection.query_row("SELECT COUNT(*) FROM scout_ledger", [], |row| row.get(0)).expect("a count");
    let alerts = connection
        .prepare("SELECT evidence_json ->> 'since', COUNT(*) FROM scout_alerts GROUP BY 1")
        .expect("alerts")
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .expect("alerts")
        .collect::<Result<_, _>>()
        .expect("alerts");
    Left { alerts, ledger }
}

/// The alerts without their numbers and times.
fn content(connection: &Connection) -> Vec<String> {
    connection
        .prepare(
            "SELECT json_array(alert_type, src_ip, dst_ip, score, severity, status, evidence_json) FROM scout_alerts ORDER BY 1",
        )
        .expect("alerts")
        .query_map([], |row| row.get(0))
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
    let of_an_hour = left(&scanned.connect());
    assert_eq!(of_an_hour.alerts, BTreeMap::from([(HOUR.to_owned(), ALERTS)]));
    copy(&scanned, &victim);
    whole_run(&victim, "2 hours");
    let (of_two_hours, uninterrupted) = (left(&victim.connect()), content(&victim.connect()));
    assert_eq!(of_two_hours.alerts, BTreeMap::from([(TWO_HOURS.to_owned(), ALERTS)]));
    let rules = of_two_hours.ledger - of_an_hour.ledger;
    let (mut running, mut none, mut some, mut all) = (0, 0, 0, 0);
    for step in 0..KILLS {
        // The last one surely comes too late, however busy the machine is.
        let delay = if step + 1 < KILLS { time * step / (KILLS - 10) } else { 5 * time };
        // New alerts: the ledger knows of the scan when all are there.
        copy(&fresh, &victim);
        running += u32::from(kill_after(&victim, "1 hour", delay));
        let found = left(&victim.connect());
        assert!(
            found.ledger == 0 || (found.ledger == rules && found.alerts() == ALERTS),
            "{journal}, after {delay:?}: {found:?}"
        );
        match found.alerts() {
            0 => none += 1,
            ALERTS => all += 1,
            _ => some += 1,
        }
        // Repeated alerts: each stands there once, with the old evidence or the new one.
        copy(&scanned, &victim);
        running += u32::from(kill_after(&victim, "2 hours", delay));
        let found = left(&victim.connect());
        let finished = found == of_two_hours;
        assert!(finished || found.ledger == of_an_hour.ledger, "{journal}, after {delay:?}: {found:?}");
        assert_eq!(found.alerts(), ALERTS, "{journal}, after {delay:?}: {found:?}");
        // The next scan makes up for it.
        if step % 5 == 0 {
            whole_run(&victim, "2 hours");
            assert_eq!(content(&victim.connect()), uninterrupted, "{journal}, after {delay:?}");
        }
    }
    assert!(running > KILLS / 5, "only {running} of {} scans were still running when they were killed", 2 * KILLS);
    assert!(none > 0 && all > 0, "{none} scans were killed before they kept their alerts, {some} meanwhile, {all} after");
}

#[test]
fn with_a_write_ahead_log() {
    kill_at_many_moments("WAL");
}

#[test]
fn with_a_rollback_journal() {
    kill_at_many_moments("DELETE");
}
