//! The file: gzip (RFC 1952) over one JSON object a line. First a header, then what happened in the order in which it did, at last how
//! many lines there are, so that a file that was cut off is known.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::session::{Replayed, Session, Step, Unexpected};
use crate::ownership::NewFile;
use net_scout_model::{Secrets, plain};

/// What the first line says that the file is.
const FORMAT: &str = "net-scout recording 1";
/// The most bytes that are read of a file, unpacked, and of one line: what is read of it stays in memory.
const LARGEST: u64 = 512 << 20;
const LONGEST_LINE: u64 = 96 << 20;
/// How much of an outcome stands in an error, in characters.
const QUOTED: usize = 300;

/// What was scanned, and with what.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Header {
    /// What the file is, and in which form.
    pub format: String,
    /// The version of the program.
    pub program: String,
    /// The first instant of the window, in microseconds since 1970 UTC.
    pub since: i64,
    /// The first instant behind the window, in the same unit; none where it is open.
    pub until: Option<i64>,
    /// When the scan began, in the same unit.
    pub now: i64,
    /// The most alerts that were kept.
    pub max_alerts: usize,
    /// Whether what several rules say of one source is one alert.
    #[serde(default)]
    pub group: bool,
    /// What was set for the parameters of plugins: plugin, parameter, value.
    pub parameters: BTreeMap<String, BTreeMap<String, String>>,
    /// The plugins that were loaded.
    pub plugins: Vec<PluginSeen>,
}

/// A plugin that took part.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct PluginSeen {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The SHA-256 of its file.
    pub sha256: String,
}

impl Header {
    /// Of a scan of this version of the program.
    #[must_use]
    pub fn new(window: net_scout_model::Window, max_alerts: usize, group: bool) -> Self {
        Self {
            format: FORMAT.to_owned(),
            program: env!("CARGO_PKG_VERSION").to_owned(),
            since: window.since.0,
            until: window.until.map(|until| until.0),
            now: window.now.0,
            max_alerts,
            group,
            parameters: BTreeMap::new(),
            plugins: Vec::new(),
        }
    }
}

/// A line behind the first.
#[derive(Deserialize, Serialize)]
#[serde(untagged)]
enum Line {
    Begin { session: u64, plugin: String, call: String },
    Step { session: u64, step: Step },
    End { session: u64, outcome: Value },
    Last { lines: u64 },
}

/// Writes a recording. Cheap to clone.
#[derive(Clone)]
pub struct Recorder(Arc<Writer>);

struct Writer {
    secrets: Secrets,
    next: AtomicU64,
    out: Mutex<Out>,
}

struct Out {
    encoder: Option<GzEncoder<NewFile>>,
    lines: u64,
    failed: Option<io::Error>,
}

impl Recorder {
    /// Begins a file that only this user can read: it holds what was looked up, and events. It gets its name when it is complete.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn create(path: &Path, header: &Header, secrets: Secrets) -> io::Result<Self> {
        let encoder = GzEncoder::new(NewFile::beside(path)?, Compression::fast());
        let out = Mutex::new(Out { encoder: Some(encoder), lines: 0, failed: None });
        let recorder = Self(Arc::new(Writer { secrets, next: AtomicU64::new(0), out }));
        recorder.line(header);
        Ok(recorder)
    }

    pub(super) fn session(&self, plugin: &str, call: &str) -> Session {
        let session = self.0.next.fetch_add(1, Ordering::Relaxed);
        self.line(&Line::Begin { session, plugin: plugin.to_owned(), call: call.to_owned() });
        Session::Recorded(self.clone(), session)
    }

    pub(super) fn step(&self, session: u64, step: Step) {
        self.line(&Line::Step { session, step });
    }

    pub(super) fn end(&self, session: &Session, outcome: Value) {
        if let Session::Recorded(_, number) = session {
            self.line(&Line::End { session: *number, outcome });
        }
    }

    /// Ends the file and gives it its name.
    ///
    /// # Errors
    /// When it, or something before, could not be written; then there is no file of that name.
    pub fn finish(&self) -> io::Result<()> {
        let lines = self.lock().lines;
        self.line(&Line::Last { lines });
        let mut out = self.lock();
        if let Some(error) = out.failed.take() {
            return Err(error);
        }
        if let Some(encoder) = out.encoder.take() {
            encoder.finish()?.keep()?;
        }
        Ok(())
    }

    /// A failure is kept for [`Self::finish`]: a scan does not fail because it is recorded.
    fn line(&self, line: &impl Serialize) {
        let text = serde_json::to_string(line).map(|text| self.0.secrets.hide_all(&text) + "\n");
        let mut out = self.lock();
        let Out { encoder: Some(encoder), lines, failed: failed @ None } = &mut *out else { return };
        *lines += 1;
        if let Err(error) = text.map_err(io::Error::other).and_then(|text| encoder.write_all(text.as_bytes())) {
            *failed = Some(error);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Out> {
        self.0.out.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A recording that was read.
pub struct Recording {
    /// Its header.
    pub header: Header,
    calls: BTreeMap<(String, String), Recorded>,
}

#[derive(Default)]
struct Recorded {
    steps: Arc<Vec<String>>,
    outcome: Option<Value>,
}

/// A file that is no recording.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    /// It cannot be read.
    #[error("the recording {path} cannot be read: {reason}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: io::Error,
    },
    /// It is something else.
    #[error("{path} is not a recording of this version of net-scout: line {line}: {reason}")]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// It would take too much memory.
    #[error("the recording {path} is too large: it holds more than {mebibytes} MiB{of_line}; record a shorter window")]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// How much may be read.
        mebibytes: u64,
        /// Of what.
        of_line: &'static str,
    },
    /// Its end is missing.
    #[error("the recording {path} is cut off after {lines} lines; record again")]
    CutOff {
        /// The file.
        path: PathBuf,
        /// How many lines it has.
        lines: u64,
    },
}

impl Recording {
    /// Reads a file.
    ///
    /// # Errors
    /// When it is no complete recording.
    pub fn open(path: &Path) -> Result<Self, RecordingError> {
        let unreadable = |reason| RecordingError::Unreadable { path: path.to_owned(), reason };
        let mut reader = BufReader::new(GzDecoder::new(File::open(path).map_err(unreadable)?));
        let too_large = |most: u64, of_line| RecordingError::TooLarge { path: path.to_owned(), mebibytes: most >> 20, of_line };
        let (mut text, mut number, mut bytes) = (String::new(), 0, 0);
        let mut header = None;
        let mut sessions: BTreeMap<u64, (String, String)> = BTreeMap::new();
        let mut calls: BTreeMap<(String, String), Recorded> = BTreeMap::new();
        loop {
            text.clear();
            let malformed = |reason: String| RecordingError::Malformed { path: path.to_owned(), line: number + 1, reason };
            let read = reader.by_ref().take(LONGEST_LINE + 1).read_line(&mut text);
            bytes += text.len() as u64;
            match read {
                Ok(_) if text.len() as u64 > LONGEST_LINE => return Err(too_large(LONGEST_LINE, " in one line")),
                Ok(_) if bytes > LARGEST => return Err(too_large(LARGEST, "")),
                Ok(0) => return Err(RecordingError::CutOff { path: path.to_owned(), lines: number }),
                Err(error) if number == 0 => return Err(malformed(error.to_string())),
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                    return Err(RecordingError::CutOff { path: path.to_owned(), lines: number });
                }
                Err(error) => return Err(unreadable(error)),
                Ok(_) => {}
            }
            let Some(read) = &header else {
                let read: Header = serde_json::from_str(&text).map_err(|error| malformed(error.to_string()))?;
                if read.format != FORMAT {
                    return Err(malformed(format!("its format is `{}`, not `{FORMAT}`", plain(&read.format, QUOTED))));
                }
                header = Some(read);
                number += 1;
                continue;
            };
            let unknown = || malformed("a session that did not begin".to_owned());
            match serde_json::from_str(&text).map_err(|error| malformed(error.to_string()))? {
                Line::Begin { session, plugin, call } => {
                    calls.entry((plugin.clone(), call.clone())).or_default();
                    sessions.insert(session, (plugin, call));
                }
                Line::Step { session, step } => {
                    let recorded = sessions.get(&session).and_then(|key| calls.get_mut(key)).ok_or_else(unknown)?;
                    let step = serde_json::to_string(&step).map_err(|error| malformed(error.to_string()))?;
                    Arc::make_mut(&mut recorded.steps).push(step);
                }
                Line::End { session, outcome } => {
                    let recorded = sessions.get(&session).and_then(|key| calls.get_mut(key)).ok_or_else(unknown)?;
                    recorded.outcome = Some(outcome);
                }
                Line::Last { lines } if lines == number => return Ok(Self { header: read.clone(), calls }),
                Line::Last { lines } => return Err(malformed(format!("{lines} lines were written before it"))),
            }
            number += 1;
        }
    }

    /// The plugins that were called, each with how.
    pub fn calls(&self) -> impl Iterator<Item = (&str, &str)> {
        self.calls.keys().map(|(plugin, call)| (plugin.as_str(), call.as_str()))
    }

    pub(super) fn has(&self, plugin: &str, call: &str) -> bool {
        self.calls.contains_key(&(plugin.to_owned(), call.to_owned()))
    }

    pub(super) fn session(&self, plugin: &str, call: &str) -> Session {
        let steps = self.calls.get(&(plugin.to_owned(), call.to_owned())).map(|recorded| Arc::clone(&recorded.steps));
        Session::Replayed(Arc::new(Replayed::new(steps.unwrap_or_default())))
    }

    pub(super) fn compare(&self, plugin: &str, call: &str, now: &Value) -> Result<(), Unexpected> {
        let recorded = self.calls.get(&(plugin.to_owned(), call.to_owned())).and_then(|recorded| recorded.outcome.as_ref());
        match recorded {
            // As text and read again: the shortest text of a real may be read as its neighbour, and then both are.
            Some(then) if serde_json::from_str::<Value>(&now.to_string()).is_ok_and(|now| now == *then) => Ok(()),
            Some(then) => {
                let quoted = |value: &Value| plain(&value.to_string(), QUOTED);
                Err(Unexpected(format!("it gave {} when it was recorded, and gives {}", quoted(then), quoted(now))))
            }
            None => Err(Unexpected(format!("its {call} is not in the recording"))),
        }
    }
}
