//! The values of a column in one piece of the table, as one thread has read them.

use super::packed::{Packed, with_codes};

/// The values of a column in one piece.
#[derive(Debug)]
pub struct Segment(pub(super) Values);

/// How the values are kept.
#[derive(Debug)]
pub(super) enum Values {
    /// A value is `base + (code - 1) * step`; code 0 is null.
    Coded {
        codes: Packed,
        /// The smallest value.
        base: i64,
        /// 1, or a second where all instants lie whole seconds apart.
        step: i64,
        /// The largest value.
        high: i64,
    },
    /// As they are, because they lie too far apart; true for those that are null.
    Wide { values: Vec<i64>, nulls: Vec<bool> },
    /// Codes of the thread's doubles or texts.
    Codes(Packed),
}

impl Segment {
    /// Gives the values, where they are integers.
    pub(super) fn each_integer(&self, mut take: impl FnMut(&mut dyn Iterator<Item = Option<i64>>)) {
        match &self.0 {
            Values::Coded { codes, base, step, .. } => {
                with_codes!(codes, codes => take(&mut codes.iter().map(|&code| {
                    (code != 0).then(|| base.wrapping_add((i64::from(code) - 1).wrapping_mul(*step)))
                })));
            }
            Values::Wide { values, nulls } => {
                take(&mut values.iter().zip(nulls).map(|(value, null)| (!null).then_some(*value)));
            }
            Values::Codes(_) => {}
        }
    }

    /// How many bytes the values take.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        match &self.0 {
            Values::Coded { codes, .. } | Values::Codes(codes) => codes.bytes(),
            Values::Wide { values, .. } => values.len() as u64 * 9,
        }
    }
}
