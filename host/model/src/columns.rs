//! Query results as columns: a batch crosses to a guest for a fraction of what rows of variants would cost.

use serde::{Deserialize, Serialize};

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
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
pub struct TextColumn {
    /// Each distinct text once, in the order of first occurrence.
    pub dictionary: Vec<String>,
    /// For each row the index of its text; 0 where the row is null.
    pub codes: Vec<u32>,
}

/// A list a row: all values in one column, and where each row's end.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
pub struct Lists<T> {
    /// All lists, one after another.
    pub values: T,
    /// For each row the index behind its last element.
    pub ends: Vec<u32>,
}

/// The values of a column, one a row.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub enum ColumnValues {
    /// Of type `boolean`.
    Booleans(Vec<bool>),
    /// Of type `integer`.
    Integers(Vec<i64>),
    /// Of type `real`.
    Reals(#[serde(with = "reals")] Vec<f64>),
    /// Of type `text`.
    Texts(TextColumn),
    /// Of type `boolean-list`.
    BooleanLists(Lists<Vec<bool>>),
    /// Of type `integer-list`.
    IntegerLists(Lists<Vec<i64>>),
    /// Of type `real-list`.
    RealLists(#[serde(with = "real_lists")] Lists<Vec<f64>>),
    /// Of type `text-list`.
    TextLists(Lists<TextColumn>),
}

impl ColumnValues {
    /// Without rows, for values of a type.
    #[must_use]
    pub fn empty(column: ColumnType) -> Self {
        match column {
            ColumnType::Boolean => Self::Booleans(Vec::new()),
            ColumnType::Integer => Self::Integers(Vec::new()),
            ColumnType::Real => Self::Reals(Vec::new()),
            ColumnType::Text => Self::Texts(TextColumn::default()),
            ColumnType::BooleanList => Self::BooleanLists(Lists::default()),
            ColumnType::IntegerList => Self::IntegerLists(Lists::default()),
            ColumnType::RealList => Self::RealLists(Lists::default()),
            ColumnType::TextList => Self::TextLists(Lists::default()),
        }
    }

    /// About how many bytes they take.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let text = |column: &TextColumn| {
            column.dictionary.iter().map(String::len).sum::<usize>() + column.codes.len() * size_of::<u32>()
        };
        let ends = |ends: &[u32]| size_of_val(ends);
        match self {
            Self::Booleans(values) => values.len(),
            Self::Integers(values) => size_of_val(values.as_slice()),
            Self::Reals(values) => size_of_val(values.as_slice()),
            Self::Texts(column) => text(column),
            Self::BooleanLists(lists) => lists.values.len() + ends(&lists.ends),
            Self::IntegerLists(lists) => size_of_val(lists.values.as_slice()) + ends(&lists.ends),
            Self::RealLists(lists) => size_of_val(lists.values.as_slice()) + ends(&lists.ends),
            Self::TextLists(lists) => text(&lists.values) + ends(&lists.ends),
        }
    }
}

/// A column of a batch.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Column {
    /// The values.
    pub values: ColumnValues,
    /// The rows that are null, ascending.
    pub nulls: Vec<u32>,
}

/// Some rows of a result.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Batch {
    /// How many rows, at least 1.
    pub row_count: u32,
    /// The columns in the order of the SELECT.
    pub columns: Vec<Column>,
}

/// Reals as the shortest text that means them exactly; JSON has no word for the infinities and for what is not a number.
mod reals {
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(values: &[f64], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(values.iter().map(f64::to_string))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<f64>, D::Error> {
        let texts = Vec::<String>::deserialize(deserializer)?;
        texts.iter().map(|text| text.parse().map_err(D::Error::custom)).collect()
    }
}

/// Lists of reals, alike.
mod real_lists {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::Lists;

    #[derive(Deserialize, Serialize)]
    struct Exact {
        #[serde(with = "super::reals")]
        values: Vec<f64>,
        ends: Vec<u32>,
    }

    pub(super) fn serialize<S: Serializer>(lists: &Lists<Vec<f64>>, serializer: S) -> Result<S::Ok, S::Error> {
        Exact { values: lists.values.clone(), ends: lists.ends.clone() }.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Lists<Vec<f64>>, D::Error> {
        Exact::deserialize(deserializer).map(|Exact { values, ends }| Lists { values, ends })
    }
}
