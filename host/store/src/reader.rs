//! A read-only connection that runs the query of a rule: the gate, the limits, and SQLite's rows into columns.

mod batch;
mod run;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::limits::Limit;
use rusqlite::{Connection, ErrorCode, Statement};

use super::aside::EVENTS;
use super::bounded::{self, ARGUMENTS, PATTERN};
use super::error::message;
use super::gate::{self, InnerViews, ReadGrant};
use super::query::Explain;
use super::watch::Watch;
use super::window::Kept;
use net_scout_model::{Batch, ColumnType, QueryError, QueryLimits, Timestamp, Value, columns_of};
use run::run;

/// How many steps of SQLite's machine go by between two looks at the clock.
const STEPS: i32 = 100;
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
