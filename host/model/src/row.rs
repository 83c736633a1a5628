//! A row of a result, read column by column.

use super::{Batch, Column, ColumnValues};

/// A row of a batch.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    batch: &'a Batch,
    number: u32,
}

impl Batch {
    /// Its rows.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        (0..self.row_count).map(|number| Row { batch: self, number })
    }
}

impl<'a> Row<'a> {
    fn column(&self, place: usize) -> Option<&'a Column> {
        self.batch.columns.get(place).filter(|column| column.nulls.binary_search(&self.number).is_err())
    }

    /// The text in a column; none where it is null.
    #[must_use]
    pub fn text(&self, place: usize) -> Option<&'a str> {
        match &self.column(place)?.values {
            ColumnValues::Texts(texts) => {
                let code = *texts.codes.get(self.number as usize)?;
                texts.dictionary.get(code as usize).map(String::as_str)
            }
            _ => None,
        }
    }

    /// The integer in a column; none where it is null.
    #[must_use]
    pub fn integer(&self, place: usize) -> Option<i64> {
        match &self.column(place)?.values {
            ColumnValues::Integers(values) => values.get(self.number as usize).copied(),
            _ => None,
        }
    }

    /// How many a column counts.
    #[must_use]
    pub fn count(&self, place: usize) -> u64 {
        self.integer(place).and_then(|count| u64::try_from(count).ok()).unwrap_or(0)
    }
}
