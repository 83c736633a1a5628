//! Logs into the database: joins `import`, which reads them, with `store`, which keeps the rows and how far each log was read. It must
//! never print anything, nor know what becomes of the events.
//!
//! The use case is [`import_logs`].

mod follow;
mod geoip;
mod run;
mod stream;

use std::io;
use std::path::{Path, PathBuf};

pub use follow::Followed;
pub use geoip::{GeoIp, GeoIpError};
pub use run::{ImportRequest, ImportTarget, Imported, LogsError, import_logs};

use net_scout_import::{self as import, Batch, Beginning, ImportError, ImportOptions, ImportReport, LogReader, Position, ReadAs};
use net_scout_model::hex;
use net_scout_store::{Database, DatabaseError, DatabaseOptions, ImportedRows, KnownLog, LogPosition};

/// From where on a file is read that was imported before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Again {
    /// From where an import stopped before its end; a file that was imported whole is read anew, and counts again.
    #[default]
    Unfinished,
    /// From where the last import ended.
    New,
    /// From the beginning.
    Whole,
}

/// Why an import stopped.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// The log cannot be opened.
    #[error("the log {path} cannot be read", path = path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        source: io::Error,
    },
    /// Reading stopped, or the rows could not be kept.
    #[error("importing {path} stopped", path = path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: ImportError<DatabaseError>,
    },
    /// The database could not be opened or written.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

/// Takes logs, one after the other, into a database that is made with the first event where there is none.
pub struct Ingest<'o> {
    target: DatabaseOptions,
    options: &'o ImportOptions,
    from: &'o ReadAs,
    geoip: Option<GeoIp>,
    database: Option<Database>,
    progress: &'o dyn Fn(u64),
    /// What became of the rows so far.
    pub rows: ImportedRows,
}

/// Where a log goes on, and what is remembered of it.
struct Place {
    path: PathBuf,
    beginning: Beginning,
    known: Option<KnownLog>,
    /// It was read to its end before, so that this begins anew.
    is_anew: bool,
}

impl<'o> Ingest<'o> {
    /// Opens the database where it exists, so that one that does not take events is known before the work.
    ///
    /// # Errors
    /// When it exists and does not take events.
    pub fn new(
        target: DatabaseOptions,
        from: &'o ReadAs,
        options: &'o ImportOptions,
        geoip: Option<GeoIp>,
        progress: &'o dyn Fn(u64),
    ) -> Result<Self, DatabaseError> {
        let exists = target.path.exists();
        let mut ingest = Self { target, options, from, geoip, database: None, progress, rows: ImportedRows::default() };
        if exists {
            ingest.database()?;
        }
        Ok(ingest)
    }

    /// Imports a file to its end, and says where it began if that was not the beginning.
    ///
    /// # Errors
    /// When the file cannot be read or the rows cannot be kept. What was stored before is remembered, and the next import goes on there.
    pub fn file(&mut self, path: &Path, again: Again, report: &mut ImportReport) -> Result<Option<Position>, IngestError> {
        let input = import::open(Some(path)).map_err(|source| IngestError::Open { path: path.to_owned(), source })?;
        let (beginning, mut input) = Beginning::of(input);
        let mut place = self.place(path, beginning, again)?;
        let resumed =
            place.known.as_ref().filter(|_| !place.is_anew).map(|known| Position { offset: known.offset, line: known.line });
        let (from, options) = (self.from, self.options);
        let mut reader = LogReader::new(from, options, resumed.unwrap_or_default());
        let mut keep = |batch: Batch| self.keep(batch, &mut place);
        let read = reader.read(&mut *input, &mut keep, report);
        let failed = |source| IngestError::Read { path: path.to_owned(), source };
        let is_whole = match read {
            Ok(()) => true,
            // What was read stays, and is remembered.
            Err(ImportError::Read { .. }) => false,
            Err(error) => return Err(failed(error)),
        };
        reader.flush(is_whole, &mut keep, report).map_err(failed)?;
        let end = Batch { rows: Vec::new(), position: reader.position() };
        if place.known.is_some() {
            self.keep(end, &mut place)?;
        }
        read.map_err(failed)?;
        if let (Some(known), Some(database)) = (&place.known, &mut self.database) {
            database.finish_log(known.id, true, options.now)?;
        }
        Ok(resumed)
    }

    fn place(&self, path: &Path, beginning: Beginning, again: Again) -> Result<Place, DatabaseError> {
        let known = match &self.database {
            Some(database) => database.known_logs()?.into_iter().find(|known| {
                let digest = parse_digest(&known.head_digest);
                digest.is_some_and(|digest| beginning.is(&import::Identity { length: known.head_length, digest }))
            }),
            None => None,
        };
        let is_anew = match (&known, again) {
            (None, _) => false,
            (Some(_), Again::Whole) => true,
            (Some(known), Again::Unfinished) => known.is_finished,
            (Some(_), Again::New) => false,
        };
        Ok(Place { path: path.to_owned(), beginning, known, is_anew })
    }

    /// Keeps a batch of a file, and how far it was read.
    fn keep(&mut self, batch: Batch, place: &mut Place) -> Result<(), DatabaseError> {
        let Batch { mut rows, position } = batch;
        let now = self.options.now;
        let known = match (place.known.take(), std::mem::take(&mut place.is_anew)) {
            (Some(known), false) => known,
            _ => {
                let identity = place.beginning.identity();
                let path = place.path.to_string_lossy();
                self.database()?.begin_log(&path, (identity.length, &hex(&identity.digest)), now)?
            }
        };
        // A part of a batch was stored before the program was stopped.
        let stored = usize::try_from(known.rows).unwrap_or(usize::MAX).min(rows.len());
        rows.drain(..stored);
        let log = LogPosition { id: known.id, offset: position.offset, line: position.line, rows_before: stored as u64 };
        place.known = Some(KnownLog { rows: 0, ..known });
        self.store(rows, Some(log))
    }

    fn store(&mut self, mut rows: Vec<net_scout_model::EventRow>, log: Option<LogPosition>) -> Result<(), DatabaseError> {
        if let Some(geoip) = &self.geoip {
            for row in &mut rows {
                row.place = geoip.place(row);
            }
        }
        let count = rows.len() as u64;
        let imported = self.database()?.import(&rows, log)?;
        self.rows.added += imported.added;
        self.rows.repeated += imported.repeated;
        (self.progress)(count);
        Ok(())
    }

    fn database(&mut self) -> Result<&mut Database, DatabaseError> {
        let database = match self.database.take() {
            Some(database) => database,
            None => {
                let DatabaseOptions { path, alert_table, busy_timeout } = &self.target;
                let mut database = Database::open_or_create(path, alert_table, *busy_timeout)?;
                database.prepare_import()?;
                database.migrate(self.options.now)?;
                database
            }
        };
        Ok(self.database.insert(database))
    }
}

fn parse_digest(text: &str) -> Option<[u8; 32]> {
    let mut digest = [0; 32];
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if pairs.len() != digest.len() || !rest.is_empty() {
        return None;
    }
    for (byte, pair) in digest.iter_mut().zip(pairs) {
        *byte = u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(digest)
}
