//! A slice of time: its rows, and what is known of them.

use super::super::collect::Log;
use super::moved::Moved;
use net_scout_engine::{PieceRead, RowCounts};
use net_scout_model::{Span, Window};

/// Where the numbers of all rows of a slice are, also of those that are left out.
#[derive(Debug)]
enum Numbers {
    /// In a column of the piece, as mostly: it is the same.
    Column(usize),
    /// Each less the smallest, which comes first.
    Own(i64, Vec<u32>),
}

/// The rows that an index has between two texts.
#[derive(Debug)]
pub(super) struct Slice {
    /// The first text behind it.
    pub(super) end: String,
    /// The rows that are not left out; none where there are no rows.
    pub(super) piece: Option<PieceRead>,
    pub(super) counts: RowCounts,
    rows: usize,
    numbers: Numbers,
    /// The sum of all numbers.
    total: f64,
    times: (i64, i64),
    fits: bool,
}

impl Slice {
    pub(super) fn empty(end: &str) -> Self {
        let (piece, counts, numbers) = (None, RowCounts::default(), Numbers::Own(0, Vec::new()));
        Self { end: end.to_owned(), piece, counts, rows: 0, numbers, total: 0.0, times: (i64::MAX, i64::MIN), fits: true }
    }

    /// `column` is the one that may have the numbers.
    pub(super) fn fill(&mut self, piece: PieceRead, log: Log, column: Option<usize>) {
        let column = column.filter(|column| piece.has_integers(*column, &log.numbers));
        let numbers = column.map(Numbers::Column).or_else(|| {
            let base = log.numbers.iter().copied().min().unwrap_or_default();
            let less = log.numbers.iter().map(|number| u32::try_from(number.abs_diff(base)).ok());
            Some(Numbers::Own(base, less.collect::<Option<_>>()?))
        });
        self.fits = !log.is_cut && piece.is_whole() && numbers.is_some();
        self.rows = log.numbers.len();
        self.numbers = numbers.unwrap_or(Numbers::Own(0, Vec::new()));
        self.total = log.numbers.iter().map(|number| *number as f64).sum();
        (self.counts, self.times, self.piece) = (log.counts, log.times, Some(piece));
    }

    /// Whether it can be kept: no row lies outside the window, and no value is odd.
    pub(super) fn is_whole(&self) -> bool {
        self.fits
    }

    /// How many rows, and the sum of their numbers.
    pub(super) fn count(&self) -> (i64, f64) {
        (self.rows as i64, self.total)
    }

    /// How many rows, and how many bytes they take.
    pub(super) fn size(&self) -> (u64, u64) {
        let numbers = match &self.numbers {
            Numbers::Column(_) => 0,
            Numbers::Own(_, less) => less.len() as u64 * 4,
        };
        (self.rows as u64, numbers + self.piece.as_ref().map_or(0, PieceRead::bytes))
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
        if !moved.any() {
            return false;
        }
        match (&self.numbers, &self.piece) {
            (Numbers::Own(base, less), _) => less.iter().any(|number| moved.has(base.wrapping_add(i64::from(*number)))),
            (Numbers::Column(column), Some(piece)) => {
                let mut holds = false;
                piece.each_integer(*column, |number| holds |= number.is_some_and(|number| moved.has(number)));
                holds
            }
            (Numbers::Column(_), None) => false,
        }
    }
}
