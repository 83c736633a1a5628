//! net-scout's query engine: the events of a window as columns in memory, and the SELECTs that run on them.
//!
//! SQLite is the meaning of every query. What is not certain to give SQLite's rows is left to SQLite, with the reason
//! ([`Plan::Sqlite`]); a wrong answer is never an option, a slow one is. Nothing here checks what a rule may do: SQLite must have
//! compiled the statement behind the authorizer before its plan runs.
//!
//! Three parts: `storage` holds the columns, `sql` binds a query to them and makes a plan, `exec` runs the plan. `sql` and `exec` do not know
//! each other: what passes between them is the data in `plan`.

mod exec;
mod plan;
mod query;
mod sql;
mod storage;

pub use exec::{EventWindow, Fallback, Granularity, Outcome};
pub use plan::FastPlan;
pub use query::Plan;
pub use sql::{Style, is_plain, matches};
pub use storage::{Cell, Collector, ColumnSource, Found, PieceRead, Renamed, RowCounts, Rule, Segment, TimestampReader, Words};
