//! Late rows, against a list of rows and what each looked like.

use std::collections::BTreeMap;
use std::path::Path;

use proptest::prelude::*;
use rusqlite::Connection;

use super::*;
use net_scout_model::{CoverageState, Stretch};

/// The first minute of the tests: 2026-03-11T20:35.
const START: i64 = 1_773_261_300;

fn minute(minute: i64) -> Timestamp {
    Timestamp((START + minute * 60) * 1_000_000)
}

fn span(begins: i64, ends: i64) -> Span {
    Span { begins: minute(begins), ends: minute(ends) }
}

fn covered(stretches: &[(i64, i64, CoverageState)]) -> Coverage {
    let mut coverage = Coverage::default();
    for &(begins, ends, state) in stretches {
        let span = span(begins, ends);
        coverage.record(Stretch { span, state, digest: String::new(), at: minute(0), message: None });
    }
    coverage
}

struct Events(Connection);

impl Events {
    fn new(path: &Path, journal: &str) -> Self {
        let connection = Connection::open(path).expect("open");
        connection.pragma_update(None, "journal_mode", journal).expect("a journal");
        connection.pragma_update(None, "synchronous", "off").expect("fast");
        connection.execute_batch(&include_str!("../v2.sql").replace("{table}", "ip_events")).expect("a table");
        // What is looked at is a small part of the table.
        connection
            .execute_batch(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
                 INSERT INTO ip_events (src_ip, dst_ip, src_port, dst_port, timestamp) SELECT '192.0.2.1', '192.0.2.2', 0, i, '2025-01-01T00:00:00Z' FROM n",
            )
            .expect("rows");
        Self(connection)
    }

    fn insert(&self, port: i64, at: i64) {
        let sql = "INSERT INTO ip_events (src_ip, dst_ip, src_port, dst_port, timestamp)
                   VALUES ('192.0.2.1', '192.0.2.2', 1, ?1, strftime('%Y-%m-%dT%H:%M:%SZ', ?2, 'unixepoch'))";
        self.0.execute(sql, [port, START + at * 60 + 5]).expect("insert");
    }

    /// What the producer does with an event that it knows.
    fn update(&self, port: i64, at: i64) {
        let sql = "UPDATE ip_events SET timestamp = strftime('%Y-%m-%dT%H:%M:%SZ', ?2, 'unixepoch'), hit_count = hit_count + 1
                   WHERE src_port = 1 AND dst_port = ?1";
        assert_eq!(self.0.execute(sql, [port, START + at * 60 + 5]).expect("update"), 1);
    }

    fn delete(&self, port: i64) {
        self.0.execute("DELETE FROM ip_events WHERE src_port = 1 AND dst_port = ?1", [port]).expect("delete");
    }
}

fn table(path: &Path) -> EventTable {
    EventTable { path: path.to_owned(), table: "ip_events".to_owned(), busy_timeout: Duration::from_secs(5) }
}

#[test]
fn new_and_updated_rows_bring_their_minute_back() {
    for journal in ["WAL", "DELETE"] {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.db");
        let events = Events::new(&path, journal);
        (0..10).for_each(|at| events.insert(at, at));
        let (table, mut seen) = (table(&path), SeenRows::default());
        let coverage = covered(&[(0, 10, CoverageState::Scanned), (12, 20, CoverageState::Failed)]);
        let mut look = |mark| table.changes(mark, &coverage, minute(3), &mut seen).expect("a look");

        // The first look takes all rows as known, and the second knows them.
        let first = look(None);
        assert_eq!(first, Changes { last: Some(2_010), ..Changes::default() });
        assert_eq!(look(first.last), first);

        // Two in what was scanned, one in what failed, one later.
        for (port, at) in [(100, 1), (101, 4), (102, 15), (103, 30)] {
            events.insert(port, at);
        }
        let late = look(first.last);
        let expected = Changes { last: Some(2_014), late: vec![span(1, 2), span(4, 5)], rows: 2, unknown: None };
        assert_eq!(late, expected, "{journal}");

        // An update to a later time is no late row; one to a time that was scanned is, and so is a higher count.
        events.update(0, 30);
        events.update(1, 8);
        events.update(5, 5);
        let updated = look(late.last);
        let expected = Changes { late: vec![span(5, 6), span(8, 9)], rows: 2, ..look(late.last) };
        assert_eq!(updated, expected, "{journal}");
        assert_eq!(look(late.last).late, [], "once");
        assert_eq!(seen.len(), 7 + 1 + 1 + 1 + 2, "{journal}: those since minute 3");
    }
}

#[test]
fn a_service_that_begins_again_says_what_it_cannot_know() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.db");
    let events = Events::new(&path, "WAL");
    (0..10).for_each(|at| events.insert(at, at));
    let (table, coverage) = (table(&path), covered(&[(0, 10, CoverageState::Scanned)]));
    let mut seen = SeenRows::default();
    let changes = table.changes(Some(2_010), &coverage, minute(3), &mut seen).expect("a look");
    assert_eq!(changes, Changes { last: Some(2_010), unknown: Some(span(3, 10)), ..Changes::default() });
    // A look further back than before knows no more of that part.
    let changes = table.changes(Some(2_010), &coverage, minute(1), &mut seen).expect("a look");
    assert_eq!(changes.unknown, Some(span(1, 3)));
    // Numbers that begin again are other rows.
    events.0.execute_batch("DELETE FROM ip_events; DELETE FROM sqlite_sequence").expect("empty");
    let empty = table.changes(Some(2_010), &coverage, minute(1), &mut seen).expect("a look");
    assert_eq!((empty, seen.is_empty()), (Changes::default(), true));
    events.insert(1, 4);
    let again = table.changes(Some(2_010), &coverage, minute(1), &mut seen).expect("a look");
    assert_eq!((again.last, again.late), (Some(1), vec![span(4, 5)]));
}

#[test]
fn the_last_rows_may_be_removed() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.db");
    let events = Events::new(&path, "WAL");
    (0..10).for_each(|at| events.insert(at, at));
    let (table, coverage, mut seen) = (table(&path), covered(&[(0, 10, CoverageState::Scanned)]), SeenRows::default());
    let mark = table.changes(None, &coverage, minute(0), &mut seen).expect("a look").last;
    events.delete(9);
    let removed = table.changes(mark, &coverage, minute(0), &mut seen).expect("a look");
    assert_eq!(removed, Changes { last: Some(2_009), ..Changes::default() });
    events.insert(9, 5);
    assert_eq!(table.changes(removed.last, &coverage, minute(0), &mut seen).expect("a look").late, [span(5, 6)]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    /// Whatever is added, updated and removed between two looks: what is late is exactly what is new or different in what was scanned.
    #[test]
    fn it_finds_what_a_comparison_of_all_rows_finds(
        rounds in prop::collection::vec((prop::collection::vec((0..3_u8, 0..30_i64, 0..40_i64), 0..12), 0..40_i64, 0..40_i64), 1..8),
        wal in any::<bool>(),
    ) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.db");
        let events = Events::new(&path, if wal { "WAL" } else { "DELETE" });
        let (table, mut seen) = (table(&path), SeenRows::default());
        // By port: the minute and the count.
        let mut rows: BTreeMap<i64, (i64, i64)> = BTreeMap::new();
        let mut mark = table.changes(None, &Coverage::default(), minute(0), &mut seen).expect("a look").last;
        for (changes, from, to) in rounds {
            let mut touched = BTreeSet::new();
            for (kind, port, at) in changes {
                match (kind, rows.get_mut(&port)) {
                    (0 | 1, None) => {
                        events.insert(port, at);
                        rows.insert(port, (at, 1));
                        touched.insert(port);
                    }
                    (0 | 1, Some(row)) => {
                        events.update(port, at);
                        *row = (at, row.1 + 1);
                        touched.insert(port);
                    }
                    (_, Some(_)) => {
                        events.delete(port);
                        rows.remove(&port);
                        touched.remove(&port);
                    }
                    _ => {}
                }
            }
            let coverage = covered(&[(from.min(to), from.max(to), CoverageState::Scanned)]);
            let found = table.changes(mark, &coverage, minute(0), &mut seen).expect("a look");
            let minutes: BTreeSet<i64> = touched.iter().map(|port| rows[port].0).filter(|at| (from.min(to)..from.max(to)).contains(at)).collect();
            let mut expected = Vec::new();
            minutes.into_iter().for_each(|at| span(at, at + 1).append(&mut expected));
            prop_assert_eq!(found.late, expected);
            prop_assert_eq!(found.unknown, None);
            prop_assert_eq!(seen.len(), rows.len());
            mark = found.last;
        }
    }
}
