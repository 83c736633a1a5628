//! How far each log was imported. An import takes a log before it stores rows of it; whoever had it before can store no more. So a log that is
//! imported twice at the same time counts once, and one of the imports fails.

use rusqlite::{Connection, OptionalExtension as _};

use crate::error::DatabaseError;
use crate::open::Database;
use crate::schema::columns;
use net_scout_model::Timestamp;

/// A place in the text of a log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogPosition {
    /// How many bytes of its text stand before it.
    pub offset: u64,
    /// How many lines these are.
    pub line: u64,
    /// Their SHA-256, in base 16; none where it is not known.
    pub digest: Option<String>,
}

/// A log that was imported before, or began to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownLog {
    /// Its number.
    pub id: i64,
    /// How many of its first bytes tell it from others.
    pub head_length: u64,
    /// Their SHA-256, in base 16.
    pub head_digest: String,
    /// How far it was read.
    pub at: LogPosition,
    /// How many rows of the batch behind that are stored already.
    pub rows: u64,
    /// Where that batch ends, and the SHA-256 of the text up to there.
    pub until: Option<(u64, String)>,
    /// Whether it was read to its end.
    pub is_finished: bool,
    /// The import that took it last.
    owner: Option<String>,
}

/// What tells a log from others: how many of its first bytes, and their SHA-256 in base 16.
#[derive(Clone, Copy, Debug)]
pub struct LogHead<'h> {
    /// How many bytes.
    pub length: u64,
    /// Their SHA-256.
    pub digest: &'h str,
}

impl Database {
    /// The logs that were imported before, those that are known by the most bytes first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn known_logs(&self) -> Result<Vec<KnownLog>, DatabaseError> {
        if columns(&self.connection, "scout_imports").map_err(self.error("read"))?.is_empty() {
            return Ok(Vec::new());
        }
        known(&self.connection).map_err(self.error("read"))
    }

    /// Takes a log to import it, from its beginning or from where it is known to have been read. `seen` is what was known of it when that
    /// was decided, and `is_this` says whether a log is the same one.
    ///
    /// # Errors
    /// When another import took it meanwhile, or the database cannot be written.
    pub fn take_log(
        &mut self,
        path: &str,
        head: LogHead<'_>,
        seen: Option<&KnownLog>,
        is_anew: bool,
        is_this: &dyn Fn(&KnownLog) -> bool,
        now: Timestamp,
    ) -> Result<KnownLog, DatabaseError> {
        let taken = self.write("remember an import in", |connection| {
            if known(connection)?.into_iter().find(is_this).as_ref() != seen {
                return Ok(None);
            }
            let id = match seen {
                Some(log) if is_anew => connection.query_row(
                    "UPDATE scout_imports SET head_length = ?2, head_digest = ?3, path = ?4, offset = 0, line = 0, digest = NULL, rows = 0,
                     until_offset = NULL, until_digest = NULL, is_finished = 0, owner = hex(randomblob(8)), updated_at = ?5
                     WHERE id = ?1 RETURNING id",
                    (log.id, head.length.cast_signed(), head.digest, path, now.seconds()),
                    |row| row.get(0),
                )?,
                Some(log) => connection.query_row(
                    "UPDATE scout_imports SET path = ?2, is_finished = 0, owner = hex(randomblob(8)), updated_at = ?3 WHERE id = ?1
                     RETURNING id",
                    (log.id, path, now.seconds()),
                    |row| row.get(0),
                )?,
                None => connection.query_row(
                    "INSERT INTO scout_imports (head_length, head_digest, path, offset, line, owner, updated_at)
                     VALUES (?1, ?2, ?3, 0, 0, hex(randomblob(8)), ?4) RETURNING id",
                    (head.length.cast_signed(), head.digest, path, now.seconds()),
                    |row| row.get::<_, i64>(0),
                )?,
            };
            Ok(known(connection)?.into_iter().find(|log| log.id == id))
        })?;
        taken.ok_or_else(|| self.taken(path))
    }

    /// Remembers that a log was read to its end. One that another import took meanwhile stays as that one has it.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn finish_log(&mut self, log: &KnownLog, now: Timestamp) -> Result<(), DatabaseError> {
        self.write("remember an import in", |connection| {
            let sql = "UPDATE scout_imports SET is_finished = 1, updated_at = ?3 WHERE id = ?1 AND owner IS ?2";
            connection.execute(sql, (log.id, &log.owner, now.seconds())).map(drop)
        })
    }

    pub(super) fn taken(&self, log: &str) -> DatabaseError {
        DatabaseError::ImportedElsewhere { path: self.path.clone(), log: log.to_owned() }
    }
}

/// Remembers how far a log was read; false where another import took it. To be called in the transaction that stores the rows.
pub(super) fn set_position(connection: &Connection, log: &KnownLog) -> rusqlite::Result<bool> {
    let KnownLog { id, at, rows, until, owner, .. } = log;
    let (until_offset, until_digest) = until.as_ref().map(|(offset, digest)| (offset.cast_signed(), digest)).unzip();
    let sql = "UPDATE scout_imports SET offset = ?3, line = ?4, digest = ?5, rows = ?6, until_offset = ?7, until_digest = ?8
               WHERE id = ?1 AND owner IS ?2 RETURNING id";
    let values =
        (id, owner, at.offset.cast_signed(), at.line.cast_signed(), &at.digest, rows.cast_signed(), until_offset, until_digest);
    let found: Option<i64> = connection.prepare_cached(sql)?.query_row(values, |row| row.get(0)).optional()?;
    Ok(found.is_some())
}

fn known(connection: &Connection) -> rusqlite::Result<Vec<KnownLog>> {
    let mut statement = connection.prepare_cached(
        "SELECT id, head_length, head_digest, offset, line, digest, rows, until_offset, until_digest, is_finished, owner
         FROM scout_imports ORDER BY head_length DESC, id DESC",
    )?;
    let number = |number: i64| number.unsigned_abs();
    statement
        .query_map([], |row| {
            let until: Option<i64> = row.get(7)?;
            Ok(KnownLog {
                id: row.get(0)?,
                head_length: number(row.get(1)?),
                head_digest: row.get(2)?,
                at: LogPosition { offset: number(row.get(3)?), line: number(row.get(4)?), digest: row.get(5)? },
                rows: number(row.get(6)?),
                until: until.map(number).zip(row.get(8)?),
                is_finished: row.get(9)?,
                owner: row.get(10)?,
            })
        })?
        .collect()
}
