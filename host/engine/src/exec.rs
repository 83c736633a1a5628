//! Execution: runs a plan over the columns of a window.
//!
//! Filter, group, aggregate, sort, and send the result in batches. From the bottom: what a run may use ([`budget`], [`workers`]), values
//! ([`vector`], [`frame`], [`evaluate`](mod@evaluate)), rows and groups ([`filter`], [`keys`], [`groups`], [`partition`], [`few`]), what queries
//! share ([`cache`], [`index`]), and on top of these the steps of a query ([`select`](mod@select), [`group_by`], [`run`]).
//!
//! Nothing here fails for a row: an expression that might was refused when it was bound.

mod accumulator;
mod aggregate;
mod arithmetic;
mod batch;
mod budget;
mod cache;
mod column_builder;
mod compare;
mod compute;
mod count;
mod evaluate;
mod few;
mod filter;
mod frame;
mod group_by;
mod groups;
mod having;
mod index;
mod keys;
mod list;
mod members;
mod memo;
mod ordered;
mod partition;
mod run;
mod select;
mod sort;
mod vector;
mod window;
mod workers;

pub use budget::Fallback;
pub use run::Outcome;
pub use window::{EventWindow, Granularity};
