//! What binding gives.

use crate::plan::Expression;

/// An expression, or why SQLite has to make it.
pub(super) type Bound = Result<Expression, String>;

/// The error for a reason.
pub(super) fn refused<T>(reason: &str) -> Result<T, String> {
    Err(reason.to_owned())
}
