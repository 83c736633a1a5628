//! Queries whose rows are tuples: the Rust types say the types of the columns.

use std::marker::PhantomData;
use std::ops::Range;
use std::rc::Rc;

use crate::alert::Error;
use crate::bindings::net_scout::plugin::query as wit;
use crate::bindings::net_scout::plugin::query::{Batch, Column, ColumnType, ColumnValues};
use crate::bindings::net_scout::plugin::types::Value;

/// Runs one SELECT; `parameters` are bound to `?1`, `?2`, ... The rows are read batch by batch.
///
/// # Errors
/// As `open` in `wit/query.wit` says.
pub fn query<R: Row>(sql: &str, parameters: &[Value]) -> Result<Rows<R>, Error> {
    let source = wit::open(sql, parameters, &R::types())?;
    Ok(Rows { source, batch: None, row: 0, types: PhantomData })
}

/// The names of so many parameters from a number on, for `IN (...)`: `?1, ?2, ?3`.
#[must_use]
pub fn places(first: usize, count: usize) -> String {
    (first..first + count).map(|place| format!("?{place}")).collect::<Vec<_>>().join(", ")
}

/// The rows of a query, as an iterator.
pub struct Rows<R> {
    source: wit::Rows,
    batch: Option<Cursor>,
    row: usize,
    types: PhantomData<R>,
}

struct Cursor {
    batch: Rc<Batch>,
    /// For each column the position in `nulls` that was reached.
    nulls: Vec<usize>,
}

impl<R: Row> Iterator for Rows<R> {
    type Item = Result<R, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(cursor) = &mut self.batch
                && self.row < cursor.batch.row_count as usize
            {
                let row = self.row;
                self.row += 1;
                return Some(R::read(cursor, row));
            }
            match self.source.next() {
                Ok(Some(batch)) => {
                    self.row = 0;
                    self.batch = Some(Cursor { nulls: vec![0; batch.columns.len()], batch: Rc::new(batch) });
                }
                Ok(None) => return None,
                Err(error) => return Some(Err(error.into())),
            }
        }
    }
}

impl Cursor {
    fn is_null(&mut self, column: usize, row: usize) -> bool {
        let nulls = &self.batch.columns[column].nulls;
        let at = &mut self.nulls[column];
        while nulls.get(*at).is_some_and(|&null| (null as usize) < row) {
            *at += 1;
        }
        nulls.get(*at).is_some_and(|&null| null as usize == row)
    }
}

/// A tuple that a row of a result can be read as.
pub trait Row: Sized {
    #[doc(hidden)]
    fn types() -> Vec<ColumnType>;
    #[doc(hidden)]
    #[expect(private_interfaces, reason = "only this crate implements it")]
    fn read(cursor: &mut Cursor, row: usize) -> Result<Self, Error>;
}

/// A type that a column of a result can be read as. `Option` of one also takes nulls.
pub trait Cell: Sized {
    #[doc(hidden)]
    const TYPE: ColumnType;
    #[doc(hidden)]
    fn take(column: &Column, row: usize) -> Option<Self>;
    #[doc(hidden)]
    fn null() -> Option<Self> {
        None
    }
    #[doc(hidden)]
    fn of(batch: &Rc<Batch>, column: usize, row: usize) -> Option<Self> {
        Self::take(&batch.columns[column], row)
    }
}

/// A list of texts, as `Vec<String>`, of which none is copied: they stay in the batch of rows that they came in.
#[derive(Clone)]
pub struct Texts {
    batch: Rc<Batch>,
    column: usize,
    range: Range<usize>,
}

impl Texts {
    /// The texts, one after another.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        let lists = match &self.batch.columns[self.column].values {
            ColumnValues::TextLists(lists) => Some(lists),
            _ => None,
        };
        lists.into_iter().flat_map(|lists| {
            let codes = lists.values.codes[self.range.clone()].iter();
            codes.map(|&code| lists.values.dictionary[code as usize].as_str())
        })
    }
}

impl Cell for Texts {
    const TYPE: ColumnType = ColumnType::TextList;

    fn take(_: &Column, _: usize) -> Option<Self> {
        None
    }

    fn of(batch: &Rc<Batch>, column: usize, row: usize) -> Option<Self> {
        match &batch.columns[column].values {
            ColumnValues::TextLists(lists) => Some(Self { batch: Rc::clone(batch), column, range: span(&lists.ends, row) }),
            _ => None,
        }
    }
}

macro_rules! scalar {
    ($($rust:ty, $type:ident, $values:ident, |$list:ident, $row:ident| $get:expr;)*) => {$(
        impl Cell for $rust {
            const TYPE: ColumnType = ColumnType::$type;

            fn take(column: &Column, $row: usize) -> Option<Self> {
                match &column.values {
                    ColumnValues::$values($list) => Some($get),
                    _ => None,
                }
            }
        }
    )*};
}

scalar! {
    bool, Boolean, Booleans, |list, row| list[row];
    i64, Integer, Integers, |list, row| list[row];
    f64, Real, Reals, |list, row| list[row];
    String, Text, Texts, |list, row| list.dictionary[list.codes[row] as usize].clone();
    Vec<bool>, BooleanList, BooleanLists, |list, row| list.values[span(&list.ends, row)].to_vec();
    Vec<i64>, IntegerList, IntegerLists, |list, row| list.values[span(&list.ends, row)].to_vec();
    Vec<f64>, RealList, RealLists, |list, row| list.values[span(&list.ends, row)].to_vec();
    Vec<String>, TextList, TextLists, |list, row| {
        list.values.codes[span(&list.ends, row)].iter().map(|&code| list.values.dictionary[code as usize].clone()).collect()
    };
}

fn span(ends: &[u32], row: usize) -> Range<usize> {
    let start = if row == 0 { 0 } else { ends[row - 1] };
    start as usize..ends[row] as usize
}

impl<T: Cell> Cell for Option<T> {
    const TYPE: ColumnType = T::TYPE;

    fn take(column: &Column, row: usize) -> Option<Self> {
        T::take(column, row).map(Some)
    }

    fn null() -> Option<Self> {
        Some(None)
    }

    fn of(batch: &Rc<Batch>, column: usize, row: usize) -> Option<Self> {
        T::of(batch, column, row).map(Some)
    }
}

fn cell<T: Cell>(cursor: &mut Cursor, index: usize, row: usize) -> Result<T, Error> {
    if cursor.is_null(index, row) {
        T::null().ok_or_else(|| Error::Failed(format!("column {} of the result is null; read it as an Option", index + 1)))
    } else {
        T::of(&cursor.batch, index, row)
            .ok_or_else(|| Error::Failed(format!("column {} of the result is not of the type asked for", index + 1)))
    }
}

macro_rules! tuples {
    ($(($($cell:ident $index:tt),+))*) => {$(
        impl<$($cell: Cell),+> Row for ($($cell,)+) {
            fn types() -> Vec<ColumnType> {
                vec![$($cell::TYPE),+]
            }

            #[expect(private_interfaces, reason = "only this crate implements it")]
            fn read(cursor: &mut Cursor, row: usize) -> Result<Self, Error> {
                Ok(($(cell::<$cell>(cursor, $index, row)?,)+))
            }
        }
    )*};
}

tuples! {
    (A 0)
    (A 0, B 1)
    (A 0, B 1, C 2)
    (A 0, B 1, C 2, D 3)
    (A 0, B 1, C 2, D 3, E 4)
    (A 0, B 1, C 2, D 3, E 4, F 5)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11)
}
