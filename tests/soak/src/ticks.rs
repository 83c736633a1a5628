//! What a tick of the service costs over a large database, whose window it keeps: the rows of a minute come, and a tick looks at them.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use rusqlite::Connection;

use crate::process::{forget_peak, memory, peak, processor_time};
use crate::world::World;
use crate::{MINUTE, SECOND};

/// What a tick cost.
#[derive(Clone, Copy, Debug)]
pub struct Tick {
    /// How many rows were new.
    pub rows: u64,
    /// What it computed, to a hundredth of a second.
    pub cpu: Duration,
    /// How long it took.
    pub took: Duration,
    /// The memory of the process afterwards, in bytes.
    pub memory: u64,
    /// The most that it had meanwhile.
    pub peak: u64,
}

/// Runs the service over a database whose last event is of `newest`: the first tick reads the window, and is no tick of those that are seen.
/// The rows that come are those of the last minute again, a minute later each time; afterwards they are taken away.
///
/// # Errors
/// When the service ends, or the database cannot be written.
pub fn run(
    program: &Path,
    database: &Path,
    plugins: &Path,
    newest: i64,
    ticks: u32,
    mut seen: impl FnMut(&Tick),
) -> anyhow::Result<()> {
    let begins = newest + SECOND + MINUTE / 2;
    let mut world = World::around(program, database, plugins, begins)?;
    let connection = world.connect()?;
    let last: i64 = connection.query_row("SELECT max(id) FROM ip_events", [], |row| row.get(0))?;
    world.start()?;
    world.run_until(begins + 1)?;
    for number in 1..=ticks {
        let rows = repeat(&connection, newest, number)?;
        let pid = world.pid().context("no service runs")?;
        forget_peak(pid)?;
        let (before, begun) = (processor_time(pid)?, Instant::now());
        world.run_until(begins + i64::from(number) * MINUTE)?;
        let cpu = processor_time(pid)?.saturating_sub(before);
        seen(&Tick { rows, cpu, took: begun.elapsed(), memory: memory(pid)?, peak: peak(pid)? });
    }
    world.stop()?;
    connection.execute("DELETE FROM ip_events WHERE id > ?1", [last])?;
    Ok(())
}

/// Writes the rows of the last minute again, so many minutes later, each from another port.
fn repeat(connection: &Connection, newest: i64, minutes: u32) -> anyhow::Result<u64> {
    let text = |micros: i64| {
        Ok::<_, anyhow::Error>(jiff::Timestamp::from_microsecond(micros)?.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
    };
    let sql = "INSERT OR IGNORE INTO ip_events (src_ip, src_port, dst_ip, dst_port, proto, in_if, out_if, verdict, direction, timestamp, hit_count)
        SELECT src_ip, src_port + ?3, dst_ip, dst_port, proto, in_if, out_if, verdict, direction,
            strftime('%Y-%m-%dT%H:%M:%SZ', timestamp, ?4 || ' seconds'), hit_count
        FROM ip_events WHERE timestamp > ?1 AND timestamp <= ?2";
    let (from, to) = (text(newest - MINUTE)?, text(newest)?);
    Ok(connection.execute(sql, rusqlite::params![from, to, minutes, 60 * minutes])? as u64)
}
