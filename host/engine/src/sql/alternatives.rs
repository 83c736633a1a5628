//! Binds values of which one is chosen, and values that change their type.

use std::sync::Arc;

use sqlparser::ast::DataType;

use super::bound::{Bound, refused};
use crate::plan::{Expression, Kind, Node};

/// The one kind of several values; the error says that there is none.
pub(super) fn common<'a>(values: impl Iterator<Item = &'a Expression>) -> Result<Expression, String> {
    let mut common = Expression { nullable: false, ..Expression::null() };
    for value in values {
        let known = match (&common.kind, &value.kind) {
            (_, Kind::Null) => {
                common.nullable = true;
                continue;
            }
            (Kind::Null, Kind::List(_)) => false,
            (Kind::Null, _) => {
                (common.kind, common.low, common.high) = (value.kind.clone(), value.low, value.high);
                true
            }
            (Kind::Integer, Kind::Integer) | (Kind::Real, Kind::Real) => true,
            (Kind::Text(one), Kind::Text(other)) => Arc::ptr_eq(one, other),
            _ => false,
        };
        if !known {
            return refused("its alternatives are of several types");
        }
        common.nullable |= value.nullable;
        (common.low, common.high) = (common.low.min(value.low), common.high.max(value.high));
    }
    Ok(common)
}

pub(super) fn case(cases: Vec<(Expression, Expression)>, otherwise: Expression) -> Bound {
    let known = common(cases.iter().map(|(_, value)| value).chain([&otherwise]))?;
    Ok(Expression { node: Node::Case(cases, Box::new(otherwise)), ..known })
}

pub(super) fn cast(value: Expression, to: &DataType) -> Bound {
    let nullable = value.nullable;
    match (to, &value.kind) {
        (_, Kind::Null) => Ok(Expression::null()),
        (DataType::Real | DataType::Double(_), Kind::Integer | Kind::Real) => {
            Ok(Expression { node: Node::ToReal(Box::new(value)), kind: Kind::Real, nullable, low: 0, high: 0 })
        }
        (DataType::Integer(None) | DataType::Int(None), Kind::Integer) => Ok(value),
        (DataType::Integer(None) | DataType::Int(None), Kind::Real) => {
            let (low, high) = (i64::MIN, i64::MAX);
            Ok(Expression { node: Node::ToInteger(Box::new(value)), kind: Kind::Integer, nullable, low, high })
        }
        _ => refused("it casts what is not a number"),
    }
}
