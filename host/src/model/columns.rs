//! Query results as columns: a batch crosses to a guest for a fraction of what rows of variants would cost.

/// The type of a result column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnType {
    /// True or false; 0 and 1 in SQLite.
    Boolean,
    /// Signed 64-bit integers.
    Integer,
    /// Doubles; integers are widened.
    Real,
    /// Text; bytes that are not UTF-8 are replaced.
    Text,
    /// A list of booleans a row.
    BooleanList,
    /// A list of integers a row.
    IntegerList,
    /// A list of doubles a row.
    RealList,
    /// A list of texts a row.
    TextList,
}

impl ColumnType {
    /// As in the WIT.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Boolean => "boolean",
            Self::Integer => "integer",
            Self::Real => "real",
            Self::Text => "text",
            Self::BooleanList => "boolean-list",
            Self::IntegerList => "integer-list",
            Self::RealList => "real-list",
            Self::TextList => "text-list",
        }
    }
}

/// Text as a dictionary and a code a row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TextColumn {
    /// Each distinct text once, in the order of first occurrence.
    pub dictionary: Vec<String>,
    /// For each row the index of its text; 0 where the row is null.
    pub codes: Vec<u32>,
}

/// A list a row: all values in one column, and where each row's end.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lists<T> {
    /// All lists, one after another.
    pub values: T,
    /// For each row the index behind its last element.
    pub ends: Vec<u32>,
}

/// The values of a column, one a row.
#[derive(Clone, Debug, PartialEq)]
pub enum ColumnValues {
    /// Of type `boolean`.
    Booleans(Vec<bool>),
    /// Of type `integer`.
    Integers(Vec<i64>),
    /// Of type `real`.
    Reals(Vec<f64>),
    /// Of type `text`.
    Texts(TextColumn),
    /// Of type `boolean-list`.
    BooleanLists(Lists<Vec<bool>>),
    /// Of type `integer-list`.
    IntegerLists(Lists<Vec<i64>>),
    /// Of type `real-list`.
    RealLists(Lists<Vec<f64>>),
    /// Of type `text-list`.
    TextLists(Lists<TextColumn>),
}

/// A column of a batch.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// The values.
    pub values: ColumnValues,
    /// The rows that are null, ascending.
    pub nulls: Vec<u32>,
}

/// Some rows of a result.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    /// How many rows, at least 1.
    pub row_count: u32,
    /// The columns in the order of the SELECT.
    pub columns: Vec<Column>,
}
