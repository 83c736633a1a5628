//! The values of the window one by one, to write its rows elsewhere.

use super::address::AddressText;
use super::column::{Column, IntegerStore};
use super::packed::{Code as _, Packed, with_codes};
use super::table::EventTable;

/// A value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell<'a> {
    /// None.
    Null,
    /// An integer.
    Integer(i64),
    /// A double.
    Real(f64),
    /// Text.
    Text(&'a str),
}

impl EventTable {
    /// Whether every column that was requested could be kept.
    pub(crate) fn is_whole(&self) -> bool {
        self.columns.iter().all(|(_, column)| column.is_ok())
    }

    /// The columns that are kept.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.columns.iter().filter(|(_, column)| column.is_ok()).map(|(name, _)| *name)
    }

    /// Hands over the values of a row, each with the place of its column among [`Self::names`].
    ///
    /// # Errors
    /// The first of `take`.
    pub(crate) fn each_cell<E>(&self, row: u32, mut take: impl FnMut(usize, Cell<'_>) -> Result<(), E>) -> Result<(), E> {
        let mut buffer = AddressText::default();
        for (place, column) in self.kept().enumerate() {
            take(place, column.cell(row, &mut buffer))?;
        }
        Ok(())
    }
}

impl Column {
    fn cell<'a>(&'a self, row: u32, buffer: &'a mut AddressText) -> Cell<'a> {
        match self {
            Self::Integers(integers) => match &integers.store {
                IntegerStore::Coded { codes, base, step } => match code(codes, row) {
                    0 => Cell::Null,
                    code => Cell::Integer(base.wrapping_add((i64::from(code) - 1).wrapping_mul(*step))),
                },
                IntegerStore::Wide { nulls: Some(nulls), .. } if nulls[row as usize] => Cell::Null,
                IntegerStore::Wide { values, .. } => Cell::Integer(values[row as usize]),
            },
            Self::Reals(reals) => match code(&reals.codes, row) {
                0 => Cell::Null,
                code => Cell::Real(reals.values[code as usize]),
            },
            Self::Texts(texts) => match code(&texts.codes, row) {
                0 => Cell::Null,
                code => Cell::Text(texts.dictionary.text(code, buffer)),
            },
        }
    }
}

fn code(codes: &Packed, row: u32) -> u32 {
    with_codes!(codes, codes => codes[row as usize].number())
}
