//! Reading in steps, for a database whose writer waits for its readers.
//!
//! With a rollback journal the writer cannot commit while anybody reads. So each step is a transaction of its own and takes some
//! milliseconds. The rows of a table are gone through by their numbers, which never change: each is read once, as it is at that
//! moment. What is added after the reading began may be missing; what the producer counts again meanwhile is read as it was or as it is.
//! Only one connection may read at a time: SQLite gives a process that reads already the next lock without a look at who waits.

use std::time::{Duration, Instant};

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension as _};

/// How long a step may take.
pub(super) const STEP: Duration = Duration::from_millis(15);
/// How many rows the first step reads.
const FIRST: i64 = 1_000;
/// The most rows of a step.
const MOST: i64 = 500_000;

/// The table of a connection that holds the numbers of rows that are not read by ranges.
pub(super) const LISTED: &str = "temp.scout_rows";

/// The rows to read.
#[derive(Clone, Debug)]
pub(super) enum Rows {
    /// Those of a table from one number to another, both inside.
    Range(i64, i64),
    /// These, ascending.
    Listed(Vec<i64>),
}

/// The table: its name, quoted and with its schema, and what the number of a row is called there.
#[derive(Clone, Debug)]
pub(super) struct Numbered {
    pub(super) table: String,
    pub(super) rowid: &'static str,
}

impl Numbered {
    /// All rows that there are now.
    pub(super) fn all(&self, connection: &Connection) -> rusqlite::Result<Rows> {
        Ok(Rows::Range(i64::MIN, self.last(connection)?.unwrap_or(i64::MIN)))
    }

    /// The last ones that there are now, by their numbers, at most so many.
    pub(super) fn newest(&self, connection: &Connection, most: i64) -> rusqlite::Result<Rows> {
        let last = self.last(connection)?.unwrap_or(i64::MIN);
        Ok(Rows::Range(last.saturating_sub(most.saturating_sub(1)), last))
    }

    /// The number of the last row; none where there are no rows.
    pub(super) fn last(&self, connection: &Connection) -> rusqlite::Result<Option<i64>> {
        connection.query_row(&format!("SELECT max({}) FROM {}", self.rowid, self.table), [], |row| row.get(0))
    }

    /// Those that an index on the timestamp has between two texts. A row whose timestamp moves on meanwhile is among them once.
    pub(super) fn between(&self, connection: &Connection, index: &str, from: &str, to: Option<&str>) -> rusqlite::Result<Rows> {
        let Self { table, rowid } = self;
        let below = if to.is_some() { " AND timestamp < ?3" } else { "" };
        let sql = format!(
            "SELECT timestamp, {rowid} FROM {table} INDEXED BY {index}
             WHERE timestamp >= ?1 AND (timestamp > ?1 OR {rowid} > ?2){below} ORDER BY timestamp, {rowid}"
        );
        let mut statement = connection.prepare(&sql)?;
        let (mut last, mut numbers) = ((Value::from(from.to_owned()), i64::MIN), Vec::new());
        loop {
            let begun = Instant::now();
            let mut rows = match to {
                Some(to) => statement.query((&last.0, last.1, to))?,
                None => statement.query((&last.0, last.1))?,
            };
            let mut ended = true;
            while let Some(row) = rows.next()? {
                numbers.push(row.get(1)?);
                if numbers.len().is_multiple_of(256) && begun.elapsed() > STEP {
                    last = (row.get(0)?, row.get(1)?);
                    ended = false;
                    break;
                }
            }
            drop(rows);
            if ended {
                break;
            }
        }
        numbers.sort_unstable();
        numbers.dedup();
        Ok(Rows::Listed(numbers))
    }

    /// What a statement says to read the rows from `?1` to `?2`.
    pub(super) fn condition(&self, rows: &Rows) -> String {
        let rowid = self.rowid;
        match rows {
            Rows::Range(..) => format!("{rowid} BETWEEN ?1 AND ?2"),
            Rows::Listed(_) => format!("{rowid} IN (SELECT number FROM {LISTED} WHERE number BETWEEN ?1 AND ?2)"),
        }
    }

    /// Calls `read` with the first and the last number of each step.
    pub(super) fn each(
        &self,
        connection: &Connection,
        rows: &Rows,
        mut read: impl FnMut(i64, i64) -> rusqlite::Result<()>,
    ) -> rusqlite::Result<()> {
        let sql = format!("SELECT {0} FROM {1} NOT INDEXED WHERE {0} >= ?1 ORDER BY {0} LIMIT 1", self.rowid, self.table);
        let mut next = connection.prepare(&sql)?;
        if let Rows::Listed(numbers) = rows {
            list(connection, numbers)?;
        }
        let mut from = if let Rows::Range(first, _) = rows { *first } else { i64::MIN };
        let (mut place, mut size) = (0, FIRST);
        loop {
            let (first, last) = match rows {
                Rows::Range(_, end) => {
                    // Numbers may have wide gaps.
                    let found: Option<i64> = next.query_row([from], |row| row.get(0)).optional()?;
                    let Some(first) = found.filter(|first| first <= end) else { return Ok(()) };
                    (first, first.saturating_add(size - 1).min(*end))
                }
                Rows::Listed(numbers) => {
                    let rest = numbers.get(place..).unwrap_or_default();
                    let step = &rest[..rest.len().min(usize::try_from(size).unwrap_or(usize::MAX))];
                    let (Some(first), Some(last)) = (step.first(), step.last()) else { return Ok(()) };
                    place += step.len();
                    (*first, *last)
                }
            };
            let begun = Instant::now();
            read(first, last)?;
            size = adapted(size, begun.elapsed());
            let Some(after) = last.checked_add(1) else { return Ok(()) };
            from = after;
        }
    }
}

/// Puts the numbers where statements of this connection find them.
fn list(connection: &Connection, numbers: &[i64]) -> rusqlite::Result<()> {
    let query_only: bool = connection.query_row("PRAGMA query_only", [], |row| row.get(0))?;
    connection.execute_batch(
        "PRAGMA query_only = 0; PRAGMA temp_store = MEMORY;
         CREATE TEMP TABLE IF NOT EXISTS scout_rows (number INTEGER PRIMARY KEY); BEGIN; DELETE FROM temp.scout_rows",
    )?;
    let mut insert = connection.prepare("INSERT INTO temp.scout_rows VALUES (?1)")?;
    for number in numbers {
        insert.execute([number])?;
    }
    connection.execute_batch(&format!("COMMIT; PRAGMA query_only = {}", i32::from(query_only)))
}

/// How many rows the next step reads, after one of this size took so long.
pub(super) fn adapted(size: i64, took: Duration) -> i64 {
    if took < STEP / 2 {
        return (size * 2).min(MOST);
    }
    let fitting = size as f64 * STEP.as_secs_f64() / took.as_secs_f64().max(1e-6);
    (fitting as i64).clamp(1, size.clamp(1, MOST))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(connection: &Connection) -> Numbered {
        connection
            .execute_batch(
                "CREATE TABLE t (id INTEGER PRIMARY KEY, timestamp TEXT); CREATE INDEX by_time ON t (timestamp);
                 WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
                 INSERT INTO t SELECT i * 3, printf('2026-03-%02d', 1 + i % 28) FROM n;
                 INSERT INTO t VALUES (9000000000000000000, '2026-03-05');",
            )
            .expect("a table");
        Numbered { table: "main.t".to_owned(), rowid: "id" }
    }

    fn read(table: &Numbered, connection: &Connection, rows: &Rows) -> Vec<i64> {
        let sql = format!("SELECT id FROM t NOT INDEXED WHERE {}", table.condition(rows));
        let mut found = Vec::new();
        let step = |first: i64, last: i64| {
            let mut statement = connection.prepare(&sql)?;
            let mut rows = statement.query([first, last])?;
            while let Some(row) = rows.next()? {
                found.push(row.get(0)?);
            }
            Ok(())
        };
        table.each(connection, rows, step).expect("read");
        found
    }

    #[test]
    fn every_row_is_read_once() {
        let connection = Connection::open_in_memory().expect("open");
        let table = table(&connection);
        let all = read(&table, &connection, &table.all(&connection).expect("the last"));
        assert_eq!(all.len(), 5_001);
        assert!(all.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn a_part_is_found_through_the_index() {
        let connection = Connection::open_in_memory().expect("open");
        let table = table(&connection);
        let rows = table.between(&connection, "by_time", "2026-03-05", Some("2026-03-07")).expect("listed");
        let expected: Vec<i64> = connection
            .prepare("SELECT id FROM t WHERE timestamp >= '2026-03-05' AND timestamp < '2026-03-07' ORDER BY id")
            .and_then(|mut statement| statement.query_map([], |row| row.get(0))?.collect())
            .expect("rows");
        assert_eq!(read(&table, &connection, &rows), expected);
        let open = table.between(&connection, "by_time", "2026-03-28", None).expect("listed");
        assert!(matches!(open, Rows::Listed(numbers) if numbers.len() == 178));
    }

    #[test]
    fn steps_grow_and_shrink() {
        assert_eq!(adapted(1_000, Duration::from_millis(1)), 2_000);
        assert_eq!(adapted(MOST, Duration::ZERO), MOST);
        assert_eq!(adapted(1_000, Duration::from_millis(150)), 100);
        assert_eq!(adapted(1, Duration::from_secs(9)), 1);
        assert_eq!(adapted(1_000, Duration::from_millis(10)), 1_000);
    }
}
