//! The values of an expression for some rows at once. Nothing fails here: what could was refused when the expression was bound.

use std::cmp::Ordering;
use std::sync::Arc;

use super::arithmetic::arithmetic;
use super::compare::{compare, order};
use super::compute::compute;
use super::frame::Frame;
use super::vector::{Data, Vector, nothing};
use crate::plan::{Expression, Kind, Node};
use crate::storage::Rows;

/// The values of an expression.
pub(super) fn evaluate<F: Frame + ?Sized>(expression: &Expression, frame: &F, rows: Rows<'_>) -> Vector {
    let length = rows.len();
    let of = |expression: &Expression| evaluate(expression, frame, rows);
    let truths = |truth: &dyn Fn(usize) -> Option<bool>| {
        let mut nulls = Vec::new();
        let values = (0..length).map(|row| match truth(row) {
            Some(truth) => i64::from(truth),
            None => {
                nulls.resize(length, false);
                nulls[row] = true;
                0
            }
        });
        let values = values.collect();
        Vector::integers(values, (!nulls.is_empty()).then_some(nulls))
    };
    match &expression.node {
        Node::Null => nothing(&expression.kind, length),
        Node::Integer(value) => Vector::integers(vec![*value; length], None),
        Node::Real(value) => Vector::reals(vec![*value; length], None),
        Node::Text(_) => match &expression.kind {
            Kind::Text(dictionary) => Vector { data: Data::Texts(vec![1; length], Arc::clone(dictionary)), nulls: None },
            kind => nothing(kind, length),
        },
        Node::Slot(slot) => frame.load(*slot, rows),
        Node::Compare(comparison, left, right) => {
            let (left, right) = (of(left), of(right));
            compare(*comparison, &left, &right)
        }
        Node::Test(text, table) => match of(text).data {
            Data::Texts(codes, _) => {
                let nulls = codes.contains(&0).then(|| codes.iter().map(|&code| code == 0).collect());
                Vector::integers(codes.iter().map(|&code| i64::from(table[code as usize] & 1)).collect(), nulls)
            }
            _ => nothing(&Kind::Null, length),
        },
        Node::Among(value, list, has_null) => {
            let value = of(value);
            truths(&|row| match value.is_null(row) {
                true => None,
                false if list.binary_search(&value.integer(row)).is_ok() => Some(true),
                false => (!has_null).then_some(false),
            })
        }
        Node::Not(operand) => {
            let Vector { data, nulls } = of(operand);
            let values = match data {
                Data::Integers(values) => values.into_iter().map(|value| i64::from(value == 0)).collect(),
                _ => vec![0; length],
            };
            Vector::integers(values, nulls)
        }
        Node::And(left, right) | Node::Or(left, right) => {
            // One side can decide alone: false for AND, true for OR.
            let decisive = matches!(expression.node, Node::Or(..));
            let (left, right) = (of(left), of(right));
            if left.nulls.is_none() && right.nulls.is_none() {
                let pair = |row| (left.integer(row) != 0, right.integer(row) != 0);
                let both = |(left, right): (bool, bool)| i64::from(if decisive { left || right } else { left && right });
                return Vector::integers((0..length).map(|row| both(pair(row))).collect(), None);
            }
            let side = |side: &Vector, row| (!side.is_null(row)).then(|| side.integer(row) != 0);
            truths(&|row| match (side(&left, row), side(&right, row)) {
                (left, right) if left == Some(decisive) || right == Some(decisive) => Some(decisive),
                (Some(_), Some(_)) => Some(!decisive),
                _ => None,
            })
        }
        Node::IsNull(operand) => {
            let operand = of(operand);
            Vector::integers((0..length).map(|row| i64::from(operand.is_null(row))).collect(), None)
        }
        Node::Arithmetic(operator, left, right) => {
            let (left, right) = (of(left), of(right));
            arithmetic(*operator, left, right, matches!(expression.kind, Kind::Integer))
        }
        Node::Case(cases, otherwise) => {
            let conditions: Vec<Vector> = cases.iter().map(|(condition, _)| of(condition)).collect();
            let values: Vec<&Expression> = cases.iter().map(|(_, value)| value).chain([&**otherwise]).collect();
            let chosen = |row| conditions.iter().position(|condition| condition.is_true(row)).unwrap_or(conditions.len());
            choose(&expression.kind, &values, &of, length, chosen)
        }
        Node::Coalesce(values) => {
            let vectors: Vec<Vector> = values.iter().map(of).collect();
            let chosen = |row| vectors.iter().position(|vector| !vector.is_null(row)).unwrap_or(0);
            choose(&expression.kind, &values.iter().collect::<Vec<_>>(), &of, length, chosen)
        }
        Node::Extreme(largest, values) => {
            let vectors: Vec<Vector> = values.iter().map(of).collect();
            let chosen = |row| match vectors.iter().position(|vector| vector.is_null(row)) {
                Some(null) => null,
                // As SQLite: of equals the first for max, the last for min.
                None => (1..vectors.len()).fold(0, |best, next| match order(&vectors[best], &vectors[next], row) {
                    Ordering::Less if *largest => next,
                    Ordering::Less => best,
                    _ if *largest => best,
                    _ => next,
                }),
            };
            choose(&expression.kind, &values.iter().collect::<Vec<_>>(), &of, length, chosen)
        }
        Node::Rewritten(text, codes, _) => match (of(text).data, &expression.kind) {
            (Data::Texts(texts, _), Kind::Text(dictionary)) => {
                let texts = texts.into_iter().map(|code| codes[code as usize]).collect();
                Vector { data: Data::Texts(texts, Arc::clone(dictionary)), nulls: None }
            }
            (_, kind) => nothing(kind, length),
        },
        Node::Absolute(operand) => {
            let mut vector = of(operand);
            match &mut vector.data {
                Data::Integers(values) => values.iter_mut().for_each(|value| *value = value.wrapping_abs()),
                Data::Reals(values) => values.iter_mut().filter(|value| **value < 0.0).for_each(|value| *value = -*value),
                _ => {}
            }
            vector
        }
        Node::Computed(computation, operand) => compute(computation, &of(operand)),
        Node::ToReal(operand) => {
            let vector = of(operand);
            Vector::reals((0..length).map(|row| vector.real(row)).collect(), vector.nulls)
        }
        Node::ToInteger(operand) => {
            let vector = of(operand);
            match vector.data {
                // Beyond the integers it is the nearest of them, here as in SQLite.
                Data::Reals(values) => Vector::integers(values.into_iter().map(|value| value as i64).collect(), vector.nulls),
                data => Vector { data, nulls: vector.nulls },
            }
        }
    }
}

/// For each row the value of the expression with the number that `chosen` says.
fn choose(
    kind: &Kind,
    values: &[&Expression],
    of: &dyn Fn(&Expression) -> Vector,
    length: usize,
    chosen: impl Fn(usize) -> usize,
) -> Vector {
    let vectors: Vec<Vector> =
        values.iter().map(|value| if matches!(value.kind, Kind::Null) { nothing(kind, length) } else { of(value) }).collect();
    let chosen: Vec<usize> = (0..length).map(chosen).collect();
    let pick = || chosen.iter().enumerate().map(|(row, &number)| (row, &vectors[number]));
    let nulls: Vec<bool> = pick().map(|(row, vector)| vector.is_null(row)).collect();
    let nulls = nulls.contains(&true).then_some(nulls);
    match kind {
        Kind::Text(dictionary) => {
            let code = |(row, vector): (usize, &Vector)| match &vector.data {
                Data::Texts(codes, _) => codes[row],
                _ => 0,
            };
            Vector { data: Data::Texts(pick().map(code).collect(), Arc::clone(dictionary)), nulls: None }
        }
        Kind::Real => Vector::reals(pick().map(|(row, vector)| vector.real(row)).collect(), nulls),
        _ => Vector::integers(pick().map(|(row, vector)| vector.integer(row)).collect(), nulls),
    }
}
