//! Groups of few rows: to sort these by their keys takes less than tables with a place for each code of a key. Whoever asks of one address
//! after another makes such groups again and again.

use super::budget::{Budget, Stopped};
use super::evaluate::evaluate;
use super::groups::Groups;
use super::keys::column_codes;
use super::vector::{Data, Vector};
use crate::plan::{Expression, Kind};
use crate::storage::{EventTable, Rows};

/// Rows are sorted where tables would have so many places for each of them at least.
const PLACES: u64 = 8;

/// The rows in groups; none where tables are better, or the keys of a row do not fit into one number.
pub(super) fn grouped(
    keys: &[Expression],
    events: &EventTable,
    rows: Rows<'_>,
    budget: &Budget<'_>,
) -> Result<Option<Groups>, Stopped> {
    let places: u64 = keys.iter().map(|key| places(key, events)).sum();
    if !are_few(rows.len(), places) {
        return Ok(None);
    }
    let Some(widths) = keys.iter().map(width).collect::<Option<Vec<u32>>>().filter(|widths| widths.iter().sum::<u32>() <= 64)
    else {
        return Ok(None);
    };
    budget.take(rows.len() * 2)?;
    let mut numbered: Vec<(u64, u32)> = rows.map(|row| (0, row as u32));
    for (key, width) in keys.iter().zip(widths) {
        for (from, to) in budget.strides(rows.len()) {
            let values = evaluate(key, events, rows.part(from, to));
            for (index, (number, _)) in numbered[from..to].iter_mut().enumerate() {
                *number = number.checked_shl(width).unwrap_or(0) | place(&values, index, key.low);
            }
            budget.check()?;
        }
    }
    // Equal keys come in the order of their rows.
    numbered.sort_unstable();
    let mut starts: Vec<u32> = (0..numbered.len())
        .filter(|&place| place == 0 || numbered[place].0 != numbered[place - 1].0)
        .map(|place| place as u32)
        .collect();
    starts.push(numbered.len() as u32);
    Ok(Some(Groups { rows: numbered.into_iter().map(|(_, row)| row).collect(), starts }))
}

/// Whether a table with so many places is too large for so many rows.
fn are_few(rows: usize, places: u64) -> bool {
    places / PLACES > rows as u64
}

/// How many places the tables have that group by a key.
fn places(key: &Expression, events: &EventTable) -> u64 {
    // Codes of values that are computed stand in a list as long as the window.
    column_codes(key, events).map_or(u64::from(events.rows()), |(_, (_, count))| count)
}

/// How many bits tell the values of a key apart, null included.
fn width(key: &Expression) -> Option<u32> {
    let highest = match &key.kind {
        Kind::Text(dictionary) => u64::from(dictionary.codes()),
        Kind::Integer => key.low.abs_diff(key.high).checked_add(1)?,
        _ => return None,
    };
    Some(u64::BITS - highest.leading_zeros())
}

/// A value as a number, 0 for null.
fn place(values: &Vector, index: usize, low: i64) -> u64 {
    match &values.data {
        Data::Texts(codes, _) => u64::from(codes[index]),
        _ if values.is_null(index) => 0,
        _ => values.integer(index).abs_diff(low) + 1,
    }
}

/// Counts different values in groups of few rows. It knows how only where tables are worse.
pub(super) struct Distinct<'a> {
    argument: &'a Expression,
    events: &'a EventTable,
    values: Vec<u64>,
}

impl<'a> Distinct<'a> {
    /// For groups that have so many rows together.
    pub(super) fn new(argument: &'a Expression, events: &'a EventTable, rows: usize) -> Option<Self> {
        (width(argument).is_some() && are_few(rows, places(argument, events) / PLACES)).then(|| Self {
            argument,
            events,
            values: Vec::new(),
        })
    }

    /// How many different values some rows have, null aside.
    pub(super) fn count(&mut self, rows: &[u32]) -> i64 {
        let found = evaluate(self.argument, self.events, Rows::List(rows));
        self.values.clear();
        self.values.extend((0..rows.len()).map(|index| place(&found, index, self.argument.low)).filter(|value| *value != 0));
        self.values.sort_unstable();
        self.values.dedup();
        self.values.len() as i64
    }
}
