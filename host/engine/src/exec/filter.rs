//! Filters: which rows a condition keeps, a byte a row. A condition on one column is evaluated once for each code of that column; for each
//! row it is only looked up.

use std::borrow::Cow;

use super::evaluate::evaluate;
use super::frame::ByCode;
use super::keys::only_column;
use crate::plan::{Comparison, Expression, Kind, Node};
use crate::storage::{Code as _, Column, EventTable, IntegerStore, Integers, Packed, Rows, with_codes};

/// The bit of what is true, and that of what is false. Null has neither.
pub(super) const TRUE: u8 = 1;
const FALSE: u8 = 2;
/// The most codes that are asked one by one.
const CODES: u64 = 1 << 17;

/// A condition, ready to be applied to rows.
pub(super) enum Filter<'a> {
    /// What a test says of each code, as in [`Node::Test`].
    Table(&'a Packed, Cow<'a, [u8]>),
    /// True from one code to another, both inside.
    Between(&'a Packed, u32, u32),
    Not(Box<Filter<'a>>),
    And(Box<Filter<'a>>, Box<Filter<'a>>),
    Or(Box<Filter<'a>>, Box<Filter<'a>>),
    /// Anything else.
    Other(&'a Expression),
}

impl<'a> Filter<'a> {
    /// The filter of a condition, for so many rows.
    pub(super) fn new(condition: &'a Expression, events: &'a EventTable, rows: usize) -> Self {
        let of = |condition: &'a Expression| Box::new(Self::new(condition, events, rows));
        let known = match &condition.node {
            Node::Not(inner) => Some(Self::Not(of(inner))),
            Node::And(left, right) => Some(Self::And(of(left), of(right))),
            Node::Or(left, right) => Some(Self::Or(of(left), of(right))),
            Node::Test(text, table) => texts(text, events).map(|codes| Self::Table(codes, Cow::Borrowed(table))),
            Node::Compare(comparison, value, with) => between(*comparison, value, with, events),
            _ => None,
        };
        known.or_else(|| table(condition, events, rows)).unwrap_or(Self::Other(condition))
    }

    /// Asks the condition of each row: `truths` gets a byte for each, in the place of what it held.
    pub(super) fn apply(&self, events: &EventTable, rows: Rows<'_>, truths: &mut Vec<u8>) {
        truths.clear();
        match self {
            Self::Table(codes, table) => with_codes!(codes, codes => {
                looked_up(codes, rows, truths, |code| FALSE - table[code.number() as usize]);
            }),
            Self::Between(codes, from, to) => with_codes!(codes, codes => looked_up(codes, rows, truths, |code| {
                let code = code.number();
                let inside = (*from..=*to).contains(&code);
                if code == 0 { 0 } else if inside { TRUE } else { FALSE }
            })),
            Self::Not(inner) => {
                inner.apply(events, rows, truths);
                truths.iter_mut().for_each(|truth| *truth = (*truth & TRUE) << 1 | *truth >> 1);
            }
            Self::And(left, right) | Self::Or(left, right) => {
                let mut other = Vec::new();
                left.apply(events, rows, truths);
                right.apply(events, rows, &mut other);
                // One side can decide alone: false for AND, true for OR.
                let (both, either) = if matches!(self, Self::And(..)) { (TRUE, FALSE) } else { (FALSE, TRUE) };
                truths
                    .iter_mut()
                    .zip(&other)
                    .for_each(|(truth, other)| *truth = *truth & *other & both | (*truth | *other) & either);
            }
            Self::Other(condition) => {
                let values = evaluate(condition, events, rows);
                truths.extend((0..values.len()).map(|row| match values.is_null(row) {
                    true => 0,
                    false if values.integer(row) != 0 => TRUE,
                    false => FALSE,
                }));
            }
        }
    }
}

/// Whether a byte of a filter is true.
pub(super) fn is_true(truth: u8) -> bool {
    truth & TRUE != 0
}

/// The rows of which all conditions are true, in their order.
pub(super) fn kept(conditions: &[Filter<'_>], events: &EventTable, rows: Rows<'_>, truths: &mut Vec<u8>) -> Vec<u32> {
    let mut kept = rows.map(|row| row as u32);
    for (number, condition) in conditions.iter().enumerate() {
        // The first looks at rows in a run, which is quicker.
        condition.apply(events, if number == 0 { rows } else { Rows::List(&kept) }, truths);
        // No branch: which rows are kept follows no pattern.
        let mut count = 0;
        for place in 0..kept.len() {
            kept[count] = kept[place];
            count += usize::from(truths[place] & TRUE);
        }
        kept.truncate(count);
        if kept.is_empty() {
            break;
        }
    }
    kept
}

fn looked_up<T: Copy>(codes: &[T], rows: Rows<'_>, truths: &mut Vec<u8>, truth: impl Fn(T) -> u8) {
    match rows {
        Rows::Range(from, to) => truths.extend(codes[from as usize..to as usize].iter().map(|&code| truth(code))),
        Rows::List(rows) => truths.extend(rows.iter().map(|&row| truth(codes[row as usize]))),
    }
}

/// A comparison of a column with an integer.
fn between<'a>(comparison: Comparison, value: &Expression, with: &Expression, events: &'a EventTable) -> Option<Filter<'a>> {
    let (comparison, slot, limit) = match (&value.node, &with.node) {
        (Node::Slot(slot), Node::Integer(limit)) => (comparison, *slot, i128::from(*limit)),
        (Node::Integer(limit), Node::Slot(slot)) => (comparison.mirrored(), *slot, i128::from(*limit)),
        _ => return None,
    };
    let Some(Column::Integers(Integers { store: IntegerStore::Coded { codes, base, step }, .. })) = events.column(slot) else {
        return None;
    };
    let (low, high) = match comparison {
        Comparison::Equal => (limit, limit),
        Comparison::NotEqual => return None,
        Comparison::Less => (i128::MIN, limit - 1),
        Comparison::LessOrEqual => (i128::MIN, limit),
        Comparison::Greater => (limit + 1, i128::MAX),
        Comparison::GreaterOrEqual => (limit, i128::MAX),
    };
    let (base, step, last) = (i128::from(*base), i128::from(*step), i128::from(u32::MAX));
    let place = |bound: i128| bound.clamp(base - step, base + last * step) - base;
    // Values are `base + (code - 1) * step`.
    let from = (place(low) + step - 1).div_euclid(step) + 1;
    let to = place(high).div_euclid(step) + 1;
    let (from, to) = (from.clamp(1, last), to.clamp(0, last));
    Some(Filter::Between(codes, u32::try_from(from).ok()?, u32::try_from(to).ok()?))
}

/// A condition on a single column that has fewer codes than there are rows.
fn table<'a>(condition: &'a Expression, events: &'a EventTable, rows: usize) -> Option<Filter<'a>> {
    let (column, (codes, count)) = only_column(condition, events).filter(|(_, (_, count))| *count <= CODES.min(rows as u64))?;
    let truths = evaluate(condition, &ByCode(column), Rows::Range(0, count as u32));
    let verdict = |code: usize| if truths.is_null(code) { 2 } else { u8::from(truths.integer(code) != 0) };
    Some(Filter::Table(codes, (0..truths.len()).map(verdict).collect()))
}

/// The codes of a column of texts.
fn texts<'a>(expression: &Expression, events: &'a EventTable) -> Option<&'a Packed> {
    match (&expression.node, &expression.kind) {
        (Node::Slot(slot), Kind::Text(_)) => match events.column(*slot) {
            Some(Column::Texts(texts)) => Some(&texts.codes),
            _ => None,
        },
        _ => None,
    }
}
