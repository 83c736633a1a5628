//! Follows a log that grows: reads what is added, goes on with the next file when it is rotated, and stores rows every second. How far it
//! was read is kept in the database, so that a second start goes on there.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

use net_scout_import::{Beginning, ImportError, ImportReport, LogReader, Position};

mod tail;

use super::error::IngestError;
use super::ingest::Ingest;
use super::place::{Again, Place};
use tail::{Look, Tail};

/// How often a file is looked at that has nothing new.
const PAUSE: Duration = Duration::from_millis(200);
/// How long rows may wait.
const WAIT: Duration = Duration::from_secs(1);
/// How many different rows may wait.
const ROWS: usize = 2_000;
/// How many older files beside a log are looked at, the newest first.
const OLDER: usize = 8;

/// Something that happened while a file was followed.
#[derive(Clone, Copy, Debug)]
pub enum Followed<'f> {
    /// It goes on where an earlier run stopped.
    Resumed(Position),
    /// The rest of the file before the last rotation was read.
    CaughtUp(&'f Path),
    /// The file was rotated or cut, and the new text is read.
    Rotated,
}

/// Why a file is not followed any more.
enum End {
    /// The end was asked for.
    Stopped,
    /// Another file is at its path, and this one was read to its end.
    Rotated,
    /// It was cut, and has another text now.
    Cut,
    /// It only begins as the one that was read before.
    Other,
}

impl Ingest<'_> {
    /// Follows a file until `stop` is set. `tell` is called when something happens to it.
    ///
    /// # Errors
    /// When the file cannot be read, is packed, or the rows cannot be kept.
    pub fn follow(
        &mut self,
        path: &Path,
        stop: &AtomicBool,
        tell: &mut dyn FnMut(Followed<'_>),
        report: &mut ImportReport,
    ) -> Result<(), IngestError> {
        self.finish()?;
        let open = |source| IngestError::Open { path: path.to_owned(), source };
        self.catch_up(path, report, tell)?;
        let mut again = Again::New;
        loop {
            let mut tail = match Tail::open(path) {
                // The one that was here was moved away, and the next is not there yet.
                Err(error) if error.kind() == io::ErrorKind::NotFound && !stop.load(Ordering::Relaxed) => {
                    std::thread::sleep(PAUSE);
                    continue;
                }
                opened => opened.map_err(open)?,
            };
            let end = self.tail(path, &mut tail, again, stop, report, tell)?;
            again = if let End::Other = end { Again::Whole } else { Again::New };
            match end {
                End::Stopped => return Ok(()),
                End::Rotated | End::Other => tell(Followed::Rotated),
                End::Cut => {
                    tell(Followed::Rotated);
                    self.catch_up(path, report, tell)?;
                }
            }
        }
    }

    /// What was added to the file before it was rotated or cut, when nobody looked: the rest of the older file that is the one that was
    /// read before.
    fn catch_up(
        &mut self,
        path: &Path,
        report: &mut ImportReport,
        tell: &mut dyn FnMut(Followed<'_>),
    ) -> Result<(), IngestError> {
        for older in older(path) {
            let Ok(input) = net_scout_import::open(Some(&older)) else { continue };
            let (beginning, _) = Beginning::of(input);
            let is_unfinished = self.place(&older, beginning, Again::New)?.seen.is_some_and(|seen| !seen.is_finished);
            if !is_unfinished || net_scout_import::check_packed(&older).is_err() {
                continue;
            }
            match self.file_from(&older, Again::New, false, report) {
                Ok(_) => {
                    tell(Followed::CaughtUp(&older));
                    return Ok(());
                }
                // It only begins alike.
                Err(IngestError::Read { source: ImportError::Changed { .. }, .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Reads one file until something happens to it or the end is asked for.
    fn tail(
        &mut self,
        path: &Path,
        tail: &mut Tail,
        again: Again,
        stop: &AtomicBool,
        report: &mut ImportReport,
        tell: &mut dyn FnMut(Followed<'_>),
    ) -> Result<End, IngestError> {
        let failed = |source| IngestError::Read { path: path.to_owned(), source };
        let read_error = |source| IngestError::Open { path: path.to_owned(), source };
        let mut reading: Option<(LogReader<'_>, Place)> = None;
        let mut flushed = Instant::now();
        let (mut is_rotated, mut is_told) = (false, false);
        loop {
            let look = tail.look().map_err(read_error)?;
            let (is_stopped, is_cut) = (stop.load(Ordering::Relaxed), matches!(look, Look::Cut));
            let lines = match look {
                Look::Lines(lines) => Some(lines),
                // What the old file has without an end is a line all the same, once nobody writes it any more.
                Look::Nothing if is_rotated => tail.rest(),
                Look::Nothing | Look::Cut => None,
            };
            if let Some(lines) = &lines {
                let (reader, place) = match &mut reading {
                    Some(reading) => reading,
                    None => {
                        let (beginning, _) = Beginning::of(Box::new(io::Cursor::new(lines.clone())));
                        let place = self.place(path, beginning, again)?;
                        reading.insert((LogReader::new(self.from, self.options, place.resume()), place))
                    }
                };
                let at = place.resume().at;
                match reader.read(&mut lines.as_slice(), &mut |batch| self.keep(batch, place), report) {
                    Err(ImportError::Changed { .. }) => return Ok(End::Other),
                    read => read.map_err(failed)?,
                }
                if !std::mem::replace(&mut is_told, reader.is_resumed()) && is_told && at.offset > 0 {
                    tell(Followed::Resumed(at));
                }
            }
            let is_idle = lines.is_none();
            let is_end = is_cut || is_idle && (is_rotated || is_stopped);
            if let Some((reader, place)) = &mut reading
                && (is_end || is_stopped || reader.waiting() >= ROWS || flushed.elapsed() >= WAIT)
            {
                // It is shorter than what was read of it.
                if is_idle && !reader.is_resumed() {
                    return Ok(End::Other);
                }
                reader.flush(is_end && reader.is_resumed(), &mut |batch| self.keep(batch, place), report).map_err(failed)?;
                flushed = Instant::now();
            }
            if is_stopped {
                return Ok(End::Stopped);
            }
            if is_cut {
                return Ok(End::Cut);
            }
            if !is_idle {
                continue;
            }
            if is_rotated {
                if let (Some(log), Some(database)) = (reading.and_then(|(_, place)| place.taken), &mut self.database) {
                    database.finish_log(&log, self.options.now)?;
                }
                return Ok(End::Rotated);
            }
            // Once more after that: what was written between the last look and the rotation.
            is_rotated = tail.is_rotated(path).map_err(read_error)?;
            if !is_rotated {
                std::thread::sleep(PAUSE);
            }
        }
    }
}

/// Files beside a log that have its name with something behind it, as rotated ones do, the newest first.
fn older(path: &Path) -> Vec<PathBuf> {
    let folder = match path.parent() {
        Some(folder) if folder.as_os_str().is_empty() => Path::new("."),
        Some(folder) => folder,
        None => return Vec::new(),
    };
    let (Some(name), Ok(entries)) = (path.file_name(), folder.read_dir()) else { return Vec::new() };
    let is_older = |other: &std::ffi::OsStr| {
        let rest = other.as_encoded_bytes().strip_prefix(name.as_encoded_bytes());
        rest.is_some_and(|rest| rest.starts_with(b".") || rest.starts_with(b"-"))
    };
    let mut files: Vec<(SystemTime, PathBuf)> = entries
        .filter_map(Result::ok)
        .filter(|entry| is_older(&entry.file_name()))
        .filter_map(|entry| {
            let metadata = entry.metadata().ok().filter(std::fs::Metadata::is_file)?;
            Some((metadata.modified().ok()?, folder.join(entry.file_name())))
        })
        .collect();
    files.sort_by(|one, other| other.cmp(one));
    files.into_iter().take(OLDER).map(|(_, file)| file).collect()
}
