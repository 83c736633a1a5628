//! Follows a log that grows: reads what is added, goes on with the next file when it is rotated, and stores rows every second. How far it
//! was read is kept in the database, so that a second start goes on there.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use net_scout_import::{Beginning, ImportReport, LogReader, Position};

use super::{Again, Ingest, IngestError, Place};

/// How often a file is looked at that has nothing new.
const PAUSE: Duration = Duration::from_millis(200);
/// How long rows may wait.
const WAIT: Duration = Duration::from_secs(1);
/// How many different rows may wait.
const ROWS: usize = 2_000;
/// How much is read at a time, in bytes.
const CHUNK: usize = 1 << 20;
/// The longest line that is waited for; what is longer is handed on in parts and not read.
const LONGEST: usize = 4 << 20;

/// A file that grows.
struct Tail {
    file: File,
    device: u64,
    inode: u64,
    /// How much was read of it.
    read: u64,
    /// The beginning of a line whose end is not written yet.
    rest: Vec<u8>,
}

impl Tail {
    fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        Ok(Self { file, device: metadata.dev(), inode: metadata.ino(), read: 0, rest: Vec::new() })
    }

    /// Whole lines that were added; none where nothing was.
    fn lines(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut chunk = std::mem::take(&mut self.rest);
        let before = chunk.len();
        let read = (&mut self.file).take(CHUNK as u64).read_to_end(&mut chunk)?;
        self.read += read as u64;
        let end = chunk[before..].iter().rposition(|byte| *byte == b'\n').map(|end| before + end + 1);
        let end = end.or((chunk.len() > LONGEST).then_some(chunk.len()));
        match end {
            Some(end) => {
                self.rest = chunk.split_off(end);
                Ok(Some(chunk))
            }
            None => {
                self.rest = chunk;
                Ok(None)
            }
        }
    }

    /// Whether the path leads to another file now, or this one was cut.
    fn is_rotated(&self, path: &Path) -> io::Result<bool> {
        match path.metadata() {
            Ok(metadata) => {
                let is_other = (metadata.dev(), metadata.ino()) != (self.device, self.inode);
                Ok(is_other || metadata.len() < self.read)
            }
            // The old one was moved away, and the new one is not there yet.
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }
}

impl Ingest<'_> {
    /// Follows a file until `stop` is set. `tell` is called when the file was rotated.
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
        let open = |source| IngestError::Open { path: path.to_owned(), source };
        self.catch_up(path, report, tell)?;
        loop {
            let mut tail = match Tail::open(path) {
                // The one that was here was moved away, and the next is not there yet.
                Err(error) if error.kind() == io::ErrorKind::NotFound && !stop.load(Ordering::Relaxed) => {
                    std::thread::sleep(PAUSE);
                    continue;
                }
                opened => opened.map_err(open)?,
            };
            if is_packed(&mut tail.file).map_err(open)? {
                let source =
                    io::Error::new(io::ErrorKind::InvalidInput, "a packed file does not grow; import it without --follow");
                return Err(open(source));
            }
            self.tail(path, &mut tail, stop, report, tell)?;
            if stop.load(Ordering::Relaxed) {
                return Ok(());
            }
            tell(Followed::Rotated);
        }
    }

    /// What was added to the file before its last rotation, when nobody followed it.
    fn catch_up(
        &mut self,
        path: &Path,
        report: &mut ImportReport,
        tell: &mut dyn FnMut(Followed<'_>),
    ) -> Result<(), IngestError> {
        let mut name = path.as_os_str().to_owned();
        name.push(".1");
        let older = PathBuf::from(name);
        let Ok(input) = net_scout_import::open(Some(&older)) else { return Ok(()) };
        let (beginning, _) = Beginning::of(input);
        let place = self.place(&older, beginning, Again::New)?;
        if place.known.is_some_and(|known| !known.is_finished) {
            self.file(&older, Again::New, report)?;
            tell(Followed::CaughtUp(&older));
        }
        Ok(())
    }

    /// Reads one file until it is rotated or the end is asked for.
    fn tail(
        &mut self,
        path: &Path,
        tail: &mut Tail,
        stop: &AtomicBool,
        report: &mut ImportReport,
        tell: &mut dyn FnMut(Followed<'_>),
    ) -> Result<(), IngestError> {
        let (from, options) = (self.from, self.options);
        let failed = |source| IngestError::Read { path: path.to_owned(), source };
        let read_error = |source| IngestError::Open { path: path.to_owned(), source };
        let (mut reader, mut place): (LogReader<'_>, Option<Place>) = (LogReader::new(from, options, Position::default()), None);
        let mut flushed = Instant::now();
        let mut is_rotated = false;
        loop {
            let lines = tail.lines().map_err(read_error)?;
            let is_stopped = stop.load(Ordering::Relaxed);
            // What the old file has without an end is a line all the same, once nobody writes it any more.
            let lines = lines.or_else(|| (is_rotated && !tail.rest.is_empty()).then(|| std::mem::take(&mut tail.rest)));
            if let Some(lines) = &lines {
                let place = match &mut place {
                    Some(place) => place,
                    None => {
                        let (beginning, _) = Beginning::of(Box::new(io::Cursor::new(lines.clone())));
                        let mut found = self.place(path, beginning, Again::New)?;
                        // One that is shorter than what was read of it only begins alike.
                        let length = tail.file.metadata().map_err(read_error)?.len();
                        found.is_anew = found.known.as_ref().is_some_and(|known| known.offset > length);
                        if let Some(known) = found.known.as_ref().filter(|_| !found.is_anew) {
                            let position = Position { offset: known.offset, line: known.line };
                            reader = LogReader::new(from, options, position);
                            tell(Followed::Resumed(position));
                        }
                        place.insert(found)
                    }
                };
                let mut keep = |batch| self.keep(batch, place);
                reader.read(&mut lines.as_slice(), &mut keep, report).map_err(failed)?;
            }
            let is_idle = lines.is_none();
            let is_due = reader.waiting() >= ROWS || flushed.elapsed() >= WAIT || is_stopped || is_idle && is_rotated;
            if is_due && let Some(place) = &mut place {
                let mut keep = |batch| self.keep(batch, place);
                let is_end = is_idle && (is_rotated || is_stopped);
                reader.flush(is_end, &mut keep, report).map_err(failed)?;
                flushed = Instant::now();
            }
            if is_stopped {
                return Ok(());
            }
            if !is_idle {
                continue;
            }
            if is_rotated {
                if let (Some(known), Some(database)) = (place.and_then(|place| place.known), &mut self.database) {
                    database.finish_log(known.id, true, options.now)?;
                }
                return Ok(());
            }
            // Once more after that: what was written between the last look and the rotation.
            is_rotated = tail.is_rotated(path).map_err(read_error)?;
            if !is_rotated {
                std::thread::sleep(PAUSE);
            }
        }
    }
}

/// Something that happened while a file was followed.
#[derive(Clone, Copy, Debug)]
pub enum Followed<'f> {
    /// It goes on where an earlier run stopped.
    Resumed(Position),
    /// The rest of the file before the last rotation was read.
    CaughtUp(&'f Path),
    /// The file was rotated, and the new one is read.
    Rotated,
}

/// Whether a file begins as packed ones do.
fn is_packed(file: &mut File) -> io::Result<bool> {
    let mut head = [0; 6];
    let mut length = 0;
    while length < head.len() {
        match file.read(&mut head[length..])? {
            0 => break,
            read => length += read,
        }
    }
    file.seek(SeekFrom::Start(0))?;
    Ok(net_scout_import::is_packed(&head[..length]))
}
