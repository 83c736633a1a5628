//! SQL of the grammar that the gate lets through, with extreme literals: no query runs beyond its limit by more than seconds, and none is
//! left behind. `cargo xtask fuzz` tries many more.

use std::sync::Arc;
use std::time::{Duration, Instant};

use net_scout_model::{ColumnType, QueryError, QueryLimits, Timestamp, Window};
use net_scout_store::{ReadGrant, ScratchDatabase, Snapshot, SnapshotOptions};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use tokio::runtime::Runtime;

/// How long a query may run, and how much longer until it is answered: one that is not stopped takes minutes, and the machine may be busy.
const LIMIT: Duration = Duration::from_millis(200);
const MORE: Duration = Duration::from_secs(10);
/// How many queries are tried where nobody says.
const CASES: u32 = 120;
/// The instant of all events.
const AT: Timestamp = Timestamp(1_773_260_711_000_000);

/// Lengths and numbers where something ends.
const EXTREMES: [&str; 14] = [
    "0",
    "1",
    "-1",
    "255",
    "1000",
    "65536",
    "1000000",
    "4194303",
    "4194305",
    "30000000",
    "33554432",
    "2147483647",
    "9223372036854775807",
    "-9223372036854775808",
];

fn extreme() -> impl Strategy<Value = String> {
    prop::sample::select(&EXTREMES[..]).prop_map(str::to_owned)
}

fn any_of(texts: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::sample::select(texts).prop_map(str::to_owned)
}

/// What an expression begins with.
fn leaf() -> impl Strategy<Value = String> {
    let long = (extreme(), any_of(&["a", "%", "[", "{", "é", "'", "_"])).prop_map(|(count, letter)| {
        let letter = letter.replace('\'', "''");
        format!("printf('%.*c', {count}, '{letter}')")
    });
    let fixed = any_of(&[
        "NULL",
        "''",
        "'a'",
        "'%a%a%a%a%b'",
        "'*[a-z]*[a-z]*b'",
        "x'00'",
        "1e308",
        "-0.0",
        "0.1",
        "src_ip",
        "dst_port",
        "id",
        "time",
        "(SELECT group_concat(dst_ip) FROM events)",
        "(SELECT json_group_array(time) FROM events)",
        "(SELECT group_concat(src_ip || dst_ip, printf('%.*c', 1000, 'x')) FROM events)",
        "'$.a.b'",
        "'$[#-1]'",
        "'[1,[2,{\"a\":3}]]'",
    ]);
    prop_oneof![3 => long, 3 => fixed, 1 => extreme()]
}

fn expression() -> impl Strategy<Value = String> {
    leaf().prop_recursive(5, 48, 3, |inner| {
        let one = (
            any_of(&[
                "abs",
                "hex",
                "length",
                "lower",
                "upper",
                "quote",
                "trim",
                "typeof",
                "unhex",
                "unicode",
                "round",
                "sign",
                "json_array_length",
            ]),
            inner.clone(),
        )
            .prop_map(|(name, a)| format!("{name}({a})"));
        let two = (
            any_of(&[
                "instr",
                "ltrim",
                "rtrim",
                "trim",
                "substr",
                "unhex",
                "json_extract",
                "ifnull",
                "nullif",
                "max",
                "min",
                "like",
                "glob",
                "round",
                "printf",
                "format",
                "coalesce",
            ]),
            inner.clone(),
            inner.clone(),
        )
            .prop_map(|(name, a, b)| format!("{name}({a}, {b})"));
        let three = (
            any_of(&["replace", "substr", "iif", "like", "printf", "json_extract"]),
            inner.clone(),
            inner.clone(),
            inner.clone(),
        )
            .prop_map(|(name, a, b, c)| format!("{name}({a}, {b}, {c})"));
        let between = (
            any_of(&["||", "LIKE", "GLOB", "=", "<", "IS", "+", "*", "%", "->", "->>", "AND", "OR"]),
            inner.clone(),
            inner.clone(),
        )
            .prop_map(|(operator, a, b)| format!("({a} {operator} {b})"));
        let printed = (
            any_of(&["%s", "%.*s", "%*s", "%q", "%Q", "%.2147483647f", "%2147483647d", "%,d", "%!.1000000f", "%c", "%.*c"]),
            extreme(),
            inner.clone(),
        )
            .prop_map(|(format, number, a)| format!("printf('{format}{format}', {number}, {a}, {number}, {a})"));
        let cast = (inner.clone(), any_of(&["TEXT", "INTEGER", "REAL", "BLOB", "NUMERIC"]))
            .prop_map(|(a, kind)| format!("CAST({a} AS {kind})"));
        prop_oneof![2 => one, 4 => two, 3 => three, 4 => between, 2 => printed, 1 => cast]
    })
}

fn statement() -> impl Strategy<Value = String> {
    let from = any_of(&[
        "events",
        "events",
        "events, (SELECT 1 FROM events)",
        "(SELECT * FROM events ORDER BY src_ip, dst_ip LIMIT 1000)",
    ]);
    let plain = (expression(), from, expression(), prop::option::of(expression())).prop_map(|(a, from, b, order)| {
        let order = order.map_or(String::new(), |order| format!(" ORDER BY {order}"));
        format!("SELECT {a} FROM {from} WHERE {b}{order} LIMIT 1000")
    });
    let alone = prop::collection::vec(expression(), 1..6)
        .prop_map(|all| format!("SELECT coalesce({}, 1)", [all, vec!["2".to_owned()]].concat().join(", ")));
    let grouped = (
        any_of(&["group_concat", "string_agg", "json_group_array", "sum", "count", "max", "total", "avg"]),
        expression(),
        expression(),
    )
        .prop_map(|(name, a, by)| {
            let more = if name == "string_agg" { ", ','" } else { "" };
            format!("SELECT {name}({a}{more}) FROM events GROUP BY {by}")
        });
    let window = (
        any_of(&[
            "group_concat(src_ip)",
            "json_group_array(id)",
            "nth_value(src_ip, 7)",
            "sum(id)",
            "lag(src_ip)",
            "ntile(9223372036854775807)",
        ]),
        extreme(),
        extreme(),
    )
        .prop_map(|(call, from, to)| {
            let (from, to) = (from.trim_start_matches('-').to_owned(), to.trim_start_matches('-').to_owned());
            format!(
                "SELECT {call} OVER (ORDER BY dst_ip ROWS BETWEEN {from} PRECEDING AND {to} FOLLOWING EXCLUDE TIES) FROM events"
            )
        });
    let compound = (expression(), expression(), any_of(&["UNION", "UNION ALL", "INTERSECT", "EXCEPT"]))
        .prop_map(|(a, b, with)| format!("SELECT {a} FROM events {with} SELECT {b} FROM events"));
    let doubling = (leaf(), 1..60_usize).prop_map(|(a, times)| {
        let chain = (1..=times).map(|n| format!("t{n}(t) AS (SELECT t || t FROM t{})", n - 1)).collect::<Vec<_>>().join(", ");
        format!("WITH t0(t) AS (SELECT {a}), {chain} SELECT length(t) FROM t{times}")
    });
    let crossed = (1..60_usize).prop_map(|times| {
        let chain = (1..=times)
            .map(|n| format!("t{n}(t) AS (SELECT a.t FROM t{} a, t{} b)", n - 1, n - 1))
            .collect::<Vec<_>>()
            .join(", ");
        format!("WITH t0(t) AS (SELECT id FROM events), {chain} SELECT count(*) FROM t{times}")
    });
    let sorted = Just("SELECT a.id FROM events a, events b, events c ORDER BY a.id + b.id * c.id".to_owned());
    prop_oneof![4 => plain, 4 => alone, 2 => grouped, 2 => window, 2 => compound, 1 => doubling, 1 => crossed, 1 => sorted]
}

struct Scene {
    runtime: Runtime,
    snapshot: Snapshot,
    grant: Arc<ReadGrant>,
    _database: ScratchDatabase,
}

impl Scene {
    fn new() -> Self {
        let database = ScratchDatabase::with_many(20_000, AT).expect("a database");
        let snapshot = Snapshot::open(&SnapshotOptions {
            path: database.path().to_owned(),
            table: "ip_events".to_owned(),
            alert_table: "scout_alerts".to_owned(),
            window: Window { since: Timestamp(0), until: None, now: AT },
            busy_timeout: Duration::from_secs(1),
            readers: 1,
            directions: None,
        })
        .expect("a snapshot");
        let mut grant = ReadGrant::default();
        grant.allow("events", ["id", "time", "src_ip", "dst_ip", "dst_port"]);
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        Self { runtime, snapshot, grant: Arc::new(grant), _database: database }
    }

    /// Runs a query to its end, and gives how long it took to be answered.
    fn run(&self, sql: &str) -> (Result<(), QueryError>, Duration) {
        let limits = QueryLimits { time: LIMIT, rows: 1_000_000, bytes: 256 << 20 };
        let begun = Instant::now();
        let answered = self.runtime.block_on(async {
            let query =
                self.snapshot.query(sql.to_owned(), Vec::new(), vec![ColumnType::Text], Arc::clone(&self.grant), limits, None);
            let mut rows = query.await?;
            while rows.next().await?.is_some() {}
            Ok(())
        });
        (answered, begun.elapsed())
    }
}

#[test]
fn no_query_runs_beyond_its_limit() {
    let scene = Scene::new();
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(CASES);
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    let mut runner = TestRunner::new(config);
    let tried = runner.run(&statement(), |sql| {
        let (answered, took) = scene.run(&sql);
        prop_assert!(took < LIMIT + MORE, "answered after {took:?}: {answered:?}");
        // There is one reader: while the query goes on unseen, the next one waits.
        let (_, freed) = scene.run("SELECT 'free'");
        prop_assert!(freed < MORE, "went on for {freed:?}: {answered:?}");
        Ok(())
    });
    tried.unwrap_or_else(|error| panic!("{error}"));
    let left = scene.runtime.block_on(scene.snapshot.idle());
    assert_eq!(left, 0, "queries were left behind");
}

/// The statements that were found to escape, with their exact words.
#[test]
fn what_escaped_is_caught() {
    let scene = Scene::new();
    for sql in [
        "SELECT instr(printf('%.*c',30000000,'a'), printf('%.*c',15000000,'a')||'b')",
        "SELECT replace(printf('%.*c',30000000,'a'), printf('%.*c',15000000,'a')||'b', '')",
        "SELECT trim(printf('%.*c',30000000,'a'), printf('%.*c',15000000,'b')||'a')",
        "SELECT unhex(printf('%.*c',30000000,'x'), printf('%.*c',15000000,'b')||'x')",
        "SELECT printf('%.*c',30000000,'a') LIKE '%' || printf('%.*c',900,'_') || '%b'",
        "SELECT printf('%.*c',30000000,'a') GLOB '*a*a*a*a*a*a*a*a*a*a*a*a*b'",
        "SELECT a.id FROM events a, events b, events c ORDER BY a.id + b.id * c.id",
    ] {
        let (answered, took) = scene.run(sql);
        assert!(took < LIMIT + MORE, "{sql}: {took:?}");
        assert!(matches!(answered, Err(QueryError::TooLarge(_) | QueryError::TimedOut(_))), "{sql}: {answered:?}");
    }
    assert_eq!(scene.runtime.block_on(scene.snapshot.idle()), 0);
}
