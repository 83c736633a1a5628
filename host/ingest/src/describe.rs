//! What an operator hears of an import: what was read, what was assumed, and what would make that unnecessary.

use std::io::{BufRead as _, Read as _};
use std::path::Path;

use super::follow::Followed;
use super::ingest::{Began, FileRead};
use super::offset::suggested_offset;
use super::stream::is_stream;
use net_scout_import::{Format, ImportReport, MAXIMUM_LINE, ReadAs, TableLook};
use net_scout_model::{Sink, Timestamp, amount, counted};

/// What happened to a file that is followed.
pub(super) fn followed(name: &str, what: Followed<'_>, sink: &dyn Sink) {
    match what {
        Followed::Resumed(position) => {
            sink.note(&format_args!("{name}: continued behind line {}, where an earlier import stopped", position.line));
        }
        Followed::CaughtUp(older) => sink.note(&format_args!("{}: read to its end", older.display())),
        Followed::Rotated => sink.note(&format_args!("{name}: rotated, reading the new file")),
    }
}

/// Where the reading of a file began, and whether its last line waits for its end.
pub(super) fn describe_read(name: &str, read: FileRead, sink: &dyn Sink) {
    match read.began {
        Began::AtBeginning => {}
        Began::Again => sink.warn(&format_args!(
            "{name}: an earlier import read it to its end, and now its lines count once more; --new imports only what was added"
        )),
        Began::At(position) => followed(name, Followed::Resumed(position), sink),
        Began::Changed(line) => sink.warn(&format_args!(
            "{name}: not what was imported of it up to line {line}, so it was read from its beginning; lines that stand in both count \
             twice"
        )),
    }
    if read.waits {
        sink.note(&format_args!(
            "{name}: the last line has no newline yet and is left for the next import; without --new it is taken as it is"
        ));
    }
}

/// What to say when no line of a file was an event.
pub(super) fn nothing(from: &ReadAs, file: &Path) -> String {
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

/// What was read of a file, and what was assumed for it.
pub(super) fn describe(path: &Path, report: &ImportReport, now: Timestamp, sink: &dyn Sink) {
    let file = path.display().to_string();
    describe_lines(&file, report, sink);
    describe_assumptions(&file, path, report, now, sink);
}

fn describe_lines(file: &str, report: &ImportReport, sink: &dyn Sink) {
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
    let (lines, events) = (counted(report.lines, "line"), counted(report.events, "event"));
    sink.note(&format_args!("{file}: {lines}, {events}{formats}{without}"));
    if !report.others.is_empty() {
        let kinds = report.others.iter().map(|(kind, count)| format!("{count} {kind}")).collect::<Vec<_>>().join(", ");
        sink.note(&format_args!("{file}: lines about neither packets nor flows: {kinds}"));
    }
    if report.unreadable > 0 {
        let lines = amount(report.unreadable, "line is not a firewall event", "lines are not firewall events");
        sink.warn(&format_args!("{file}: {lines}"));
        for example in &report.examples {
            sink.note(&format_args!("  line {}: {}: {}", example.line, example.reason, example.text));
        }
    }
}

/// What was assumed, and what would make it unnecessary.
fn describe_assumptions(file: &str, path: &Path, report: &ImportReport, now: Timestamp, sink: &dyn Sink) {
    if let Some(verdict) = report.assumed.filter(|_| report.assumed_verdicts > 0) {
        sink.note(&format_args!(
            "{file}: {} taken for {verdict}, because nothing in the line says what was done; --default-verdict says it for all such lines",
            amount(report.assumed_verdicts, "event was", "events were")
        ));
    }
    if let Some(network) = report.shared_network.filter(|_| report.directions_shared > 0) {
        sink.note(&format_args!(
            "{file}: {network} was taken for your own network, because every line has a side in it; if it is not, set local_networks"
        ));
    }
    if report.directions_unknown > 0 {
        sink.note(&format_args!(
            "{file}: {} without a direction, because neither side is in a known network; set local_networks to yours",
            amount(report.directions_unknown, "row is", "rows are")
        ));
    }
    if !report.learned_networks.is_empty() {
        sink.note(&format_args!(
            "{file}: {} are probably your own networks, because the firewall forwards from them; add them to local_networks so that \
             scans know them too",
            report.learned_networks
        ));
    }
    if let Some(newest) = report.newest.filter(|_| report.ahead > 0) {
        sink.warn(&format_args!(
            "{file}: {} dated more than a day ahead, the last {newest}; no scan sees them before that time",
            amount(report.ahead, "event is", "events are")
        ));
    }
    if let Some(offset) = report.newest.and_then(|newest| suggested_offset(newest, path, now)) {
        sink.warn(&format_args!(
            "{file}: the newest line is {}; if the log is in another zone than --utc-offset says, try --utc-offset {}",
            offset.seen, offset.zone
        ));
    }
}
