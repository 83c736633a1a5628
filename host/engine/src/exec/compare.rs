//! Compares values, as SQLite does.

use std::cmp::Ordering;
use std::sync::Arc;

use super::vector::{Data, Vector, either_null, real_order};
use crate::plan::Comparison;
use crate::storage::AddressText;

/// Whether the comparison holds, for each pair of values.
pub(super) fn compare(comparison: Comparison, left: &Vector, right: &Vector) -> Vector {
    let length = left.len();
    let truth = |row| i64::from(comparison.holds(order(left, right, row)));
    let values = match (&left.data, &right.data) {
        (Data::Integers(left), Data::Integers(right)) => {
            left.iter().zip(right).map(|(left, right)| i64::from(comparison.holds(left.cmp(right)))).collect()
        }
        (Data::Texts(left, one), Data::Texts(right, other))
            if Arc::ptr_eq(one, other) && matches!(comparison, Comparison::Equal | Comparison::NotEqual) =>
        {
            let equal = comparison == Comparison::Equal;
            left.iter().zip(right).map(|(left, right)| i64::from((left == right) == equal)).collect()
        }
        (Data::Texts(..), _) => {
            (0..length).map(|row| if left.is_null(row) || right.is_null(row) { 0 } else { truth(row) }).collect()
        }
        _ => (0..length).map(truth).collect(),
    };
    let nulls = |vector: &Vector| match &vector.data {
        Data::Texts(codes, _) => codes.contains(&0).then(|| codes.iter().map(|&code| code == 0).collect()),
        _ => vector.nulls.clone(),
    };
    Vector::integers(values, either_null(nulls(left), nulls(right)))
}

/// How two values that are not null compare.
pub(super) fn order(left: &Vector, right: &Vector, row: usize) -> Ordering {
    match (&left.data, &right.data) {
        (Data::Integers(left), Data::Integers(right)) => left[row].cmp(&right[row]),
        (Data::Reals(left), Data::Reals(right)) => real_order(left[row], right[row]),
        (Data::Integers(left), Data::Reals(right)) => mixed_order(left[row], right[row]),
        (Data::Reals(left), Data::Integers(right)) => mixed_order(right[row], left[row]).reverse(),
        (Data::Texts(left, one), Data::Texts(right, other)) => {
            let (mut buffer, mut other_buffer) = (AddressText::default(), AddressText::default());
            one.text(left[row], &mut buffer).cmp(other.text(right[row], &mut other_buffer))
        }
        _ => Ordering::Equal,
    }
}

/// How an integer compares with a double, exactly: `sqlite3IntFloatCompare` in SQLite's `vdbeaux.c`.
fn mixed_order(integer: i64, real: f64) -> Ordering {
    if real < -9_223_372_036_854_775_808.0 {
        return Ordering::Greater;
    }
    if real >= 9_223_372_036_854_775_808.0 {
        return Ordering::Less;
    }
    integer.cmp(&(real as i64)).then_with(|| real_order(integer as f64, real))
}
