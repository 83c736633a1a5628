//! `net-scout import`: firewall logs into a database, for those who have no net-sentinel.

use std::path::PathBuf;

use anyhow::Context as _;

use crate::config::Config;
use crate::exit;
use crate::import::{self, DefaultVerdict, Format, ImportOptions, ImportReport, LogZone, ReadAs};
use crate::ingest::{Again, GeoIp, Ingest, Target};
use crate::model::Timestamp;
use crate::output::{self, Progress};

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

/// Imports. Lines that cannot be read are counted and the first few shown; that is no error unless nothing could be read.
///
/// # Errors
/// When a file cannot be read, the database cannot be written, or no line of any file is a firewall event.
pub fn run(config: &Config, request: &ImportRequest, now: Timestamp) -> anyhow::Result<u8> {
    // Every file must be there before the database is touched.
    for file in request.files.iter().filter(|file| file.as_os_str() != "-") {
        import::open(Some(file)).with_context(|| format!("the log {} cannot be read", file.display()))?;
    }
    let options = ImportOptions {
        now,
        zone: request.zone.clone(),
        default_verdict: request.default_verdict,
        local_networks: config.local_networks.clone(),
    };
    let geoip = match config.directories.get("geoip") {
        Some(directory) => GeoIp::open(directory)?,
        None => None,
    };
    let progress = Progress::new("importing", "rows", 0);
    let advance = |rows| progress.advance(rows, "");
    let target = Target {
        path: config.db_path.clone(),
        alert_table: config.alert_table.clone(),
        busy_timeout: config.busy_timeout,
    };
    let mut ingest = Ingest::new(target, &request.from, &options, geoip, &advance)?;
    let (mut events, mut lines, mut resumes) = (0, 0, false);
    for file in &request.files {
        let (name, mut report) = (file.display().to_string(), ImportReport::default());
        let result = if file.as_os_str() == "-" {
            let mut input = import::open(None).context("standard input cannot be read")?;
            ingest.stream(&mut *input, &mut report).map(|()| None)
        } else {
            ingest.file(file, request.again, &mut report)
        };
        events += report.events;
        lines += report.lines;
        let resumed = result.with_context(|| stopped(&name, &report))?;
        if let Some(position) = resumed {
            resumes = true;
            output::note(&format_args!("{name}: continued behind line {}, where an earlier import stopped", position.line));
        }
        describe(&name, &report);
    }
    let rows = ingest.rows;
    drop(progress);
    if events == 0 && lines > 0 && !resumes {
        anyhow::bail!(nothing(&request.from));
    }
    output::note(&format_args!(
        "{}: {events} events became {} new rows, {} rows that were there count more often now",
        config.db_path.display(),
        rows.added,
        rows.repeated
    ));
    Ok(exit::SUCCESS)
}

/// What to say of a file that could not be read to its end.
fn stopped(name: &str, report: &ImportReport) -> String {
    format!("{name}: {} events were read; the next import of the file continues behind them", report.events)
}

/// What to say when no line was an event.
fn nothing(from: &ReadAs) -> String {
    match from {
        ReadAs::Detected => {
            let known: Vec<_> = Format::ALL.iter().filter(|format| !format.is_table()).map(|format| format.name()).collect();
            format!(
                "no line is an event of a known format, which are {}; of a table, CSV or NDJSON, say which value is what, such as \
                 --map time=timestamp,src_ip=source,dst_ip=destination,proto=protocol",
                known.join(", ")
            )
        }
        ReadAs::Format(format) => format!("no line is an event of the format {format}; without --from it is detected"),
        ReadAs::Csv(_) | ReadAs::Ndjson(_) | ReadAs::Table(_) => "no row of the table is an event".to_owned(),
    }
}

fn describe(file: &str, report: &ImportReport) {
    let without = match report.without_verdict {
        0 => String::new(),
        count => format!(", {count} without a verdict"),
    };
    let formats = match report.formats.iter().collect::<Vec<_>>().as_slice() {
        [] => String::new(),
        [(format, _)] => format!(" ({format})"),
        several => {
            format!(" ({})", several.iter().map(|(format, count)| format!("{count} {format}")).collect::<Vec<_>>().join(", "))
        }
    };
    output::note(&format_args!("{file}: {} lines, {} events{formats}{without}", report.lines, report.events));
    if !report.others.is_empty() {
        let kinds = report.others.iter().map(|(kind, count)| format!("{count} {kind}")).collect::<Vec<_>>().join(", ");
        output::note(&format_args!("{file}: lines about neither packets nor flows: {kinds}"));
    }
    if report.unreadable > 0 {
        output::warning(&format_args!("{file}: {} lines are no firewall events", report.unreadable));
        for example in &report.examples {
            output::note(&format_args!("  line {}: {}: {}", example.line, example.reason, example.text));
        }
    }
}
