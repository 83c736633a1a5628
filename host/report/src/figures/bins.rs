//! A period cut into pieces of equal length, for plots.

use net_scout_model::{Span, Timestamp};
use serde::Serialize;

const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// How long a piece may be.
const WIDTHS: [i64; 17] = [
    SECOND,
    5 * SECOND,
    10 * SECOND,
    30 * SECOND,
    MINUTE,
    5 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    7 * DAY,
    28 * DAY,
    364 * DAY,
];
/// The most pieces, but for periods of many years.
const MOST: i64 = 96;

/// The pieces. They begin at whole multiples of their length (UTC), so the first one may begin before the period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Bins {
    /// When the first begins.
    pub begins: Timestamp,
    /// How long each is, in microseconds.
    pub width: i64,
    /// How many there are, at least one.
    pub count: usize,
}

impl Bins {
    /// Those of a period.
    #[must_use]
    pub fn over(span: Span) -> Self {
        let number = |time: Timestamp, width: i64| time.0.div_euclid(width);
        let count = |width: i64| number(span.ends.plus(-1), width) - number(span.begins, width) + 1;
        let width = WIDTHS.into_iter().find(|width| count(*width) <= MOST).unwrap_or(WIDTHS[WIDTHS.len() - 1]);
        let begins = Timestamp(number(span.begins, width) * width);
        Self { begins, width, count: usize::try_from(count(width)).unwrap_or(1).max(1) }
    }

    /// The piece of an instant; none where it lies in none.
    #[must_use]
    pub fn place(&self, time: Timestamp) -> Option<usize> {
        let place = time.0.checked_sub(self.begins.0)?.div_euclid(self.width);
        usize::try_from(place).ok().filter(|place| *place < self.count)
    }

    /// When a piece begins.
    #[must_use]
    pub fn at(&self, place: usize) -> Timestamp {
        self.begins.plus(self.width.saturating_mul(i64::try_from(place).unwrap_or(i64::MAX)))
    }

    /// The piece with this number among all that there could be since 1970; none where it is not one of these.
    pub(crate) fn number(&self, piece: i64) -> Option<usize> {
        let place = piece.checked_sub(self.begins.0.div_euclid(self.width))?;
        usize::try_from(place).ok().filter(|place| *place < self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_hold_the_whole_period() {
        let end = Timestamp(1_773_261_311_000_000);
        for (length, width, count) in
            [(HOUR, MINUTE, 61), (DAY, 15 * MINUTE, 97), (7 * DAY, 2 * HOUR, 85), (30 * DAY, 12 * HOUR, 61)]
        {
            let span = Span { begins: end.plus(-length), ends: end };
            let bins = Bins::over(span);
            let width = if count > MOST as usize { 30 * MINUTE } else { width };
            assert_eq!(bins.width, width, "{length}");
            assert!(bins.count <= MOST as usize && bins.begins <= span.begins);
            assert_eq!((bins.place(span.begins), bins.place(end.plus(-1))), (Some(0), Some(bins.count - 1)));
            assert_eq!((bins.place(bins.begins.plus(-1)), bins.place(bins.at(bins.count))), (None, None));
        }
        let long = Bins::over(Span { begins: Timestamp(0), ends: end });
        assert_eq!((long.width, long.place(end)), (364 * DAY, Some(long.count - 1)));
    }
}
