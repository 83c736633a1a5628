//! One state of the database: what all rules of a scan read, on several connections at once.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::{Semaphore, mpsc, oneshot};

use super::access::Access;
use super::aside::Aside;
use super::error::{DatabaseError, failed};
use super::file::Reading;
use super::function::{direction_function, readable_function, time_function};
use super::gate::{InnerViews, ReadGrant};
use super::live::{self, Taken, alerts_view};
use super::query::{Explain, RowStream};
use super::reader::{Reader, Request};
use super::rule_function::rule_functions;
use super::schema::source;
use super::wanted::{SnapshotOptions, Wanted};
use super::window::Kept;
use crate::layout::Source;
use net_scout_engine::{EventWindow, RowCounts};
use net_scout_model::{ColumnType, DirectionCheck, QueryError, QueryLimits, Value};

/// The most memory that SQLite may take in this process, in bytes.
const HEAP_LIMIT: i64 = 2 << 30;
/// How much longer than its limit a query may take to stop before nobody waits for it any more.
const GRACE: Duration = Duration::from_millis(500);
/// How long the end of a scan waits for queries that do not end.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often the database is read again when it was written while it was read without locks.
const AGAIN: u32 = 2;

/// One state of the database. Queries run at the same time, each on a thread of its own.
pub struct Snapshot {
    pool: Arc<Pool>,
    access: Access,
    in_steps: bool,
}

struct Pool {
    readers: Mutex<Vec<Reader>>,
    free: Arc<Semaphore>,
    size: u32,
    /// The window in memory.
    kept: Kept,
    /// What the readers read, where it is a database of the scan's own.
    aside: Option<Aside>,
    /// How many timestamps could not be read, at most by any one query: every query reads the same rows.
    unreadable: AtomicU64,
    /// The same of addresses.
    unreadable_addresses: AtomicU64,
    /// How many directions were corrected, as far as that was counted.
    corrected_directions: u64,
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
        let Taken { access, kept, aside, counts, in_steps } = taken;
        let (events, alerts) = Aside::views();
        let made = (0..options.readers).map(|_| reader(aside.connect()?, &events, &alerts, None, options));
        let readers = made.collect::<rusqlite::Result<Vec<_>>>().map_err(failed(&options.path, 0, "copy"))?;
        Ok(Self::of(readers, kept, Some(aside), counts, access, in_steps))
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
        let source = checked(source(&first, path, table, busy_timeout.as_secs())?, options);
        let directions = options.directions.as_ref().filter(|_| source.checks_directions());
        let alerts = alerts_view(&first, "main", alert_table).map_err(error("read"))?;
        let access = Access::choose(&first, &source, window).map_err(error("read"))?;
        let events = format!("SELECT {} FROM {}", source.select_list(), access.rows("main", &source, window));
        let mut readers = Vec::new();
        for _ in 0..options.readers {
            let connection = reading.connect(path, *busy_timeout)?;
            readers.push(reader(connection, &events, &alerts, directions, options).map_err(error("read"))?);
        }
        let kept = Err("the window is not kept in memory".to_owned());
        Ok(Self::of(readers, kept, None, RowCounts::default(), access, false))
    }

    fn of(readers: Vec<Reader>, kept: Kept, aside: Option<Aside>, counts: RowCounts, access: Access, in_steps: bool) -> Self {
        let (free, size) = (Arc::new(Semaphore::new(readers.len())), readers.len() as u32);
        let RowCounts { unreadable_timestamps, unreadable_addresses, corrected_directions } = counts;
        let (unreadable, unreadable_addresses) = (unreadable_timestamps.into(), unreadable_addresses.into());
        let readers = Mutex::new(readers);
        let pool = Arc::new(Pool { readers, free, size, kept, aside, unreadable, unreadable_addresses, corrected_directions });
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

    /// How many rows were left out so far because an address in them is not a text in UTF-8.
    #[must_use]
    pub fn unreadable_addresses(&self) -> u64 {
        self.pool.unreadable_addresses.load(Ordering::Relaxed)
    }

    /// How many events came in and are stored as leaving. It is known when the window is read.
    #[must_use]
    pub fn corrected_directions(&self) -> u64 {
        self.pool.corrected_directions
    }

    /// Waits for the queries that still run, each of which was told to end, but not for ever: gives how many go on all the same. They
    /// read what is the scan's own.
    pub async fn idle(&self) -> usize {
        let _all = tokio::time::timeout(PATIENCE, self.pool.free.acquire_many(self.pool.size)).await;
        self.pool.size as usize - self.pool.lock().len()
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
        let until = tokio::time::Instant::now() + limits.time + GRACE;
        let stream = RowStream { batches, cancelled, limits, until };
        let pool = Arc::clone(&self.pool);
        tokio::task::spawn_blocking(move || {
            let taken = pool.lock().pop();
            if let Some(mut reader) = taken {
                let ready = |result| drop(ready.send(result));
                let send = |batch| sender.blocking_send(batch).is_ok();
                let (times, addresses) = reader.run(request, &pool.kept, &|| pool.fill(), ready, send);
                pool.unreadable.fetch_max(times, Ordering::Relaxed);
                pool.unreadable_addresses.fetch_max(addresses, Ordering::Relaxed);
                pool.lock().push(reader);
            }
            drop(permit);
        });
        match tokio::time::timeout_at(until, started).await {
            Err(_) => Err(limits.timed_out()),
            Ok(started) => started.map_err(|_| ended())?.map(|()| stream),
        }
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

/// The source with its directions checked, where that is asked for.
pub(super) fn checked(source: Source, options: &SnapshotOptions) -> Source {
    if options.directions.is_some() { source.checking_directions() } else { source }
}

/// One limit for the whole process: what rules make SQLite sort and gather never takes the machine down.
pub(super) fn limit_heap(connection: &Connection) -> rusqlite::Result<()> {
    connection.query_row(&format!("PRAGMA hard_heap_limit = {HEAP_LIMIT}"), [], |_| Ok(()))
}

/// A connection that runs queries of rules on these SELECTs.
fn reader(
    connection: Connection,
    events: &str,
    alerts: &str,
    directions: Option<&DirectionCheck>,
    options: &SnapshotOptions,
) -> rusqlite::Result<Reader> {
    let unreadable = (time_function(&connection)?, readable_function(&connection)?);
    directions.map(|check| direction_function(&connection, check)).transpose()?;
    rule_functions(&connection)?;
    connection.execute_batch("PRAGMA query_only = 0")?;
    let inner = views(&connection, events, alerts)?;
    Reader::new(connection, inner, options.window.since, unreadable)
}

/// Makes the inner views of a connection. Those that a rule names are made for each rule. What a query sorts and gathers stays in memory,
/// where the limit of the heap holds: files would be bounded by nothing.
fn views(connection: &Connection, events: &str, alerts: &str) -> rusqlite::Result<InnerViews> {
    let inner = InnerViews { events: secret_name("events")?, alerts: secret_name("alerts")? };
    connection.execute_batch(&format!(
        "PRAGMA temp_store = MEMORY; CREATE TEMP VIEW {} AS {events}; CREATE TEMP VIEW {} AS {alerts};",
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
