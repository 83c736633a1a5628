//! The events of a window as columns.

use std::collections::HashMap;
use std::sync::Arc;

use super::column::Column;
use super::merge::{Columns, PieceRead, merge, merge_kept};
use super::source::ColumnSource;
use super::words::Words;

/// The events, a column for each that was requested. A value is addressed by the number of its row, in the order in which SQLite reads them.
#[derive(Debug)]
pub(crate) struct EventTable {
    rows: u32,
    pub(super) columns: Columns,
}

impl EventTable {
    /// Makes the columns from what threads have read, the pieces in the order of the rows; none where there are more rows than can be
    /// numbered.
    pub(crate) fn assemble(sources: &[ColumnSource], pieces: Vec<PieceRead>, words: Vec<Words>, threads: usize) -> Option<Self> {
        let (rows, columns) = merge(sources, pieces, words, threads)?;
        Some(Self { rows, columns })
    }

    /// The same from pieces that are kept, and the words that all of them share.
    pub(crate) fn assemble_kept(sources: &[ColumnSource], pieces: &[&PieceRead], words: &Words, threads: usize) -> Option<Self> {
        let (rows, columns) = merge_kept(sources, pieces, words, threads)?;
        Some(Self { rows, columns })
    }

    /// How many events there are.
    pub(crate) fn rows(&self) -> u32 {
        self.rows
    }

    /// The number of a column, and the column or why it is not kept; none where it was not requested.
    pub(crate) fn find(&self, name: &str) -> Option<(usize, Result<&Column, &str>)> {
        let place = self.columns.iter().position(|(column, _)| column.eq_ignore_ascii_case(name))?;
        Some((place, self.columns[place].1.as_ref().map_err(String::as_str)))
    }

    /// A column by its number; none where it is not kept.
    pub(crate) fn column(&self, number: usize) -> Option<&Column> {
        self.columns.get(number)?.1.as_ref().ok()
    }

    /// How many bytes the columns and their distinct values take.
    pub(crate) fn bytes(&self) -> u64 {
        let dictionaries: HashMap<_, _> = self
            .kept()
            .filter_map(|column| match column {
                Column::Texts(texts) => Some((Arc::as_ptr(&texts.dictionary), texts.dictionary.bytes())),
                _ => None,
            })
            .collect();
        self.row_bytes() + dictionaries.values().sum::<u64>()
    }

    /// How many bytes the columns take, without their distinct texts.
    pub(crate) fn row_bytes(&self) -> u64 {
        self.kept().map(Column::bytes).sum()
    }

    pub(super) fn kept(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter().filter_map(|(_, column)| column.as_ref().ok())
    }
}
