//! Values of one kind for some rows, and where they come from.

use std::cmp::Ordering;
use std::sync::Arc;

use super::EventWindow;
use super::column::{Column, IntegerStore, Integers};
use super::dictionary::Dictionary;
use super::expression::Kind;
use super::packed::{Code as _, Rows, with_codes};

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

/// Where the values of slots come from.
pub(super) trait Frame {
    /// The values of a slot for some rows.
    fn load(&self, slot: usize, rows: Rows<'_>) -> Vector;
}

impl Frame for EventWindow {
    fn load(&self, slot: usize, rows: Rows<'_>) -> Vector {
        match &self.columns[slot].1 {
            Ok(Column::Integers(Integers { store: IntegerStore::Wide { values, nulls }, .. })) => {
                Vector::integers(rows.map(|row| values[row]), nulls.as_ref().map(|nulls| rows.map(|row| nulls[row])))
            }
            Ok(column) => match column.codes() {
                Some((codes, _)) => with_codes!(codes, codes => column.of_codes(rows, |row| codes[row].number())),
                None => nothing(&Kind::Null, rows.len()),
            },
            // A plan never names such a column.
            Err(_) => nothing(&Kind::Null, rows.len()),
        }
    }
}

impl Column {
    /// The values that the codes of some rows stand for, in a column that has codes.
    pub(super) fn of_codes(&self, rows: Rows<'_>, code: impl Fn(usize) -> u32) -> Vector {
        match self {
            Self::Integers(integers) => {
                let (base, step) = match integers.store {
                    IntegerStore::Coded { base, step, .. } => (base, step),
                    IntegerStore::Wide { .. } => (0, 1),
                };
                // For code 0 the value means nothing, and must not overflow.
                let value = |row: usize| base.wrapping_add(i64::from(code(row)).wrapping_sub(1).wrapping_mul(step));
                Vector::integers(rows.map(value), integers.nullable.then(|| rows.map(|row| code(row) == 0)))
            }
            Self::Reals(reals) => {
                let nulls = reals.nullable.then(|| rows.map(|row| code(row) == 0));
                Vector::reals(rows.map(|row| reals.values[code(row) as usize]), nulls)
            }
            Self::Texts(texts) => Vector { data: Data::Texts(rows.map(&code), Arc::clone(&texts.dictionary)), nulls: None },
        }
    }
}

/// Values that are computed already.
impl Frame for [Vector] {
    fn load(&self, slot: usize, rows: Rows<'_>) -> Vector {
        self[slot].gather(rows)
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

/// How two doubles compare, neither of which is no number.
pub(super) fn real_order(left: f64, right: f64) -> Ordering {
    left.partial_cmp(&right).unwrap_or(Ordering::Equal)
}
