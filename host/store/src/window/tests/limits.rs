//! Limits, cancelling, and what goes to SQLite.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rusqlite::Connection;

use super::SMALL;
use super::rows::{Random, fill};
use crate::layout::Source;
use crate::schema;
use crate::window::read::read;
use crate::window::request::{Request, Way, unsuited};
use crate::window::source::column_source;
use net_scout_engine::{EventWindow, Outcome, Plan};
use net_scout_model::{Batch, ColumnType, EVENT_COLUMNS, QueryError, QueryLimits, Timestamp, Value, Window};

const LIMITS: QueryLimits = QueryLimits { time: Duration::from_secs(60), rows: 1 << 40, bytes: 1 << 40 };

fn load(rows: u64, threads: usize, byte_limit: u64) -> Option<EventWindow> {
    let file = tempfile::NamedTempFile::new().expect("file").into_temp_path();
    let writer = Connection::open(&file).expect("open");
    fill(&writer, &mut Random::new(7), rows, false);
    assert_eq!(unsuited(&writer, "ip_events").expect("look"), None);
    let mut connections: Vec<Connection> = (0..threads).map(|_| Connection::open(&file).expect("open")).collect();
    let columns = schema::columns(&writer, "ip_events").expect("columns");
    let source = Source::recognise("ip_events", &columns).expect("a layout");
    let request = Request {
        table: "main.\"ip_events\"".to_owned(),
        timestamp: "timestamp".to_owned(),
        columns: ["id", "src_ip", "dst_ip", "dst_port", "time"].into_iter().map(|name| column_source(&source, name)).collect(),
        window: Window { since: Timestamp(0), until: None, now: Timestamp(0) },
        addresses: source.addresses(),
        directions: None,
        way: Way::Table { rowid: Some("rowid") },
        number: None,
        byte_limit,
    };
    read(connections.iter_mut().collect(), request).expect("read")
}

fn window(rows: u64, threads: usize) -> EventWindow {
    load(rows, threads, 1 << 30).expect("a window").with_granularity(SMALL)
}

fn plan(window: &EventWindow, sql: &str, columns: &[ColumnType]) -> Plan {
    Plan::new(window, sql, &[], columns, &|_| true, None)
}

fn run(window: &EventWindow, sql: &str, columns: &[ColumnType], limits: QueryLimits) -> Result<Vec<Batch>, QueryError> {
    let Plan::Fast(plan) = plan(window, sql, columns) else { panic!("{}", plan(window, sql, columns)) };
    let mut batches = Vec::new();
    let outcome = plan.run(window, &limits, &AtomicBool::new(false), |batch| {
        batches.push(batch);
        true
    })?;
    assert_eq!(outcome, Outcome::Done);
    Ok(batches)
}

const ALL: &str = "SELECT src_ip, id FROM events";
const TYPES: [ColumnType; 2] = [ColumnType::Text, ColumnType::Integer];

#[test]
fn batches_have_at_most_ten_thousand_rows() {
    let sizes: Vec<u32> =
        run(&window(25_000, 3), ALL, &TYPES, LIMITS).expect("rows").iter().map(|batch| batch.row_count).collect();
    assert_eq!(sizes[..2], [10_000, 10_000]);
    assert_eq!(sizes.len(), 3);
}

#[test]
fn the_result_does_not_depend_on_the_number_of_threads() {
    let sql = "SELECT src_ip, dst_ip, COUNT(*), json_group_array(id) FROM events GROUP BY dst_ip, src_ip, time / 60000000";
    let types = [ColumnType::Text, ColumnType::Text, ColumnType::Integer, ColumnType::IntegerList];
    let one = run(&window(3_000, 1), sql, &types, LIMITS).expect("rows");
    for threads in [2, 3, 7] {
        assert_eq!(run(&window(3_000, threads), sql, &types, LIMITS).expect("rows"), one);
    }
}

#[test]
fn limits_are_named_in_the_error() {
    let window = window(500, 2);
    let error = run(&window, ALL, &TYPES, QueryLimits { rows: 100, ..LIMITS }).expect_err("rows");
    assert_eq!(error, QueryError::TooLarge("the result has more than 100 rows (limits.rows)".to_owned()));
    let error = run(&window, ALL, &TYPES, QueryLimits { bytes: 1_000, ..LIMITS }).expect_err("bytes");
    assert_eq!(error, QueryError::TooLarge("the result takes more than 0 MiB (limits.result_mib)".to_owned()));
    let error = run(&window, ALL, &TYPES, QueryLimits { time: Duration::ZERO, ..LIMITS }).expect_err("time");
    assert_eq!(error, QueryError::TimedOut("the query ran longer than 0 s (limits.query_seconds)".to_owned()));
}

#[test]
fn a_dropped_query_ends() {
    let window = window(500, 2);
    let Plan::Fast(plan) = plan(&window, ALL, &TYPES) else { panic!("a plan") };
    let cancelled = AtomicBool::new(true);
    let error = plan.run(&window, &LIMITS, &cancelled, |_| true).expect_err("dropped");
    assert_eq!(error, QueryError::Unavailable("the query was dropped".to_owned()));
    cancelled.store(false, Ordering::Relaxed);
    assert_eq!(plan.run(&window, &LIMITS, &cancelled, |_| false), Ok(Outcome::Unheard));
}

#[test]
fn reading_stops_above_its_limit() {
    assert!(load(30_000, 2, 100_000).is_none());
}

#[test]
fn events_take_little_memory() {
    let window = window(20_000, 2);
    let each = window.bytes() as f64 / f64::from(window.rows());
    assert!(each < 48.0, "{each}");
}

#[test]
fn all_columns_take_little_memory() {
    let file = tempfile::NamedTempFile::new().expect("file").into_temp_path();
    let mut connection = Connection::open(&file).expect("open");
    fill(&connection, &mut Random::new(1), 0, false);
    // As wide as events get: 100,000 addresses, all ports, names and places of many, and a second or more between them.
    connection
        .execute_batch(
            "DELETE FROM ip_events;
             WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 99999)
             INSERT INTO ip_events (id, src_ip, dst_ip, src_rdns, dst_rdns, src_port, dst_port, src_service, dst_service, proto, in_if,
               out_if, verdict, direction, timestamp, hit_count, city, state, country, country_code, latitude, longitude, trace_path)
             SELECT i * 3, '10.' || i / 40000 || '.' || i / 200 % 200 || '.' || i % 200, '192.0.2.' || i % 250,
               'host' || i % 50000, 'host' || i % 200, 1 + i * 7919 % 65535, 1 + i * 104729 % 65535, 's' || i % 200, 's' || i % 100,
               'P' || i % 3, 'eth' || i % 4, 'eth' || i % 4, iif(i % 2, 'DROP', 'ACCEPT'), iif(i % 3, 'INBOUND', 'OUTBOUND'),
               strftime('%Y-%m-%dT%H:%M:%SZ', 1700000000 + i * 6, 'unixepoch'), 1 + i % 200, 'c' || i % 5000, 's' || i % 2000,
               'l' || i % 200, 'k' || i % 200, i % 5000 / 10.0, i % 6000 / 10.0, 't' || i % 5000 FROM n;",
        )
        .expect("rows");
    let columns = schema::columns(&connection, "ip_events").expect("columns");
    let source = Source::recognise("ip_events", &columns).expect("a layout");
    let request = Request {
        table: "main.\"ip_events\"".to_owned(),
        timestamp: "timestamp".to_owned(),
        columns: EVENT_COLUMNS.into_iter().map(|name| column_source(&source, name)).collect(),
        window: Window { since: Timestamp(0), until: None, now: Timestamp(0) },
        addresses: source.addresses(),
        directions: None,
        way: Way::Table { rowid: Some("rowid") },
        number: None,
        byte_limit: 1 << 30,
    };
    let window = read(vec![&mut connection], request).expect("read").expect("a window");
    let each = window.row_bytes() as f64 / f64::from(window.rows());
    assert!(window.rows() == 100_000 && each < 48.0, "{each}");
    for name in EVENT_COLUMNS {
        let plan = plan(&window, &format!("SELECT count({name}) FROM events"), &[ColumnType::Integer]);
        assert!(matches!(plan, Plan::Fast(_)), "{name}: {plan}");
    }
}

#[test]
fn what_is_not_certain_goes_to_sqlite_with_the_reason() {
    let window = window(50, 1);
    let (integer, text) = (ColumnType::Integer, ColumnType::Text);
    let cases: [(&str, &[ColumnType], &str); 14] = [
        ("SELECT * FROM events", &[text], "it selects `*`"),
        ("SELECT id FROM alerts", &[integer], "it reads `alerts`"),
        ("SELECT id FROM main.events", &[integer], "its FROM is not plain"),
        ("SELECT e.id FROM events e JOIN events f ON e.id = f.id", &[integer], "it holds `JOIN`"),
        ("SELECT id FROM events LIMIT 5", &[integer], "it has a LIMIT without an ORDER BY"),
        ("SELECT proto FROM events", &[text], "column `proto` was not requested"),
        ("SELECT src_ip, id FROM events GROUP BY src_ip", &[text, integer], "column `id` is neither a key nor in an aggregate"),
        ("SELECT id FROM events WHERE src_ip = 5", &[integer], "it compares text with integer"),
        ("SELECT id FROM events WHERE dst_port = '22'", &[integer], "it compares integer with text"),
        ("SELECT time * time FROM events", &[integer], "an integer may overflow"),
        ("SELECT src_ip FROM events", &[integer], "result column 1 is text where integer is expected"),
        ("SELECT upper(src_ip) FROM events", &[text], "it calls `upper`"),
        ("SELECT id FROM events -- all", &[integer], "it holds a comment"),
        ("SELECT id FROM events WHERE id IN (SELECT 1)", &[integer], "it has an expression that is not known here"),
    ];
    for (sql, columns, reason) in cases {
        let Plan::Sqlite(found) = plan(&window, sql, columns) else { panic!("{sql}") };
        assert_eq!(found, reason, "{sql}");
    }
    let Plan::Sqlite(reason) = Plan::new(&window, "SELECT id FROM events", &[], &[integer], &|_| false, None) else {
        panic!("a grant")
    };
    assert_eq!(reason, "column `id` was not requested");
    let parameters = [Value::Text("a\0b".to_owned())];
    let Plan::Sqlite(_) = Plan::new(&window, "SELECT id FROM events WHERE src_ip = ?1", &parameters, &[integer], &|_| true, None)
    else {
        panic!("a zero")
    };
}

#[test]
fn tables_whose_texts_compare_otherwise_are_not_read() {
    let connection = Connection::open_in_memory().expect("open");
    connection
        .execute_batch(
            "CREATE TABLE folded (id INTEGER PRIMARY KEY, src_ip TEXT COLLATE NOCASE); CREATE TABLE number (src_ip INTEGER);
             CREATE TABLE bare (src_ip, dst_port TEXT); CREATE VIEW seen AS SELECT * FROM folded;",
        )
        .expect("schema");
    for (table, suited) in [("folded", false), ("number", false), ("bare", true), ("seen", false), ("absent", false)] {
        assert_eq!(unsuited(&connection, table).expect("look").is_none(), suited, "{table}");
    }
}

#[test]
fn deep_expressions_do_not_exhaust_the_stack() {
    let window = window(50, 1);
    let chain = vec!["COUNT(*) + id > 0"; 55].join(" AND ");
    let sql = format!("SELECT id FROM events GROUP BY id HAVING {chain}");
    assert!(run(&window, &sql, &[ColumnType::Integer], LIMITS).is_ok());
    for depth in [30, 200] {
        let sql = format!("SELECT {}id{} FROM events", "(".repeat(depth), ")".repeat(depth));
        drop(plan(&window, &sql, &[ColumnType::Integer]));
    }
    let sql = format!("SELECT id FROM events WHERE {}", vec!["id"; 300].join(" + "));
    drop(plan(&window, &sql, &[ColumnType::Integer]));
}
