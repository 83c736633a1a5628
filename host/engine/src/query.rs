//! Where a query runs.

use crate::exec::EventWindow;
use crate::plan::FastPlan;
use crate::sql;
use net_scout_model::{ColumnType, Timestamp, Value};

/// Where a query runs.
#[derive(Debug)]
pub enum Plan {
    /// On the window in memory.
    Fast(Box<FastPlan>),
    /// In SQLite, and why.
    Sqlite(String),
}

impl Plan {
    /// Plans a query. SQLite must have compiled it already: it alone says what is an error and what is denied.
    ///
    /// `granted` says which columns of `events` the rule may read, `since` from when on, where that is later than the window's beginning.
    #[must_use]
    pub fn new(
        window: &EventWindow,
        sql: &str,
        parameters: &[Value],
        columns: &[ColumnType],
        granted: &dyn Fn(&str) -> bool,
        since: Option<Timestamp>,
    ) -> Self {
        match sql::bind(&window.events, sql, parameters, columns, granted, since) {
            Ok(plan) => Self::Fast(Box::new(plan)),
            Err(reason) => Self::Sqlite(reason),
        }
    }
}

impl std::fmt::Display for Plan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Fast(_) => f.write_str("in memory"),
            Self::Sqlite(reason) => write!(f, "SQLite, because {reason}"),
        }
    }
}
