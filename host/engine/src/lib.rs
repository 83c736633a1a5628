//! The window in memory: the columns of `events` that the rules of a scan requested, read once, and the SELECTs that run on them.
//!
//! SQLite is the meaning of every query. What is not certain to give SQLite's rows is left to SQLite, with the reason
//! ([`Plan::Sqlite`]); a wrong answer is never an option, a slow one is. Nothing here checks what a rule may do: SQLite must have
//! compiled the statement behind the gate before its plan runs.

mod aggregate;
mod batch;
mod cell;
mod column;
mod dictionary;
mod evaluate;
mod expression;
mod function;
mod group;
mod grouping;
mod index;
mod interner;
mod known;
mod lower;
mod mask;
mod merge;
mod packed;
mod parse;
mod plan;
mod run;
mod segment;
mod sort;
mod source;
mod states;
mod text;
mod timestamp;
mod vector;

use std::collections::HashMap;

pub use cell::Cell;
pub use merge::PieceRead;
pub use plan::{FastPlan, Plan};
pub use run::{Fallback, Outcome};
pub use segment::{Collector, Found, Segment, Words};
pub use source::{ColumnSource, Rule};
pub use text::{Style, matches};
pub use timestamp::TimestampReader;

use column::Column;
use index::Indexes;
use known::Known;

/// The events of the scan's window, as columns. A value is addressed by the number of its row, in the order in which SQLite reads them.
#[derive(Debug)]
pub struct EventWindow {
    rows: u32,
    /// What was requested: the column, or why it cannot be kept.
    columns: Vec<(&'static str, Result<Column, String>)>,
    /// How many threads a query may use.
    threads: usize,
    /// How many rows were left out because their timestamp cannot be read.
    unreadable: u64,
    known: Known,
    indexes: Indexes,
}

impl EventWindow {
    /// Makes the window from what threads have read, the pieces in the order of the rows; none where there are more rows than can be
    /// numbered. A query may use so many threads.
    pub fn assemble(
        sources: &[ColumnSource],
        pieces: Vec<PieceRead>,
        words: Vec<Words>,
        threads: usize,
        unreadable: u64,
    ) -> Option<Self> {
        let (rows, columns) = merge::merge(sources, pieces, words)?;
        Some(Self { rows, columns, threads, unreadable, known: Known::default(), indexes: Indexes::default() })
    }

    /// How many events there are.
    #[must_use]
    pub fn rows(&self) -> u32 {
        self.rows
    }

    /// How many rows were left out because their timestamp cannot be read.
    #[must_use]
    pub fn unreadable_timestamps(&self) -> u64 {
        self.unreadable
    }

    /// How many bytes the columns and their distinct values take.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        let dictionaries: HashMap<_, _> = self
            .kept()
            .filter_map(|column| match column {
                Column::Texts(texts) => Some((std::sync::Arc::as_ptr(&texts.dictionary), texts.dictionary.bytes())),
                _ => None,
            })
            .collect();
        self.row_bytes() + dictionaries.values().sum::<u64>()
    }

    /// How many bytes the columns take, without their distinct texts.
    pub fn row_bytes(&self) -> u64 {
        self.kept().map(Column::bytes).sum()
    }

    fn kept(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter().filter_map(|(_, column)| column.as_ref().ok())
    }
}
