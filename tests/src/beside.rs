//! A writer that works as net-sentinel's live parser does, a new connection for every batch, beside whatever the program does meanwhile.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rusqlite::{Connection, TransactionBehavior, params};

use crate::sample::{Layout, Random, create_indexes, create_table};

/// How the writer writes.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Rows of a batch.
    pub rows: u64,
    /// From the end of one batch to the next.
    pub interval: Duration,
}

/// What became of the batches so far.
#[derive(Clone, Debug, Default)]
pub struct Batches {
    /// How long each took, the oldest first.
    pub took: Vec<Duration>,
    /// Why batches were not written.
    pub errors: Vec<String>,
    rows: HashSet<(String, u16, u16)>,
}

/// A writer at work.
pub struct LiveWriter {
    path: PathBuf,
    over: Arc<AtomicBool>,
    batches: Arc<Mutex<Batches>>,
    thread: Option<JoinHandle<()>>,
}

/// The source of which every database has a scan of ports, ten minutes before now.
pub const SCANNER: &str = "192.0.2.66";

/// Makes a database of so many events of the last day, and the scan of [`SCANNER`], in a journal mode.
///
/// # Errors
/// When it cannot be written.
pub fn make(path: &Path, journal: &str, events: u64, seed: u64) -> rusqlite::Result<()> {
    let mut connection = Connection::open(path)?;
    connection.pragma_update(None, "journal_mode", journal)?;
    let transaction = connection.transaction()?;
    create_table(&transaction, "ip_events", Layout::V2)?;
    let mut random = Random::new(seed);
    for _ in 0..events {
        let event = noise(&mut random);
        insert(&transaction, &event, random.below(86_400))?;
    }
    for port in 1..200_u16 {
        insert(&transaction, &(SCANNER.to_owned(), 40_000 + port, port), 600 - u64::from(port))?;
    }
    create_indexes(&transaction, "ip_events", Layout::V2)?;
    transaction.commit()
}

fn noise(random: &mut Random) -> (String, u16, u16) {
    let mut below = |most: u64| random.below(most);
    let source = format!("77.{}.{}.4", below(64), below(256));
    (source, 1_024 + below(64_000) as u16, below(65_536) as u16)
}

/// Adds an event of so many seconds ago as net-sentinel does.
fn insert(connection: &Connection, (source, from, to): &(String, u16, u16), ago: u64) -> rusqlite::Result<()> {
    let time = jiff::Timestamp::now() - jiff::SignedDuration::from_secs(ago as i64);
    connection
        .prepare_cached(
            "INSERT INTO ip_events (src_ip, src_port, dst_ip, dst_port, proto, in_if, verdict, direction, timestamp, hit_count)
             VALUES (?1, ?2, '203.0.113.7', ?3, 'TCP', 'eth0', 'DROP', 'INBOUND', ?4, 1)
             ON CONFLICT DO UPDATE SET hit_count = hit_count + 1, timestamp = excluded.timestamp",
        )?
        .execute(params![source, from, to, time.to_string()])
        .map(drop)
}

/// Whether an alert about [`SCANNER`] is stored.
///
/// # Errors
/// When the database cannot be read.
pub fn has_alert(path: &Path) -> rusqlite::Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM scout_alerts WHERE src_ip = ?1)";
    Connection::open(path)?.query_row(sql, [SCANNER], |row| row.get(0))
}

impl LiveWriter {
    /// Starts it.
    #[must_use]
    pub fn start(path: &Path, pace: Pace, seed: u64) -> Self {
        let (over, batches) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(Batches::default())));
        let (path, stop, seen) = (path.to_owned(), Arc::clone(&over), Arc::clone(&batches));
        let file = path.clone();
        let thread = std::thread::spawn(move || {
            let mut random = Random::new(seed);
            while !stop.load(Ordering::Relaxed) {
                let rows: Vec<_> = (0..pace.rows).map(|_| noise(&mut random)).collect();
                let begun = Instant::now();
                let written = batch(&file, &rows);
                let took = begun.elapsed();
                let mut batches = seen.lock().unwrap_or_else(PoisonError::into_inner);
                batches.took.push(took);
                match written {
                    Ok(()) => batches.rows.extend(rows),
                    Err(error) => batches.errors.push(error.to_string()),
                }
                drop(batches);
                std::thread::sleep(pace.interval);
            }
        });
        Self { path, over, batches, thread: Some(thread) }
    }

    /// The longest batch since the last question, and how many there were.
    #[must_use]
    pub fn longest(&self) -> (Duration, usize) {
        let took = std::mem::take(&mut self.batches.lock().unwrap_or_else(PoisonError::into_inner).took);
        (took.iter().max().copied().unwrap_or_default(), took.len())
    }

    /// Ends it, and says what is wrong with the database: nothing, where all is well.
    #[must_use]
    pub fn end(mut self) -> Vec<String> {
        self.over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ended = thread.join();
        }
        let batches = std::mem::take(&mut *self.batches.lock().unwrap_or_else(PoisonError::into_inner));
        let mut wrong: Vec<String> = batches.errors.iter().map(|error| format!("the writer failed: {error}")).collect();
        match missing(&self.path, &batches.rows) {
            Ok(0) => {}
            Ok(rows) => wrong.push(format!("{rows} events of the writer are lost")),
            Err(error) => wrong.push(format!("the database is damaged: {error}")),
        }
        wrong
    }
}

fn batch(path: &Path, rows: &[(String, u16, u16)]) -> rusqlite::Result<()> {
    let mut connection = Connection::open(path)?;
    connection.busy_timeout(Duration::from_secs(30))?;
    // Python's sqlite3 begins like this too.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Deferred)?;
    for row in rows {
        insert(&transaction, row, 0)?;
    }
    transaction.commit()?;
    connection.close().map_err(|(_, error)| error)
}

fn missing(path: &Path, rows: &HashSet<(String, u16, u16)>) -> rusqlite::Result<usize> {
    let connection = Connection::open(path)?;
    let sound: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
    if sound != "ok" {
        return Err(rusqlite::Error::UserFunctionError(sound.into()));
    }
    let mut statement = connection.prepare("SELECT src_ip, src_port, dst_port FROM ip_events")?;
    let there = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let there: HashSet<(String, u16, u16)> = there.collect::<rusqlite::Result<_>>()?;
    Ok(rows.difference(&there).count())
}
