//! From SQL to a plan: parse, then bind names to columns and types to expressions.
//!
//! SQLite is the meaning of every query. What is not certain to give SQLite's rows gets no plan here, with the reason; a wrong answer is
//! never an option, a slow one is. Nothing here runs a query, and nothing here checks what a rule may do beyond the columns that it was
//! granted.

mod aggregate;
mod alternatives;
mod binder;
mod bound;
mod call;
mod compare;
mod constant;
mod function;
mod output;
mod parse;
mod pattern;
mod query;
mod tokens;

pub use pattern::{Style, is_plain, matches};

pub(crate) use query::bind;
