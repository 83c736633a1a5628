//! A read-only connection that runs the query of a rule: the gate, the limits, and SQLite's rows into columns.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::limits::Limit;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, ErrorCode, Statement};

use super::aside::EVENTS;
use super::bounded::{self, ARGUMENTS};
use super::error::message;
use super::gate::{self, InnerViews, ReadGrant};
use super::query::{Engine, Explain};
use super::watch::Watch;
use super::window::Kept;
use net_scout_engine::{EventWindow, Fallback, FastPlan, Outcome, Plan};
use net_scout_model::{
    BATCH_BYTES, BATCH_ROWS, Batch, Column, ColumnType, ColumnValues, Lists, QueryError, QueryLimits, TextColumn, Timestamp,
    Value, check_row, columns_of,
};

/// How many steps of SQLite's machine go by between two looks at the clock.
const STEPS: i32 = 100;
/// The longest pattern of LIKE and GLOB, in bytes.
pub(super) const PATTERN: i32 = 1_000;
/// The most calls of functions in a statement, and the most `||`: between two looks at the clock SQLite may do all of them once.
const CALLS: u32 = 1_000;
const JOINED: usize = 100;

/// What SQLite may use while it compiles and runs the SQL of a rule.
const LIMITS: [(Limit, i32); 10] = [
    (Limit::SQLITE_LIMIT_LENGTH, 32 << 20),
    (Limit::SQLITE_LIMIT_SQL_LENGTH, 64 << 10),
    (Limit::SQLITE_LIMIT_COLUMN, 128),
    (Limit::SQLITE_LIMIT_EXPR_DEPTH, 100),
    (Limit::SQLITE_LIMIT_COMPOUND_SELECT, 20),
    (Limit::SQLITE_LIMIT_ATTACHED, 0),
    (Limit::SQLITE_LIMIT_FUNCTION_ARG, ARGUMENTS),
    (Limit::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, PATTERN),
    (Limit::SQLITE_LIMIT_VDBE_OP, 25_000),
    (Limit::SQLITE_LIMIT_VARIABLE_NUMBER, 1_000),
];

/// One of a snapshot's connections.
pub(super) struct Reader {
    connection: Connection,
    inner: InnerViews,
    /// The first instant of the inner view of events.
    since: Timestamp,
    /// How many timestamps, and how many rows with addresses, could not be read.
    unreadable: (Arc<AtomicU64>, Arc<AtomicU64>),
    watch: Arc<Watch>,
    /// What `events` and `alerts` show now.
    shown: Option<Arc<ReadGrant>>,
}

/// A query to run.
pub(super) struct Request {
    pub(super) sql: String,
    pub(super) parameters: Vec<Value>,
    pub(super) columns: Vec<ColumnType>,
    pub(super) grant: Arc<ReadGrant>,
    pub(super) limits: QueryLimits,
    pub(super) cancelled: Arc<AtomicBool>,
    pub(super) explain: Option<Explain>,
}

impl Reader {
    pub(super) fn new(
        connection: Connection,
        inner: InnerViews,
        since: Timestamp,
        unreadable: (Arc<AtomicU64>, Arc<AtomicU64>),
    ) -> rusqlite::Result<Self> {
        for (limit, value) in LIMITS {
            connection.set_limit(limit, value)?;
        }
        let watch = Watch::new();
        bounded::bound(&connection, &watch)?;
        Ok(Self { connection, inner, since, unreadable, watch, shown: None })
    }

    /// Runs a query, on the window in memory where it can and else in SQLite, which has the events after `fill`. `ready` hears once whether
    /// it compiled, then `send` gets its batches until it says that nobody listens. Gives the number of timestamps, and of rows with
    /// addresses, that could not be read.
    pub(super) fn run(
        &mut self,
        request: Request,
        kept: &Kept,
        fill: &dyn Fn() -> Result<(), QueryError>,
        ready: impl FnOnce(Result<(), QueryError>),
        mut send: impl FnMut(Result<Batch, QueryError>) -> bool,
    ) -> (u64, u64) {
        let (times, addresses) = self.unreadable.clone();
        times.store(0, Ordering::Relaxed);
        addresses.store(0, Ordering::Relaxed);
        self.watch.begin(request.limits.time, &request.cancelled);
        let denial = Arc::new(Mutex::new(None));
        let reads_events = Arc::new(AtomicBool::new(false));
        if let Err(error) = self.arm(&request.grant, &denial, &reads_events) {
            self.watch.end();
            ready(Err(QueryError::Unavailable(message(&error))));
            return (0, 0);
        }
        match self.prepare(&request, &denial) {
            Err(error) => ready(Err(error)),
            Ok(mut statement) => {
                ready(Ok(()));
                let fill = || if reads_events.load(Ordering::Relaxed) { fill() } else { Ok(()) };
                if let Err(error) = run(&mut statement, &request, kept, &fill, self.since, &self.watch, &mut send) {
                    send(Err(error));
                }
            }
        }
        self.watch.end();
        (times.load(Ordering::Relaxed), addresses.load(Ordering::Relaxed))
    }

    fn arm(
        &mut self,
        grant: &Arc<ReadGrant>,
        denial: &Arc<Mutex<Option<String>>>,
        reads_events: &Arc<AtomicBool>,
    ) -> rusqlite::Result<()> {
        let watch = Arc::clone(&self.watch);
        self.connection.progress_handler(STEPS, Some(move || watch.is_over()))?;
        self.show(grant)?;
        let (grant, denial, inner) = (Arc::clone(grant), Arc::clone(denial), self.inner.clone());
        let (watch, reads_events, mut calls) = (Arc::clone(&self.watch), Arc::clone(reads_events), 0);
        self.connection.authorizer(Some(move |context: AuthContext<'_>| {
            calls += u32::from(matches!(context.action, AuthAction::Function { .. }) && context.accessor.is_none());
            let decided = match gate::decide(&context, &grant, &inner) {
                Ok(()) if calls > CALLS => Err(format!("a statement calls functions at most {CALLS} times")),
                decided => decided,
            };
            match decided {
                // Compiling takes time too.
                Ok(()) if watch.is_over() => Authorization::Deny,
                Ok(()) => {
                    if matches!(context.action, AuthAction::Read { table_name, .. } if [&inner.events, EVENTS].contains(&table_name)) {
                        reads_events.store(true, Ordering::Relaxed);
                    }
                    Authorization::Allow
                }
                Err(reason) => {
                    denial.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(reason);
                    Authorization::Deny
                }
            }
        }))
    }

    /// Makes the views that a rule names. Events begin where it may begin to read them. A column that it did not request is null: SQLite
    /// asks the gate about every column but those of a join's USING. In a table that it did not request at all nothing is, so that the
    /// gate hears of the table.
    fn show(&mut self, grant: &Arc<ReadGrant>) -> rusqlite::Result<()> {
        if self.shown.as_ref().is_some_and(|shown| Arc::ptr_eq(shown, grant)) {
            return Ok(());
        }
        let later = grant
            .begins_after(self.since)
            .map_or(String::new(), |since| format!(" WHERE {}.time >= {}", self.inner.events, since.0));
        let view = |table: &str, inner: &str, condition: &str| {
            let shown = |column: &&str| {
                if grant.withholds(table, column) { format!("NULL AS {column}") } else { (*column).to_owned() }
            };
            let columns = columns_of(table).unwrap_or_default().iter().map(shown).collect::<Vec<_>>().join(", ");
            format!("DROP VIEW IF EXISTS temp.{table}; CREATE TEMP VIEW {table} AS SELECT {columns} FROM {inner}{condition};")
        };
        self.connection.authorizer(None::<fn(AuthContext<'_>) -> Authorization>)?;
        self.connection.execute_batch(&format!(
            "PRAGMA query_only = 0; {} {} PRAGMA query_only = 1;",
            view("events", &self.inner.events, &later),
            view("alerts", &self.inner.alerts, "")
        ))?;
        self.shown = Some(Arc::clone(grant));
        Ok(())
    }

    fn prepare(&self, request: &Request, denial: &Mutex<Option<String>>) -> Result<Statement<'_>, QueryError> {
        if request.sql.matches("||").count() > JOINED {
            return Err(QueryError::TooLarge(format!("a statement joins texts with `||` at most {JOINED} times")));
        }
        let mut statement = match self.connection.prepare(&request.sql) {
            Ok(statement) => statement,
            Err(error) => {
                let denied = denial.lock().unwrap_or_else(PoisonError::into_inner).take();
                return Err(match denied {
                    Some(reason) => QueryError::AccessDenied(reason),
                    None if self.watch.is_over() => request.limits.timed_out(),
                    None => self.compile_error(&error),
                });
            }
        };
        if statement.is_explain() != 0 || !statement.readonly() {
            return Err(QueryError::AccessDenied("only one SELECT is allowed".to_owned()));
        }
        let invalid = |text: String| QueryError::Invalid(text);
        if statement.column_count() == 0 {
            return Err(invalid("there is no SELECT in it".to_owned()));
        }
        if statement.column_count() != request.columns.len() {
            return Err(invalid(format!(
                "the query gives {} columns, {} types were named",
                statement.column_count(),
                request.columns.len()
            )));
        }
        if statement.parameter_count() != request.parameters.len() {
            return Err(invalid(format!(
                "the query takes {} parameters, {} were given",
                statement.parameter_count(),
                request.parameters.len()
            )));
        }
        for (index, value) in request.parameters.iter().enumerate() {
            bind(&mut statement, index + 1, value).map_err(|error| invalid(message(&error)))?;
        }
        Ok(statement)
    }

    /// The words of SQLite, which never name the inner views: a rule must not learn them.
    fn compile_error(&self, error: &rusqlite::Error) -> QueryError {
        let text = message(error).replace(&self.inner.events, "events").replace(&self.inner.alerts, "alerts");
        match error.sqlite_error_code() {
            None | Some(ErrorCode::Unknown) => QueryError::Invalid(text),
            Some(ErrorCode::TooBig) => QueryError::TooLarge(text),
            Some(ErrorCode::OutOfMemory) => QueryError::TooLarge("the statement takes SQLite too many steps".to_owned()),
            Some(_) => QueryError::Unavailable(text),
        }
    }
}

fn bind(statement: &mut Statement<'_>, index: usize, value: &Value) -> rusqlite::Result<()> {
    match value {
        Value::Null => statement.raw_bind_parameter(index, rusqlite::types::Null),
        Value::Boolean(value) => statement.raw_bind_parameter(index, value),
        Value::Integer(value) => statement.raw_bind_parameter(index, value),
        Value::Real(value) => statement.raw_bind_parameter(index, value),
        Value::Text(value) => statement.raw_bind_parameter(index, value),
    }
}

/// Runs a statement that SQLite has compiled behind the gate.
fn run(
    statement: &mut Statement<'_>,
    request: &Request,
    kept: &Kept,
    fill: &dyn Fn() -> Result<(), QueryError>,
    since: Timestamp,
    watch: &Watch,
    send: &mut impl FnMut(Result<Batch, QueryError>) -> bool,
) -> Result<(), QueryError> {
    let started = Instant::now();
    let explain = |engine| request.explain.iter().for_each(|explain| explain(&request.sql, &engine, started.elapsed()));
    let reason = match planned(request, kept, since) {
        Ok((plan, window)) => {
            let outcome = plan.run(window, &request.limits, &request.cancelled, |batch| send(Ok(batch)));
            match outcome {
                Ok(Outcome::Sqlite(Fallback(reason))) => reason.to_owned(),
                other => {
                    explain(Engine::Memory);
                    return other.map(drop);
                }
            }
        }
        Err(reason) => reason,
    };
    let streamed = fill().and_then(|()| stream(statement, request, send)).map_err(|error| match (error, watch.complaint()) {
        (QueryError::TooLarge(_), Some(reason)) => QueryError::TooLarge(reason),
        (error, _) => error,
    });
    explain(Engine::Sqlite(reason));
    streamed
}

/// The plan of a query on the window in memory, or why there is none.
fn planned<'a>(request: &Request, kept: &'a Kept, since: Timestamp) -> Result<(Box<FastPlan>, &'a EventWindow), String> {
    let window = kept.as_ref().map_err(Clone::clone)?;
    let granted = |column: &str| !request.grant.withholds("events", column);
    match Plan::new(window, &request.sql, &request.parameters, &request.columns, &granted, request.grant.begins_after(since)) {
        Plan::Fast(plan) => Ok((plan, window)),
        Plan::Sqlite(reason) => Err(reason),
    }
}

fn stream(
    statement: &mut Statement<'_>,
    request: &Request,
    send: &mut impl FnMut(Result<Batch, QueryError>) -> bool,
) -> Result<(), QueryError> {
    let started = Instant::now();
    let mut rows = statement.raw_query();
    let mut builder = BatchBuilder::new(&request.columns);
    let (mut row_count, mut byte_count) = (0, 0);
    loop {
        let row = match rows.next() {
            Ok(Some(row)) => row,
            Ok(None) => break,
            Err(error) => return Err(step_error(&error, request, started)),
        };
        row_count += 1;
        request.limits.check_rows(row_count)?;
        builder.push(row)?;
        request.limits.check_bytes(byte_count + builder.bytes)?;
        if builder.rows == BATCH_ROWS || builder.bytes >= BATCH_BYTES {
            byte_count += builder.bytes;
            let full = std::mem::replace(&mut builder, BatchBuilder::new(&request.columns));
            if !send(Ok(full.finish())) {
                return Ok(());
            }
        }
    }
    if builder.rows > 0 {
        send(Ok(builder.finish()));
    }
    Ok(())
}

fn step_error(error: &rusqlite::Error, request: &Request, started: Instant) -> QueryError {
    match error.sqlite_error_code() {
        Some(ErrorCode::OperationInterrupted)
            if started.elapsed() >= request.limits.time || !request.cancelled.load(Ordering::Relaxed) =>
        {
            request.limits.timed_out()
        }
        Some(ErrorCode::OperationInterrupted) => QueryError::Unavailable("the query was dropped".to_owned()),
        Some(ErrorCode::TooBig) => QueryError::TooLarge(message(error)),
        Some(ErrorCode::OutOfMemory) => QueryError::TooLarge("the query needs more memory than SQLite may use".to_owned()),
        Some(ErrorCode::DatabaseCorrupt) => QueryError::Unavailable(format!("the database is damaged: {}", message(error))),
        Some(ErrorCode::Unknown) => QueryError::Invalid(message(error)),
        _ => QueryError::Unavailable(message(error)),
    }
}

/// Collects rows as columns.
struct BatchBuilder {
    columns: Vec<ColumnBuilder>,
    rows: usize,
    bytes: u64,
}

struct ColumnBuilder {
    values: ColumnValues,
    nulls: Vec<u32>,
    words: HashMap<Box<str>, u32>,
}

impl BatchBuilder {
    fn new(types: &[ColumnType]) -> Self {
        Self { columns: types.iter().map(|&column| ColumnBuilder::new(column)).collect(), rows: 0, bytes: 0 }
    }

    fn push(&mut self, row: &rusqlite::Row<'_>) -> Result<(), QueryError> {
        let before = self.bytes;
        for (index, column) in self.columns.iter_mut().enumerate() {
            let value = row.get_ref(index).map_err(|error| QueryError::Unavailable(message(&error)))?;
            let mismatch = |expected: &str, found: String| {
                let name = row.as_ref().column_name(index).unwrap_or("?").to_owned();
                QueryError::TypeMismatch(format!("column {} ({name}) is not {expected}: {found}", index + 1))
            };
            self.bytes += column.push(self.rows, value).map_err(|expected| mismatch(expected, show(value)))?;
            check_row(self.bytes - before)?;
        }
        self.rows += 1;
        Ok(())
    }

    fn finish(self) -> Batch {
        let columns = self.columns.into_iter().map(|column| Column { values: column.values, nulls: column.nulls }).collect();
        Batch { row_count: self.rows as u32, columns }
    }
}

/// A value as it stands in an error: its type, and its beginning.
fn show(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => "null".to_owned(),
        ValueRef::Integer(value) => format!("integer {value}"),
        ValueRef::Real(value) => format!("real {value}"),
        ValueRef::Text(bytes) => format!("text {:?}", String::from_utf8_lossy(&bytes[..bytes.len().min(40)])),
        ValueRef::Blob(bytes) => format!("blob of {} bytes", bytes.len()),
    }
}

impl ColumnBuilder {
    fn new(column: ColumnType) -> Self {
        Self { values: ColumnValues::empty(column), nulls: Vec::new(), words: HashMap::new() }
    }

    /// Adds a value and says how many bytes it takes; the error is the type that was expected.
    fn push(&mut self, row: usize, value: ValueRef<'_>) -> Result<u64, &'static str> {
        if value == ValueRef::Null {
            self.nulls.push(row as u32);
        }
        match &mut self.values {
            ColumnValues::Booleans(list) => {
                list.push(match value {
                    ValueRef::Null | ValueRef::Integer(0) => false,
                    ValueRef::Integer(1) => true,
                    _ => return Err("boolean (0 or 1)"),
                });
                Ok(1)
            }
            ColumnValues::Integers(list) => {
                list.push(match value {
                    ValueRef::Null => 0,
                    ValueRef::Integer(value) => value,
                    _ => return Err("integer"),
                });
                Ok(8)
            }
            ColumnValues::Reals(list) => {
                list.push(match value {
                    ValueRef::Null => 0.0,
                    ValueRef::Integer(value) => value as f64,
                    ValueRef::Real(value) => value,
                    _ => return Err("real"),
                });
                Ok(8)
            }
            ColumnValues::Texts(column) => match value {
                ValueRef::Null => {
                    column.codes.push(0);
                    Ok(4)
                }
                ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
                    Ok(intern(column, &mut self.words, &String::from_utf8_lossy(bytes)))
                }
                _ => Err("text"),
            },
            ColumnValues::BooleanLists(lists) => extend(lists, value, "list of booleans", |values, list: Vec<Bit>| {
                values.extend(list.into_iter().map(|Bit(value)| value));
                values.len()
            }),
            ColumnValues::IntegerLists(lists) => extend(lists, value, "list of integers", |values, list: Vec<i64>| {
                values.extend(list);
                values.len()
            }),
            ColumnValues::RealLists(lists) => extend(lists, value, "list of reals", |values, list: Vec<f64>| {
                values.extend(list);
                values.len()
            }),
            ColumnValues::TextLists(lists) => extend(lists, value, "list of texts", |values, list: Vec<String>| {
                for text in list {
                    intern(values, &mut self.words, &text);
                }
                values.codes.len()
            }),
        }
    }
}

fn intern(column: &mut TextColumn, words: &mut HashMap<Box<str>, u32>, text: &str) -> u64 {
    if let Some(&code) = words.get(text) {
        column.codes.push(code);
        return 4;
    }
    let code = column.dictionary.len() as u32;
    words.insert(text.into(), code);
    column.dictionary.push(text.to_owned());
    column.codes.push(code);
    4 + text.len() as u64
}

/// Reads a JSON array, as `json_group_array` makes it, onto the end of the lists.
fn extend<V, T: serde::de::DeserializeOwned>(
    lists: &mut Lists<V>,
    value: ValueRef<'_>,
    expected: &'static str,
    append: impl FnOnce(&mut V, Vec<T>) -> usize,
) -> Result<u64, &'static str> {
    let (list, bytes) = match value {
        ValueRef::Null => (Vec::new(), 0),
        ValueRef::Text(text) => (serde_json::from_slice(text).map_err(|_| expected)?, text.len()),
        _ => return Err(expected),
    };
    let end = append(&mut lists.values, list);
    lists.ends.push(end as u32);
    Ok(4 + bytes as u64)
}

/// A boolean in a JSON array: SQLite writes what it computes as 0 and 1.
#[derive(serde::Deserialize)]
#[serde(try_from = "serde_json::Value")]
struct Bit(bool);

impl TryFrom<serde_json::Value> for Bit {
    type Error = &'static str;

    fn try_from(value: serde_json::Value) -> Result<Self, Self::Error> {
        match (value.as_bool(), value.as_i64()) {
            (Some(value), _) => Ok(Self(value)),
            (None, Some(0)) => Ok(Self(false)),
            (None, Some(1)) => Ok(Self(true)),
            _ => Err("not a boolean"),
        }
    }
}
