//! Storage: the columns of a window of events, and how they are filled.
//!
//! Each reading thread gives its rows to a [`Collector`] for each column. A collector makes a compact [`Segment`] of each piece of the
//! table; the segments of all threads are merged into the columns of an [`EventTable`]. Texts and doubles are dictionary-encoded.
//!
//! Nothing here knows SQL, and nothing here knows SQLite.

mod address;
mod cell;
mod collector;
mod column;
mod counts;
mod dictionary;
mod hash_table;
mod integers;
mod interner;
mod kept;
mod merge;
mod packed;
mod rows;
mod segment;
mod source;
mod table;
mod timestamp;
mod trim;
mod verdicts;
mod words;

pub use cell::Cell;
pub use collector::{Collector, Found};
pub use counts::RowCounts;
pub use kept::Renamed;
pub use merge::PieceRead;
pub use segment::Segment;
pub use source::{ColumnSource, Rule};
pub use timestamp::TimestampReader;
pub use words::Words;

pub(crate) use address::AddressText;
pub(crate) use column::{Column, IntegerStore, Integers};
pub(crate) use dictionary::Dictionary;
pub(crate) use hash_table::NumberTable;
pub(crate) use packed::{Code, Packed, with_codes};
pub(crate) use rows::Rows;
pub(crate) use table::EventTable;
