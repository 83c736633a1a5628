//! `query`: read-only SQL over the window, through the gate of the database.

use std::sync::Arc;

use wasmtime::component::{Resource, ResourceTable};

use crate::database::{QueryError, QueryLimits, ReadGrant, RowStream, Snapshot};
use crate::model::{Batch, Column, ColumnType, ColumnValues, TextColumn, Value};
use crate::plugin::bindings::net_scout::plugin::query as wit;
use crate::plugin::bindings::net_scout::plugin::types as wit_types;
use crate::plugin::{HostCalls, LimitExceeded};

/// How many queries a call may have open at once.
pub const OPEN_QUERIES: usize = 4;

/// What the queries of one call may do.
pub struct QueryContext {
    source: Option<QuerySource>,
    calls: HostCalls,
    table: ResourceTable,
    open: usize,
}

/// Where the rows come from and what may be read of them.
#[derive(Clone)]
pub struct QuerySource {
    /// The state of the database.
    pub snapshot: Arc<Snapshot>,
    /// The tables and columns.
    pub grant: Arc<ReadGrant>,
    /// What each query may use.
    pub limits: QueryLimits,
}

/// A result that is being read.
pub struct OpenQuery {
    rows: RowStream,
}

impl QueryContext {
    /// Queries on a source; none for a guest that may not query.
    #[must_use]
    pub fn new(source: Option<QuerySource>, calls: HostCalls) -> Self {
        Self { source, calls, table: ResourceTable::new(), open: 0 }
    }
}

impl wit::Host for QueryContext {
    async fn open(
        &mut self,
        sql: String,
        parameters: Vec<wit_types::Value>,
        columns: Vec<wit::ColumnType>,
    ) -> wasmtime::Result<Result<Resource<OpenQuery>, wit::QueryError>> {
        self.calls.count()?;
        let Some(source) = &self.source else { return Err(LimitExceeded::NoCapability.into()) };
        if self.open >= OPEN_QUERIES {
            let text = format!("at most {OPEN_QUERIES} queries may be open at once; drop one before opening another");
            return Ok(Err(wit::QueryError::TooLarge(text)));
        }
        let parameters = parameters.into_iter().map(Value::from).collect();
        let columns = columns.into_iter().map(ColumnType::from).collect();
        match source.snapshot.query(sql, parameters, columns, Arc::clone(&source.grant), source.limits).await {
            Ok(rows) => {
                self.open += 1;
                Ok(Ok(self.table.push(OpenQuery { rows })?))
            }
            Err(error) => Ok(Err(error.into())),
        }
    }
}

impl wit::HostRows for QueryContext {
    async fn next(&mut self, rows: Resource<OpenQuery>) -> wasmtime::Result<Result<Option<wit::Batch>, wit::QueryError>> {
        self.calls.count()?;
        let batch = self.table.get_mut(&rows)?.rows.next().await;
        Ok(batch.map(|batch| batch.map(wit::Batch::from)).map_err(wit::QueryError::from))
    }

    async fn drop(&mut self, rows: Resource<OpenQuery>) -> wasmtime::Result<()> {
        self.table.delete(rows)?;
        self.open -= 1;
        Ok(())
    }
}

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
