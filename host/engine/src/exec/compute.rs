//! Computes numbers from one number of the same row.

use super::vector::Vector;
use crate::plan::Computation;
use net_scout_model::sql_function::{logarithm, square_root};

/// What is computed of each row's value; null where that is null, or where there is no result.
pub(super) fn compute(computation: &Computation, operand: &Vector) -> Vector {
    match computation {
        Computation::SquareRoot => reals(operand, square_root),
        Computation::Logarithm => reals(operand, logarithm),
        Computation::Hour(zone) => integers(operand, |time| zone.hour(time)),
        Computation::Weekday(zone) => integers(operand, |time| zone.weekday(time)),
    }
}

fn reals(operand: &Vector, of: impl Fn(f64) -> Option<f64>) -> Vector {
    let (values, nulls) = each(operand, |row| of(operand.real(row)));
    Vector::reals(values, nulls)
}

fn integers(operand: &Vector, of: impl Fn(i64) -> Option<i64>) -> Vector {
    let (values, nulls) = each(operand, |row| of(operand.integer(row)));
    Vector::integers(values, nulls)
}

fn each<T: Default>(operand: &Vector, of: impl Fn(usize) -> Option<T>) -> (Vec<T>, Option<Vec<bool>>) {
    let found = (0..operand.len()).map(|row| {
        let value = if operand.is_null(row) { None } else { of(row) };
        let is_null = value.is_none();
        (value.unwrap_or_default(), is_null)
    });
    let (values, nulls): (Vec<T>, Vec<bool>) = found.unzip();
    let has_null = nulls.contains(&true);
    (values, has_null.then_some(nulls))
}
