//! Values of one kind for some rows.

use std::cmp::Ordering;
use std::sync::Arc;

use crate::plan::Kind;
use crate::storage::{Dictionary, Rows};

/// Values, one a row, and which of them are null.
#[derive(Clone, Debug)]
pub(super) struct Vector {
    pub(super) data: Data,
    /// None where none is null. Texts say it by code 0 instead.
    pub(super) nulls: Option<Vec<bool>>,
}

/// Values of one kind. What stands where null is means nothing.
#[derive(Clone, Debug)]
pub(super) enum Data {
    Integers(Vec<i64>),
    Reals(Vec<f64>),
    Texts(Vec<u32>, Arc<Dictionary>),
    /// All lists one after another, and for each row where its list ends.
    Lists(Box<Vector>, Vec<usize>),
}

impl Vector {
    pub(super) fn integers(values: Vec<i64>, nulls: Option<Vec<bool>>) -> Self {
        Self { data: Data::Integers(values), nulls }
    }

    pub(super) fn reals(values: Vec<f64>, nulls: Option<Vec<bool>>) -> Self {
        Self { data: Data::Reals(values), nulls }
    }

    pub(super) fn len(&self) -> usize {
        match &self.data {
            Data::Integers(values) => values.len(),
            Data::Reals(values) => values.len(),
            Data::Texts(codes, _) => codes.len(),
            Data::Lists(_, ends) => ends.len(),
        }
    }

    pub(super) fn is_null(&self, row: usize) -> bool {
        match &self.data {
            Data::Texts(codes, _) => codes[row] == 0,
            _ => self.nulls.as_ref().is_some_and(|nulls| nulls[row]),
        }
    }

    /// The value as an integer; 0 where it is none.
    pub(super) fn integer(&self, row: usize) -> i64 {
        match &self.data {
            Data::Integers(values) => values[row],
            _ => 0,
        }
    }

    /// The value as a double; integers are widened.
    pub(super) fn real(&self, row: usize) -> f64 {
        match &self.data {
            Data::Integers(values) => values[row] as f64,
            Data::Reals(values) => values[row],
            _ => 0.0,
        }
    }

    /// Whether the value is true: neither null nor 0.
    pub(super) fn is_true(&self, row: usize) -> bool {
        !self.is_null(row) && self.integer(row) != 0
    }

    /// The values of some rows, in the order of `rows`.
    pub(super) fn gather(&self, rows: Rows<'_>) -> Self {
        let nulls = self.nulls.as_ref().map(|nulls| rows.map(|row| nulls[row]));
        let data = match &self.data {
            Data::Integers(values) => Data::Integers(rows.map(|row| values[row])),
            Data::Reals(values) => Data::Reals(rows.map(|row| values[row])),
            Data::Texts(codes, dictionary) => Data::Texts(rows.map(|row| codes[row]), Arc::clone(dictionary)),
            Data::Lists(values, ends) => {
                let mut elements = Vec::new();
                let ends = rows.map(|row| (if row == 0 { 0 } else { ends[row - 1] }, ends[row]));
                let ends = ends.into_iter().map(|(start, end)| {
                    elements.extend(start as u32..end as u32);
                    elements.len()
                });
                let ends = ends.collect();
                Data::Lists(Box::new(values.gather(Rows::List(&elements))), ends)
            }
        };
        Self { data, nulls }
    }

    /// Adds the values of another, of the same kind, behind these.
    pub(super) fn append(&mut self, other: Self) {
        let (length, more) = (self.len(), other.len());
        if self.nulls.is_some() || other.nulls.is_some() {
            let nulls = self.nulls.get_or_insert_with(|| vec![false; length]);
            nulls.extend(other.nulls.unwrap_or_else(|| vec![false; more]));
        }
        match (&mut self.data, other.data) {
            (Data::Integers(values), Data::Integers(others)) => values.extend(others),
            (Data::Reals(values), Data::Reals(others)) => values.extend(others),
            (Data::Texts(codes, _), Data::Texts(others, _)) => codes.extend(others),
            (Data::Lists(values, ends), Data::Lists(others, other_ends)) => {
                let before = values.len();
                values.append(*others);
                ends.extend(other_ends.into_iter().map(|end| end + before));
            }
            (data, other) => *data = other,
        }
    }
}

/// Nulls of a kind.
pub(super) fn nothing(kind: &Kind, length: usize) -> Vector {
    match kind {
        Kind::Text(dictionary) => Vector { data: Data::Texts(vec![0; length], Arc::clone(dictionary)), nulls: None },
        Kind::Real => Vector::reals(vec![0.0; length], Some(vec![true; length])),
        _ => Vector::integers(vec![0; length], Some(vec![true; length])),
    }
}

/// How two doubles compare, neither of which is NaN.
pub(super) fn real_order(left: f64, right: f64) -> Ordering {
    left.partial_cmp(&right).unwrap_or(Ordering::Equal)
}

/// Where either of two values is null.
pub(super) fn either_null(left: Option<Vec<bool>>, right: Option<Vec<bool>>) -> Option<Vec<bool>> {
    match (left, right) {
        (Some(left), Some(right)) => Some(left.into_iter().zip(right).map(|(left, right)| left || right).collect()),
        (nulls, None) | (None, nulls) => nulls,
    }
}
