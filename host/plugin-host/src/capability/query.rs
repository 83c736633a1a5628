//! `query`: read-only SQL over the window, through the gate of the database.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Weak};
use std::time::Duration;

use serde_json::json;
use wasmtime::component::{Resource, ResourceTable};

use crate::bindings::net_scout::plugin::query as wit;
use crate::bindings::net_scout::plugin::types as wit_types;
use crate::{Boundary, Passed, failure};
use net_scout_model::{Batch, Column, ColumnType, ColumnValues, QueryError, QueryLimits, TextColumn, Value, counted};
use net_scout_store::{Explain, ReadGrant, RowStream, Snapshot};

/// How many queries a call may have open at once.
pub const OPEN_QUERIES: usize = 4;
/// How long to wait before looking again whether a query has ended.
const PAUSE: Duration = Duration::from_millis(1);

/// What the queries of one call may do.
pub struct QueryContext {
    source: Option<QuerySource>,
    boundary: Boundary,
    table: ResourceTable,
    open: usize,
    /// Those that the guest dropped, and that may still run.
    dropped: Vec<Weak<AtomicBool>>,
    /// How many were opened so far.
    opened: u64,
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
    /// Hears of each query where it ran, and how long.
    pub explain: Option<Explain>,
}

/// A result that is being read.
pub struct OpenQuery {
    /// Which of the call's queries it is, from 1.
    number: u64,
    /// None where a recording is played.
    rows: Option<RowStream>,
}

failure!(wit::QueryError);

impl Passed for Batch {
    fn bytes(&self) -> usize {
        self.columns.iter().map(|column| column.values.bytes() + column.nulls.len() * size_of::<u32>()).sum()
    }

    fn rows(&self) -> u64 {
        self.row_count.into()
    }
}

impl QueryContext {
    /// Queries on a source; none for a guest that may not query.
    #[must_use]
    pub fn new(source: Option<QuerySource>, boundary: Boundary) -> Self {
        Self { source, boundary, table: ResourceTable::new(), open: 0, dropped: Vec::new(), opened: 0 }
    }
}

impl wit::Host for QueryContext {
    async fn open(
        &mut self,
        sql: String,
        parameters: Vec<wit_types::Value>,
        columns: Vec<wit::ColumnType>,
    ) -> wasmtime::Result<Result<Resource<OpenQuery>, wit::QueryError>> {
        let parameters: Vec<Value> = parameters.into_iter().map(Value::from).collect();
        let columns: Vec<ColumnType> = columns.into_iter().map(ColumnType::from).collect();
        let bytes = sql.len() + parameters.iter().map(Value::bytes).sum::<usize>() + columns.len();
        let arguments = || {
            let parameters: Vec<serde_json::Value> = parameters.iter().cloned().map(Into::into).collect();
            json!({ "sql": sql, "parameters": parameters, "columns": columns.iter().map(|column| column.name()).collect::<Vec<_>>() })
        };
        let (mut rows, open) = (None, self.open);
        let dropped = &mut self.dropped;
        let work = async {
            let Some(source) = &self.source else { return Err(wit::QueryError::Unavailable("there is no database".to_owned())) };
            if open >= OPEN_QUERIES {
                let text = format!("at most {OPEN_QUERIES} queries may be open at once; drop one before opening another");
                return Err(wit::QueryError::TooLarge(text));
            }
            let QuerySource { snapshot, grant, limits, explain } = source.clone();
            ended(dropped, OPEN_QUERIES - 1 - open, limits).await?;
            rows = Some(snapshot.query(sql.clone(), parameters.clone(), columns.clone(), grant, limits, explain).await?);
            Ok(())
        };
        if let Err(error) = self.boundary.cross("query.open", bytes, arguments, work).await? {
            return Ok(Err(error));
        }
        self.open += 1;
        self.opened += 1;
        Ok(Ok(self.table.push(OpenQuery { number: self.opened, rows })?))
    }
}

/// Waits until at most so many of the dropped queries still run: they take readers from other rules.
async fn ended(dropped: &mut Vec<Weak<AtomicBool>>, most: usize, limits: QueryLimits) -> Result<(), QueryError> {
    let until = tokio::time::Instant::now() + limits.time;
    loop {
        dropped.retain(|life| life.strong_count() > 0);
        if dropped.len() <= most {
            return Ok(());
        }
        if tokio::time::Instant::now() >= until {
            return Err(QueryError::TooLarge(format!(
                "{} that were dropped have not ended yet",
                counted(dropped.len(), "query")
            )));
        }
        tokio::time::sleep(PAUSE).await;
    }
}

impl wit::HostRows for QueryContext {
    async fn next(&mut self, rows: Resource<OpenQuery>) -> wasmtime::Result<Result<Option<wit::Batch>, wit::QueryError>> {
        let OpenQuery { number, rows } = self.table.get_mut(&rows)?;
        let arguments = || json!({ "query": number });
        let work = async {
            match rows {
                Some(rows) => rows.next().await.map_err(wit::QueryError::from),
                None => Err(wit::QueryError::Unavailable("there is no database".to_owned())),
            }
        };
        let batch = self.boundary.cross("query.next", 0, arguments, work).await?;
        Ok(batch.map(|batch| batch.map(wit::Batch::from)))
    }

    async fn drop(&mut self, rows: Resource<OpenQuery>) -> wasmtime::Result<()> {
        let OpenQuery { rows, .. } = self.table.delete(rows)?;
        self.dropped.extend(rows.as_ref().map(RowStream::life));
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
