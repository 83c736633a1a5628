//! `query`: read-only SQL over the window, through the authorizer of the database.

mod convert;

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Weak};
use std::time::Duration;

use serde_json::json;
use wasmtime::component::{HasSelf, Linker, Resource, ResourceTable};

use super::interface::{Call, Capability, World, wit_request};
use crate::bindings::rule::net_scout::plugin::query as wit;
use crate::bindings::rule::net_scout::plugin::types as wit_types;
use crate::host_calls::{HostCalls, Passed, failure};
use net_scout_model::{Batch, ColumnType, QueryError, QueryLimits, Request, Value, columns_of, counted, plain};
use net_scout_store::{Explain, ReadGrant, RowStream, Snapshot};

/// How many queries a call may have open at once.
pub const OPEN_QUERIES: usize = 4;
/// How long to wait before looking again whether a query has ended.
const PAUSE: Duration = Duration::from_millis(1);
/// How much of a guest's words stands in an error, in characters.
const QUOTED: usize = 200;

/// What the queries of one call may do.
pub struct QueryContext {
    source: Option<QuerySource>,
    host_calls: HostCalls,
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
struct OpenQuery {
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

impl Capability for QueryContext {
    const NAME: &'static str = "query";
    const WORLDS: &'static [World] = &[World::Rule];

    type Grant = ReadGrant;
    type Shared = QuerySource;

    fn requested(asked: &wit_request::Request, _world: World) -> Option<Result<Request, String>> {
        let wit_request::Request::Table(wit_request::TableRequest { table, columns }) = asked else { return None };
        let Some(known) = columns_of(table) else {
            return Some(Err(format!("there is no table `{}`; there are events and alerts", plain(table, QUOTED))));
        };
        let unknown = columns.iter().find(|column| !known.contains(&column.as_str()));
        Some(match unknown {
            Some(column) => {
                Err(format!("table `{table}` has no column `{}`; it has {}", plain(column, QUOTED), known.join(", ")))
            }
            None => Ok(Request::Table { table: table.clone(), columns: columns.clone() }),
        })
    }

    fn words(request: &Request) -> Option<String> {
        let Request::Table { table, columns } = request else { return None };
        Some(format!("it requests columns of {table}: {}", columns.join(", ")))
    }

    fn grant(_plugin: &str, granted: &[Request]) -> ReadGrant {
        let mut grant = ReadGrant::default();
        for request in granted {
            if let Request::Table { table, columns } = request {
                grant.allow(table, columns.iter().cloned());
            }
        }
        grant
    }

    /// The source has the grant already, with the instant from which on it holds.
    fn context(_grant: &ReadGrant, source: Option<&QuerySource>, call: &Call<'_>) -> Self {
        Self {
            source: source.cloned(),
            host_calls: call.host_calls.clone(),
            table: ResourceTable::new(),
            open: 0,
            dropped: Vec::new(),
            opened: 0,
        }
    }

    fn link<T: Send + 'static>(linker: &mut Linker<T>, context: fn(&mut T) -> &mut Self) -> wasmtime::Result<()> {
        wit::add_to_linker::<T, HasSelf<Self>>(linker, context)
    }
}

impl QueryContext {
    /// A guest's handle, as what stands for it in the table.
    fn own(rows: &Resource<wit::Rows>) -> Resource<OpenQuery> {
        Resource::new_own(rows.rep())
    }
}

impl wit::Host for QueryContext {
    async fn open(
        &mut self,
        sql: String,
        parameters: Vec<wit_types::Value>,
        columns: Vec<wit::ColumnType>,
    ) -> wasmtime::Result<Result<Resource<wit::Rows>, wit::QueryError>> {
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
        if let Err(error) = self.host_calls.make("query.open", bytes, arguments, work).await? {
            return Ok(Err(error));
        }
        self.open += 1;
        self.opened += 1;
        let query = self.table.push(OpenQuery { number: self.opened, rows })?;
        Ok(Ok(Resource::new_own(query.rep())))
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
    async fn next(&mut self, rows: Resource<wit::Rows>) -> wasmtime::Result<Result<Option<wit::Batch>, wit::QueryError>> {
        let OpenQuery { number, rows } = self.table.get_mut(&Self::own(&rows))?;
        let arguments = || json!({ "query": number });
        let work = async {
            match rows {
                Some(rows) => rows.next().await.map_err(wit::QueryError::from),
                None => Err(wit::QueryError::Unavailable("there is no database".to_owned())),
            }
        };
        let batch = self.host_calls.make("query.next", 0, arguments, work).await?;
        Ok(batch.map(|batch| batch.map(wit::Batch::from)))
    }

    async fn drop(&mut self, rows: Resource<wit::Rows>) -> wasmtime::Result<()> {
        let OpenQuery { rows, .. } = self.table.delete(Self::own(&rows))?;
        self.dropped.extend(rows.as_ref().map(RowStream::life));
        self.open -= 1;
        Ok(())
    }
}
