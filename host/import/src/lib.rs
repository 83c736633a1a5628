//! Firewall logs into events: what the command `net-scout import` reads.
//!
//! A line about a packet or a flow, in any of the formats of [`Format`], becomes an event; repeats become one event with a count. A line
//! that cannot be read is counted and never stops the rest. This module must never take a line of another program for a packet, hold more
//! than one line and one batch of events in memory, or know where the events go.

mod collect;
mod direction;
mod event;
mod flow;
mod format;
mod input;
mod json;
mod mapping;
mod mikrotik;
mod netfilter;
mod pf;
mod reason;
mod suricata;
mod syslog;
mod table;
mod timestamp;
mod unifi;
mod verdict;
mod zeek;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, BufRead, Read as _};

use collect::Collector;
use event::Line;
use format::Reader;
pub use format::{Format, ReadAs};
pub use input::open;
pub use mapping::{Mapping, TableColumn};
pub use reason::Reason;
use reason::shorten;
pub use verdict::DefaultVerdict;

use net_scout_model::{EventRow, Networks, Timestamp};

/// The longest line of syslog that is read, in bytes. The kernel writes about 1,000 at most, and rsyslog cuts at 8 KiB unless told
/// otherwise.
pub const MAXIMUM_LINE: usize = 8_192;
/// The longest line of any format, in bytes. Suricata writes what packets hold into its alerts.
pub const MAXIMUM_RECORD: usize = 1 << 20;
/// How many kinds of lines that are no events are told apart; what comes after is counted as `other`.
pub const MAXIMUM_KINDS: usize = 32;
/// How many unreadable lines are kept to be shown.
pub const MAXIMUM_EXAMPLES: usize = 5;
/// The longest text of an unreadable line that is kept, in characters.
const MAXIMUM_EXAMPLE_TEXT: usize = 160;

/// How the lines are to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportOptions {
    /// A date without a year is the latest such date that is not behind this.
    pub now: Timestamp,
    /// How far the log's clock is ahead of UTC, in seconds, for dates that do not say.
    pub utc_offset_seconds: i32,
    /// What became of a packet whose log prefix does not say.
    pub default_verdict: DefaultVerdict,
    /// The networks that are the operator's own, besides the private ones.
    pub local_networks: Option<Networks>,
}

/// A line that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// Its number in its input, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub reason: Reason,
    /// Its beginning, 160 characters at most, with control characters escaped.
    pub text: String,
}

/// What was read. Lines are events, others and unreadable lines; blank lines are none of these.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// Lines that are not blank.
    pub lines: u64,
    /// Lines that hold an event, repeats included.
    pub events: u64,
    /// How many of them were in which format.
    pub formats: BTreeMap<Format, u64>,
    /// Lines that are sound and tell of something else than a packet or a flow, by what they tell of.
    pub others: BTreeMap<String, u64>,
    /// Events that are neither a drop nor an accept.
    pub without_verdict: u64,
    /// Lines that could not be read.
    pub unreadable: u64,
    /// The first [`MAXIMUM_EXAMPLES`] of them.
    pub examples: Vec<Unreadable>,
}

/// Why reading stopped.
#[derive(Debug, thiserror::Error)]
pub enum ImportError<E> {
    /// The input could not be read, or is damaged gzip.
    #[error("reading stopped after line {line}")]
    Read {
        /// The last line that was read.
        line: u64,
        /// What went wrong.
        source: io::Error,
    },
    /// The header of a table is without a column that is needed.
    #[error(transparent)]
    Columns(Reason),
    /// The events could not be kept.
    #[error(transparent)]
    Flush(E),
}

/// Reads a log to its end, in that format. Hands the events on in batches, each event of a batch once and in the order in which the log first has it.
/// Adds to the report, so that several inputs can share one.
///
/// # Errors
/// When the input cannot be read, a table is without a column or a batch cannot be kept. Batches that were handed on before stay; the last one, not yet full, is lost.
pub fn read_log<E>(
    input: &mut dyn BufRead,
    from: &ReadAs,
    options: &ImportOptions,
    flush: &mut dyn FnMut(Vec<EventRow>) -> Result<(), E>,
    report: &mut ImportReport,
) -> Result<(), ImportError<E>> {
    let mut collector = Collector::default();
    let mut reader = Reader::new(from, options);
    // Events mostly come in runs of one format.
    let mut run = (Format::Netfilter, 0);
    let mut bytes = Vec::new();
    let mut line = 0;
    loop {
        bytes.clear();
        let read = read_line(input, &mut bytes).map_err(|source| ImportError::Read { line, source })?;
        let Some(whole) = read else { break };
        line += 1;
        // Nearly all lines are valid, and the lossy way is ten times as slow to see that.
        let text = str::from_utf8(&bytes).map_or_else(|_| String::from_utf8_lossy(&bytes), Cow::Borrowed);
        if text.trim().is_empty() && whole {
            continue;
        }
        report.lines += 1;
        let read = if whole { reader.read(&text) } else { Err(Reason::RecordTooLong) };
        match read {
            Ok((format, Line::Event(event))) => {
                report.events += 1;
                if run.0 != format {
                    end_run(&mut run, format, report);
                }
                run.1 += 1;
                report.without_verdict += u64::from(event.verdict.is_none());
                if let Some(batch) = collector.add(&event) {
                    flush(batch).map_err(ImportError::Flush)?;
                }
            }
            Ok((_, Line::Other(kind))) => report.count_other(&kind),
            Err(reason @ Reason::NoColumn { .. }) => return Err(ImportError::Columns(reason)),
            Err(reason) => {
                report.unreadable += 1;
                if report.examples.len() < MAXIMUM_EXAMPLES {
                    report.examples.push(Unreadable { line, reason, text: shorten(text.trim_end(), MAXIMUM_EXAMPLE_TEXT) });
                }
            }
        }
    }
    end_run(&mut run, Format::Netfilter, report);
    collector.finish().map_or(Ok(()), flush).map_err(ImportError::Flush)
}

/// Adds the events of a run to those of their format, and begins another.
fn end_run(run: &mut (Format, u64), next: Format, report: &mut ImportReport) {
    let (format, events) = std::mem::replace(run, (next, 0));
    if events > 0 {
        *report.formats.entry(format).or_default() += events;
    }
}

impl ImportReport {
    fn count_other(&mut self, kind: &str) {
        if let Some(count) = self.others.get_mut(kind) {
            *count += 1;
        } else {
            let kind = if self.others.len() < MAXIMUM_KINDS { kind } else { "other" };
            *self.others.entry(kind.to_owned()).or_default() += 1;
        }
    }
}

/// Reads one line, or the beginning of one that is too long and skips its rest. True when it is whole; none at the end.
fn read_line(input: &mut dyn BufRead, bytes: &mut Vec<u8>) -> io::Result<Option<bool>> {
    let limit = MAXIMUM_RECORD as u64 + 1;
    if (&mut *input).take(limit).read_until(b'\n', bytes)? == 0 {
        return Ok(None);
    }
    let whole = bytes.len() <= MAXIMUM_RECORD || bytes.ends_with(b"\n");
    if !whole {
        input.skip_until(b'\n')?;
    }
    Ok(Some(whole))
}

#[cfg(test)]
mod tests;
