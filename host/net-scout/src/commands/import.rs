//! `net-scout import`: firewall logs into a database, for those who have no net-sentinel.

use std::io::{BufRead as _, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context as _;
use net_scout_import::{
    DefaultVerdict, Format, ImportError, ImportOptions, ImportReport, LogZone, MAXIMUM_LINE, ReadAs, TableLook,
};
use net_scout_model::Timestamp;
use tokio::signal::unix::{SignalKind, signal};

use crate::config::Config;
use crate::ingest::{Again, Began, Followed, GeoIp, Ingest, IngestError, Target};
use crate::output::Progress;
use crate::{exit, output};

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
    for file in &request.files {
        super::not_the_database(config, "import", file)?;
    }
    // Every file must be there before the database is touched.
    for file in request.files.iter().filter(|file| !is_stream(file)) {
        net_scout_import::open(Some(file)).with_context(|| format!("the log {} cannot be read", file.display()))?;
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
    // A file can be killed at any time, because how far it was read is in the database; what waits for lines must store what it has.
    let waits = request.follow || request.files.iter().any(|file| is_stream(file));
    let stop = if waits { signals()? } else { Arc::default() };
    let progress = Progress::new("importing", "rows", 0);
    let advance = |rows| progress.advance(rows, "");
    let target =
        Target { path: config.db_path.clone(), alert_table: config.alert_table.clone(), busy_timeout: config.busy_timeout };
    let mut ingest = Ingest::new(target, &request.from, &options, geoip, &advance)?;
    let (mut events, mut without) = (0, Vec::new());
    for file in &request.files {
        let (name, mut report) = (file.display().to_string(), ImportReport::default());
        let mut is_known = request.follow;
        let result = if is_stream(file) {
            let path = (file.as_os_str() != "-").then_some(file.as_path());
            let input = net_scout_import::open(path).with_context(|| format!("{name} cannot be read"))?;
            ingest.stream(input, &stop, &mut report)
        } else if request.follow {
            ingest.follow(file, &stop, &mut |what| followed(&name, what), &mut report)
        } else {
            ingest.file(file, request.again, &mut report).map(|began| match began {
                Began::AtBeginning => {}
                Began::At(position) => {
                    is_known = true;
                    followed(&name, Followed::Resumed(position));
                }
                Began::Changed(line) => output::warning(&format_args!(
                    "{name}: not what was imported of it up to line {line}, so it was read from its beginning; lines that stand in both count twice"
                )),
            })
        };
        events += report.events;
        // What is said of a file that could not be read to its end is of what was read and stored.
        let is_cut = matches!(&result, Err(IngestError::Read { source: ImportError::Read { .. }, .. }));
        if result.is_ok() || is_cut {
            describe(&name, &report);
            describe_assumptions(&name, file, &report, now);
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
        anyhow::bail!(nothing(&request.from, file));
    }
    output::note(&format_args!(
        "{}: {events} events became {} new rows, {} rows that were there count more often now",
        config.db_path.display(),
        rows.added,
        rows.repeated
    ));
    match without.as_slice() {
        [] => Ok(exit::SUCCESS),
        [first, ..] => {
            let names: Vec<_> = without.iter().map(|file| file.display().to_string()).collect();
            anyhow::bail!("{}: {}", names.join(", "), nothing(&request.from, first))
        }
    }
}

/// Whether a file can be read once only: standard input, or a pipe.
fn is_stream(file: &Path) -> bool {
    file.as_os_str() == "-" || file.metadata().is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir())
}

/// A flag that is set when somebody asks the program to end. A second time it ends at once.
fn signals() -> anyhow::Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("no runtime for signals")?;
    let is_set = Arc::clone(&stop);
    let (mut interrupt, mut terminate) = {
        let _inside = runtime.enter();
        (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?)
    };
    std::thread::spawn(move || {
        runtime.block_on(async {
            loop {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                }
                is_set.store(true, Ordering::Relaxed);
            }
        });
    });
    Ok(stop)
}

fn followed(name: &str, what: Followed<'_>) {
    match what {
        Followed::Resumed(position) => {
            output::note(&format_args!("{name}: continued behind line {}, where an earlier import stopped", position.line));
        }
        Followed::CaughtUp(older) => output::note(&format_args!("{}: read to its end", older.display())),
        Followed::Rotated => output::note(&format_args!("{name}: rotated, reading the new file")),
    }
}

/// What to say when no line of a file was an event.
fn nothing(from: &ReadAs, file: &Path) -> String {
    match from {
        ReadAs::Detected if let Some(table) = look_at_table(file) => table.to_string(),
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

/// The table that a file is, by its first line.
fn look_at_table(file: &Path) -> Option<TableLook> {
    if is_stream(file) {
        return None;
    }
    let mut first = String::new();
    let mut input = net_scout_import::open(Some(file)).ok()?;
    input.by_ref().take(MAXIMUM_LINE as u64).read_line(&mut first).ok()?;
    TableLook::of(&first)
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

/// What was assumed, and what would make it unnecessary.
fn describe_assumptions(file: &str, path: &Path, report: &ImportReport, now: Timestamp) {
    if let Some(verdict) = report.assumed.filter(|_| report.assumed_verdicts > 0) {
        output::note(&format_args!(
            "{file}: {} taken for {verdict}, because nothing in the line says what was done; --default-verdict says it for all such lines",
            amount(report.assumed_verdicts, "event was", "events were")
        ));
    }
    if let Some(network) = report.shared_network.filter(|_| report.directions_shared > 0) {
        output::note(&format_args!(
            "{file}: {network} was taken for your own network, because every line has a side in it; if it is not, set local_networks"
        ));
    }
    if report.directions_unknown > 0 {
        output::note(&format_args!(
            "{file}: {} without a direction, because neither side is in a known network; set local_networks to yours",
            amount(report.directions_unknown, "row is", "rows are")
        ));
    }
    if !report.learned_networks.is_empty() {
        output::note(&format_args!(
            "{file}: {} are probably your own networks, because the firewall forwards from them; add them to local_networks so that \
             scans know them too",
            report.learned_networks
        ));
    }
    if let Some(newest) = report.newest.filter(|_| report.ahead > 0) {
        output::warning(&format_args!(
            "{file}: {} dated more than a day ahead, the last {newest}; no scan sees them before that time",
            amount(report.ahead, "event is", "events are")
        ));
    }
    if let Some(offset) = report.newest.and_then(|newest| suggested_offset(newest, path, now)) {
        output::warning(&format_args!(
            "{file}: the newest line is {}; if the log is in another zone than --utc-offset says, try --utc-offset {}",
            offset.seen, offset.zone
        ));
    }
}

/// A zone that would explain how far the newest line is from now, or from when the file was written last.
struct SuggestedOffset {
    seen: String,
    zone: String,
}

fn suggested_offset(newest: Timestamp, path: &Path, now: Timestamp) -> Option<SuggestedOffset> {
    const MINUTE: i64 = 60_000_000;
    /// Zones are a multiple of so many minutes from UTC.
    const STEP: i64 = 15;
    let ahead = newest.0.saturating_sub(now.0) / MINUTE;
    let (minutes, seen) = if ahead >= STEP {
        (ahead, format!("{} ahead of the clock", hours(ahead)))
    } else {
        let written = path.metadata().ok()?.modified().ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
        let difference = (newest.0 - i64::try_from(written.as_micros()).ok()?) / MINUTE;
        let off = (difference + STEP / 2).rem_euclid(STEP) - STEP / 2;
        // Further than zones are apart, or at no multiple of theirs, is a file that was copied.
        if !(-14 * 60..=-STEP).contains(&difference) || off.abs() > 2 {
            return None;
        }
        (difference, format!("{} before the file was written last", hours(-difference)))
    };
    let rounded = (minutes + STEP / 2).div_euclid(STEP) * STEP;
    let sign = if rounded < 0 { '-' } else { '+' };
    (rounded.abs() <= 15 * 60)
        .then(|| SuggestedOffset { seen, zone: format!("{sign}{:02}:{:02}", rounded.abs() / 60, rounded.abs() % 60) })
}

fn hours(minutes: i64) -> String {
    format!("{} h {} min", minutes / 60, minutes % 60)
}

fn amount(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
