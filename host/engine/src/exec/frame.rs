//! Where the values of slots come from: the columns of the window, one column by its codes, or values that are computed already.

use std::sync::Arc;

use super::vector::{Data, Vector, nothing};
use crate::plan::Kind;
use crate::storage::{Code as _, Column, EventTable, IntegerStore, Integers, Rows, with_codes};

/// Where the values of slots come from.
pub(super) trait Frame {
    /// The values of a slot for some rows.
    fn load(&self, slot: usize, rows: Rows<'_>) -> Vector;
}

impl Frame for EventTable {
    fn load(&self, slot: usize, rows: Rows<'_>) -> Vector {
        match self.column(slot) {
            Some(Column::Integers(Integers { store: IntegerStore::Wide { values, nulls }, .. })) => {
                Vector::integers(rows.map(|row| values[row]), nulls.as_ref().map(|nulls| rows.map(|row| nulls[row])))
            }
            Some(column) => match column.codes() {
                Some((codes, _)) => with_codes!(codes, codes => of_codes(column, rows, |row| codes[row].number())),
                None => nothing(&Kind::Null, rows.len()),
            },
            // A plan never names such a column.
            None => nothing(&Kind::Null, rows.len()),
        }
    }
}

/// Values that are computed already.
impl Frame for [Vector] {
    fn load(&self, slot: usize, rows: Rows<'_>) -> Vector {
        self[slot].gather(rows)
    }
}

/// The values of a column by code, where rows are expected.
pub(super) struct ByCode<'a>(pub(super) &'a Column);

impl Frame for ByCode<'_> {
    fn load(&self, _slot: usize, rows: Rows<'_>) -> Vector {
        of_codes(self.0, rows, |code| code as u32)
    }
}

/// The values that the codes of some rows stand for, in a column that has codes.
fn of_codes(column: &Column, rows: Rows<'_>, code: impl Fn(usize) -> u32) -> Vector {
    match column {
        Column::Integers(integers) => {
            let (base, step) = match integers.store {
                IntegerStore::Coded { base, step, .. } => (base, step),
                IntegerStore::Wide { .. } => (0, 1),
            };
            // For code 0 the value means nothing, and must not overflow.
            let value = |code: u32| base.wrapping_add(i64::from(code).wrapping_sub(1).wrapping_mul(step));
            if !integers.nullable {
                return Vector::integers(rows.map(|row| value(code(row))), None);
            }
            // Rows lie far from each other: each is looked up once.
            let codes = rows.map(code);
            let nulls = codes.iter().map(|code| *code == 0).collect();
            Vector::integers(codes.into_iter().map(value).collect(), Some(nulls))
        }
        Column::Reals(reals) => {
            let nulls = reals.nullable.then(|| rows.map(|row| code(row) == 0));
            Vector::reals(rows.map(|row| reals.values[code(row) as usize]), nulls)
        }
        Column::Texts(texts) => Vector { data: Data::Texts(rows.map(&code), Arc::clone(&texts.dictionary)), nulls: None },
    }
}
