//! Reads what a scan needs from the live database, and lets go of it.
//!
//! In write-ahead mode all is read in one state: readers do not keep the writer waiting there. With a rollback journal they do, and it is
//! read in [`super::steps`].

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::access::{Access, inside};
use super::aside::{ALERTS, Aside, EVENTS, LIVE};
use super::error::{DatabaseError, failed};
use super::file::{Reading, is_write_ahead};
use super::function::{direction_function, readable_function, time_function};
use super::identity::Identity;
use super::rule_function::rule_functions;
use super::schema::{columns_in, quote, source, tables};
use super::snapshot::{checked, limit_heap};
use super::steps::{Numbered, Rows};
use super::wanted::{SnapshotOptions, Wanted};
use super::window::{self, Kept, rowid};
use crate::layout::{Source, TIME_FUNCTION};
use net_scout_engine::RowCounts;
use net_scout_model::{ALERT_COLUMNS, DirectionCheck, EVENT_COLUMNS, Window};

/// How often one state is tried again when a commit came between its connections.
const ATTEMPTS: u32 = 100;
/// How many steps of SQLite's machine go by between two looks at the clock.
const STEPS: i32 = 10_000;

/// What was read.
pub(super) struct Taken {
    pub(super) access: Access,
    pub(super) kept: Kept,
    pub(super) aside: Aside,
    /// How many rows cannot be read, and how many were corrected.
    pub(super) counts: RowCounts,
    /// Whether readers and the writer wait for each other.
    pub(super) in_steps: bool,
}

/// Reads it.
///
/// # Errors
/// When the database is missing, damaged, locked, or has no such event table, or was written while it was read without locks.
pub(super) fn take(options: &SnapshotOptions, wanted: &Wanted<'_>) -> Result<Taken, DatabaseError> {
    let reading = Reading::of(&options.path, options.busy_timeout)?;
    let taken = read(options, wanted, &reading)?;
    reading.ended(&options.path)?;
    Ok(taken)
}

fn read(options: &SnapshotOptions, wanted: &Wanted<'_>, reading: &Reading) -> Result<Taken, DatabaseError> {
    let SnapshotOptions { path, table, window, busy_timeout, .. } = options;
    let error = |action| failed(path, busy_timeout.as_secs(), action);
    // The last to be closed: one that may write takes the log away then.
    let mut monitor = reading.connect(path, *busy_timeout)?;
    limit_heap(&monitor).map_err(error("open"))?;
    let bound = |connection: &mut Connection| {
        let deadline = wanted.deadline;
        connection.progress_handler(STEPS, Some(move || Instant::now() >= deadline)).map_err(error("open"))
    };
    bound(&mut monitor)?;
    let source = checked(source(&monitor, path, table, busy_timeout.as_secs())?, options);
    let directions = options.directions.clone().filter(|_| source.checks_directions());
    let in_steps = !matches!(reading, Reading::Unlocked(_)) && !is_write_ahead(&monitor).map_err(error("read"))?;
    // Without locks, or in steps, there is no one state of the database that what is kept could be of.
    let is_kept = wanted.kept.is_some() && matches!(reading, Reading::Locked { .. } | Reading::ReadOnly) && !in_steps;
    let choose = if is_kept { Access::through_index } else { Access::choose };
    let access = choose(&monitor, &source, window).map_err(error("read"))?;
    let mut threads = Vec::new();
    for _ in 0..wanted.threads.max(1) {
        let mut thread = reading.connect(path, *busy_timeout)?;
        bound(&mut thread)?;
        threads.push(thread);
    }
    let (aside, mut copier) = Copier::open(options, directions.as_ref(), reading, &monitor).map_err(error("copy"))?;
    bound(&mut copier.connection)?;
    if !in_steps {
        pin(&monitor, &threads, &copier.connection, path, error)?;
    }

    let steps = if in_steps { steps(&monitor, &source, &access).map_err(error("read"))? } else { None };
    let kept = if wanted.columns.is_empty() {
        Err("no rule reads events".to_owned())
    } else if wanted.window_bytes == 0 {
        Err("no window is kept in memory (limits.window_mib = 0)".to_owned())
    } else {
        let directions = directions.filter(|_| wanted.columns.contains(&"direction"));
        let mut kept = None;
        if is_kept {
            let (connections, file) = (threads.iter_mut().collect(), Identity::of(path));
            let kept_on = window::keep_on(connections, file, &source, &access, *window, wanted, directions.clone());
            kept = kept_on.map_err(error("read"))?;
        }
        match kept {
            Some(kept) => kept,
            None => {
                let connections = threads.iter_mut().collect();
                window::keep(connections, &source, &access, *window, wanted, directions, steps.as_ref()).map_err(error("read"))?
            }
        }
    };
    let mut counts = kept.as_ref().map_or_else(|_| RowCounts::default(), |window| window.counts());
    copier.alerts(&options.alert_table, wanted.alerts, in_steps).map_err(error("read"))?;
    let is_whole = kept.as_ref().is_ok_and(|window| window.is_whole());
    let columns = if is_whole { &[] } else { wanted.columns };
    let rows = steps.map(|(_, rows)| rows);
    let copied = copier.events(&source, &access, window, columns, rows).map_err(error("read"))?;
    counts = if is_whole { counts } else { copied };
    copier.end(is_whole).map_err(error("read"))?;
    Ok(Taken { access, kept, aside, counts, in_steps })
}

/// The rows of the window, where they are read in steps; none where the table does not number its rows.
fn steps(monitor: &Connection, source: &Source, access: &Access) -> rusqlite::Result<Option<(Numbered, Rows)>> {
    let Some(rowid) = rowid(monitor, "main", &source.table)? else { return Ok(None) };
    let table = Numbered { table: format!("main.{}", quote(&source.table)), rowid };
    let rows = match access {
        Access::Index { name, from, to } => table.between(monitor, &quote(name), from, to.as_deref())?,
        Access::Table | Access::NoIndex => table.all(monitor)?,
    };
    Ok(Some((table, rows)))
}

/// Begins a read transaction on every connection, all on the same state: no commit came in between.
fn pin<E: FnOnce(rusqlite::Error) -> DatabaseError>(
    monitor: &Connection,
    threads: &[Connection],
    copier: &Connection,
    path: &Path,
    error: impl Fn(&'static str) -> E,
) -> Result<(), DatabaseError> {
    let version = || monitor.query_row("PRAGMA data_version", [], |row| row.get::<_, i64>(0)).map_err(error("read"));
    let begin = |connection: &Connection, schema: &str| {
        let sql = format!("BEGIN; SELECT 1 FROM {schema}.sqlite_schema LIMIT 1");
        connection.execute_batch(&sql).map_err(error("read"))
    };
    for attempt in 0..ATTEMPTS {
        let before = version()?;
        threads.iter().try_for_each(|thread| begin(thread, "main"))?;
        begin(copier, LIVE)?;
        if version()? == before {
            return Ok(());
        }
        for connection in threads.iter().chain([copier]) {
            connection.execute_batch("ROLLBACK").map_err(error("read"))?;
        }
        std::thread::sleep(Duration::from_millis(u64::from(attempt)));
    }
    Err(DatabaseError::Unsettled { path: path.to_owned(), readers: threads.len() })
}

/// Copies rows of the live database into the one of the scan.
struct Copier {
    connection: Connection,
    /// How many timestamps and rows with addresses could not be read, and how many directions were corrected.
    counters: [Arc<AtomicU64>; 3],
}

impl Copier {
    fn open(
        options: &SnapshotOptions,
        directions: Option<&DirectionCheck>,
        reading: &Reading,
        monitor: &Connection,
    ) -> rusqlite::Result<(Aside, Self)> {
        let encoding: String = monitor.query_row("PRAGMA encoding", [], |row| row.get(0))?;
        let (aside, connection) = Aside::new(&encoding)?;
        connection.busy_timeout(options.busy_timeout)?;
        let corrected = directions.map(|check| direction_function(&connection, check)).transpose()?.unwrap_or_default();
        rule_functions(&connection)?;
        let counters = [time_function(&connection)?, readable_function(&connection)?, corrected];
        connection.execute(&format!("ATTACH ?1 AS {LIVE}"), [reading.uri(&options.path)])?;
        // So that the gate has the same answer about the tables that are not for rules, they are there, with nothing in them.
        for table in tables(monitor)? {
            let name = quote(&table);
            if let Err(error) =
                connection.execute_batch(&format!("CREATE TABLE main.{name} AS SELECT * FROM {LIVE}.{name} WHERE 0"))
            {
                tracing::debug!("{table} is not known to rules: {error}");
            }
        }
        Ok((aside, Self { connection, counters }))
    }

    /// Copies the past alerts, or makes only their table.
    fn alerts(&self, table: &str, wanted: bool, in_steps: bool) -> rusqlite::Result<()> {
        let select = alerts_view(&self.connection, LIVE, table)?;
        let numbered = if wanted && in_steps { rowid(&self.connection, LIVE, table)? } else { None };
        let Some(rowid) = numbered else {
            let rows = if wanted { "" } else { " WHERE 0" };
            return self.connection.execute_batch(&format!("CREATE TABLE main.{ALERTS} AS SELECT * FROM ({select}){rows}"));
        };
        self.connection.execute_batch(&format!("CREATE TABLE main.{ALERTS} AS {select} AND 0"))?;
        let table = Numbered { table: format!("{LIVE}.{}", quote(table)), rowid };
        let rows = table.all(&self.connection)?;
        let sql = format!("INSERT INTO main.{ALERTS} {select} AND {}", table.condition(&rows));
        self.copy(&sql, &table, &rows)
    }

    /// Copies these columns of the window's events, or makes only their table. Gives how many rows could not be read, or were corrected.
    fn events(
        &self,
        source: &Source,
        access: &Access,
        window: &Window,
        columns: &[&'static str],
        rows: Option<Rows>,
    ) -> rusqlite::Result<RowCounts> {
        let list = source.select_list();
        let name = quote(&source.table);
        let all = format!("SELECT {list} FROM {LIVE}.{name}");
        self.connection.execute_batch(&format!("CREATE TABLE main.{EVENTS} AS SELECT * FROM ({all}) WHERE 0"))?;
        if columns.is_empty() {
            return Ok(RowCounts::default());
        }
        let copied: Vec<&str> = EVENT_COLUMNS.into_iter().filter(|column| columns.contains(column)).collect();
        let copied = copied.join(", ");
        let insert =
            |from: &str| format!("INSERT INTO main.{EVENTS} ({copied}) SELECT {copied} FROM (SELECT {list} FROM {from})");
        self.counters.iter().for_each(|counter| counter.store(0, Ordering::Relaxed));
        let rowid = rowid(&self.connection, LIVE, &source.table)?;
        match rows.zip(rowid) {
            Some((rows, rowid)) => {
                let table = Numbered { table: format!("{LIVE}.{name}"), rowid };
                let from = format!("{} NOT INDEXED WHERE {} AND {}", table.table, table.condition(&rows), inside(source, window));
                self.copy(&insert(&from), &table, &rows)?;
            }
            None => drop(self.connection.execute(&insert(&access.rows(LIVE, source, window)), [])?),
        }
        let [unreadable_timestamps, unreadable_addresses, corrected_directions] =
            self.counters.each_ref().map(|counter| counter.load(Ordering::Relaxed));
        Ok(RowCounts { unreadable_timestamps, unreadable_addresses, corrected_directions })
    }

    fn copy(&self, sql: &str, table: &Numbered, rows: &Rows) -> rusqlite::Result<()> {
        // Compiled in the first step: the table of numbers that it may name is there then.
        let insert = |first: i64, last: i64| self.connection.prepare_cached(sql)?.execute([first, last]).map(drop);
        table.each(&self.connection, rows, insert)?;
        self.connection.flush_prepared_statement_cache();
        Ok(())
    }

    /// Lets go of the live database. What is written later must not wait for those who read.
    fn end(self, is_to_be_filled: bool) -> rusqlite::Result<()> {
        if !self.connection.is_autocommit() {
            self.connection.execute_batch("COMMIT")?;
        }
        self.connection.execute_batch(&format!("DETACH {LIVE}"))?;
        if is_to_be_filled {
            self.connection.query_row("PRAGMA main.journal_mode = WAL", [], |_| Ok(()))?;
        }
        Ok(())
    }
}

/// The SELECT behind `alerts`; without rows where there is not an alert table yet.
pub(super) fn alerts_view(connection: &Connection, schema: &str, table: &str) -> rusqlite::Result<String> {
    let have = columns_in(connection, schema, table)?;
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
         FROM {schema}.{table} WHERE +alert_type >= '' AND typeof(alert_type) = 'text'",
        updated = or_null("updated_at"),
        source = text("src_ip"),
        destination = text("dst_ip"),
        severity = text(&or_null("severity")),
        rule = text(&or_null("rule")),
        status = text("status"),
        table = quote(table),
    ))
}

#[cfg(test)]
mod tests;
