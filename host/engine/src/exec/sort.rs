//! The order of results: nulls first, numbers by value, texts by their bytes, as SQLite's BINARY does. Equals stay as they came.

use std::cmp::Ordering;
use std::collections::HashMap;

use super::vector::{Data, Vector, real_order};
use crate::storage::{AddressText, Dictionary};

/// Which way an order goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Up,
    Down,
}

/// What rows are ordered by.
#[derive(Debug)]
pub(super) struct SortKey {
    values: Values,
    direction: Direction,
}

#[derive(Debug)]
enum Values {
    Integers(Vec<i64>, Option<Vec<bool>>),
    Reals(Vec<f64>, Option<Vec<bool>>),
    /// The places of texts among each other; 0 for null.
    Ranks(Vec<u32>),
}

impl SortKey {
    pub(super) fn new(vector: Vector, direction: Direction) -> Self {
        let values = match vector.data {
            Data::Integers(values) => Values::Integers(values, vector.nulls),
            Data::Reals(values) => Values::Reals(values, vector.nulls),
            Data::Texts(codes, dictionary) => Values::Ranks(ranks(&codes, &dictionary)),
            Data::Lists(_, ends) => Values::Ranks(vec![0; ends.len()]),
        };
        Self { values, direction }
    }

    fn compare(&self, left: usize, right: usize) -> Ordering {
        let null = |nulls: &Option<Vec<bool>>, row: usize| nulls.as_ref().is_some_and(|nulls| nulls[row]);
        let with_nulls = |nulls: &Option<Vec<bool>>, order: Ordering| match (null(nulls, left), null(nulls, right)) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => order,
        };
        let order = match &self.values {
            Values::Integers(values, nulls) => with_nulls(nulls, values[left].cmp(&values[right])),
            Values::Reals(values, nulls) => with_nulls(nulls, real_order(values[left], values[right])),
            Values::Ranks(ranks) => ranks[left].cmp(&ranks[right]),
        };
        if self.direction == Direction::Down { order.reverse() } else { order }
    }

    /// How two rows compare by one key after another.
    pub(super) fn compare_all(keys: &[Self], left: usize, right: usize) -> Ordering {
        keys.iter().map(|key| key.compare(left, right)).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    }

    /// The numbers of so many rows in order, at most `most` of them.
    pub(super) fn order(keys: &[Self], rows: usize, most: usize) -> Vec<u32> {
        let mut places: Vec<u32> = (0..rows as u32).collect();
        let compare = |left: &u32, right: &u32| Self::compare_all(keys, *left as usize, *right as usize).then(left.cmp(right));
        if most == 0 {
            return Vec::new();
        }
        if most < rows {
            places.select_nth_unstable_by(most - 1, compare);
            places.truncate(most);
        }
        places.sort_unstable_by(compare);
        places
    }
}

/// The place of each text. Of a few texts only those are sorted, and not the whole dictionary.
fn ranks(codes: &[u32], dictionary: &Dictionary) -> Vec<u32> {
    if codes.len() > dictionary.codes() as usize / 16 {
        let ranks = dictionary.ranks();
        return codes.iter().map(|&code| ranks[code as usize]).collect();
    }
    let mut buffer = AddressText::default();
    let mut distinct: Vec<u32> = codes.iter().copied().filter(|&code| code != 0).collect();
    distinct.sort_unstable();
    distinct.dedup();
    let mut texts: Vec<(String, u32)> =
        distinct.into_iter().map(|code| (dictionary.text(code, &mut buffer).to_owned(), code)).collect();
    texts.sort_unstable();
    let ranks: HashMap<u32, u32> = texts.iter().zip(1..).map(|((_, code), rank)| (*code, rank)).collect();
    codes.iter().map(|code| ranks.get(code).copied().unwrap_or_default()).collect()
}
