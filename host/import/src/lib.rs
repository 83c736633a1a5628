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
mod position;
mod protocol;
mod reason;
mod report;
mod service;
mod verdict;
mod zone;

use std::borrow::Cow;
use std::io::{self, BufRead};

pub use carrier::packed::{is_packed, open, unpacked};
use carrier::records::Records;
pub use carrier::records::has_line_records;
pub use carrier::zone::LogZone;
use collect::Collector;
use event::{Line, ParsedEvent};
use formats::Reader;
pub use formats::{Format, ReadAs};
pub use mapping::{Mapping, TableColumn};
pub use position::{Beginning, Identity, Position};
pub use reason::Reason;
pub use report::{ImportReport, MAXIMUM_EXAMPLES, MAXIMUM_KINDS, Unreadable};
pub use service::service;
pub use verdict::DefaultVerdict;

use net_scout_model::{EventRow, Networks, Timestamp};

/// The longest line of syslog that is read, in bytes. The kernel writes about 1,000 at most, and rsyslog cuts at 8 KiB unless told
/// otherwise.
pub const MAXIMUM_LINE: usize = 8_192;
/// The longest line of any format, in bytes. Suricata writes what packets hold into its alerts.
pub const MAXIMUM_RECORD: usize = 1 << 20;

/// How the lines are to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportOptions {
    /// A date without a year is of the year that brings it closest to this.
    pub now: Timestamp,
    /// The zone of dates that do not say it.
    pub zone: LogZone,
    /// What became of a packet of which the log does not say it.
    pub default_verdict: DefaultVerdict,
    /// The networks that are the operator's own, besides the private ones.
    pub local_networks: Option<Networks>,
}

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
    position: Position,
    /// Records up to here were read in an earlier run.
    resume_at: Position,
}

impl<'o> LogReader<'o> {
    /// Reads lines as `from` says, from that position on.
    #[must_use]
    pub fn new(from: &ReadAs, options: &'o ImportOptions, resume_at: Position) -> Self {
        Self {
            options,
            reader: Reader::new(from, options),
            collector: Collector::default(),
            position: Position::default(),
            resume_at,
        }
    }

    /// Reads an input to its end. Hands events on in batches when there are many; [`Self::flush`] hands on the rest.
    ///
    /// # Errors
    /// When the input cannot be read, a table is without a column or a batch cannot be kept.
    pub fn read<E>(
        &mut self,
        input: &mut dyn BufRead,
        keep: &mut dyn FnMut(Batch) -> Result<(), E>,
        report: &mut ImportReport,
    ) -> Result<(), ImportError<E>> {
        let before = self.position;
        let mut records = Records::new(input);
        let mut bytes = Vec::new();
        let mut tally = report.tally();
        let done = loop {
            let whole = match records.next(&mut bytes) {
                Ok(Some(whole)) => whole,
                Ok(None) => break Ok(()),
                Err(source) => break Err(ImportError::Read { line: self.position.line, source }),
            };
            self.position = Position { offset: before.offset + records.offset, line: before.line + records.line };
            // Nearly all lines are valid, and the lossy way is ten times as slow to see that.
            let text = str::from_utf8(&bytes).map_or_else(|_| String::from_utf8_lossy(&bytes), Cow::Borrowed);
            let is_blank = whole && text.trim().is_empty();
            if self.position.offset <= self.resume_at.offset {
                // Headers count for what follows.
                if self.position.line == 1 || text.starts_with('#') {
                    let _ = self.reader.read(&text);
                }
                continue;
            }
            let read = match (is_blank, whole) {
                (true, _) => self.reader.end_record(false),
                (_, true) => Some(self.reader.read(&text)),
                (_, false) => Some(Err(Reason::RecordTooLong)),
            };
            if let Some(read) = read
                && let Err(error) = self.take(read, &text, keep, &mut tally)
            {
                break Err(error);
            }
        };
        drop(tally);
        done
    }

    /// Hands on what is left, at the end of a log or of a while.
    ///
    /// # Errors
    /// When the batch cannot be kept.
    pub fn flush<E>(
        &mut self,
        is_end: bool,
        keep: &mut dyn FnMut(Batch) -> Result<(), E>,
        report: &mut ImportReport,
    ) -> Result<(), ImportError<E>> {
        let mut tally = report.tally();
        if is_end {
            while let Some(read) = self.reader.end_record(true) {
                self.take(read, "", keep, &mut tally)?;
            }
        }
        drop(tally);
        let rows = self.collector.finish();
        report.directions_unknown = self.collector.directions.unknown;
        report.directions_shared = self.collector.directions.shared;
        let learned = self.collector.learned();
        report.learned_networks = learned.networks().clone();
        report.shared_network = learned.shared();
        match rows {
            Some(rows) => keep(Batch { rows, position: self.position }).map_err(ImportError::Flush),
            None => Ok(()),
        }
    }

    /// How many different events wait to be handed on.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.collector.len()
    }

    /// How far the input was read.
    #[must_use]
    pub fn position(&self) -> Position {
        self.position
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
            Err(reason @ Reason::NoColumn { .. }) => return Err(ImportError::Columns(reason)),
            Err(reason) => {
                tally.line();
                tally.unreadable(self.position.line, reason, text);
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
            tally.unreadable(self.position.line, Reason::BadDate { value: event.time.to_string() }, "");
            return Ok(());
        }
        tally.event(format, event);
        match self.collector.add(event, self.options) {
            Some(rows) => keep(Batch { rows, position: self.position }).map_err(ImportError::Flush),
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
    let mut reader = LogReader::new(from, options, Position::default());
    let read = reader.read(input, keep, report);
    let is_whole = match &read {
        Ok(()) => true,
        Err(ImportError::Read { .. }) => false,
        Err(ImportError::Columns(_) | ImportError::Flush(_)) => return read,
    };
    reader.flush(is_whole, keep, report)?;
    read
}

#[cfg(test)]
mod tests;
