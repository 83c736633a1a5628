//! Standard input, which may be a log that somebody else follows: `journalctl -f | net-scout import -`. Rows are stored every second, and
//! when the program is asked to end.

use std::io::{self, BufRead};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

use net_scout_import::{Batch, ImportError, ImportReport, LogReader, Resume, has_line_records};
use net_scout_store::DatabaseError;

use super::error::IngestError;
use super::ingest::Ingest;

/// How long rows may wait.
const WAIT: Duration = Duration::from_secs(1);
/// How often it is looked whether the end is asked for.
const LOOK: Duration = Duration::from_millis(200);
/// How much is read at a time, in bytes, and how often that may wait to be parsed.
const CHUNK: usize = 1 << 18;
const CHUNKS: usize = 8;
/// The longest line that is waited for; what is longer is handed on in parts and not read.
const LONGEST: usize = 4 << 20;

/// Whether a file can be read once only: standard input, or a pipe.
pub(super) fn is_stream(file: &Path) -> bool {
    file.as_os_str() == "-" || file.metadata().is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir())
}

impl Ingest<'_> {
    /// Imports an input that is not a file, of which nothing is remembered, to its end or until `stop` is set.
    ///
    /// # Errors
    /// When it cannot be read or the rows cannot be kept.
    pub fn stream(
        &mut self,
        mut input: Box<dyn BufRead + Send>,
        stop: &AtomicBool,
        report: &mut ImportReport,
    ) -> Result<(), IngestError> {
        self.finish()?;
        let failed = |source| IngestError::Read { path: PathBuf::from("-"), source };
        let (from, options) = (self.from, self.options);
        let mut keep = |batch: Batch| self.store(batch.rows, None);
        let head = input.fill_buf().map_err(|source| failed(ImportError::Read { line: 0, source }))?;
        if !has_line_records(head) {
            // An array has an end; nobody waits for the rows before it.
            return net_scout_import::read_log(&mut *input, from, options, &mut keep, report).map_err(failed);
        }
        let mut reader = LogReader::new(from, options, Resume::default());
        let end = feed(&read_aside(input), &mut reader, stop, &mut keep, report);
        let is_whole = match &end {
            Ok(()) => true,
            Err(ImportError::Read { .. }) => false,
            Err(_) => return end.map_err(failed),
        };
        reader.flush(is_whole, &mut keep, report).map_err(failed)?;
        end.map_err(failed)
    }
}

/// Reads on a thread of its own, because a read waits and nothing else may.
fn read_aside(mut input: Box<dyn BufRead + Send>) -> Receiver<io::Result<Vec<u8>>> {
    let (sender, chunks) = sync_channel(CHUNKS);
    std::thread::spawn(move || {
        loop {
            let chunk = match input.fill_buf() {
                Ok([]) => return,
                Ok(chunk) => Ok(chunk[..chunk.len().min(CHUNK)].to_vec()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => Err(error),
            };
            let read = chunk.as_ref().map_or(0, Vec::len);
            input.consume(read);
            if sender.send(chunk).is_err() || read == 0 {
                return;
            }
        }
    });
    chunks
}

fn feed(
    chunks: &Receiver<io::Result<Vec<u8>>>,
    reader: &mut LogReader<'_>,
    stop: &AtomicBool,
    keep: &mut dyn FnMut(Batch) -> Result<(), DatabaseError>,
    report: &mut ImportReport,
) -> Result<(), ImportError<DatabaseError>> {
    let (mut rest, mut flushed) = (Vec::new(), Instant::now());
    while !stop.load(Ordering::Relaxed) {
        match chunks.recv_timeout(LOOK) {
            Ok(Ok(chunk)) => {
                let before = rest.len();
                rest.extend_from_slice(&chunk);
                let end = rest[before..].iter().rposition(|byte| *byte == b'\n').map(|end| before + end + 1);
                if let Some(end) = end.or((rest.len() > LONGEST).then_some(rest.len())) {
                    let behind = rest.split_off(end);
                    reader.read(&mut rest.as_slice(), keep, report)?;
                    rest = behind;
                }
            }
            Ok(Err(source)) => {
                reader.read(&mut rest.as_slice(), keep, report)?;
                return Err(ImportError::Read { line: reader.position().line, source });
            }
            Err(RecvTimeoutError::Timeout) => {}
            // The last line may be without its end.
            Err(RecvTimeoutError::Disconnected) => return reader.read(&mut rest.as_slice(), keep, report),
        }
        if flushed.elapsed() >= WAIT {
            reader.flush(false, keep, report)?;
            flushed = Instant::now();
        }
    }
    Ok(())
}
