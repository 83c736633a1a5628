//! The window that is kept is the window that a fresh reading gives, whatever happened to the table in between.
//!
//! `KEPT_SEED=7 KEPT_CASES=1` repeats the case of seed 7.

use std::time::{Duration, Instant};

use rusqlite::{Connection, params};
use tempfile::TempDir;

use super::KeptWindow;
use crate::{Snapshot, SnapshotOptions, Wanted};
use net_scout_engine::Cell;
use net_scout_model::{DirectionCheck, EVENT_COLUMNS, Span, Timestamp, Window};
use net_scout_tests::sample::Random;

const MINUTE: i64 = 60_000_000;
/// 2026-03-11T12:00:00Z.
const NOON: i64 = 1_773_230_400_000_000;

const V2: &str = "CREATE TABLE ip_events (id INTEGER PRIMARY KEY AUTOINCREMENT, src_ip TEXT, src_port INTEGER, dst_ip TEXT, dst_port INTEGER,
    proto TEXT, in_if TEXT, out_if TEXT, verdict TEXT, direction TEXT, timestamp TEXT NOT NULL, hit_count INTEGER DEFAULT 1, latitude REAL)";
const V1: &str = "CREATE TABLE ip_events (id INTEGER PRIMARY KEY AUTOINCREMENT, ip TEXT NOT NULL, direction TEXT, port INTEGER,
    timestamp TEXT NOT NULL, verdict TEXT, hit_count INTEGER)";

/// A table that a producer fills while time goes by.
struct Case {
    folder: TempDir,
    producer: Connection,
    random: Random,
    old: bool,
    now: i64,
}

impl Case {
    fn new(seed: u64) -> Self {
        let folder = TempDir::new().expect("a folder");
        let producer = Connection::open(folder.path().join("e.db")).expect("open");
        let mut random = Random::new(seed);
        let old = random.chance(30);
        let table = if old { V1 } else { V2 };
        let sql = format!("PRAGMA journal_mode = WAL; {table}; CREATE INDEX by_time ON ip_events (timestamp)");
        producer.execute_batch(&sql).expect("a table");
        let mut case = Self { folder, producer, random, old, now: NOON };
        // So much before every window that a fresh reading goes through the index too.
        case.producer.execute_batch("BEGIN").expect("begin");
        for _ in 0..3_000 {
            case.insert(NOON - 86_400_000_000);
        }
        for _ in 0..120 {
            let ago = case.random.below(90) as i64 * MINUTE;
            case.insert(NOON - ago);
        }
        case.producer.execute_batch("COMMIT").expect("commit");
        case
    }

    /// A timestamp as producers write it, and sometimes as nobody does.
    fn text(&mut self, time: i64) -> String {
        let text = Timestamp(time).seconds();
        match self.random.below(30) {
            0 => format!("{}junk", &text[..14]),
            1 => text.replace('Z', "+00:00"),
            2 => text.replace('Z', ".25Z"),
            _ => text,
        }
    }

    fn insert(&mut self, time: i64) {
        let text = self.text(time);
        let address = format!("192.0.2.{}", self.random.below(40));
        let (port, hits) = (self.random.below(3_000) as i64, self.random.below(4) as i64);
        let sql = if self.old {
            "INSERT INTO ip_events (ip, direction, port, timestamp, hit_count) VALUES (?1, 'RX', ?2, ?3, ?4)"
        } else {
            "INSERT INTO ip_events (src_ip, src_port, dst_ip, dst_port, proto, in_if, out_if, verdict, direction, timestamp, hit_count, latitude)
             VALUES (iif(?2 % 50 = 1, x'ff', ?1), ?2, '10.0.0.1', 22, 'TCP', 'wan', iif(?2 % 3, '', 'lan'), 'DROP',
                     iif(?2 % 2, 'OUTBOUND', 'INBOUND'), ?3, ?4, iif(?2 % 70 = 2, 'north', ?2 / 10.0))"
        };
        self.producer.execute(sql, params![address, port, text, hits]).expect("a row");
    }

    /// What a producer does: new rows, late ones, known ones counted again.
    fn produce(&mut self) {
        let now = self.now;
        for _ in 0..self.random.below(25) {
            let late = if self.random.chance(15) { self.random.below(80) as i64 * MINUTE } else { 0 };
            let within = self.random.below(60) as i64 * 1_000_000;
            self.insert(now - late - within);
        }
        for _ in 0..self.random.below(6) {
            let (text, which) = (self.text(now), self.random.below(5_000) as i64);
            let again = "UPDATE ip_events SET timestamp = ?1, hit_count = hit_count + 1 WHERE id = 1 + ?2 % (SELECT max(id) FROM ip_events)";
            self.producer.execute(again, params![text, which]).expect("again");
        }
    }

    fn any_row(&mut self) -> i64 {
        let last: i64 = self.producer.query_row("SELECT max(id) FROM ip_events", [], |row| row.get(0)).expect("the last");
        last - self.random.below(150).min(last as u64 - 1) as i64
    }

    /// What only the check finds, or what the service says: removed rows, rows that are updated late or at the same time.
    fn meddle(&mut self, kept: &KeptWindow) {
        let row = self.any_row();
        match self.random.below(4) {
            0 => drop(self.producer.execute("DELETE FROM ip_events WHERE id = ?1", [row]).expect("delete")),
            1 => drop(self.producer.execute("DELETE FROM ip_events WHERE id BETWEEN 2990 AND 3060", []).expect("delete")),
            2 => {
                let time = self.now - self.random.below(90) as i64 * MINUTE;
                let text = self.text(time);
                self.producer.execute("UPDATE ip_events SET timestamp = ?1 WHERE id = ?2", params![text, row]).expect("move");
            }
            _ => {
                self.producer.execute("UPDATE ip_events SET hit_count = hit_count + 5 WHERE id = ?1", [row]).expect("count");
                let whole = Span { begins: Timestamp(self.now - 1_000 * MINUTE), ends: Timestamp(self.now + MINUTE) };
                kept.forget(&[whole]);
            }
        }
    }

    fn step(&mut self) -> Window {
        self.now += 1_000_000 * (1 + self.random.below(200) as i64);
        let back = if self.random.chance(15) { self.random.below(70) as i64 * MINUTE } else { 0 };
        let until = self.now - 30_000_000 - back;
        Window { since: Timestamp(until - 60 * MINUTE), until: Some(Timestamp(until)), now: Timestamp(self.now) }
    }

    /// All that can be seen of the window.
    fn rows(&self, window: Window, kept: Option<&KeptWindow>) -> (Vec<String>, String) {
        let options = SnapshotOptions {
            path: self.folder.path().join("e.db"),
            table: "ip_events".to_owned(),
            alert_table: "scout_alerts".to_owned(),
            directions: Some(DirectionCheck::new(None)),
            window,
            busy_timeout: Duration::from_secs(5),
            readers: 1,
        };
        let deadline = Instant::now() + Duration::from_secs(60);
        let wanted = Wanted { columns: &EVENT_COLUMNS, alerts: false, threads: 2, window_bytes: 1 << 30, kept, deadline };
        let snapshot = Snapshot::take(&options, &wanted).expect("a snapshot");
        let window = snapshot.kept_window().expect("a window");
        let names: Vec<&str> = window.names().collect();
        let mut rows = Vec::new();
        for row in 0..window.rows() {
            let mut text = String::new();
            let add = |place: usize, cell: Cell<'_>| {
                text += &format!("{}={cell:?} ", names[place]);
                Ok::<(), ()>(())
            };
            window.each_cell(row, add).expect("cells");
            rows.push(text);
        }
        let counts = (snapshot.unreadable_timestamps(), snapshot.unreadable_addresses(), snapshot.corrected_directions());
        (rows, format!("{counts:?} {names:?} {:?}", window.counts()))
    }
}

fn set(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

/// Compares after each of many steps. With `meddling` everything may happen, and everything is checked each time.
fn compare(meddling: bool) {
    let (seed, cases) = (set("KEPT_SEED").unwrap_or(1), set("KEPT_CASES").unwrap_or(12));
    for seed in seed..seed + cases {
        let mut case = Case::new(seed);
        let fresh = || if meddling { KeptWindow::checking_all() } else { KeptWindow::default() };
        let (mut kept, mut were_kept) = (fresh(), 0);
        for step in 0..25 {
            case.produce();
            if meddling && case.random.chance(50) {
                case.meddle(&kept);
            }
            if case.random.chance(4) {
                kept = fresh();
            }
            let window = case.step();
            were_kept += u32::from(kept.size().0 > 0);
            assert_eq!(case.rows(window, Some(&kept)), case.rows(window, None), "seed {seed}, step {step}, {window}");
        }
        assert!(were_kept > 15, "seed {seed}: {were_kept}");
    }
}

#[test]
fn what_is_kept_is_what_a_fresh_reading_gives_beside_a_producer() {
    compare(false);
}

#[test]
fn what_is_kept_is_what_a_fresh_reading_gives_whatever_happens() {
    compare(true);
}

#[test]
fn another_file_is_read_anew() {
    let kept = KeptWindow::default();
    for seed in 100..103 {
        let mut case = Case::new(seed);
        let window = case.step();
        assert_eq!(case.rows(window, Some(&kept)), case.rows(window, None));
        case.producer
            .execute_batch("ALTER TABLE ip_events ADD COLUMN city TEXT; UPDATE ip_events SET city = 'Ulm'")
            .expect("alter");
        assert_eq!(case.rows(window, Some(&kept)), case.rows(window, None));
    }
}
