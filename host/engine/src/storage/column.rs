//! The columns of the window. Each holds values of one kind, and nulls: a column with anything else in it is not kept.

use std::sync::Arc;

use super::dictionary::Dictionary;
use super::packed::{Packed, with_codes};

/// A column.
#[derive(Debug)]
pub(crate) enum Column {
    Integers(Integers),
    Reals(Reals),
    Texts(Texts),
}

/// Integers, with the smallest and the largest; both are 0 where all are null.
#[derive(Debug)]
pub(crate) struct Integers {
    pub(crate) store: IntegerStore,
    pub(crate) low: i64,
    pub(crate) high: i64,
    pub(crate) nullable: bool,
}

/// How integers are kept.
#[derive(Debug)]
pub(crate) enum IntegerStore {
    /// A value is `base + (code - 1) * step`.
    Coded { codes: Packed, base: i64, step: i64 },
    /// As they are, because they lie too far apart; true for those that are null.
    Wide { values: Vec<i64>, nulls: Option<Vec<bool>> },
}

/// Doubles by code: few places on earth have many events. Neither -0.0 nor NaN is among them.
#[derive(Debug)]
pub(crate) struct Reals {
    pub(crate) codes: Packed,
    /// By code; what stands at 0 means nothing.
    pub(crate) values: Vec<f64>,
    pub(crate) nullable: bool,
}

/// Texts by code.
#[derive(Debug)]
pub(crate) struct Texts {
    pub(crate) codes: Packed,
    pub(crate) dictionary: Arc<Dictionary>,
    pub(crate) nullable: bool,
}

impl Column {
    /// How many bytes it takes, without its dictionary.
    pub(crate) fn bytes(&self) -> u64 {
        match self {
            Self::Integers(integers) => match &integers.store {
                IntegerStore::Coded { codes, .. } => codes.bytes(),
                IntegerStore::Wide { values, nulls } => {
                    (values.len() * size_of::<i64>() + nulls.as_ref().map_or(0, Vec::len)) as u64
                }
            },
            Self::Reals(reals) => reals.codes.bytes() + (reals.values.len() * size_of::<f64>()) as u64,
            Self::Texts(texts) => texts.codes.bytes(),
        }
    }

    pub(crate) fn nullable(&self) -> bool {
        match self {
            Self::Integers(integers) => integers.nullable,
            Self::Reals(reals) => reals.nullable,
            Self::Texts(texts) => texts.nullable,
        }
    }

    /// The codes, and how many there are; none where values are kept as they are.
    pub(crate) fn codes(&self) -> Option<(&Packed, u64)> {
        match self {
            Self::Integers(Integers { store: IntegerStore::Coded { codes, step, .. }, low, high, .. }) => {
                Some((codes, (low.abs_diff(*high)) / step.unsigned_abs() + 2))
            }
            Self::Integers(_) => None,
            Self::Reals(reals) => Some((&reals.codes, reals.values.len() as u64)),
            Self::Texts(texts) => Some((&texts.codes, u64::from(texts.dictionary.codes()))),
        }
    }
}

/// Whether a code stands for null anywhere.
pub(crate) fn has_null(codes: &Packed) -> bool {
    with_codes!(codes, codes => codes.contains(&0))
}
