//! Makes a net-sentinel database full of realistic firewall events, with attacks planted in it. The same options give the same rows.
//!
//! Nothing here may read the clock, the machine or the host's code: a database that differs from run to run proves nothing.

mod attacks;
mod event;
mod random;
mod rhythm;
mod schema;
mod timestamp;
mod traffic;
mod writer;

use std::ffi::OsString;
use std::fs;
use std::io;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use rusqlite::Connection;

pub use attacks::{Kind, Planted};
pub use event::{Event, Protocol};
pub use random::Random;
pub use schema::{Layout, create_indexes, create_table};
pub use timestamp::TimestampForm;
pub use traffic::Scale;
pub use writer::Writer;

/// Microseconds in a second.
const SECOND: i64 = 1_000_000;

/// Rows in the 30-day archive of the second layout: enough to see it scanned by mistake.
const ARCHIVED: u64 = 1_000;

/// What to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SampleOptions {
    /// Where the random numbers begin.
    pub seed: u64,
    /// How many events to write, the planted ones (some 3,000) included: never fewer than those. Events that the table's unique key makes
    /// one row give fewer rows.
    pub events: u64,
    /// The instant of the newest event, in microseconds since 1970 UTC, of which the part of a second is dropped.
    pub end: i64,
    /// How many days the events spread over, up to `end`; at least 1.
    pub days: u32,
    /// The layout of the tables.
    pub layout: Layout,
    /// How timestamps are written.
    pub timestamps: TimestampForm,
    /// How large the network is.
    pub scale: Scale,
}

/// What was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// Rows in `ip_events`.
    pub rows: u64,
    /// Rows in `ip_events_30`: older than every event in `ip_events`, and none in the first layout.
    pub archived: u64,
    /// The attacks, and when. In the first layout only those that its rows can show.
    pub planted: Vec<Planted>,
}

/// Makes the database, in WAL mode and closed cleanly. One that is there is replaced, and stays as it is until the new one is complete.
///
/// # Errors
/// When the file cannot be written.
pub fn make(path: &Path, options: &SampleOptions) -> anyhow::Result<Sample> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(|| format!("failed to create the folder {}", folder.display()))?;
    }
    let partial = beside(path, ".partial");
    remove(&partial)?;
    let sample = fill(&partial, options).with_context(|| format!("failed to make the sample database {}", path.display()))?;
    remove(path)?;
    fs::rename(&partial, path).with_context(|| format!("failed to put the sample database at {}", path.display()))?;
    Ok(sample)
}

/// Deletes a database and what SQLite keeps beside it. One that is not there is as good as deleted.
///
/// # Errors
/// When a file is there and cannot be deleted.
pub fn remove(path: &Path) -> anyhow::Result<()> {
    for file in [path.to_owned(), beside(path, "-wal"), beside(path, "-shm"), beside(path, "-journal")] {
        match fs::remove_file(&file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("failed to delete {}", file.display()));
            }
            _ => {}
        }
    }
    Ok(())
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    name.into()
}

fn fill(path: &Path, options: &SampleOptions) -> anyhow::Result<Sample> {
    let end = options.end - options.end.rem_euclid(SECOND);
    let days = options.days.max(1);
    let mut random = Random::new(options.seed);
    let (attacks, planted) = attacks::plant(end, options.layout);
    let mut traffic = traffic::Traffic::new(&mut random, options.scale);
    let background = options.events.saturating_sub(attacks.len() as u64).max(1);

    let mut connection = writer::open(path)?;
    let transaction = connection.transaction()?;
    create_table(&transaction, "ip_events", options.layout)?;
    let mut writer = Writer::new(&transaction, "ip_events", options.layout, options.timestamps, random.fork())?;
    let mut attacks = attacks.into_iter().peekable();
    for moment in rhythm::moments(background, end, days, random.fork()) {
        while let Some(attack) = attacks.next_if(|attack| attack.time <= moment.time) {
            writer.write(&attack)?;
        }
        writer.write(&traffic.event(moment))?;
    }
    drop(writer);

    let mut archived = 0;
    if options.layout == Layout::V2 {
        create_table(&transaction, "ip_events_30", options.layout)?;
        let mut writer = Writer::new(&transaction, "ip_events_30", options.layout, options.timestamps, random.fork())?;
        for moment in rhythm::moments(ARCHIVED, end - i64::from(days) * rhythm::DAY, 30, random.fork()) {
            writer.write(&traffic.event(moment))?;
        }
        drop(writer);
        archived = writer::rows(&transaction, "ip_events_30")?;
        create_indexes(&transaction, "ip_events_30", options.layout)?;
    }
    let rows = writer::rows(&transaction, "ip_events")?;
    create_indexes(&transaction, "ip_events", options.layout)?;
    transaction.commit()?;
    writer::close(connection)?;
    Ok(Sample { rows, archived, planted })
}

#[cfg(test)]
mod tests;

/// Reads all rows of the columns that the three rules use, with SQLite alone, on one thread, and makes nothing of them. Returns how
/// many rows there are.
///
/// # Errors
/// When the database cannot be read.
pub fn read_bare(path: &Path) -> anyhow::Result<u64> {
    let connection = Connection::open_with_flags(path, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut statement = connection.prepare("SELECT timestamp, src_ip, dst_ip, dst_port, hit_count FROM ip_events NOT INDEXED")?;
    let mut rows = statement.query([])?;
    let mut count = 0;
    while let Some(row) = rows.next()? {
        for column in 0..5 {
            std::hint::black_box(row.get_ref(column)?);
        }
        count += 1;
    }
    Ok(count)
}

/// Adds so many alerts of so many public addresses to a database that `net-scout migrate` has prepared.
///
/// # Errors
/// When the database cannot be written.
pub fn add_alerts(path: &Path, alerts: u32, addresses: u32) -> anyhow::Result<()> {
    let mut connection = Connection::open(path)?;
    let transaction = connection.transaction()?;
    for number in 0..alerts {
        let source = Ipv4Addr::from_bits(u32::from_be_bytes([8, 8, 0, 0]) + number % addresses.max(1));
        let sql = "INSERT INTO scout_alerts (alert_type, src_ip, created_at) VALUES ('sample', ?1, '2026-01-08T00:00:00Z')";
        transaction.execute(sql, [source.to_string()])?;
    }
    transaction.commit()?;
    // One file is easier to copy.
    connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")?;
    Ok(())
}
