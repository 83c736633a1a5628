//! Arithmetic, as far as it matters before the first row: which results are possible.

/// How two numbers become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Add,
    Subtract,
    Multiply,
    /// Towards zero; null where the divisor is 0.
    Divide,
    /// With the sign of the dividend; null where the divisor is 0.
    Remainder,
}

impl Operator {
    /// The bounds of a result; none where it may overflow.
    pub(super) fn bounds(self, left: (i64, i64), right: (i64, i64)) -> Option<(i64, i64)> {
        let wide = |(low, high): (i64, i64)| (i128::from(low), i128::from(high));
        let (left, right) = (wide(left), wide(right));
        let largest = |(low, high): (i128, i128)| low.abs().max(high.abs());
        let (low, high) = match self {
            Self::Add => (left.0 + right.0, left.1 + right.1),
            Self::Subtract => (left.0 - right.1, left.1 - right.0),
            Self::Multiply => {
                let products = [left.0 * right.0, left.0 * right.1, left.1 * right.0, left.1 * right.1];
                (products.into_iter().min()?, products.into_iter().max()?)
            }
            // The quotient of the smallest integer and -1 is beyond the largest: its bound does not fit.
            Self::Divide if left.0 >= 0 && right.0 > 0 => (left.0 / right.1, left.1 / right.0),
            Self::Divide => (-largest(left), largest(left)),
            Self::Remainder => {
                let most = largest(left).min((largest(right) - 1).max(0));
                (if left.0 < 0 { -most } else { 0 }, if left.1 > 0 { most } else { 0 })
            }
        };
        Some((i64::try_from(low).ok()?, i64::try_from(high).ok()?))
    }
}
