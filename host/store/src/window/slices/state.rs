//! What is kept between two scans.

use std::collections::BTreeMap;

use super::check::{AGAIN, CHECKED, RECENT, Table};
use super::moved::Moved;
use super::slice::Slice;
use crate::identity::Identity;
use crate::layout::Source;
use net_scout_engine::Words;
use net_scout_model::{DirectionCheck, Span, Window};

/// So many distinct texts more than at first are no reason to begin again.
const FEW: u64 = 50_000;

/// What must be the same for anything to be kept.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Key {
    pub(crate) file: Option<Identity>,
    pub(crate) schema: i64,
    pub(crate) source: Source,
    pub(crate) index: String,
    pub(crate) directions: Option<DirectionCheck>,
    pub(crate) columns: Vec<&'static str>,
}

/// The slices, as they were in one state of the database.
#[derive(Debug)]
pub(super) struct State {
    pub(super) key: Key,
    /// The number of the last row.
    pub(super) mark: i64,
    /// The distinct texts of all slices, and of some that are gone.
    pub(super) words: Words,
    /// How many there were when all was read.
    pub(super) distinct: u64,
    /// By their first text.
    pub(super) slices: BTreeMap<String, Slice>,
    /// Where the next check begins.
    cursor: String,
}

impl State {
    pub(super) fn new(key: Key) -> Self {
        let (words, slices) = (Words::default(), BTreeMap::new());
        Self { key, mark: i64::MIN, words, distinct: 0, slices, cursor: String::new() }
    }

    /// Whether most of the distinct texts are of rows that are gone.
    pub(super) fn is_swollen(&self) -> bool {
        self.words.distinct() > self.distinct * 2 + FEW
    }

    pub(super) fn size(&self) -> (u64, u64) {
        let sizes = self.slices.values().map(Slice::size);
        sizes.fold((0, 0), |(rows, bytes), (more, taken)| (rows + more, bytes + taken))
    }

    pub(super) fn forget(&mut self, spans: &[Span]) {
        self.slices.retain(|_, slice| !spans.iter().any(|span| slice.touches(span)));
    }

    /// Drops all but the slices of a window.
    pub(super) fn keep_only(&mut self, ranges: &[(String, String)], window: &Window) {
        let inner = ranges.get(1..ranges.len().saturating_sub(1)).unwrap_or_default();
        self.slices.retain(|from, slice| {
            let place = inner.binary_search_by(|(begin, _)| begin.cmp(from));
            place.is_ok_and(|place| inner[place].1 == slice.end) && slice.is_inside(window)
        });
    }

    /// Drops the slices in which something changed, as far as that is seen. Gives the rows that lie behind the window and were known; none
    /// where these are too many.
    pub(super) fn find_changes(&mut self, table: &Table<'_>, to: &str, all: bool) -> rusqlite::Result<Option<Moved>> {
        if self.slices.is_empty() {
            return Ok(Some(Moved::default()));
        }
        let slices = &mut self.slices;
        table.new_rows(self.mark, |text| {
            let found = slices.range(..=text.to_owned()).next_back().filter(|(_, slice)| text < slice.end.as_str());
            if let Some(from) = found.map(|(from, _)| from.clone()) {
                slices.remove(&from);
            }
        })?;
        self.check(table, all)?;
        table.behind(to, self.mark)
    }

    /// Checks those of the last hour and some others, and drops a few in any case.
    fn check(&mut self, table: &Table<'_>, all: bool) -> rusqlite::Result<()> {
        let some = if all { usize::MAX } else { self.slices.len().div_ceil(CHECKED) };
        let next: Vec<String> = {
            let (behind, before) = (self.slices.range(self.cursor.clone()..), self.slices.range(..self.cursor.clone()));
            behind.chain(before).map(|(from, _)| from.clone()).take(some.max(AGAIN + 1)).collect()
        };
        let recent: Vec<String> = self.slices.keys().rev().take(RECENT).cloned().collect();
        for from in next.iter().chain(&recent) {
            if let Some(slice) = self.slices.get(from)
                && table.count(from, &slice.end)? != slice.count()
            {
                tracing::info!("the events from {from} on changed, and are read again");
                self.slices.remove(from);
            }
        }
        next.iter().take(AGAIN).for_each(|from| drop(self.slices.remove(from)));
        self.cursor = next.last().cloned().unwrap_or_default();
        Ok(())
    }
}
