//! The window in memory, as queries see it: its events, and what they have in common.

use super::cache::Cache;
use super::index::Indexes;
use super::workers::Workers;
use crate::storage::{Cell, ColumnSource, EventTable, PieceRead, RowCounts, Words};

/// The events of the scan's window, as columns, on which plans run.
#[derive(Debug)]
pub struct EventWindow {
    pub(crate) events: EventTable,
    counts: RowCounts,
    pub(super) workers: Workers,
    /// How many rows are processed between two looks at the clock.
    pub(super) stride: usize,
    pub(super) cache: Cache,
    pub(super) indexes: Indexes,
}

/// How finely work is cut up. The default suits real windows; tests take less, so that a few rows make many pieces.
#[derive(Clone, Copy, Debug)]
pub struct Granularity {
    /// How many rows are processed between two looks at the clock.
    pub stride: usize,
    /// Fewer rows than this are not worth a thread.
    pub rows_per_thread: usize,
}

impl Default for Granularity {
    fn default() -> Self {
        Self { stride: 16 << 10, rows_per_thread: 50_000 }
    }
}

impl EventWindow {
    /// Makes the window from what threads have read, the pieces in the order of the rows; none where there are more rows than can be
    /// numbered. A query may use so many threads.
    pub fn assemble(
        sources: &[ColumnSource],
        pieces: Vec<PieceRead>,
        words: Vec<Words>,
        threads: usize,
        counts: RowCounts,
    ) -> Option<Self> {
        Some(Self::of(EventTable::assemble(sources, pieces, words, threads)?, threads, counts))
    }

    /// The same from pieces that are kept, which share these words.
    #[must_use]
    pub fn assemble_kept(
        sources: &[ColumnSource],
        pieces: &[&PieceRead],
        words: &Words,
        threads: usize,
        counts: RowCounts,
    ) -> Option<Self> {
        Some(Self::of(EventTable::assemble_kept(sources, pieces, words, threads)?, threads, counts))
    }

    fn of(events: EventTable, threads: usize, counts: RowCounts) -> Self {
        let Granularity { stride, rows_per_thread } = Granularity::default();
        let workers = Workers { threads, rows_per_thread };
        Self { events, counts, workers, stride, cache: Cache::default(), indexes: Indexes::default() }
    }

    /// The same window, whose queries cut up their work otherwise. Both numbers are at least 1.
    #[must_use]
    pub fn with_granularity(mut self, granularity: Granularity) -> Self {
        self.stride = granularity.stride.max(1);
        self.workers.rows_per_thread = granularity.rows_per_thread.max(1);
        self
    }

    /// How many events there are.
    #[must_use]
    pub fn rows(&self) -> u32 {
        self.events.rows()
    }

    /// What was left out, and what was corrected.
    #[must_use]
    pub fn counts(&self) -> RowCounts {
        self.counts
    }

    /// How many bytes the columns and their distinct values take.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.events.bytes()
    }

    /// How many bytes the columns take, without their distinct texts.
    #[must_use]
    pub fn row_bytes(&self) -> u64 {
        self.events.row_bytes()
    }

    /// Whether every column that was requested could be kept.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.events.is_whole()
    }

    /// The columns that are kept.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.events.names()
    }

    /// Hands over the values of a row, each with the place of its column among [`Self::names`].
    ///
    /// # Errors
    /// The first of `take`.
    pub fn each_cell<E>(&self, row: u32, take: impl FnMut(usize, Cell<'_>) -> Result<(), E>) -> Result<(), E> {
        self.events.each_cell(row, take)
    }
}
