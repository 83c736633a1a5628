//! Takes files into the database, and remembers how far each was read, so that the next import goes on there.

use std::path::Path;
use std::time::{Duration, Instant};

use super::error::IngestError;
use super::geoip::GeoIp;
use super::place::{Again, Place};
use net_scout_import::{Batch, Beginning, ImportError, ImportOptions, ImportReport, LogReader, Position, ReadAs};
use net_scout_model::clock::SystemClock;
use net_scout_model::{EventRow, Sink, hex};
use net_scout_store::{Database, DatabaseError, DatabaseOptions, ImportedRows, Lease, Lock, LogHead, LogPosition, LogStep, Turn};

/// For how long it writes before others get their turn.
const TURN: Duration = Duration::from_millis(500);

/// Takes logs, one after the other, into a database that is made with the first event where there is none.
pub struct Ingest<'o> {
    target: DatabaseOptions,
    pub(super) options: &'o ImportOptions,
    pub(super) from: &'o ReadAs,
    geoip: Option<GeoIp>,
    pub(super) database: Option<Database>,
    /// Files are imported one after the other, so that a new database can wait for its indexes.
    is_filling: bool,
    progress: &'o dyn Fn(u64),
    /// Learns for whom it waits.
    sink: &'o dyn Sink,
    /// The turn that it has, and since when.
    turn: Option<(Lease, Instant)>,
    /// What became of the rows so far.
    pub rows: ImportedRows,
}

/// Where the reading of a file began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Began {
    /// At its beginning.
    AtBeginning,
    /// At its beginning, though an earlier import read it to its end.
    Again,
    /// Where an earlier import stopped.
    At(Position),
    /// At its beginning, because what an earlier import read of it up to this line is not what stands there now.
    Changed(u64),
}

/// How a file was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileRead {
    /// Where the reading began.
    pub began: Began,
    /// Its last line has no end yet, and was left for the next import.
    pub waits: bool,
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
        sink: &'o dyn Sink,
    ) -> Result<Self, DatabaseError> {
        let exists = target.path.exists();
        let (turn, rows) = (None, ImportedRows::default());
        let mut ingest = Self { target, options, from, geoip, database: None, is_filling: false, progress, sink, turn, rows };
        if exists {
            ingest.database()?;
        }
        Ok(ingest)
    }

    /// Imports a file to its end, and says where it began.
    ///
    /// # Errors
    /// When the file cannot be read or the rows cannot be kept. What was stored before is remembered, and the next import goes on there.
    pub fn file(&mut self, path: &Path, again: Again, report: &mut ImportReport) -> Result<FileRead, IngestError> {
        self.is_filling = true;
        net_scout_import::check_packed(path).map_err(|source| IngestError::Damaged { path: path.to_owned(), source })?;
        // Whoever asks for what is new comes again, when the last line is whole.
        let leaves_open = again == Again::New;
        match self.file_from(path, again, leaves_open, report) {
            Err(IngestError::Read { source: ImportError::Changed { line }, .. }) => {
                let read = self.file_from(path, Again::Whole, leaves_open, report)?;
                Ok(FileRead { began: Began::Changed(line), ..read })
            }
            done => done,
        }
    }

    pub(super) fn file_from(
        &mut self,
        path: &Path,
        again: Again,
        leaves_open: bool,
        report: &mut ImportReport,
    ) -> Result<FileRead, IngestError> {
        let input = net_scout_import::open(Some(path)).map_err(|source| IngestError::Open { path: path.to_owned(), source })?;
        let (beginning, mut input) = Beginning::of(input);
        let mut place = self.place(path, beginning, again)?;
        let resume = place.resume();
        let is_again = again == Again::Unfinished && place.is_anew;
        let (from, options) = (self.from, self.options);
        let mut reader = LogReader::new(from, options, resume).leaving_open(leaves_open);
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
        if place.seen.is_some() || place.taken.is_some() {
            let end = Batch { rows: Vec::new(), position: reader.position() };
            if reader.is_resumed() && (place.taken.is_some() || reader.position() != resume.at) {
                self.keep(end, &mut place)?;
            }
        }
        read.map_err(failed)?;
        let waits = reader.is_open();
        if let (Some(log), Some(database), false) = (place.taken.as_ref().or(place.seen.as_ref()), &mut self.database, waits) {
            database.finish_log(log, options.now)?;
        }
        let began = match resume.at.offset {
            0 if is_again => Began::Again,
            0 => Began::AtBeginning,
            _ => Began::At(resume.at),
        };
        Ok(FileRead { began, waits })
    }

    /// Makes what a new database was filled without.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn finish(&mut self) -> Result<(), DatabaseError> {
        self.end_turn()?;
        self.is_filling = false;
        self.database.as_mut().map_or(Ok(()), Database::finish_import)
    }

    pub(super) fn place(&self, path: &Path, beginning: Beginning, again: Again) -> Result<Place, DatabaseError> {
        let known = self.database.as_ref().map_or(Ok(Vec::new()), Database::known_logs)?;
        Ok(Place::new(path, beginning, again, known))
    }

    /// Keeps a batch of a file, and how far it was read.
    pub(super) fn keep(&mut self, batch: Batch, place: &mut Place) -> Result<(), DatabaseError> {
        let Batch { mut rows, position } = batch;
        let now = self.options.now;
        let end =
            LogPosition { offset: position.offset, line: position.line, digest: position.digest.map(|digest| hex(&digest)) };
        let mut log = match place.taken.take() {
            Some(taken) => taken,
            None => {
                let identity = place.beginning.identity();
                let digest = hex(&identity.digest);
                let head = LogHead { length: identity.length, digest: &digest };
                let (path, seen) = (place.path.to_string_lossy(), place.seen.as_ref());
                self.database()?.take_log(&path, head, seen, place.is_anew, &|known| place.is_this(known), now)?
            }
        };
        // A part of this batch was stored before the program was stopped, if it is the same batch.
        if std::mem::take(&mut place.is_first) && log.rows > 0 {
            let is_same = log.until.as_ref().is_none_or(|(offset, digest)| {
                end.offset < *offset || end.offset == *offset && end.digest.as_ref() == Some(digest)
            });
            let stored = if is_same { usize::try_from(log.rows).unwrap_or(usize::MAX).min(rows.len()) } else { 0 };
            rows.drain(..stored);
            log.rows = stored as u64;
        }
        let stored = self.store(rows, Some(LogStep { log: &mut log, end }));
        place.taken = Some(log);
        stored
    }

    pub(super) fn store(&mut self, mut rows: Vec<EventRow>, log: Option<LogStep<'_>>) -> Result<(), DatabaseError> {
        if let Some(geoip) = &self.geoip {
            for row in &mut rows {
                row.place = geoip.place(row);
            }
        }
        let count = rows.len() as u64;
        self.take_turn()?;
        let imported = self.database()?.import(&rows, log)?;
        self.rows.added += imported.added;
        self.rows.repeated += imported.repeated;
        (self.progress)(count);
        Ok(())
    }

    /// Waits for the turn to write a part of a file, and gives the one back that it has had for long enough: a scan that waits gets the next
    /// one. What is followed is written as net-sentinel does it, in short transactions without turns, because its rows must not come late.
    fn take_turn(&mut self) -> Result<(), DatabaseError> {
        if !self.is_filling || self.turn.as_ref().is_some_and(|(_, since)| since.elapsed() < TURN) {
            return Ok(());
        }
        self.end_turn()?;
        let sink = self.sink;
        let lease = Turn::of("net-scout import").take(self.database()?, Lock::Turn, &SystemClock, sink)?;
        self.turn = Some((lease, Instant::now()));
        Ok(())
    }

    fn end_turn(&mut self) -> Result<(), DatabaseError> {
        match (self.turn.take(), &mut self.database) {
            (Some((lease, _)), Some(database)) => database.unlock(lease),
            _ => Ok(()),
        }
    }

    fn database(&mut self) -> Result<&mut Database, DatabaseError> {
        let database = match self.database.take() {
            Some(database) => database,
            None => {
                let DatabaseOptions { path, alert_table, busy_timeout } = &self.target;
                let mut database = Database::open_or_create(path, alert_table, *busy_timeout)?;
                database.prepare_import()?;
                database.migrate(self.options.now)?;
                if !self.is_filling {
                    database.finish_import()?;
                }
                database
            }
        };
        Ok(self.database.insert(database))
    }
}
