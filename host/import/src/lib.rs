//! Firewall logs into events: what the command `net-scout import` reads.
//!
//! A line about a packet or a flow, in any of the formats of [`Format`], becomes an event; repeats become one event with a count. A line
//! that cannot be read is counted and never stops the rest. This module must never take a line of another program for a packet, hold more
//! than one line and one batch of events in memory, make up a verdict or a direction, or know where the events go.
//!
//! `carrier` is what brings the lines, `formats` has one file for each format; `verdict`, `direction` and `protocol` decide the same for all.

mod carrier;
mod collect;
mod direction;
mod event;
mod flow;
mod formats;
mod keyvalue;
mod mapping;
mod options;
mod position;
mod protocol;
mod reason;
mod report;
mod service;
mod suggest;
mod verdict;
mod zone;

use std::borrow::Cow;
use std::io::{self, BufRead};

pub use carrier::packed::{check_packed, is_cut_off, is_packed, open, unpacked};
use carrier::records::Records;
pub use carrier::records::has_line_records;
pub use carrier::zone::LogZone;
use collect::Collector;
use event::{Line, ParsedEvent};
use formats::Reader;
pub use formats::{Format, ReadAs};
pub use mapping::{Mapping, TableColumn};
pub use options::{AHEAD, ImportOptions, MAXIMUM_LINE, MAXIMUM_RECORD};
use position::Progress;
pub use position::{Beginning, Identity, Position, Resume};
pub use reason::Reason;
pub use report::{ImportReport, MAXIMUM_EXAMPLES, MAXIMUM_KINDS, Unreadable};
pub use service::service;
pub use suggest::TableLook;
pub use verdict::DefaultVerdict;

use net_scout_model::{EventRow, Timestamp};

/// Events to keep, and how far the log was read when they were.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    /// Each event once, in the order in which the log first has it.
    pub rows: Vec<EventRow>,
    /// What was read for them; everything before the position of the batch before it is in that one.
    pub position: Position,
}

/// Why reading stopped.
#[derive(Debug, thiserror::Error)]
pub enum ImportError<E> {
    /// The input could not be read, or is damaged.
    #[error("reading stopped after line {line}")]
    Read {
        /// The last line that was read.
        line: u64,
        /// What went wrong.
        source: io::Error,
    },
    /// What was read in an earlier run, up to this line, is not what stands there now.
    #[error("what was read of it up to line {line} is not what it has there now")]
    Changed {
        /// The line.
        line: u64,
    },
    /// The header of a table is without a column that is needed.
    #[error(transparent)]
    Columns(Reason),
    /// The events could not be kept.
    #[error(transparent)]
    Flush(E),
}

/// A log that is being read. It can be fed from one input after the other, as a file that is followed grows and is rotated.
pub struct LogReader<'o> {
    options: &'o ImportOptions,
    reader: Reader<'o>,
    collector: Collector,
    progress: Progress,
    /// Where a record began that has not ended yet: whoever goes on must read it whole.
    begun: Option<Progress>,
    resume: Resume,
    /// A last line without an end is left for whoever goes on.
    leaves_open: bool,
    /// There was one.
    open: Option<Open>,
}

/// A last line that was left because it has no end.
struct Open {
    /// A record that began before it goes on in it.
    is_inside: bool,
}

impl<'o> LogReader<'o> {
    /// Reads lines as `from` says, from a position on.
    #[must_use]
    pub fn new(from: &ReadAs, options: &'o ImportOptions, resume: Resume) -> Self {
        Self {
            options,
            reader: Reader::new(from, options),
            collector: Collector::default(),
            progress: Progress::default(),
            begun: None,
            resume,
            leaves_open: false,
            open: None,
        }
    }

    /// Leaves a last line without an end for whoever goes on, because it may be half written.
    #[must_use]
    pub fn leaving_open(mut self, leaves: bool) -> Self {
        self.leaves_open = leaves;
        self
    }

    /// Whether a last line was left because it has no end.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Reads an input to its end. Hands events on in batches when there are many; [`Self::flush`] hands on the rest.
    ///
    /// # Errors
    /// When the input cannot be read, is not the one that was read before, a table is without a column or a batch cannot be kept.
    pub fn read<E>(
        &mut self,
        input: &mut dyn BufRead,
        keep: &mut dyn FnMut(Batch) -> Result<(), E>,
        report: &mut ImportReport,
    ) -> Result<(), ImportError<E>> {
        // The records have it while they are read.
        let mut progress = std::mem::take(&mut self.progress);
        let mut records = Records::new(input, &mut progress);
        let mut tally = report.tally();
        let done = self.read_records(&mut records, keep, &mut tally);
        self.progress = progress;
        done
    }

    fn read_records<E>(
        &mut self,
        records: &mut Records<'_>,
        keep: &mut dyn FnMut(Batch) -> Result<(), E>,
        tally: &mut report::Tally<'_>,
    ) -> Result<(), ImportError<E>> {
        let mut bytes = Vec::new();
        loop {
            let before = records.progress().clone();
            let whole = match records.next(&mut bytes) {
                Ok(Some(whole)) => whole,
                Ok(None) => return Ok(()),
                Err(source) => return Err(ImportError::Read { line: before.line, source }),
            };
            self.progress.clone_from(records.progress());
            // Nearly all lines are valid, and the lossy way is ten times as slow to see that.
            let text = str::from_utf8(&bytes).map_or_else(|_| String::from_utf8_lossy(&bytes), Cow::Borrowed);
            if before.offset < self.resume.at.offset {
                self.skip(&text).map_err(|line| ImportError::Changed { line })?;
                continue;
            }
            if self.leaves_open && whole && !bytes.ends_with(b"\n") && records.are_lines() {
                self.open = Some(Open { is_inside: self.begun.is_some() });
                self.begun.get_or_insert(before);
                return Ok(());
            }
            let half = self.reader.half();
            let read = match whole {
                true if text.trim().is_empty() => self.reader.end_record(false),
                true => Some(self.reader.read(&text)),
                false => Some(Err(Reason::RecordTooLong)),
            };
            let has_ended = read.as_ref().is_some_and(|read| !matches!(read, Ok((_, Line::Part))));
            if !self.reader.is_inside() {
                self.begun = None;
            } else if self.begun.is_none() || has_ended {
                self.begun = Some(before.clone());
            }
            if self.reader.half() != half {
                self.begun = self.reader.half().map(|_| before);
            }
            if let Some(read) = read {
                self.take(read, &text, keep, tally)?;
            }
            if self.resume.until.is_some_and(|until| self.standing().offset >= until) {
                self.resume.until = None;
                self.hand_on(keep)?;
            }
        }
    }

    /// Skips a record that was read in an earlier run. Headers count for what follows, and so does the last one, which a line may say was
    /// repeated.
    fn skip(&mut self, text: &str) -> Result<(), u64> {
        let at = self.resume.at;
        if self.progress.offset > at.offset || self.progress.offset == at.offset && !self.progress.is_at(&at) {
            return Err(at.line);
        }
        let is_last = self.progress.offset == at.offset;
        if self.progress.line == 1 || text.starts_with('#') || is_last {
            let read = self.reader.read(text);
            if let Ok((_, Line::Event(event))) = read
                && is_last
            {
                self.collector.add(&event, self.options);
                self.collector.finish();
            }
        }
        Ok(())
    }

    /// Hands on what is left, at the end of a log or of a while.
    ///
    /// # Errors
    /// When the batch cannot be kept, or the log ends before the place where it was to go on.
    pub fn flush<E>(
        &mut self,
        is_end: bool,
        keep: &mut dyn FnMut(Batch) -> Result<(), E>,
        report: &mut ImportReport,
    ) -> Result<(), ImportError<E>> {
        if is_end && !self.is_resumed() {
            return Err(ImportError::Changed { line: self.resume.at.line });
        }
        // The first batch ends where it did before.
        if !is_end && self.resume.until.is_some() {
            return Ok(());
        }
        let mut tally = report.tally();
        if is_end {
            if self.open.is_none() {
                self.begun = None;
            }
            let is_inside = self.open.as_ref().is_some_and(|open| open.is_inside);
            while !is_inside && let Some(read) = self.reader.end_record(true) {
                self.take(read, "", keep, &mut tally)?;
            }
        }
        drop(tally);
        let handed = self.hand_on(keep);
        report.directions_unknown = self.collector.directions.unknown;
        report.directions_shared = self.collector.directions.shared;
        let learned = self.collector.learned();
        report.learned_networks = learned.networks().clone();
        report.shared_network = learned.shared();
        handed
    }

    fn hand_on<E>(&mut self, keep: &mut dyn FnMut(Batch) -> Result<(), E>) -> Result<(), ImportError<E>> {
        match self.collector.finish() {
            Some(rows) => keep(Batch { rows, position: self.position() }).map_err(ImportError::Flush),
            None => Ok(()),
        }
    }

    /// Whether the place where it was to go on was reached.
    #[must_use]
    pub fn is_resumed(&self) -> bool {
        self.progress.offset >= self.resume.at.offset
    }

    /// How many different events wait to be handed on.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.collector.len()
    }

    /// How far the log was read. A record that has not ended does not count.
    #[must_use]
    pub fn position(&self) -> Position {
        self.standing().position()
    }

    fn standing(&self) -> &Progress {
        self.begun.as_ref().unwrap_or(&self.progress)
    }

    fn take<E>(
        &mut self,
        read: formats::Read<'_>,
        text: &str,
        keep: &mut dyn FnMut(Batch) -> Result<(), E>,
        tally: &mut report::Tally<'_>,
    ) -> Result<(), ImportError<E>> {
        match read {
            Ok((_, Line::Part)) => return Ok(()),
            Ok((format, Line::Event(event))) => {
                tally.line();
                self.add(format, &event, keep, tally)?;
            }
            Ok((format, Line::Events(events))) => {
                tally.line();
                for event in &events {
                    self.add(format, event, keep, tally)?;
                }
            }
            Ok((_, Line::Repeat(time, times))) => {
                tally.line();
                if self.collector.repeat(time, times) { tally.repeats(times) } else { tally.other("repeat of another line") }
            }
            Ok((_, Line::Other(kind))) => {
                tally.line();
                tally.other(&kind);
                self.collector.forget();
            }
            Err(reason @ Reason::NoColumn { .. }) => {
                tally.line();
                return Err(ImportError::Columns(reason));
            }
            Err(reason) => {
                tally.line();
                tally.unreadable(self.progress.line, reason, text);
                self.collector.forget();
            }
        }
        Ok(())
    }

    fn add<E>(
        &mut self,
        format: Format,
        event: &ParsedEvent<'_>,
        keep: &mut dyn FnMut(Batch) -> Result<(), E>,
        tally: &mut report::Tally<'_>,
    ) -> Result<(), ImportError<E>> {
        // What no clock shows that logs packets: a value of another meaning was read as a date.
        if event.time < Timestamp(0) {
            tally.unreadable(self.progress.line, Reason::BadDate { value: event.time.to_string() }, "");
            return Ok(());
        }
        tally.event(format, event);
        if event.time > self.options.now.plus(AHEAD) {
            tally.ahead(event.hits);
        }
        match self.collector.add(event, self.options) {
            Some(rows) => keep(Batch { rows, position: self.position() }).map_err(ImportError::Flush),
            None => Ok(()),
        }
    }
}

/// Reads a log to its end. Adds to the report, so that several inputs can share one.
///
/// # Errors
/// As [`LogReader::read`]. Batches that were handed on before stay. Of an input that cannot be read further, what was read is handed on.
pub fn read_log<E>(
    input: &mut dyn BufRead,
    from: &ReadAs,
    options: &ImportOptions,
    keep: &mut dyn FnMut(Batch) -> Result<(), E>,
    report: &mut ImportReport,
) -> Result<(), ImportError<E>> {
    let mut reader = LogReader::new(from, options, Resume::default());
    let read = reader.read(input, keep, report);
    let is_whole = match &read {
        Ok(()) => true,
        Err(ImportError::Read { .. }) => false,
        Err(_) => return read,
    };
    reader.flush(is_whole, keep, report)?;
    read
}

#[cfg(test)]
mod tests;
