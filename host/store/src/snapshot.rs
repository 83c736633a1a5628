//! One state of the database, seen by several read-only connections at once: what all rules of a scan read.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;
use rusqlite::types::ValueRef;
use tokio::sync::{Semaphore, mpsc, oneshot};

use super::DatabaseError;
use super::access::Access;
use super::error::{failed, message};
use super::function::{direction_function, readable_function};
use super::gate::{InnerViews, ReadGrant};
use super::open::{Fingerprint, columns, connect_read_only, quote, source};
use super::query::{Explain, RowStream};
use super::reader::{Reader, Request};
use super::window::{self, Kept};
use crate::layout::{Layout, Source, TIME_FUNCTION};
use net_scout_engine::EventWindow;
use net_scout_model::time::parse_timestamp;
use net_scout_model::{ALERT_COLUMNS, ColumnType, DirectionCheck, QueryError, QueryLimits, Value, Window};

/// How often a snapshot is tried again when a commit came between its connections.
const ATTEMPTS: u32 = 100;
/// The most memory that SQLite may take in this process, in bytes.
const HEAP_LIMIT: i64 = 2 << 30;

/// What to open.
#[derive(Clone, Debug)]
pub struct SnapshotOptions {
    /// The database file.
    pub path: PathBuf,
    /// The event table.
    pub table: String,
    /// The alert table, which may be absent.
    pub alert_table: String,
    /// What checks the directions of forwarded packets; none to take them as they are stored.
    pub directions: Option<DirectionCheck>,
    /// The window that `events` is bound to: as far back as any rule sees.
    pub window: Window,
    /// How long to wait for another program's lock.
    pub busy_timeout: Duration,
    /// How many queries may be open at once.
    pub readers: usize,
}

/// One state of the database. Queries run at the same time, each on a thread of its own.
pub struct Snapshot {
    pool: Arc<Pool>,
    access: Access,
    source: Source,
    directions: Option<DirectionCheck>,
    window: Window,
    path: PathBuf,
    unlocked: Option<Fingerprint>,
}

struct Pool {
    readers: Mutex<Vec<Reader>>,
    free: Arc<Semaphore>,
    size: u32,
    /// The window in memory.
    kept: OnceLock<Kept>,
    /// How many timestamps could not be read, at most by any one query: every query reads the same rows.
    unreadable: AtomicU64,
    /// The same of addresses.
    unreadable_addresses: AtomicU64,
    /// How many directions were corrected, as far as that was counted.
    corrected_directions: AtomicU64,
}

impl Snapshot {
    /// Opens the snapshot. Nothing beside the file is created: a database in write-ahead mode that nobody has open is read without
    /// locks, and [`Self::close`] says if it was written meanwhile.
    ///
    /// # Errors
    /// When the database is missing, damaged, locked, or has no such event table.
    pub fn open(options: &SnapshotOptions) -> Result<Self, DatabaseError> {
        let SnapshotOptions { path, table, .. } = options;
        let error = |action| failed(path, options.busy_timeout.as_secs(), action);
        let unlocked = Fingerprint::if_unlocked(path)?;
        let connect = || connect_read_only(path, options.busy_timeout, unlocked.is_some()).map_err(error("open"));

        let monitor = connect()?;
        // One limit for the whole process: what rules make SQLite sort and gather never takes the machine down.
        monitor.query_row(&format!("PRAGMA hard_heap_limit = {HEAP_LIMIT}"), [], |_| Ok(())).map_err(error("open"))?;
        let source = source(&monitor, path, table, options.busy_timeout.as_secs())?;
        let source = if options.directions.is_some() { source.checking_directions() } else { source };
        let directions = options.directions.clone().filter(|_| source.checks_directions());
        let alerts = alerts_view(&monitor, &options.alert_table).map_err(error("read"))?;
        let access = Access::choose(&monitor, &source, &options.window).map_err(error("read"))?;
        let events = format!("SELECT {} FROM {}", source.select_list(), access.rows(&source, &options.window));

        let mut readers = Vec::new();
        for _ in 0..options.readers {
            let connection = connect()?;
            let unreadable = time_function(&connection).map_err(error("open"))?;
            let unreadable_addresses = readable_function(&connection).map_err(error("open"))?;
            directions.iter().try_for_each(|check| direction_function(&connection, check).map(drop)).map_err(error("open"))?;
            let inner = views(&connection, &events, &alerts).map_err(error("read"))?;
            let unreadable = (unreadable, unreadable_addresses);
            let reader = Reader::new(connection, inner, options.window.since, unreadable).map_err(error("open"))?;
            readers.push(reader);
        }
        pin(&monitor, &readers, path, error)?;

        let (free, size) = (Arc::new(Semaphore::new(readers.len())), readers.len() as u32);
        let pool = Arc::new(Pool {
            readers: Mutex::new(readers),
            free,
            size,
            unreadable: AtomicU64::new(0),
            unreadable_addresses: AtomicU64::new(0),
            corrected_directions: AtomicU64::new(0),
            kept: OnceLock::new(),
        });
        Ok(Self { pool, access, source, directions, window: options.window, path: path.clone(), unlocked })
    }

    /// How the rows of the window are reached.
    #[must_use]
    pub fn access(&self) -> &Access {
        &self.access
    }

    /// How the event table is laid out.
    #[must_use]
    pub fn layout(&self) -> Layout {
        self.source.layout
    }

    /// Reads these columns of the window into memory, with so many threads, for the queries that can run there. Without it, or where
    /// it takes more than the limit, all run in SQLite.
    pub fn keep_window(&self, columns: &[&'static str], threads: usize, byte_limit: u64) {
        let _once = self.pool.kept.get_or_init(|| {
            let mut readers = self.pool.lock();
            let mut keep = || {
                let directions = self.directions.clone().filter(|_| columns.contains(&"direction"));
                let connections = readers.iter_mut().take(threads).map(Reader::connection).collect();
                window::keep(connections, &self.source, &self.access, self.window, columns, directions, byte_limit)
            };
            let kept = match byte_limit {
                0 => Err("no window is kept in memory (limits.window_mib = 0)".to_owned()),
                _ => keep().unwrap_or_else(|error| Err(format!("the window cannot be read: {}", message(&error)))),
            };
            let corrected = match &kept {
                Ok(window) => {
                    let counts = window.counts();
                    self.pool.unreadable.fetch_max(counts.unreadable_timestamps, Ordering::Relaxed);
                    self.pool.unreadable_addresses.fetch_max(counts.unreadable_addresses, Ordering::Relaxed);
                    counts.corrected_directions
                }
                // A query that meets them again will say what is wrong.
                Err(_) => readers.first_mut().map_or(0, |reader| self.count_corrected(reader.connection()).unwrap_or(0)),
            };
            self.pool.corrected_directions.store(corrected, Ordering::Relaxed);
            kept
        });
    }

    /// The window in memory, or why there is none.
    ///
    /// # Errors
    /// The reason.
    pub fn kept_window(&self) -> Result<&EventWindow, &str> {
        self.pool.kept().as_ref().map_err(String::as_str)
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
        self.pool.corrected_directions.load(Ordering::Relaxed)
    }

    /// Counts them where no window in memory has.
    fn count_corrected(&self, connection: &Connection) -> rusqlite::Result<u64> {
        if self.directions.is_none() {
            return Ok(0);
        }
        let rows = self.access.rows(&self.source, &self.window);
        let sql = format!("SELECT COUNT(*) FROM {rows} AND {}", self.source.corrected());
        connection.query_row(&sql, [], |row| row.get::<_, i64>(0)).map(i64::unsigned_abs)
    }

    /// Ends the snapshot and its locks, when the last query has ended.
    ///
    /// # Errors
    /// When the database was read without locks and has been written meanwhile.
    pub async fn close(self) -> Result<(), DatabaseError> {
        let readers = self.pool.size;
        let _all = self.pool.free.acquire_many(readers).await;
        self.pool.lock().clear();
        match &self.unlocked {
            Some(before) if Fingerprint::of(&self.path)? != *before => Err(DatabaseError::Changed { path: self.path.clone() }),
            _ => Ok(()),
        }
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
                let (times, addresses) = reader.run(request, pool.kept(), ready, |batch| sender.blocking_send(batch).is_ok());
                pool.unreadable.fetch_max(times, Ordering::Relaxed);
                pool.unreadable_addresses.fetch_max(addresses, Ordering::Relaxed);
                pool.lock().push(reader);
            }
            drop(permit);
        });
        started.await.map_err(|_| ended())??;
        Ok(stream)
    }
}

impl Pool {
    fn kept(&self) -> &Kept {
        static NEVER: LazyLock<Kept> = LazyLock::new(|| Err("the window is not kept in memory".to_owned()));
        self.kept.get().unwrap_or(&NEVER)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Reader>> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The SELECT behind `alerts`; without rows where there is no alert table yet.
fn alerts_view(connection: &Connection, table: &str) -> rusqlite::Result<String> {
    let have = columns(connection, table)?;
    let or_null = |column: &str| if have.iter().any(|have| have == column) { column.to_owned() } else { "NULL".to_owned() };
    if have.is_empty() {
        let nothing: Vec<String> = ALERT_COLUMNS.iter().map(|column| format!("NULL AS {column}")).collect();
        return Ok(format!("SELECT {} WHERE 0", nothing.join(", ")));
    }
    // Without a condition on a column, a rule that only counts its rows would make SQLite ask the gate about the real table.
    // Other programs write the table too: what is not of a column's type is nothing, and a row without a type is no alert.
    let text = |column: &str| format!("CASE WHEN typeof({column}) = 'text' THEN {column} END");
    Ok(format!(
        "SELECT id, {TIME_FUNCTION}(created_at) AS time, {TIME_FUNCTION}(coalesce({updated}, created_at)) AS updated, alert_type,
                {source} AS src_ip, {destination} AS dst_ip,
                CASE typeof(score) WHEN 'integer' THEN score WHEN 'real' THEN CAST(round(score) AS INTEGER) END AS score,
                {severity} AS severity, {rule} AS rule, {status} AS status,
                CASE WHEN typeof(evidence_json) = 'text' AND json_valid(evidence_json) THEN evidence_json END AS evidence
         FROM main.{table} WHERE +alert_type >= '' AND typeof(alert_type) = 'text'",
        updated = or_null("updated_at"),
        source = text("src_ip"),
        destination = text("dst_ip"),
        severity = text(&or_null("severity")),
        rule = text(&or_null("rule")),
        status = text("status"),
        table = quote(table),
    ))
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

/// Begins a read transaction on every connection, all on the same state: no commit came in between.
fn pin<E: FnOnce(rusqlite::Error) -> DatabaseError>(
    monitor: &Connection,
    readers: &[Reader],
    path: &Path,
    error: impl Fn(&'static str) -> E,
) -> Result<(), DatabaseError> {
    let version = || monitor.query_row("PRAGMA data_version", [], |row| row.get::<_, i64>(0)).map_err(error("read"));
    for attempt in 0..ATTEMPTS {
        let before = version()?;
        for reader in readers {
            reader.begin().map_err(error("read"))?;
        }
        if version()? == before {
            return Ok(());
        }
        for reader in readers {
            reader.end().map_err(error("read"))?;
        }
        std::thread::sleep(Duration::from_millis(u64::from(attempt)));
    }
    Err(DatabaseError::Unsettled { path: path.to_owned(), readers: readers.len() })
}
