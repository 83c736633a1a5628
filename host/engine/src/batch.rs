//! Results into batches, with the limits, the sizes and the words of the reader that does the same with SQLite's rows.

use std::collections::HashMap;

use super::dictionary::{AddressText, Dictionary};
use super::evaluate::evaluate;
use super::expression::{Expression, Kind};
use super::packed::Rows;
use super::run::{Stop, Stopped};
use super::vector::{Data, Frame, Vector};
use net_scout_model::{
    BATCH_BYTES, BATCH_ROWS, Batch, Column, ColumnType, ColumnValues, QueryError, QueryLimits, ROW_BYTES, TextColumn, check_row,
};

/// Whether a column of this type can hold every value of an expression.
pub(super) fn fits(expression: &Expression, column: ColumnType) -> bool {
    let truth = |expression: &Expression| expression.low >= 0 && expression.high <= 1;
    match (&expression.kind, column) {
        (Kind::Null, ColumnType::Boolean | ColumnType::Integer | ColumnType::Real | ColumnType::Text) => true,
        (Kind::Integer, ColumnType::Integer | ColumnType::Real) => true,
        (Kind::Integer, ColumnType::Boolean) => truth(expression),
        (Kind::Real, ColumnType::Real) | (Kind::Text(_), ColumnType::Text) => true,
        (Kind::List(element), ColumnType::IntegerList) => matches!(element.kind, Kind::Integer),
        (Kind::List(element), ColumnType::BooleanList) => matches!(element.kind, Kind::Integer) && truth(element),
        (Kind::List(element), ColumnType::TextList) => matches!(element.kind, Kind::Text(_)),
        _ => false,
    }
}

/// Where the batches go; false when nobody listens.
pub(super) type Send<'a> = &'a mut dyn FnMut(Batch) -> bool;

/// Sends the values of the result columns for some rows, in their order. False where nobody listens any more.
pub(super) fn emit<F: Frame + ?Sized>(
    frame: &F,
    outputs: &[(Expression, ColumnType)],
    rows: Rows<'_>,
    limits: &QueryLimits,
    stop: &Stop<'_>,
    send: Send<'_>,
) -> Result<bool, Stopped> {
    let mut builder = Builder::new(outputs);
    let (mut row_count, mut byte_count) = (0, 0);
    let length = rows.len();
    for from in (0..length).step_by(BATCH_ROWS) {
        let to = length.min(from + BATCH_ROWS);
        let part = match rows {
            Rows::Range(start, _) => Rows::Range(start + from as u32, start + to as u32),
            Rows::List(list) => Rows::List(&list[from..to]),
        };
        let vectors: Vec<Vector> = outputs.iter().map(|(expression, _)| evaluate(expression, frame, part)).collect();
        for index in 0..to - from {
            row_count += 1;
            limits.check_rows(row_count)?;
            builder.push(&vectors, index)?;
            limits.check_bytes(byte_count + builder.bytes)?;
            if builder.rows == BATCH_ROWS || builder.bytes >= BATCH_BYTES {
                byte_count += builder.bytes;
                let full = std::mem::replace(&mut builder, Builder::new(outputs));
                if !send(full.finish()) {
                    return Ok(false);
                }
            }
        }
        stop.check()?;
    }
    if builder.rows > 0 && !send(builder.finish()) {
        return Ok(false);
    }
    Ok(true)
}

struct Builder {
    columns: Vec<ColumnBuilder>,
    rows: usize,
    bytes: u64,
}

struct ColumnBuilder {
    values: ColumnValues,
    nulls: Vec<u32>,
    /// Codes of the window's dictionary to codes of this batch.
    words: HashMap<u32, u32>,
}

impl Builder {
    fn new(outputs: &[(Expression, ColumnType)]) -> Self {
        Self { columns: outputs.iter().map(|(_, column)| ColumnBuilder::new(*column)).collect(), rows: 0, bytes: 0 }
    }

    fn push(&mut self, vectors: &[Vector], index: usize) -> Result<(), Stopped> {
        let before = self.bytes;
        for (column, vector) in self.columns.iter_mut().zip(vectors) {
            self.bytes += column.push(self.rows, vector, index)?;
            check_row(self.bytes - before)?;
        }
        self.rows += 1;
        Ok(())
    }

    fn finish(self) -> Batch {
        let columns = self.columns.into_iter().map(|column| Column { values: column.values, nulls: column.nulls }).collect();
        Batch { row_count: self.rows as u32, columns }
    }
}

impl ColumnBuilder {
    fn new(column: ColumnType) -> Self {
        Self { values: ColumnValues::empty(column), nulls: Vec::new(), words: HashMap::new() }
    }

    /// Adds a value and says how many bytes it takes.
    fn push(&mut self, row: usize, vector: &Vector, index: usize) -> Result<u64, Stopped> {
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
                Data::Texts(codes, dictionary) if !null => intern(column, &mut self.words, dictionary, codes[index]),
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
                    intern(&mut lists.values, &mut self.words, dictionary, codes[element]);
                }
                lists.ends.push(lists.values.codes.len() as u32);
                size(length)?
            }
            _ => return Err(Stopped::Fallback("a result column is of another type")),
        })
    }
}

/// What a list of this length as JSON counts for, a comma too many included.
fn size(length: u64) -> Result<u64, Stopped> {
    let length = if length > 2 { length - 1 } else { length };
    if length > ROW_BYTES { Err(QueryError::TooLarge("string or blob too big".to_owned()).into()) } else { Ok(4 + length) }
}

fn intern(column: &mut TextColumn, words: &mut HashMap<u32, u32>, dictionary: &Dictionary, code: u32) -> u64 {
    if let Some(&known) = words.get(&code) {
        column.codes.push(known);
        return 4;
    }
    let new = column.dictionary.len() as u32;
    let mut buffer = AddressText::default();
    let text = dictionary.text(code, &mut buffer).to_owned();
    let bytes = 4 + text.len() as u64;
    words.insert(code, new);
    column.dictionary.push(text);
    column.codes.push(new);
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
