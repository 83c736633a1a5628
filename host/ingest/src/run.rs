//! Imports logs, one after the other: what `net-scout import` does.

use std::io;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use net_scout_import::{DefaultVerdict, ImportError, ImportOptions, ImportReport, LogZone, ReadAs};
use net_scout_model::{Networks, Sink, Timestamp, UsageError, amount, counted};
use net_scout_store::{DatabaseError, DatabaseOptions, ImportedRows, not_the_database};

use super::describe::{describe, describe_read, followed, nothing};
use super::error::IngestError;
use super::geoip::{GeoIp, GeoIpError};
use super::ingest::{Began, Ingest};
use super::place::Again;
use super::stream::is_stream;

/// What to import, and how to read it.
#[derive(Clone, Debug)]
pub struct ImportRequest {
    /// The logs; `-` for standard input.
    pub files: Vec<PathBuf>,
    /// What they are read as.
    pub from: ReadAs,
    /// The verdict of lines that say none.
    pub default_verdict: DefaultVerdict,
    /// The zone of dates that do not say it.
    pub zone: LogZone,
    /// From where on a file is read that was imported before.
    pub again: Again,
    /// Whether to wait for more lines at the end of the file.
    pub follow: bool,
}

impl ImportRequest {
    /// Whether it waits for lines. A file can be killed at any time, because how far it was read is in the database; what waits for lines
    /// must be told to stop, to store what it has.
    #[must_use]
    pub fn waits(&self) -> bool {
        self.follow || self.files.iter().any(|file| is_stream(file))
    }
}

/// Where to import to, and what is known of the network.
#[derive(Clone, Debug)]
pub struct ImportTarget {
    /// The database, which is made with the first event where there is none.
    pub database: DatabaseOptions,
    /// The networks that are the operator's own.
    pub local_networks: Option<Networks>,
    /// The folder of MaxMind DB files, where there is one.
    pub geoip: Option<PathBuf>,
}

/// What an import came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// How many events were read.
    pub events: u64,
    /// When the oldest of them was.
    pub oldest: Option<Timestamp>,
    /// What became of the rows.
    pub rows: ImportedRows,
}

/// An import that stopped.
#[derive(Debug, thiserror::Error)]
pub enum LogsError {
    /// What the operator wrote makes no sense, and nothing was done.
    #[error(transparent)]
    Usage(#[from] UsageError),
    /// A log cannot be read. The database was not touched.
    #[error("the log {path} cannot be read", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Standard input cannot be read.
    #[error("standard input cannot be read")]
    Input(#[source] io::Error),
    /// The places of addresses cannot be read.
    #[error(transparent)]
    Places(#[from] GeoIpError),
    /// The database does not take events.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// A log was not read to its end.
    #[error(transparent)]
    Stopped(#[from] IngestError),
    /// There is no event in one of the logs.
    #[error("{0}")]
    Nothing(String),
}

impl LogsError {
    /// Whether the operator wrote what makes no sense, and nothing was done.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        matches!(self, Self::Usage(_))
    }
}

/// Imports until all logs are read, or `stop` is set. Lines that cannot be read are counted and the first few told to the sink; that is no
/// error unless nothing of a file could be read.
///
/// # Errors
/// When a file cannot be read, the database cannot be written, or no line of one of the files is a firewall event.
pub fn import_logs(
    target: &ImportTarget,
    request: &ImportRequest,
    now: Timestamp,
    stop: &AtomicBool,
    sink: &dyn Sink,
) -> Result<Imported, LogsError> {
    for file in &request.files {
        not_the_database(&target.database.path, "import", file)?;
    }
    // Every file must be there before the database is touched.
    for file in request.files.iter().filter(|file| !is_stream(file)) {
        net_scout_import::open(Some(file)).map_err(|source| LogsError::Unreadable { path: file.clone(), source })?;
    }
    let options = ImportOptions {
        now,
        zone: request.zone.clone(),
        default_verdict: request.default_verdict,
        local_networks: target.local_networks.clone(),
    };
    let geoip = match &target.geoip {
        Some(directory) => GeoIp::open(directory)?,
        None => None,
    };
    let progress = sink.progress("importing", "rows", 0);
    let advance = |rows| progress.advance(rows, "");
    let mut ingest = Ingest::new(target.database.clone(), &request.from, &options, geoip, &advance, sink)?;
    let (mut events, mut oldest, mut without) = (0, None::<Timestamp>, Vec::new());
    for file in &request.files {
        let (name, mut report) = (file.display().to_string(), ImportReport::default());
        let mut is_known = request.follow;
        let result = if is_stream(file) {
            let path = (file.as_os_str() != "-").then_some(file.as_path());
            let input = net_scout_import::open(path).map_err(LogsError::Input)?;
            ingest.stream(input, stop, &mut report)
        } else if request.follow {
            ingest.follow(file, stop, &mut |what| followed(&name, what, sink), &mut report)
        } else {
            ingest.file(file, request.again, &mut report).map(|read| {
                is_known = matches!(read.began, Began::At(_));
                describe_read(&name, read, sink);
            })
        };
        events += report.events;
        oldest = [oldest, report.oldest].into_iter().flatten().min();
        // What is said of a file that could not be read to its end is of what was read and stored.
        let is_cut = matches!(&result, Err(IngestError::Read { source: ImportError::Read { .. }, .. }));
        if result.is_ok() || is_cut {
            describe(file, &report, now, sink);
        }
        if let Err(error) = result {
            ingest.finish()?;
            return Err(error.into());
        }
        if report.has_no_event() && !is_known {
            without.push(file);
        }
    }
    ingest.finish()?;
    let rows = ingest.rows;
    drop(progress);
    // Of one file alone there is nothing else to say.
    if events == 0
        && let [file] = without.as_slice()
    {
        return Err(LogsError::Nothing(nothing(&request.from, file)));
    }
    let repeated = match rows.repeated {
        0 => String::new(),
        repeated => format!(" and were counted in {}", amount(repeated, "existing row", "existing rows")),
    };
    sink.note(&format_args!(
        "{}: {} became {}{repeated}",
        target.database.path.display(),
        counted(events, "event"),
        counted(rows.added, "new row"),
    ));
    match without.as_slice() {
        [] => Ok(Imported { events, oldest, rows }),
        [first, ..] => {
            let names: Vec<_> = without.iter().map(|file| file.display().to_string()).collect();
            Err(LogsError::Nothing(format!("{}: {}", names.join(", "), nothing(&request.from, first))))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::Duration;

    use net_scout_model::{Message, Messages};

    use super::*;

    const NOW: Timestamp = Timestamp(1_773_261_311_000_000);
    const LINE: &str = "Mar 11 20:30:00 fw kernel: [UFW BLOCK] IN=eth0 OUT= MAC= SRC=203.0.113.9 DST=192.0.2.1 LEN=60 TTL=50 PROTO=TCP \
                        SPT=40000 DPT=22 WINDOW=1024 SYN\n";

    fn request(file: &Path) -> ImportRequest {
        ImportRequest {
            files: vec![file.to_owned()],
            from: ReadAs::Detected,
            default_verdict: DefaultVerdict::Usual,
            zone: LogZone::parse("+00:00").expect("a zone"),
            again: Again::Unfinished,
            follow: false,
        }
    }

    fn target(folder: &Path) -> ImportTarget {
        let path = folder.join("net_sentinel.db");
        let database = DatabaseOptions { path, alert_table: "scout_alerts".to_owned(), busy_timeout: Duration::from_secs(1) };
        ImportTarget { database, local_networks: None, geoip: None }
    }

    #[test]
    fn a_log_becomes_rows_and_what_was_read_is_told() {
        let (folder, sink, stop) = (tempfile::tempdir().expect("a folder"), Messages::default(), AtomicBool::new(false));
        let (file, target) = (folder.path().join("ufw.log"), target(folder.path()));
        std::fs::write(&file, LINE.repeat(3)).expect("a log");
        let imported = import_logs(&target, &request(&file), NOW, &stop, &sink).expect("imported");
        assert_eq!((imported.events, imported.rows.added), (3, 1));
        let said = sink.take();
        let is_said = |text: &str| said.iter().any(|one| matches!(one, Message::Note(note) if note.contains(text)));
        assert!(is_said("ufw.log: 3 lines, 3 events") && is_said("3 events became 1 new row"), "{said:?}");
        assert!(!request(&file).waits() && ImportRequest { follow: true, ..request(&file) }.waits());
    }

    #[test]
    fn what_is_no_log_touches_nothing() {
        let (folder, sink, stop) = (tempfile::tempdir().expect("a folder"), Messages::default(), AtomicBool::new(false));
        let (file, target) = (folder.path().join("poem.txt"), target(folder.path()));
        let error = import_logs(&target, &request(&file), NOW, &stop, &sink).expect_err("not there");
        assert!(matches!(error, LogsError::Unreadable { .. }) && !error.is_usage(), "{error}");
        std::fs::write(&file, "a line\nof a poem\n").expect("a text");
        let error = import_logs(&target, &request(&file), NOW, &stop, &sink).expect_err("no events").to_string();
        assert!(error.starts_with("no line is an event of a known format"), "{error}");
        assert!(!target.database.path.exists());
        std::fs::write(&target.database.path, "").expect("a file");
        let error = import_logs(&target, &request(&target.database.path), NOW, &stop, &sink).expect_err("the database");
        assert!(error.is_usage(), "{error}");
    }
}
