//! Calculates, as SQLite does where nothing overflows.

use super::vector::{Data, Vector, either_null, nothing};
use crate::plan::{Kind, Operator};

/// The results for each pair of numbers.
pub(super) fn arithmetic(operator: Operator, left: Vector, right: Vector, integers: bool) -> Vector {
    let length = left.len();
    if integers {
        let (Data::Integers(values), Data::Integers(divisors)) = (&left.data, &right.data) else {
            return nothing(&Kind::Null, length);
        };
        let pairs = || values.iter().zip(divisors).map(|(left, right)| (*left, *right));
        // What stands where null is may overflow, and means nothing.
        let values = match operator {
            Operator::Add => pairs().map(|(left, right)| left.wrapping_add(right)).collect(),
            Operator::Subtract => pairs().map(|(left, right)| left.wrapping_sub(right)).collect(),
            Operator::Multiply => pairs().map(|(left, right)| left.wrapping_mul(right)).collect(),
            Operator::Divide => pairs().map(|(left, right)| if right == 0 { 0 } else { left.wrapping_div(right) }).collect(),
            Operator::Remainder => pairs().map(|(left, right)| if right == 0 { 0 } else { left.wrapping_rem(right) }).collect(),
        };
        let mut nulls = None;
        if matches!(operator, Operator::Divide | Operator::Remainder) && divisors.contains(&0) {
            nulls = Some(divisors.iter().map(|&divisor| divisor == 0).collect());
        }
        return Vector::integers(values, either_null(nulls, either_null(left.nulls, right.nulls)));
    }
    let result = |row| {
        let (left, right) = (left.real(row), right.real(row));
        match operator {
            Operator::Add => left + right,
            Operator::Subtract => left - right,
            Operator::Multiply => left * right,
            Operator::Divide if right == 0.0 => f64::NAN,
            Operator::Divide => left / right,
            Operator::Remainder => f64::NAN,
        }
    };
    let values: Vec<f64> = (0..length).map(result).collect();
    let nulls = values.iter().any(|value| value.is_nan()).then(|| values.iter().map(|value| value.is_nan()).collect());
    Vector::reals(values, either_null(nulls, either_null(left.nulls, right.nulls)))
}
