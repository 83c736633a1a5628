//! A plan: what binding hands to execution. It is data alone, and neither parses nor runs anything.

mod aggregate;
mod comparison;
mod computation;
mod expression;
mod operator;
mod walk;

pub(crate) use aggregate::{Aggregate, Fold};
pub(crate) use comparison::Comparison;
pub(crate) use computation::Computation;
pub(crate) use expression::{Expression, Kind, Node};
pub(crate) use operator::Operator;

use net_scout_model::ColumnType;

/// A SELECT over the window that it was planned for.
#[derive(Debug)]
pub struct FastPlan {
    /// WHERE.
    pub(crate) filter: Option<Expression>,
    pub(crate) grouping: Option<Grouping>,
    /// The result columns, of each row or, where there is a grouping, of each group.
    pub(crate) outputs: Vec<(Expression, ColumnType)>,
    /// ORDER BY; true where it descends.
    pub(crate) order: Vec<(Expression, bool)>,
    pub(crate) limit: Option<u64>,
    pub(crate) offset: u64,
}

/// How rows become groups. The slots of a group are its keys, then its aggregates.
#[derive(Debug)]
pub(crate) struct Grouping {
    /// None where all rows are one group, even when there are no rows.
    pub(crate) keys: Vec<Expression>,
    pub(crate) aggregates: Vec<Aggregate>,
    pub(crate) having: Option<Expression>,
    /// SELECT DISTINCT: the groups come in the order of their first rows, else in that of their keys.
    pub(crate) distinct: bool,
}
