//! What is read of a database for a scan: which tables, how far back, and how much of it is kept in memory.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::window::slices::KeptWindow;
use net_scout_model::{DirectionCheck, Window};

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
    /// What is kept from one scan to the next, if anything is.
    pub kept: Option<&'a KeptWindow>,
    /// When reading has to have ended.
    pub deadline: Instant,
}
