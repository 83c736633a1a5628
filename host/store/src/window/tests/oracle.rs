//! One database, seen by both engines.

use std::str::FromStr as _;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use rusqlite::functions::FunctionFlags;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, params_from_iter};

use super::SMALL;
use super::queries::Query;
use super::rows::{Random, fill};
use crate::function::{direction_function, readable_function};
use crate::layout::{READABLE_FUNCTION, Source, TIME_FUNCTION};
use crate::rule_function::rule_functions;
use crate::window::read::read;
use crate::window::request::{Request, Way};
use crate::window::source::column_source;
use net_scout_engine::{EventWindow, Outcome, Plan};
use net_scout_model::time::parse_timestamp;
use net_scout_model::{
    Batch, ColumnType, ColumnValues, DirectionCheck, EVENT_COLUMNS, Networks, QueryLimits, Timestamp, Value, Window,
};

pub(super) enum Verdict {
    Same,
    /// The rows are the same where their order does not matter.
    OtherOrder,
    Sqlite(String),
}

#[derive(Clone, Debug, PartialEq, PartialOrd)]
pub(super) enum Cell {
    Null,
    Integer(i64),
    Real(f64),
    Text(String),
    List(Vec<Cell>),
}

pub(super) struct Case {
    sqlite: Connection,
    window: EventWindow,
    /// Since when the rule sees events, where that is later than the window's beginning.
    later: Option<Timestamp>,
    _file: tempfile::TempPath,
}

/// Makes an old table of the rows of a new one.
const TO_V1: &str = "ALTER TABLE ip_events RENAME TO v2;
    DROP INDEX by_time; DROP INDEX by_source;
    CREATE TABLE ip_events (id INTEGER PRIMARY KEY, ip TEXT NOT NULL, reverse_dns TEXT, direction TEXT, port INTEGER, service TEXT,
      timestamp TEXT NOT NULL, city TEXT, state TEXT, country TEXT, country_code TEXT, latitude REAL, longitude REAL, trace_path TEXT,
      verdict TEXT, hit_count INTEGER);
    INSERT INTO ip_events SELECT id, coalesce(src_ip, '?'), src_rdns, CASE direction WHEN 'INBOUND' THEN 'RX' WHEN 'Inbound' THEN 'rx' WHEN 'OUTBOUND' THEN 'TX' WHEN 'RX' THEN 'Inbound' WHEN 'outbound' THEN direction END,
      dst_port, dst_service, timestamp, city, state, country, country_code, latitude, longitude, trace_path, verdict, hit_count FROM v2;
    CREATE INDEX by_time ON ip_events (timestamp);";

impl Case {
    pub(super) fn new(random: &mut Random, rows: u64) -> Self {
        let file = tempfile::NamedTempFile::new().expect("file").into_temp_path();
        let sqlite = Connection::open(&file).expect("open");
        sqlite.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;").expect("pragma");
        let (rows, wild) = (random.below(rows), random.chance(30));
        fill(&sqlite, random, rows, wild);
        let old = random.chance(15);
        if old {
            sqlite.execute_batch(TO_V1).expect("v1");
        }
        let since = parse_timestamp(random.pick::<&str>(&["2026-03-10T05:00:00Z", "2026-03-01", "2026-03-11T20:20:00.5Z"]))
            .expect("since");
        let until = random.chance(50).then(|| parse_timestamp("2026-03-12T07:00:30Z").expect("until"));
        let window = Window { since, until, now: Timestamp(0) };
        let later = random.chance(40).then(|| since.plus(random.below(72) as i64 * 1_800_000_000 + 1));
        let span = later.map_or(String::new(), |later| format!("WHERE inner_events.time >= {}", later.0));
        let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
        sqlite
            .create_scalar_function(TIME_FUNCTION, 1, flags, |context| {
                Ok(match context.get_raw(0) {
                    ValueRef::Text(text) => std::str::from_utf8(text).ok().and_then(parse_timestamp).map(|time| time.0),
                    _ => None,
                })
            })
            .expect("function");
        let columns: Vec<String> = sqlite
            .prepare("SELECT name FROM pragma_table_info('ip_events')")
            .and_then(|mut statement| statement.query_map([], |row| row.get(0))?.collect())
            .expect("columns");
        let source = Source::recognise("ip_events", &columns).expect("a layout");
        let own = Some(Networks::from_str("1.2.3.0/24").expect("a network")).filter(|_| random.chance(50));
        let directions = random.chance(70).then(|| DirectionCheck::new(own.as_ref()));
        let source = if directions.is_some() { source.checking_directions() } else { source };
        let directions = directions.filter(|_| source.checks_directions());
        directions.iter().for_each(|check| drop(direction_function(&sqlite, check).expect("function")));
        readable_function(&sqlite).expect("function");
        rule_functions(&sqlite).expect("function");
        let last = window.until.map_or(i64::MAX, |until| until.0 - 1);
        let through_index = random.chance(40);
        let (from, to) = ("2026-03-09".to_owned(), "2026-03-14".to_owned());
        let (hint, bounds) = if through_index {
            ("INDEXED BY by_time", format!("timestamp >= '{from}' AND timestamp < '{to}' AND"))
        } else {
            ("NOT INDEXED", String::new())
        };
        sqlite
            .execute_batch(&format!(
                "CREATE TEMP VIEW inner_events AS SELECT {} FROM main.ip_events {hint} WHERE {bounds} {TIME_FUNCTION}(timestamp) BETWEEN {} AND {last}
                   AND {READABLE_FUNCTION}({});
                 CREATE TEMP VIEW events AS SELECT * FROM inner_events {span};",
                source.select_list(),
                window.since.0,
                source.addresses().join(", "),
            ))
            .expect("views");
        let way = match through_index {
            true => Way::Index {
                name: "by_time".to_owned(),
                from,
                to: Some(to),
                cuts: ["2026-03-11T12", "2026-03-10", "2026-03-12T07:00:30"].map(str::to_owned).to_vec(),
            },
            false => Way::Table { rowid: random.chance(80).then_some("rowid") },
        };
        let request = Request {
            table: "main.\"ip_events\"".to_owned(),
            timestamp: "timestamp".to_owned(),
            columns: EVENT_COLUMNS.into_iter().map(|name| column_source(&source, name)).collect(),
            window,
            addresses: source.addresses(),
            directions,
            way,
            number: None,
            byte_limit: 1 << 30,
        };
        let threads = 1 + random.below(4);
        let mut connections: Vec<Connection> = (0..threads).map(|_| Connection::open(&file).expect("open")).collect();
        let window = read(connections.iter_mut().collect(), request).expect("read").expect("a window").with_granularity(SMALL);
        Self { sqlite, window, later, _file: file }
    }

    /// Runs a query in both engines; the error is how they differ.
    pub(super) fn check(&self, query: &Query) -> Result<Verdict, String> {
        let Query { sql, parameters, columns, ordered } = query;
        let plan = match Plan::new(&self.window, sql, parameters, columns, &|_| true, self.later) {
            Plan::Fast(plan) => plan,
            Plan::Sqlite(reason) => {
                // An error of SQLite is no concern of ours.
                let reason = self.sqlite.prepare(sql).map_or_else(|_| "an error of SQLite".to_owned(), |_| reason);
                return Ok(Verdict::Sqlite(reason));
            }
        };
        if self.sqlite.prepare(sql).is_err() {
            // The host asks SQLite first.
            return Ok(Verdict::Sqlite("an error of SQLite".to_owned()));
        }
        let limits = QueryLimits { time: Duration::from_secs(60), rows: 1 << 40, bytes: 1 << 40 };
        let mut rows = Vec::new();
        let outcome = plan.run(&self.window, &limits, &AtomicBool::new(false), |batch| {
            flatten(&batch, &mut rows);
            true
        });
        match outcome {
            Ok(Outcome::Done) => {}
            Ok(Outcome::Sqlite(reason)) => return Ok(Verdict::Sqlite(reason.0.to_owned())),
            other => return Err(format!("{other:?}")),
        }
        let expected = self.expected(query).map_err(|error| format!("SQLite says {error}, the window gives {rows:?}"))?;
        if same(&rows, &expected) {
            return Ok(Verdict::Same);
        }
        let sorted = |mut rows: Vec<Vec<Cell>>| {
            rows.sort_by(|left, right| left.partial_cmp(right).expect("no NaN"));
            rows
        };
        if !ordered && same(&sorted(rows.clone()), &sorted(expected.clone())) {
            return Ok(Verdict::OtherOrder);
        }
        Err(format!("window {rows:?}\nSQLite {expected:?}"))
    }

    fn expected(&self, query: &Query) -> rusqlite::Result<Vec<Vec<Cell>>> {
        let mut statement = self.sqlite.prepare(&query.sql)?;
        let parameters = query.parameters.iter().map(|value| match value {
            Value::Null => rusqlite::types::Value::Null,
            Value::Boolean(value) => rusqlite::types::Value::Integer(i64::from(*value)),
            Value::Integer(value) => rusqlite::types::Value::Integer(*value),
            Value::Real(value) => rusqlite::types::Value::Real(*value),
            Value::Text(value) => rusqlite::types::Value::Text(value.clone()),
        });
        let mut cursor = statement.query(params_from_iter(parameters))?;
        let mut rows = Vec::new();
        while let Some(row) = cursor.next()? {
            let mut cells = Vec::new();
            for (index, column) in query.columns.iter().enumerate() {
                cells.push(match (row.get_ref(index)?, column) {
                    (ValueRef::Null, _) => Cell::Null,
                    (ValueRef::Integer(value), ColumnType::Real) => Cell::Real(value as f64),
                    (ValueRef::Integer(value), _) => Cell::Integer(value),
                    (ValueRef::Real(value), _) => Cell::Real(value),
                    (ValueRef::Text(text), ColumnType::Text) => Cell::Text(String::from_utf8_lossy(text).into_owned()),
                    (ValueRef::Text(text), _) => Cell::List(list(text)),
                    (ValueRef::Blob(bytes), _) => Cell::Text(format!("blob {bytes:?}")),
                });
            }
            rows.push(cells);
        }
        Ok(rows)
    }
}

/// Equal to the bit.
fn same(left: &[Vec<Cell>], right: &[Vec<Cell>]) -> bool {
    format!("{left:?}") == format!("{right:?}")
}

fn list(text: &[u8]) -> Vec<Cell> {
    let values: Vec<serde_json::Value> = serde_json::from_slice(text).expect("a list");
    let cell = |value: serde_json::Value| match value {
        serde_json::Value::String(text) => Cell::Text(text),
        value => value.as_i64().map_or(Cell::Null, Cell::Integer),
    };
    values.into_iter().map(cell).collect()
}

fn flatten(batch: &Batch, rows: &mut Vec<Vec<Cell>>) {
    static BATCHES: AtomicU64 = AtomicU64::new(0);
    BATCHES.fetch_add(1, Ordering::Relaxed);
    for row in 0..batch.row_count as usize {
        let cells = batch.columns.iter().map(|column| {
            if column.nulls.binary_search(&(row as u32)).is_ok() {
                return Cell::Null;
            }
            let range = |ends: &[u32]| (if row == 0 { 0 } else { ends[row - 1] as usize })..ends[row] as usize;
            match &column.values {
                ColumnValues::Booleans(values) => Cell::Integer(i64::from(values[row])),
                ColumnValues::Integers(values) => Cell::Integer(values[row]),
                ColumnValues::Reals(values) => Cell::Real(values[row]),
                ColumnValues::Texts(texts) => Cell::Text(texts.dictionary[texts.codes[row] as usize].clone()),
                ColumnValues::BooleanLists(lists) => {
                    Cell::List(lists.values[range(&lists.ends)].iter().map(|value| Cell::Integer(i64::from(*value))).collect())
                }
                ColumnValues::IntegerLists(lists) => {
                    Cell::List(lists.values[range(&lists.ends)].iter().map(|value| Cell::Integer(*value)).collect())
                }
                ColumnValues::RealLists(lists) => {
                    Cell::List(lists.values[range(&lists.ends)].iter().map(|value| Cell::Real(*value)).collect())
                }
                ColumnValues::TextLists(lists) => {
                    let text = |code: &u32| Cell::Text(lists.values.dictionary[*code as usize].clone());
                    Cell::List(lists.values.codes[range(&lists.ends)].iter().map(text).collect())
                }
            }
        });
        rows.push(cells.collect());
    }
}
