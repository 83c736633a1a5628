//! A database that others write, read in every way that there is.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::{Access, Database, DatabaseError, ReadGrant, Snapshot, SnapshotOptions, Wanted};
use net_scout_model::{Batch, ColumnType, QueryLimits, Timestamp, Window};

const COLUMNS: [&str; 6] = ["id", "time", "src_ip", "dst_port", "hit_count", "country_code"];
const NOW: Timestamp = Timestamp(1_773_261_311_000_000);
const DAY: i64 = 86_400_000_000;

/// A database with an event every minute of ten days, and some alerts.
fn database(path: &Path, journal: &str) -> Connection {
    let connection = Connection::open(path).expect("open");
    connection.pragma_update(None, "journal_mode", journal).expect("a journal");
    let table = include_str!("../v2.sql").replace("{table}", "ip_events");
    connection.execute_batch(&table).expect("a table");
    connection
        .execute(
            "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 14399)
             INSERT INTO ip_events (src_ip, src_port, dst_ip, dst_port, proto, verdict, direction, timestamp, hit_count, country_code)
             SELECT '192.0.2.' || (i % 200), 1024 + i, '198.51.100.1', i % 500, 'TCP', 'DROP', 'INBOUND',
                    strftime('%Y-%m-%dT%H:%M:%SZ', ?1 - i * 60, 'unixepoch'), 1 + i % 3, CASE WHEN i % 7 THEN 'DE' END FROM n",
            [NOW.0 / 1_000_000],
        )
        .expect("events");
    connection
}

fn options(path: &Path, since: i64) -> SnapshotOptions {
    SnapshotOptions {
        path: path.to_owned(),
        table: "ip_events".to_owned(),
        directions: None,
        alert_table: "scout_alerts".to_owned(),
        window: Window { since: NOW.plus(-since), until: None, now: NOW },
        busy_timeout: Duration::from_secs(5),
        readers: 2,
    }
}

fn wanted(window_bytes: u64) -> Wanted<'static> {
    let deadline = Instant::now() + Duration::from_secs(60);
    Wanted { columns: &COLUMNS, alerts: true, threads: 2, window_bytes, kept: None, deadline }
}

fn rows(snapshot: &Snapshot, sql: &str, types: &[ColumnType]) -> Vec<Batch> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let mut grant = ReadGrant::default();
    grant.allow("events", COLUMNS);
    grant.allow("alerts", ["id", "score"]);
    let limits = QueryLimits { time: Duration::from_secs(20), rows: 1_000_000, bytes: 1 << 30 };
    runtime.block_on(async {
        let query = snapshot.query(sql.to_owned(), Vec::new(), types.to_vec(), Arc::new(grant), limits, None);
        let mut rows = query.await.expect(sql);
        let mut batches = Vec::new();
        while let Some(batch) = rows.next().await.expect(sql) {
            batches.push(batch);
        }
        batches
    })
}

/// The same for queries that run in memory and for those that only SQLite runs, on events in memory and on events that were copied.
#[test]
fn every_way_gives_the_same() {
    let types =
        [ColumnType::Integer, ColumnType::Integer, ColumnType::Text, ColumnType::Integer, ColumnType::Integer, ColumnType::Text];
    let columns = COLUMNS.map(|column| format!("e.{column}")).join(", ");
    let memory = format!("SELECT {} FROM events ORDER BY id", COLUMNS.join(", "));
    let sqlite = format!("WITH e AS (SELECT * FROM events) SELECT {columns} FROM e ORDER BY e.id");
    let sqlite = sqlite.replace("SELECT * FROM events", &format!("SELECT {} FROM events", COLUMNS.join(", ")));
    for (since, index) in [(DAY, true), (9 * DAY, false)] {
        let mut all = Vec::new();
        for journal in ["WAL", "DELETE"] {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("a.db");
            drop(database(&path, journal));
            for window_bytes in [0, 1 << 30] {
                let snapshot = Snapshot::take(&options(&path, since), &wanted(window_bytes)).expect("a snapshot");
                assert_eq!(snapshot.in_steps(), journal == "DELETE");
                assert_eq!(matches!(snapshot.access(), Access::Index { .. }), index);
                assert_eq!(snapshot.kept_window().is_ok(), window_bytes > 0);
                for sql in [&memory, &sqlite, &sqlite] {
                    all.push((format!("{journal} {window_bytes} {sql}"), rows(&snapshot, sql, &types)));
                }
            }
            let left: Vec<_> = std::fs::read_dir(folder.path()).expect("a folder").collect();
            assert_eq!(left.len(), 1, "{journal}: {left:?}");
        }
        let (_, first) = &all[0];
        assert_eq!(first.iter().map(|batch| batch.row_count).sum::<u32>() as i64, since / 60_000_000 + 1);
        for (how, batches) in &all {
            assert!(batches == first, "{how}");
        }
    }
}

/// Nobody waits for a snapshot, whatever the journal, and what is written after it is not in it.
#[test]
fn the_writer_does_not_wait_for_queries() {
    for journal in ["WAL", "DELETE"] {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.db");
        let writer = database(&path, journal);
        writer.busy_timeout(Duration::ZERO).expect("no timeout");
        let snapshot = Snapshot::take(&options(&path, DAY), &wanted(1 << 30)).expect("a snapshot");
        let count = |sql: &str| rows(&snapshot, sql, &[ColumnType::Integer]);
        let before = count("SELECT COUNT(*) FROM events");
        writer.execute_batch("DELETE FROM ip_events").expect("it does not wait");
        writer.execute_batch("VACUUM").expect("nobody else is at the file");
        assert_eq!(count("SELECT COUNT(*) FROM events"), before);
        assert_eq!(count("SELECT COUNT(*) FROM (SELECT id FROM events)"), before);
    }
}

#[test]
fn time_is_bounded() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.db");
    drop(database(&path, "WAL"));
    let late = Wanted { deadline: Instant::now(), ..wanted(1 << 30) };
    let error = Snapshot::take(&options(&path, 9 * DAY), &late).err().expect("too late");
    assert!(matches!(error, DatabaseError::TooSlow { .. }), "{error}");
}

/// What was written must be in the file that others read.
#[test]
fn a_file_that_was_replaced_is_noticed() {
    for journal in ["WAL", "DELETE"] {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.db");
        drop(database(&path, journal));
        let mut database = Database::open(&path, "scout_alerts", Duration::from_secs(1)).expect("open");
        database.migrate(NOW).expect("migrate");
        std::fs::rename(&path, folder.path().join("old.db")).expect("moved");
        std::fs::copy(folder.path().join("old.db"), &path).expect("another file");
        let error = database.record(&[], NOW).expect_err("not stored").to_string();
        assert!(error.contains("is not the file any more that was opened"), "{journal}: {error}");
    }
}

#[test]
fn a_log_that_was_removed_is_noticed() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.db");
    drop(database(&path, "WAL"));
    let mut database = Database::open(&path, "scout_alerts", Duration::from_secs(1)).expect("open");
    database.migrate(NOW).expect("migrate");
    std::fs::remove_file(folder.path().join("a.db-wal")).expect("removed");
    let error = database.record(&[], NOW).expect_err("not stored").to_string();
    assert!(error.contains("was removed by another program while it was in use"), "{error}");
}

/// The locks of a connection hold whatever else this process does with the file: another one that comes and goes does not take the log
/// away.
#[test]
fn a_producer_that_closes_its_connection_leaves_the_log() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.db");
    drop(database(&path, "WAL"));
    let mut database = Database::open(&path, "scout_alerts", Duration::from_secs(1)).expect("open");
    database.migrate(NOW).expect("migrate");
    drop(Snapshot::take(&options(&path, DAY), &wanted(1 << 30)).expect("a snapshot"));
    drop(Database::open_read_only(&path, "scout_alerts", Duration::from_secs(1)).expect("open"));
    // Locks are those of a process, so the producer has to be another one.
    let sql = "INSERT INTO ip_events (src_ip, dst_ip, timestamp) VALUES ('192.0.2.1', '192.0.2.2', '2026-03-11T20:00:00Z')";
    let Ok(producer) = std::process::Command::new("sqlite3").arg(&path).arg(sql).status() else { return };
    assert!(producer.success());
    assert!(folder.path().join("a.db-wal").exists(), "the log was taken away");
    database.record(&[], NOW).expect("stored");
}
