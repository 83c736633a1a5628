//! The values of a column in one piece of the table, as one thread has read them.

use super::packed::Packed;

/// The values of a column in one piece.
#[derive(Debug)]
pub struct Segment(pub(super) Values);

/// How the values are kept.
#[derive(Debug)]
pub(super) enum Values {
    /// A value is `base + code - 1`; code 0 is null.
    Coded {
        codes: Packed,
        /// The smallest value.
        base: i64,
        /// The largest value.
        high: i64,
    },
    /// As they are, because they lie too far apart; true for those that are null.
    Wide { values: Vec<i64>, nulls: Vec<bool> },
    /// Codes of the thread's doubles or texts.
    Codes(Packed),
}

impl Segment {
    /// How many bytes the values take.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        match &self.0 {
            Values::Coded { codes, .. } | Values::Codes(codes) => codes.bytes(),
            Values::Wide { values, .. } => values.len() as u64 * 9,
        }
    }
}
