//! A slice of time: its rows, and what is known of them.

use super::super::collect::Log;
use super::moved::Moved;
use net_scout_engine::{PieceRead, RowCounts};
use net_scout_model::{Span, Window};

/// The rows that an index has between two texts.
#[derive(Debug)]
pub(super) struct Slice {
    /// The first text behind it.
    pub(super) end: String,
    /// The rows that are not left out; none where there are no rows.
    pub(super) piece: Option<PieceRead>,
    pub(super) counts: RowCounts,
    /// The smallest number of a row.
    base: i64,
    /// The numbers of all its rows, less the smallest.
    numbers: Vec<u32>,
    /// The sum of all numbers.
    total: f64,
    times: (i64, i64),
    fits: bool,
}

impl Slice {
    pub(super) fn empty(end: &str) -> Self {
        let (piece, counts, numbers) = (None, RowCounts::default(), Vec::new());
        Self { end: end.to_owned(), piece, counts, base: 0, numbers, total: 0.0, times: (i64::MAX, i64::MIN), fits: true }
    }

    pub(super) fn fill(&mut self, piece: PieceRead, log: Log) {
        self.base = log.numbers.iter().copied().min().unwrap_or_default();
        let less = log.numbers.iter().map(|number| u32::try_from(number.abs_diff(self.base)).ok());
        let numbers: Option<Vec<u32>> = less.collect();
        self.fits = !log.is_cut && piece.is_whole() && numbers.is_some();
        self.numbers = numbers.unwrap_or_default();
        self.total = log.numbers.iter().map(|number| *number as f64).sum();
        (self.counts, self.times, self.piece) = (log.counts, log.times, Some(piece));
    }

    /// Whether it can be kept: no row lies outside the window, and no value is odd.
    pub(super) fn is_whole(&self) -> bool {
        self.fits
    }

    /// How many rows, and the sum of their numbers.
    pub(super) fn count(&self) -> (i64, f64) {
        (self.numbers.len() as i64, self.total)
    }

    /// How many rows, and how many bytes they take.
    pub(super) fn size(&self) -> (u64, u64) {
        let rows = self.numbers.len() as u64;
        (rows, rows * 4 + self.piece.as_ref().map_or(0, PieceRead::bytes))
    }

    /// Whether all its rows lie inside a window.
    pub(super) fn is_inside(&self, window: &Window) -> bool {
        let (first, last) = self.times;
        first > last || (first >= window.since.0 && window.until.is_none_or(|until| last < until.0))
    }

    /// Whether a row of it may lie in a span.
    pub(super) fn touches(&self, span: &Span) -> bool {
        self.times.0 < span.ends.0 && self.times.1 >= span.begins.0
    }

    /// Whether it has one of these rows.
    pub(super) fn holds(&self, moved: &Moved) -> bool {
        moved.any() && self.numbers.iter().any(|number| moved.has(self.base.wrapping_add(i64::from(*number))))
    }
}
