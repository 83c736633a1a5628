//! What goes, what stays, and that nothing else is touched.

use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::StateEntry;
use net_scout_model::{CoverageState, Span, Stretch};

const NOW: Timestamp = Timestamp(1_773_261_311_000_000);
const DAY: i64 = 86_400_000_000;

fn database(path: &Path) -> Database {
    let mut database = Database::open_or_create(path, "scout_alerts", Duration::from_secs(5)).expect("open");
    database.migrate(NOW).expect("migrate");
    database.prepare_import().expect("event tables");
    database
        .connection
        .execute_batch(
            "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 99)
             INSERT INTO ip_events (src_ip, dst_ip, src_port, dst_port, timestamp) SELECT '192.0.2.1', '192.0.2.2', 1, i, '2001-01-01T00:00:00Z' FROM n;
             INSERT INTO ip_events_30 SELECT * FROM ip_events",
        )
        .expect("events");
    database
}

fn count(database: &Database, table: &str) -> i64 {
    database.connection.query_row(&format!("SELECT COUNT(*) FROM {table}"), [], |row| row.get(0)).expect(table)
}

/// Ten of everything, of ten days one each.
fn fill(database: &mut Database) {
    for day in 0..10 {
        let at = NOW.plus(-day * DAY - 1);
        let (text, status) = (at.seconds(), ["false_positive", "new"][usize::from(day >= 8)]);
        let run = |sql: &str| database.connection.execute(sql, [&text]).expect(sql);
        run(&format!("INSERT INTO scout_alerts (alert_type, status, created_at, src_ip) VALUES ('a', '{status}', ?1, '{day}')"));
        run(&format!(
            "INSERT INTO scout_enrichment_cache (subject, kind, result_json, updated_at) VALUES ('rdns:{day}', 'rdns', '{{}}', ?1)"
        ));
        run(&format!(
            "INSERT INTO scout_lookup_failures (subject, kind, result_json, updated_at) VALUES ('rdns:{day}', 'rdns', '{{}}', ?1)"
        ));
        run("INSERT INTO scout_ledger (at, plugin, version, sha256, kind, wasi, calls, failed, wall_us, cpu_us, memory, functions_json, rows, bytes_in,
             bytes_out, denials, alerts, refused) VALUES (?1, 'p', '1', '', 'rule', 0, 1, 0, 0, 0, 0, '{}', 0, 0, 0, 0, 0, 0)");
        run(&format!(
            "INSERT INTO scout_imports (head_length, head_digest, path, offset, line, is_finished, updated_at) VALUES ({day}, 'd', 'p', 0, 0, 1, ?1)"
        ));
        let message = "INSERT INTO scout_messages (alert_table, key, route, receiver, state, next, formed) VALUES ('a', ?1, 'r', 'c', 'sent', 0, ?2)";
        database.connection.execute(message, (&text, at.0)).expect("a message");
        // Two of the old ones wait.
        let entry =
            "INSERT INTO scout_outbox (alert_table, alert_id, route, receiver, news, severity, alert_json, at, due, message)
                     VALUES ('a', ?1, 'r', 'c', 'new', 'low', '{}', ?2, 0, iif(?1 >= 8, NULL, last_insert_rowid()))";
        database.connection.execute(entry, (day, at.0)).expect("an entry");
        let entry = |plugin: &str| StateEntry { plugin: plugin.to_owned(), key: day.to_string(), value: Some(vec![0; 10]) };
        database.keep_plugin_state(&[entry("here"), entry("gone")], at).expect("state");
        let span = Span { begins: at.plus(-DAY / 2), ends: at };
        let stretch = Stretch { span, state: CoverageState::Scanned, digest: day.to_string(), at, message: None };
        database.cover(&crate::Covered { table: "ip_events".to_owned(), stretches: vec![stretch] }).expect("coverage");
    }
}

fn all(keep: Keep) -> Retention {
    let tables = OwnTable::ALL.into_iter().map(|table| (table, keep)).collect();
    Retention { tables, plugins: Some(BTreeSet::from(["here".to_owned(), "it's".to_owned()])) }
}

#[test]
fn what_is_old_goes_and_the_dry_run_says_so_before() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut database = database(&folder.path().join("a.db"));
    fill(&mut database);
    let retention = all(Keep { age: Some(5 * DAY), bytes: None });
    let expected = database.removable(&retention, NOW).expect("a look");
    let rows: Vec<u64> = expected.iter().map(|removal| removal.rows).collect();
    // Two of the old alerts are open.
    assert_eq!(rows, [3, 5, 5, 5, 5, 5, 5, 3, 5]);
    assert_eq!(expected[6].bytes, 5 * (64 + 4 + 1 + 10));
    assert_eq!(database.retain(&retention, NOW, |_| true).expect("removed"), expected);
    let left = [
        "scout_alerts",
        "scout_enrichment_cache",
        "scout_lookup_failures",
        "scout_ledger",
        "scout_coverage",
        "scout_imports",
        "scout_plugin_state",
        "scout_outbox",
        "scout_messages",
    ]
    .map(|table| count(&database, table));
    assert_eq!(left, [7, 5, 5, 5, 5, 5, 15, 7, 5]);
    assert!(database.removable(&retention, NOW).expect("a look").iter().all(|removal| removal.rows == 0));
    // The last stretch stays, however old: what comes next goes on from there.
    database.retain(&all(Keep { age: Some(0), bytes: Some(0) }), NOW.plus(999 * DAY), |_| true).expect("removed");
    assert_eq!(
        ["scout_alerts", "scout_coverage", "scout_plugin_state", "scout_ledger"].map(|table| count(&database, table)),
        [2, 1, 10, 0]
    );
    assert_eq!(["ip_events", "ip_events_30"].map(|table| count(&database, table)), [100, 100]);
    // It can be written as before.
    database
        .keep_plugin_state(&[StateEntry { plugin: "here".to_owned(), key: "k".to_owned(), value: None }], NOW)
        .expect("written");
}

/// What is exactly as old as may be stays, and what is a moment older goes; of the sizes it is the same.
#[test]
fn the_border_is_exact() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut database = database(&folder.path().join("a.db"));
    let border = NOW.plus(-5 * DAY);
    for (key, at) in [("older", border.plus(-1_000_000)), ("border", border), ("newer", border.plus(1_000_000))] {
        let sql = "INSERT INTO scout_enrichment_cache (subject, kind, result_json, updated_at) VALUES (?1, 'rdns', '{}', ?2)";
        database.connection.execute(sql, (key, at.seconds())).expect(key);
    }
    let keep = |keep| Retention { tables: BTreeMap::from([(OwnTable::Cache, keep)]), plugins: None };
    let left = |database: &Database| -> Vec<String> {
        let mut statement =
            database.connection.prepare("SELECT subject FROM scout_enrichment_cache ORDER BY id").expect("a query");
        statement.query_map([], |row| row.get(0)).expect("rows").collect::<rusqlite::Result<_>>().expect("texts")
    };
    let now = NOW.plus(-NOW.0.rem_euclid(1_000_000));
    database.retain(&keep(Keep { age: Some(5 * DAY), bytes: None }), now, |_| true).expect("removed");
    assert_eq!(left(&database), ["border", "newer"]);
    // Both together: 64 bytes a row, and its texts.
    let both = 2 * (64 + 2) + 6 + 5;
    database.retain(&keep(Keep { age: None, bytes: Some(both) }), now, |_| true).expect("removed");
    assert_eq!(left(&database), ["border", "newer"]);
    database.retain(&keep(Keep { age: None, bytes: Some(both - 1) }), now, |_| true).expect("removed");
    assert_eq!(left(&database), ["newer"]);
    // Where it is not known which plugins are in use, what all remember stays.
    fill(&mut database);
    let nothing = Retention { plugins: None, ..all(Keep { age: Some(0), bytes: None }) };
    database.retain(&nothing, NOW.plus(DAY), |_| true).expect("removed");
    assert_eq!(count(&database, "scout_plugin_state"), 20);
}

#[test]
fn a_row_that_changed_since_it_was_looked_at_stays() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.db");
    let mut first = database(&path);
    fill(&mut first);
    let retention = all(Keep { age: Some(5 * DAY), bytes: None });
    let rows = first.rows_of(OwnTable::Cache, &retention).expect("a look").expect("a table");
    let leaving = first.leaving(&rows, &retention.tables[&OwnTable::Cache], NOW).expect("a look");
    let sql = "UPDATE scout_enrichment_cache SET updated_at = ?1 WHERE subject = 'rdns:9'";
    first.connection.execute(sql, [NOW.seconds()]).expect("found again");
    let (removal, _) = first.remove(OwnTable::Cache, &rows, &leaving, NOW, &mut |_| true).expect("removed");
    assert_eq!((removal.rows, count(&first, "scout_enrichment_cache")), (4, 6));
}

/// Many rows go in many short transactions, and it can be stopped after each.
#[test]
fn no_transaction_takes_long() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut database = database(&folder.path().join("a.db"));
    database
        .connection
        .execute_batch(
            "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 29999)
             INSERT INTO scout_enrichment_cache (subject, kind, result_json, updated_at)
             SELECT 'rdns:' || i, 'rdns', hex(zeroblob(300)), '2001-01-01T00:00:00Z' FROM n",
        )
        .expect("rows");
    let retention = all(Keep { age: Some(DAY), bytes: None });
    let mut parts = 0;
    let removals = database.retain(&retention, NOW, |part| {
        parts += usize::from(part.rows > 0);
        parts < 2
    });
    let rows: u64 = removals.expect("removed").iter().map(|removal| removal.rows).sum();
    assert!(parts == 2 && rows < 30_000, "{parts} transactions removed {rows}");
    let rest = database.retain(&retention, NOW, |_| true).expect("removed");
    assert_eq!(rest.iter().map(|removal| removal.rows).sum::<u64>() + rows, 30_000);
}

/// The events cannot be touched: not by a statement, not by a trigger on one of our tables, not where the alert table is said to be theirs.
#[test]
fn the_events_cannot_be_touched() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut database = database(&folder.path().join("a.db"));
    fill(&mut database);
    let guard = Guard::set(&mut database.connection, "scout_alerts").expect("set");
    for sql in [
        "DELETE FROM ip_events",
        "DELETE FROM ip_events_30 WHERE id = 1",
        "UPDATE ip_events SET hit_count = 2",
        "INSERT INTO ip_events SELECT * FROM ip_events_30",
        "DROP TABLE ip_events",
        "ALTER TABLE ip_events RENAME TO x",
        "UPDATE scout_alerts SET status = 'new'",
        "DELETE FROM scout_migrations",
        "DELETE FROM scout_allowlist",
        "ATTACH ':memory:' AS x",
        "PRAGMA writable_schema = 1",
        "CREATE TEMP TRIGGER t AFTER DELETE ON scout_alerts BEGIN DELETE FROM ip_events; END",
    ] {
        let error = database.connection.execute_batch(sql).expect_err(sql).to_string();
        assert!(error.contains("not authorized"), "{sql}: {error}");
    }
    guard.lift(&mut database.connection).expect("lifted");
    let guard = Guard::set(&mut database.connection, "ip_events").expect("set");
    database.connection.execute_batch("DELETE FROM ip_events").expect_err("net-sentinel's");
    guard.lift(&mut database.connection).expect("lifted");

    database
        .connection
        .execute_batch("CREATE TRIGGER t AFTER DELETE ON scout_enrichment_cache BEGIN DELETE FROM ip_events; END")
        .expect("a trigger");
    let error = database.retain(&all(Keep { age: Some(0), bytes: None }), NOW, |_| true).expect_err("refused").to_string();
    assert!(error.contains("not authorized"), "{error}");
    database.connection.execute_batch("DROP TRIGGER t").expect("it is lifted after an error");

    for table in ["ip_events", "ip_events_30"] {
        database.alert_table = table.to_owned();
        database.retain(&all(Keep { age: Some(0), bytes: Some(0) }), NOW.plus(DAY), |_| true).expect("nothing of theirs");
        assert_eq!(count(&database, table), 100);
    }
}

proptest! {
    /// Of any rows those go that are too old, and of the others the oldest, until the rest fits.
    #[test]
    fn the_newest_that_fit_are_kept(
        rows in prop::collection::vec((0..50_i64, 1..100_u64), 0..40),
        age in prop::option::of(0..60_i64),
        bytes in prop::option::of(0..2_000_u64),
    ) {
        let candidate = |(number, &(age, bytes)): (usize, &(i64, u64))| {
            let time = NOW.plus(-age * DAY);
            Candidate { number: number as i64, stored: Value::from(time.0), time, bytes }
        };
        let all: Vec<Candidate> = rows.iter().enumerate().map(candidate).collect();
        let keep = Keep { age: age.map(|days| days * DAY), bytes };
        let gone = leaving(all.clone(), &keep, NOW);
        let stays: Vec<&Candidate> = all.iter().filter(|row| !gone.contains(row)).collect();
        prop_assert_eq!(stays.len() + gone.len(), all.len());
        prop_assert!(gone.is_sorted_by_key(|row| (row.time, row.number)));
        let kept: u64 = stays.iter().map(|row| row.bytes).sum();
        prop_assert!(bytes.is_none_or(|most| kept <= most));
        prop_assert!(stays.iter().all(|row| age.is_none_or(|days| row.time >= NOW.plus(-days * DAY))));
        let newest_kept = stays.iter().map(|row| (row.time, row.number)).min();
        if let Some(newest) = gone.last() {
            prop_assert!(newest_kept.is_none_or(|oldest| oldest > (newest.time, newest.number)));
            let too_old = age.is_some_and(|days| newest.time < NOW.plus(-days * DAY));
            prop_assert!(too_old || bytes.is_some_and(|most| kept + newest.bytes > most), "the newest that goes could stay");
        }
    }
}

#[test]
fn the_history_of_an_alert_goes_with_it_but_for_a_row_that_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut database = database(&folder.path().join("a.db"));
    fill(&mut database);
    let anna = net_scout_model::Actor::Person("anna".into());
    let label = net_scout_model::AlertAction::Label { add: vec!["x".into()], remove: vec![] };
    database.act(&[8, 9], &label, None, &anna, NOW).expect("labelled");
    let retention = all(Keep { age: Some(5 * DAY), bytes: None });
    database.retain(&retention, NOW, |_| true).expect("removed");
    let row = database.history(8).expect("history").pop().expect("a row");
    assert_eq!(
        (row.actor.as_str(), row.action.as_str(), row.comment.as_deref()),
        ("retention", "remove", Some("with 1 row of its history"))
    );
    assert_eq!(serde_json::json!(row.before)["labels"], "x");
    assert_eq!(serde_json::json!(row.before)["status"], "false_positive");
    assert_eq!(database.history(8).expect("history").len(), 1);
    // It stays, and so does all of the alerts that stay.
    let error = database.connection.execute_batch("DELETE FROM scout_history").expect_err("kept").to_string();
    assert!(error.contains("append-only"), "{error}");
    assert_eq!(database.history(9).expect("history").len(), 1);
}
