//! One state of the database: what all rules of a scan read, on several connections at once.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;
use rusqlite::types::ValueRef;
use tokio::sync::{Semaphore, mpsc, oneshot};

use super::DatabaseError;
use super::access::Access;
use super::aside::Aside;
use super::error::failed;
use super::file::Reading;
use super::gate::{InnerViews, ReadGrant};
use super::live::{self, Taken, alerts_view};
use super::open::source;
use super::query::{Explain, RowStream};
use super::reader::{Reader, Request};
use super::window::Kept;
use crate::layout::TIME_FUNCTION;
use net_scout_engine::EventWindow;
use net_scout_model::time::parse_timestamp;
use net_scout_model::{ColumnType, QueryError, QueryLimits, Value, Window};

/// The most memory that SQLite may take in this process, in bytes.
const HEAP_LIMIT: i64 = 2 << 30;
/// How often the database is read again when it was written while it was read without locks.
const AGAIN: u32 = 2;

/// What to open.
#[derive(Clone, Debug)]
pub struct SnapshotOptions {
    /// The database file.
    pub path: PathBuf,
    /// The event table.
    pub table: String,
    /// The alert table, which may be absent.
    pub alert_table: String,
    /// The window that `events` is bound to: as far back as any rule sees.
    pub window: Window,
    /// How long to wait for another program's lock.
    pub busy_timeout: Duration,
    /// How many queries may be open at once.
    pub readers: usize,
}

/// What is read of a live database: nothing else can be queried afterwards.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// These columns of the window's events; none where nobody reads events.
    pub columns: &'a [&'static str],
    /// Whether past alerts are read.
    pub alerts: bool,
    /// How many threads read, and how many a query in memory may use.
    pub threads: usize,
    /// How many bytes of events are kept in memory. Where they take more, all queries run in SQLite.
    pub window_bytes: u64,
    /// When reading has to have ended.
    pub deadline: Instant,
}

/// One state of the database. Queries run at the same time, each on a thread of its own.
pub struct Snapshot {
    pool: Arc<Pool>,
    access: Access,
    in_steps: bool,
}

struct Pool {
    readers: Mutex<Vec<Reader>>,
    free: Arc<Semaphore>,
    /// The window in memory.
    kept: Kept,
    /// What the readers read, where it is a database of the scan's own.
    aside: Option<Aside>,
    /// How many timestamps could not be read, at most by any one query: every query reads the same rows.
    unreadable: AtomicU64,
}

impl Snapshot {
    /// Reads what is wanted from a database that others write meanwhile, and lets go of it: they never wait for the queries.
    ///
    /// # Errors
    /// When the database is missing, damaged, locked, or has no such event table. When this user may not write it and it was written
    /// each time that it was read.
    pub fn take(options: &SnapshotOptions, wanted: &Wanted<'_>) -> Result<Self, DatabaseError> {
        let mut again = 0;
        let taken = loop {
            match live::take(options, wanted) {
                Err(DatabaseError::Changed { .. }) if again < AGAIN => again += 1,
                result => break result?,
            }
        };
        let Taken { access, kept, aside, unreadable, in_steps } = taken;
        let (events, alerts) = Aside::views();
        let made = (0..options.readers).map(|_| reader(aside.connect()?, &events, &alerts, options));
        let readers = made.collect::<rusqlite::Result<Vec<_>>>().map_err(failed(&options.path, 0, "copy"))?;
        Ok(Self::of(readers, kept, Some(aside), unreadable, access, in_steps))
    }

    /// Opens a database that nobody writes meanwhile: one of our own making.
    ///
    /// # Errors
    /// When it is missing or damaged, or has no such event table.
    pub fn open(options: &SnapshotOptions) -> Result<Self, DatabaseError> {
        let SnapshotOptions { path, table, alert_table, window, busy_timeout, .. } = options;
        let error = |action| failed(path, busy_timeout.as_secs(), action);
        let reading = Reading::of(path, *busy_timeout)?;
        let first = reading.connect(path, *busy_timeout)?;
        limit_heap(&first).map_err(error("open"))?;
        let source = source(&first, path, table, busy_timeout.as_secs())?;
        let alerts = alerts_view(&first, "main", alert_table).map_err(error("read"))?;
        let access = Access::choose(&first, &source, window).map_err(error("read"))?;
        let events = format!("SELECT {} FROM {}", source.select_list(), access.rows("main", &source, window));
        let mut readers = Vec::new();
        for _ in 0..options.readers {
            let connection = reading.connect(path, *busy_timeout)?;
            readers.push(reader(connection, &events, &alerts, options).map_err(error("read"))?);
        }
        let kept = Err("the window is not kept in memory".to_owned());
        Ok(Self::of(readers, kept, None, 0, access, false))
    }

    fn of(readers: Vec<Reader>, kept: Kept, aside: Option<Aside>, unreadable: u64, access: Access, in_steps: bool) -> Self {
        let (free, unreadable) = (Arc::new(Semaphore::new(readers.len())), AtomicU64::new(unreadable));
        let pool = Arc::new(Pool { readers: Mutex::new(readers), free, kept, aside, unreadable });
        Self { pool, access, in_steps }
    }

    /// How the rows of the window were reached.
    #[must_use]
    pub fn access(&self) -> &Access {
        &self.access
    }

    /// Whether the database was read in steps, because its journal makes readers and the writer wait for each other.
    #[must_use]
    pub fn in_steps(&self) -> bool {
        self.in_steps
    }

    /// The window in memory, or why there is none.
    ///
    /// # Errors
    /// The reason.
    pub fn kept_window(&self) -> Result<&EventWindow, &str> {
        self.pool.kept.as_ref().map_err(String::as_str)
    }

    /// How many rows were left out so far because their timestamp cannot be read.
    #[must_use]
    pub fn unreadable_timestamps(&self) -> u64 {
        self.pool.unreadable.load(Ordering::Relaxed)
    }

    /// Starts one SELECT of a rule. Must run inside a tokio runtime.
    ///
    /// # Errors
    /// As [`QueryError`] says, for what is known before the first row.
    pub async fn query(
        &self,
        sql: String,
        parameters: Vec<Value>,
        columns: Vec<ColumnType>,
        grant: Arc<ReadGrant>,
        limits: QueryLimits,
        explain: Option<Explain>,
    ) -> Result<RowStream, QueryError> {
        let ended = || QueryError::Unavailable("the query ended before it began".to_owned());
        let permit = Arc::clone(&self.pool.free).acquire_owned().await.map_err(|_| ended())?;
        let cancelled = Arc::new(AtomicBool::new(false));
        let request = Request { sql, parameters, columns, grant, limits, cancelled: Arc::clone(&cancelled), explain };
        let (ready, started) = oneshot::channel();
        let (sender, batches) = mpsc::channel(1);
        // Made before the first wait: when the caller gives up, this is dropped and the query stops.
        let stream = RowStream { batches, cancelled };
        let pool = Arc::clone(&self.pool);
        tokio::task::spawn_blocking(move || {
            let taken = pool.lock().pop();
            if let Some(mut reader) = taken {
                let ready = |result| drop(ready.send(result));
                let send = |batch| sender.blocking_send(batch).is_ok();
                let unreadable = reader.run(request, &pool.kept, &|| pool.fill(), ready, send);
                pool.unreadable.fetch_max(unreadable, Ordering::Relaxed);
                pool.lock().push(reader);
            }
            drop(permit);
        });
        started.await.map_err(|_| ended())??;
        Ok(stream)
    }
}

impl Pool {
    /// Makes sure that SQLite has the events of the window.
    fn fill(&self) -> Result<(), QueryError> {
        match (&self.aside, &self.kept) {
            (Some(aside), Ok(window)) if window.is_whole() => aside.fill(window).map_err(QueryError::Unavailable),
            _ => Ok(()),
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Reader>> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One limit for the whole process: what rules make SQLite sort and gather never takes the machine down.
pub(super) fn limit_heap(connection: &Connection) -> rusqlite::Result<()> {
    connection.query_row(&format!("PRAGMA hard_heap_limit = {HEAP_LIMIT}"), [], |_| Ok(()))
}

/// A connection that runs queries of rules on these SELECTs.
fn reader(connection: Connection, events: &str, alerts: &str, options: &SnapshotOptions) -> rusqlite::Result<Reader> {
    let unreadable = time_function(&connection)?;
    connection.execute_batch("PRAGMA query_only = 0")?;
    let inner = views(&connection, events, alerts)?;
    Reader::new(connection, inner, options.window.since, unreadable)
}

/// Teaches a connection to read timestamps; the counter says how many it could not read.
pub(super) fn time_function(connection: &Connection) -> rusqlite::Result<Arc<AtomicU64>> {
    let unreadable = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&unreadable);
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    connection.create_scalar_function(TIME_FUNCTION, 1, flags, move |context| {
        let time = match context.get_raw(0) {
            ValueRef::Text(text) => std::str::from_utf8(text).ok().and_then(parse_timestamp),
            _ => None,
        };
        if time.is_none() {
            counter.fetch_add(1, Ordering::Relaxed);
        }
        Ok(time.map(|time| time.0))
    })?;
    Ok(unreadable)
}

/// Makes the inner views of a connection. Those that a rule names are made for each rule.
fn views(connection: &Connection, events: &str, alerts: &str) -> rusqlite::Result<InnerViews> {
    let inner = InnerViews { events: secret_name("events")?, alerts: secret_name("alerts")? };
    connection.execute_batch(&format!(
        "CREATE TEMP VIEW {} AS {events}; CREATE TEMP VIEW {} AS {alerts};",
        inner.events, inner.alerts
    ))?;
    Ok(inner)
}

/// A name that a rule cannot guess.
fn secret_name(prefix: &str) -> rusqlite::Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
    Ok(format!("{prefix}_{:032x}", u128::from_ne_bytes(bytes)))
}
