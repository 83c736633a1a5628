//! Which expressions a result column of a type can hold.

use crate::plan::{Expression, Kind};
use net_scout_model::ColumnType;

/// Whether a column of this type can hold every value of an expression.
pub(super) fn fits(expression: &Expression, column: ColumnType) -> bool {
    let truth = |expression: &Expression| expression.low >= 0 && expression.high <= 1;
    match (&expression.kind, column) {
        (Kind::Null, ColumnType::Boolean | ColumnType::Integer | ColumnType::Real | ColumnType::Text) => true,
        (Kind::Integer, ColumnType::Integer | ColumnType::Real) => true,
        (Kind::Integer, ColumnType::Boolean) => truth(expression),
        (Kind::Real, ColumnType::Real) | (Kind::Text(_), ColumnType::Text) => true,
        (Kind::List(element), ColumnType::IntegerList) => matches!(element.kind, Kind::Integer),
        (Kind::List(element), ColumnType::BooleanList) => matches!(element.kind, Kind::Integer) && truth(element),
        (Kind::List(element), ColumnType::TextList) => matches!(element.kind, Kind::Text(_)),
        _ => false,
    }
}
