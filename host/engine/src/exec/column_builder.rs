//! One column of a batch. Sizes are counted as the reader of SQLite's rows counts them.

use super::budget::Stopped;
use super::vector::{Data, Vector};
use crate::storage::{AddressText, Dictionary, NumberTable};
use net_scout_model::{Column, ColumnType, ColumnValues, QueryError, ROW_BYTES, TextColumn};

/// Values of a result column.
pub(super) struct ColumnBuilder {
    values: ColumnValues,
    nulls: Vec<u32>,
    /// Codes of the window's dictionary to codes of this batch.
    codes: Option<NumberTable>,
}

impl ColumnBuilder {
    pub(super) fn new(column: ColumnType) -> Self {
        Self { values: ColumnValues::empty(column), nulls: Vec::new(), codes: None }
    }

    /// Adds a value and says how many bytes it takes.
    pub(super) fn push(&mut self, row: usize, vector: &Vector, index: usize) -> Result<u64, Stopped> {
        let null = vector.is_null(index);
        if null {
            self.nulls.push(row as u32);
        }
        let list = match &vector.data {
            Data::Lists(values, ends) => {
                let start = index.checked_sub(1).map_or(0, |before| ends[before]);
                Some((values, start..ends[index]))
            }
            _ => None,
        };
        // The brackets of the JSON text that SQLite would have made.
        let mut length = 2;
        Ok(match (&mut self.values, list) {
            (ColumnValues::Booleans(values), _) => {
                values.push(!null && vector.integer(index) == 1);
                1
            }
            (ColumnValues::Integers(values), _) => {
                values.push(if null { 0 } else { vector.integer(index) });
                8
            }
            (ColumnValues::Reals(values), _) => {
                values.push(if null { 0.0 } else { vector.real(index) });
                8
            }
            (ColumnValues::Texts(column), _) => match &vector.data {
                Data::Texts(codes, dictionary) if !null => intern(column, &mut self.codes, dictionary, codes[index]),
                _ => {
                    column.codes.push(0);
                    4
                }
            },
            (ColumnValues::BooleanLists(lists), Some((values, range))) => {
                length += 2 * range.len() as u64;
                lists.values.extend(range.map(|element| values.integer(element) == 1));
                lists.ends.push(lists.values.len() as u32);
                size(length)?
            }
            (ColumnValues::IntegerLists(lists), Some((values, range))) => {
                for value in range.map(|element| values.integer(element)) {
                    length += digits(value) + 1;
                    lists.values.push(value);
                }
                lists.ends.push(lists.values.len() as u32);
                size(length)?
            }
            (ColumnValues::TextLists(lists), Some((values, range))) => {
                let Data::Texts(codes, dictionary) = &values.data else { return Err(Stopped::Fallback("a list is of no texts")) };
                let mut buffer = AddressText::default();
                for element in range {
                    length += json_length(dictionary.text(codes[element], &mut buffer)) + 1;
                    intern(&mut lists.values, &mut self.codes, dictionary, codes[element]);
                }
                lists.ends.push(lists.values.codes.len() as u32);
                size(length)?
            }
            _ => return Err(Stopped::Fallback("a result column is of another type")),
        })
    }

    /// The column of the batch.
    pub(super) fn finish(self) -> Column {
        Column { values: self.values, nulls: self.nulls }
    }
}

/// What a list of this length as JSON counts for, a comma too many included.
fn size(length: u64) -> Result<u64, Stopped> {
    let length = if length > 2 { length - 1 } else { length };
    if length > ROW_BYTES { Err(QueryError::TooLarge("string or blob too big".to_owned()).into()) } else { Ok(4 + length) }
}

fn intern(column: &mut TextColumn, words: &mut Option<NumberTable>, dictionary: &Dictionary, code: u32) -> u64 {
    // The table counts from 1.
    let next = column.dictionary.len() as u32 + 1;
    let known = words.get_or_insert_with(NumberTable::new).code(u64::from(code), next);
    column.codes.push(known - 1);
    if known != next {
        return 4;
    }
    let mut buffer = AddressText::default();
    let text = dictionary.text(code, &mut buffer).to_owned();
    let bytes = 4 + text.len() as u64;
    column.dictionary.push(text);
    bytes
}

/// How many characters an integer takes.
fn digits(value: i64) -> u64 {
    u64::from(value < 0) + u64::from(value.unsigned_abs().checked_ilog10().unwrap_or(0)) + 1
}

/// How many bytes a text takes in JSON as SQLite writes it.
fn json_length(text: &str) -> u64 {
    let escaped = |byte: u8| match byte {
        b'"' | b'\\' | 8 | 9 | 10 | 12 | 13 => 2,
        0..=31 => 6,
        _ => 1,
    };
    2 + text.bytes().map(escaped).sum::<u64>()
}
