//! SQLite's rows as columns: text as a dictionary and codes, lists from the JSON arrays that `json_group_array` makes.

use std::collections::HashMap;

use rusqlite::types::ValueRef;

use crate::error::message;
use net_scout_model::{Batch, Column, ColumnType, ColumnValues, Lists, QueryError, TextColumn, check_row};

/// Collects rows as columns.
pub(super) struct BatchBuilder {
    columns: Vec<ColumnBuilder>,
    pub(super) rows: usize,
    pub(super) bytes: u64,
}

struct ColumnBuilder {
    values: ColumnValues,
    nulls: Vec<u32>,
    words: HashMap<Box<str>, u32>,
}

impl BatchBuilder {
    pub(super) fn new(types: &[ColumnType]) -> Self {
        Self { columns: types.iter().map(|&column| ColumnBuilder::new(column)).collect(), rows: 0, bytes: 0 }
    }

    pub(super) fn push(&mut self, row: &rusqlite::Row<'_>) -> Result<(), QueryError> {
        let before = self.bytes;
        for (index, column) in self.columns.iter_mut().enumerate() {
            let value = row.get_ref(index).map_err(|error| QueryError::Unavailable(message(&error)))?;
            let mismatch = |expected: &str, found: String| {
                let name = row.as_ref().column_name(index).unwrap_or("?").to_owned();
                QueryError::TypeMismatch(format!("column {} ({name}) is not {expected}: {found}", index + 1))
            };
            self.bytes += column.push(self.rows, value).map_err(|expected| mismatch(expected, show(value)))?;
            check_row(self.bytes - before)?;
        }
        self.rows += 1;
        Ok(())
    }

    pub(super) fn finish(self) -> Batch {
        let columns = self.columns.into_iter().map(|column| Column { values: column.values, nulls: column.nulls }).collect();
        Batch { row_count: self.rows as u32, columns }
    }
}

/// A value as it stands in an error: its type, and its beginning.
fn show(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => "null".to_owned(),
        ValueRef::Integer(value) => format!("integer {value}"),
        ValueRef::Real(value) => format!("real {value}"),
        ValueRef::Text(bytes) => format!("text {:?}", String::from_utf8_lossy(&bytes[..bytes.len().min(40)])),
        ValueRef::Blob(bytes) => format!("blob of {} bytes", bytes.len()),
    }
}

impl ColumnBuilder {
    fn new(column: ColumnType) -> Self {
        Self { values: ColumnValues::empty(column), nulls: Vec::new(), words: HashMap::new() }
    }

    /// Adds a value and says how many bytes it takes; the error is the type that was expected.
    fn push(&mut self, row: usize, value: ValueRef<'_>) -> Result<u64, &'static str> {
        if value == ValueRef::Null {
            self.nulls.push(row as u32);
        }
        match &mut self.values {
            ColumnValues::Booleans(list) => {
                list.push(match value {
                    ValueRef::Null | ValueRef::Integer(0) => false,
                    ValueRef::Integer(1) => true,
                    _ => return Err("boolean (0 or 1)"),
                });
                Ok(1)
            }
            ColumnValues::Integers(list) => {
                list.push(match value {
                    ValueRef::Null => 0,
                    ValueRef::Integer(value) => value,
                    _ => return Err("integer"),
                });
                Ok(8)
            }
            ColumnValues::Reals(list) => {
                list.push(match value {
                    ValueRef::Null => 0.0,
                    ValueRef::Integer(value) => value as f64,
                    ValueRef::Real(value) => value,
                    _ => return Err("real"),
                });
                Ok(8)
            }
            ColumnValues::Texts(column) => match value {
                ValueRef::Null => {
                    column.codes.push(0);
                    Ok(4)
                }
                ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
                    Ok(intern(column, &mut self.words, &String::from_utf8_lossy(bytes)))
                }
                _ => Err("text"),
            },
            ColumnValues::BooleanLists(lists) => extend(lists, value, "list of booleans", |values, list: Vec<Bit>| {
                values.extend(list.into_iter().map(|Bit(value)| value));
                values.len()
            }),
            ColumnValues::IntegerLists(lists) => extend(lists, value, "list of integers", |values, list: Vec<i64>| {
                values.extend(list);
                values.len()
            }),
            ColumnValues::RealLists(lists) => extend(lists, value, "list of reals", |values, list: Vec<f64>| {
                values.extend(list);
                values.len()
            }),
            ColumnValues::TextLists(lists) => extend(lists, value, "list of texts", |values, list: Vec<String>| {
                for text in list {
                    intern(values, &mut self.words, &text);
                }
                values.codes.len()
            }),
        }
    }
}

fn intern(column: &mut TextColumn, words: &mut HashMap<Box<str>, u32>, text: &str) -> u64 {
    if let Some(&code) = words.get(text) {
        column.codes.push(code);
        return 4;
    }
    let code = column.dictionary.len() as u32;
    words.insert(text.into(), code);
    column.dictionary.push(text.to_owned());
    column.codes.push(code);
    4 + text.len() as u64
}

/// Reads a JSON array, as `json_group_array` makes it, onto the end of the lists.
fn extend<V, T: serde::de::DeserializeOwned>(
    lists: &mut Lists<V>,
    value: ValueRef<'_>,
    expected: &'static str,
    append: impl FnOnce(&mut V, Vec<T>) -> usize,
) -> Result<u64, &'static str> {
    let (list, bytes) = match value {
        ValueRef::Null => (Vec::new(), 0),
        ValueRef::Text(text) => (serde_json::from_slice(text).map_err(|_| expected)?, text.len()),
        _ => return Err(expected),
    };
    let end = append(&mut lists.values, list);
    lists.ends.push(end as u32);
    Ok(4 + bytes as u64)
}

/// A boolean in a JSON array: SQLite writes what it computes as 0 and 1.
#[derive(serde::Deserialize)]
#[serde(try_from = "serde_json::Value")]
struct Bit(bool);

impl TryFrom<serde_json::Value> for Bit {
    type Error = &'static str;

    fn try_from(value: serde_json::Value) -> Result<Self, Self::Error> {
        match (value.as_bool(), value.as_i64()) {
            (Some(value), _) => Ok(Self(value)),
            (None, Some(0)) => Ok(Self(false)),
            (None, Some(1)) => Ok(Self(true)),
            _ => Err("not a boolean"),
        }
    }
}
