//! Between the types of the interface and those of the model.

use super::wit;
use crate::bindings::rule::net_scout::plugin::types as wit_types;
use net_scout_model::{Batch, Column, ColumnType, ColumnValues, QueryError, TextColumn, Value};

impl From<wit_types::Value> for Value {
    fn from(value: wit_types::Value) -> Self {
        match value {
            wit_types::Value::Null => Self::Null,
            wit_types::Value::Boolean(value) => Self::Boolean(value),
            wit_types::Value::Integer(value) => Self::Integer(value),
            wit_types::Value::Real(value) => Self::Real(value),
            wit_types::Value::Text(value) => Self::Text(value),
        }
    }
}

impl From<wit::ColumnType> for ColumnType {
    fn from(column: wit::ColumnType) -> Self {
        match column {
            wit::ColumnType::Boolean => Self::Boolean,
            wit::ColumnType::Integer => Self::Integer,
            wit::ColumnType::Real => Self::Real,
            wit::ColumnType::Text => Self::Text,
            wit::ColumnType::BooleanList => Self::BooleanList,
            wit::ColumnType::IntegerList => Self::IntegerList,
            wit::ColumnType::RealList => Self::RealList,
            wit::ColumnType::TextList => Self::TextList,
        }
    }
}

impl From<QueryError> for wit::QueryError {
    fn from(error: QueryError) -> Self {
        match error {
            QueryError::AccessDenied(text) => Self::AccessDenied(text),
            QueryError::Invalid(text) => Self::Invalid(text),
            QueryError::TypeMismatch(text) => Self::TypeMismatch(text),
            QueryError::TimedOut(text) => Self::TimedOut(text),
            QueryError::TooLarge(text) => Self::TooLarge(text),
            QueryError::Unavailable(text) => Self::Unavailable(text),
        }
    }
}

impl From<Batch> for wit::Batch {
    fn from(batch: Batch) -> Self {
        Self { row_count: batch.row_count, columns: batch.columns.into_iter().map(Into::into).collect() }
    }
}

impl From<Column> for wit::Column {
    fn from(column: Column) -> Self {
        let values = match column.values {
            ColumnValues::Booleans(values) => wit::ColumnValues::Booleans(values),
            ColumnValues::Integers(values) => wit::ColumnValues::Integers(values),
            ColumnValues::Reals(values) => wit::ColumnValues::Reals(values),
            ColumnValues::Texts(values) => wit::ColumnValues::Texts(values.into()),
            ColumnValues::BooleanLists(lists) => {
                wit::ColumnValues::BooleanLists(wit::BooleanLists { values: lists.values, ends: lists.ends })
            }
            ColumnValues::IntegerLists(lists) => {
                wit::ColumnValues::IntegerLists(wit::IntegerLists { values: lists.values, ends: lists.ends })
            }
            ColumnValues::RealLists(lists) => {
                wit::ColumnValues::RealLists(wit::RealLists { values: lists.values, ends: lists.ends })
            }
            ColumnValues::TextLists(lists) => {
                wit::ColumnValues::TextLists(wit::TextLists { values: lists.values.into(), ends: lists.ends })
            }
        };
        Self { values, nulls: column.nulls }
    }
}

impl From<TextColumn> for wit::TextColumn {
    fn from(column: TextColumn) -> Self {
        Self { dictionary: column.dictionary, codes: column.codes }
    }
}
