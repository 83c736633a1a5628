//! Where in the window the rows of a text are. Made for a column when it is asked again and again for the rows of single texts, as for
//! the evidence of many alerts: looking through all rows for each would take longer.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::plan::{Expression, Node};
use crate::storage::{Code as _, Column, EventTable, Packed, with_codes};

/// How often a column is asked before an index pays.
const ASKED: u32 = 3;
/// The most texts that are asked for at once.
const TEXTS: usize = 256;
/// An index helps where it leaves less than one row in so many.
const SHARE: usize = 8;

/// The rows of each code of a column, ascending.
#[derive(Debug)]
struct RowIndex {
    /// Where the rows of a code begin; those of the last end with the list.
    starts: Vec<u32>,
    rows: Vec<u32>,
}

impl RowIndex {
    fn of(codes: &Packed, highest: usize) -> Self {
        let mut starts = vec![0_u32; highest + 2];
        with_codes!(codes, codes => codes.iter().for_each(|code| starts[code.number() as usize + 1] += 1));
        for code in 0..=highest {
            starts[code + 1] += starts[code];
        }
        let mut next = starts.clone();
        let mut rows = vec![0; codes.len()];
        with_codes!(codes, codes => for (row, code) in codes.iter().enumerate() {
            let place = &mut next[code.number() as usize];
            rows[*place as usize] = row as u32;
            *place += 1;
        });
        Self { starts, rows }
    }

    fn rows(&self, code: usize) -> &[u32] {
        &self.rows[self.starts[code] as usize..self.starts[code + 1] as usize]
    }
}

/// The indexes of a events, by column.
#[derive(Debug, Default)]
pub(super) struct Indexes(Mutex<HashMap<usize, Wished>>);

/// An index, and how often it was wished for.
#[derive(Debug, Default)]
struct Wished {
    asked: u32,
    index: Option<Arc<RowIndex>>,
}

impl Indexes {
    /// The rows among which all are that a condition keeps, ascending, where an index knows them: it says that a column has one of a few
    /// texts.
    pub(super) fn rows(&self, condition: &Expression, events: &EventTable) -> Option<Arc<Vec<u32>>> {
        let Node::Test(column, table) = &condition.node else { return None };
        let Node::Slot(slot) = column.node else { return None };
        let codes = passing(table);
        let Some(Column::Texts(texts)) = events.column(slot) else { return None };
        // Of a column of few texts an index would never be used.
        if codes.len() > TEXTS || codes.len() * SHARE > table.len() {
            return None;
        }
        let index = self.of(slot, || RowIndex::of(&texts.codes, table.len().saturating_sub(1)))?;
        let count: usize = codes.iter().map(|&code| index.rows(code).len()).sum();
        if count > events.rows() as usize / SHARE {
            return None;
        }
        let mut rows: Vec<u32> = Vec::with_capacity(count);
        codes.iter().for_each(|&code| rows.extend(index.rows(code)));
        rows.sort_unstable();
        Some(Arc::new(rows))
    }

    fn of(&self, slot: usize, make: impl FnOnce() -> RowIndex) -> Option<Arc<RowIndex>> {
        let mut indexes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let wished = indexes.entry(slot).or_default();
        wished.asked += 1;
        if wished.asked > ASKED && wished.index.is_none() {
            wished.index = Some(Arc::new(make()));
        }
        wished.index.clone()
    }
}

/// The codes that pass a test, one more than [`TEXTS`] at most. Of many codes few pass: they are looked through in stretches.
fn passing(table: &[u8]) -> Vec<usize> {
    const STRETCH: usize = 256;
    let mut codes = Vec::new();
    for (number, stretch) in table.chunks(STRETCH).enumerate() {
        if stretch.iter().fold(0, |any, verdict| any | verdict) & 1 == 1 {
            codes.extend((0..stretch.len()).filter(|&place| stretch[place] == 1).map(|place| number * STRETCH + place));
        }
        if codes.len() > TEXTS {
            break;
        }
    }
    codes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_by_code() {
        let mut codes = Packed::with_capacity(6, 3);
        codes.extend([2, 0, 2, 3, 1, 2].into_iter());
        let index = RowIndex::of(&codes, 3);
        assert_eq!((index.rows(0), index.rows(1), index.rows(2), index.rows(3)), (&[1][..], &[4][..], &[0, 2, 5][..], &[3][..]));
    }
}
