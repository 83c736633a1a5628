//! What was read of a log, for whoever asked for it.

use std::collections::BTreeMap;

use super::event::ParsedEvent;
use super::formats::Format;
use super::reason::{Reason, shorten};
use net_scout_model::{Network, Networks, Timestamp};

/// How many kinds of lines that are no events are told apart; what comes after is counted as `other`.
pub const MAXIMUM_KINDS: usize = 32;
/// How many unreadable lines are kept to be shown.
pub const MAXIMUM_EXAMPLES: usize = 5;
/// The longest text of an unreadable line that is kept, in characters.
const MAXIMUM_EXAMPLE_TEXT: usize = 160;

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
    /// Lines that are not blank; of records that span lines, the records.
    pub lines: u64,
    /// Events, repeats included.
    pub events: u64,
    /// How many of them were in which format.
    pub formats: BTreeMap<Format, u64>,
    /// Lines that are sound and tell of something else than a packet or a flow, by what they tell of.
    pub others: BTreeMap<String, u64>,
    /// Events that are neither a drop nor an accept.
    pub without_verdict: u64,
    /// Events whose verdict the log does not say, so that it was assumed.
    pub assumed_verdicts: u64,
    /// The verdict that was assumed.
    pub assumed: Option<&'static str>,
    /// Rows of which nothing tells the direction.
    pub directions_unknown: u64,
    /// Rows whose direction follows from the one network that every such row has a side in.
    pub directions_shared: u64,
    /// That network.
    pub shared_network: Option<Network>,
    /// Networks that are probably own, because forwarded packets came from them after a single hop.
    pub learned_networks: Networks,
    /// When the oldest event was.
    pub oldest: Option<Timestamp>,
    /// When the newest event was.
    pub newest: Option<Timestamp>,
    /// Events that are dated more than [`crate::AHEAD`] ahead of the clock.
    pub ahead: u64,
    /// Lines that could not be read.
    pub unreadable: u64,
    /// The first [`MAXIMUM_EXAMPLES`] of them.
    pub examples: Vec<Unreadable>,
}

impl ImportReport {
    /// Whether there were lines, and none was an event. A table may have no rows behind its header.
    #[must_use]
    pub fn has_no_event(&self) -> bool {
        let headers = self.others.get("header").copied().unwrap_or_default();
        self.events == 0 && self.lines > headers
    }

    /// Counts into this report.
    pub(super) fn tally(&mut self) -> Tally<'_> {
        Tally { report: self, run: (Format::Netfilter, 0) }
    }
}

/// Counts lines. Events mostly come in runs of one format, which are added at their end.
pub(super) struct Tally<'r> {
    report: &'r mut ImportReport,
    run: (Format, u64),
}

impl Tally<'_> {
    pub(super) fn line(&mut self) {
        self.report.lines += 1;
    }

    pub(super) fn event(&mut self, format: Format, event: &ParsedEvent<'_>) {
        if self.run.0 != format {
            self.end_run(format);
        }
        let hits = event.hits.unsigned_abs();
        self.run.1 = self.run.1.saturating_add(hits);
        self.report.events = self.report.events.saturating_add(hits);
        self.report.oldest = Some(self.report.oldest.map_or(event.time, |oldest| oldest.min(event.time)));
        self.report.newest = self.report.newest.max(Some(event.time));
        match event.verdict.verdict {
            None => self.report.without_verdict = self.report.without_verdict.saturating_add(hits),
            Some(verdict) if event.verdict.is_assumed => {
                self.report.assumed_verdicts = self.report.assumed_verdicts.saturating_add(hits);
                self.report.assumed = Some(verdict);
            }
            Some(_) => {}
        }
    }

    /// An event that is dated ahead of the clock.
    pub(super) fn ahead(&mut self, hits: i64) {
        self.report.ahead = self.report.ahead.saturating_add(hits.unsigned_abs());
    }

    /// Repeats of the event that came last.
    pub(super) fn repeats(&mut self, times: i64) {
        self.run.1 = self.run.1.saturating_add(times.unsigned_abs());
        self.report.events = self.report.events.saturating_add(times.unsigned_abs());
    }

    pub(super) fn other(&mut self, kind: &str) {
        let others = &mut self.report.others;
        if let Some(count) = others.get_mut(kind) {
            *count += 1;
        } else {
            let kind = if others.len() < MAXIMUM_KINDS { kind } else { "other" };
            *others.entry(kind.to_owned()).or_default() += 1;
        }
    }

    pub(super) fn unreadable(&mut self, line: u64, reason: Reason, text: &str) {
        self.report.unreadable += 1;
        if self.report.examples.len() < MAXIMUM_EXAMPLES {
            self.report.examples.push(Unreadable { line, reason, text: shorten(text.trim_end(), MAXIMUM_EXAMPLE_TEXT) });
        }
    }

    /// Adds the events of a run to those of their format, and begins another.
    fn end_run(&mut self, next: Format) {
        let (format, events) = std::mem::replace(&mut self.run, (next, 0));
        if events > 0 {
            let count = self.report.formats.entry(format).or_default();
            *count = count.saturating_add(events);
        }
    }
}

impl Drop for Tally<'_> {
    fn drop(&mut self) {
        self.end_run(Format::Netfilter);
    }
}
