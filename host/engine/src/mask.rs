//! Which rows a condition keeps, a byte a row and without a value of any column: what depends on one column is asked once for each of its
//! codes, and then only looked up.

use std::borrow::Cow;

use super::EventWindow;
use super::column::{Column, IntegerStore, Integers};
use super::evaluate::evaluate;
use super::expression::{Comparison, Expression, Kind, Node};
use super::group::only_column;
use super::packed::{Code as _, Packed, Rows, with_codes};
use super::vector::{Frame, Vector};

/// The bit of what is true, and that of what is false. Null has neither.
const TRUE: u8 = 1;
const FALSE: u8 = 2;
/// The most codes that are asked one by one.
const CODES: u64 = 1 << 17;

/// A condition, ready to be asked of rows.
pub(super) enum Mask<'a> {
    /// What a test says of each code, as in [`Node::Test`].
    Table(&'a Packed, Cow<'a, [u8]>),
    /// True from one code to another, both inside.
    Between(&'a Packed, u32, u32),
    Not(Box<Mask<'a>>),
    And(Box<Mask<'a>>, Box<Mask<'a>>),
    Or(Box<Mask<'a>>, Box<Mask<'a>>),
    /// Anything else.
    Other(&'a Expression),
}

impl<'a> Mask<'a> {
    /// Makes a condition ready for so many rows.
    pub(super) fn new(condition: &'a Expression, window: &'a EventWindow, rows: usize) -> Self {
        let of = |condition: &'a Expression| Box::new(Self::new(condition, window, rows));
        let known = match &condition.node {
            Node::Not(inner) => Some(Self::Not(of(inner))),
            Node::And(left, right) => Some(Self::And(of(left), of(right))),
            Node::Or(left, right) => Some(Self::Or(of(left), of(right))),
            Node::Test(text, table) => window.texts(text).map(|codes| Self::Table(codes, Cow::Borrowed(table))),
            Node::Compare(comparison, value, with) => between(*comparison, value, with, window),
            _ => None,
        };
        known.or_else(|| table(condition, window, rows)).unwrap_or(Self::Other(condition))
    }

    /// What it says of each row, in the place of what `mask` held.
    pub(super) fn of(&self, window: &EventWindow, rows: Rows<'_>, mask: &mut Vec<u8>) {
        mask.clear();
        match self {
            Self::Table(codes, table) => with_codes!(codes, codes => {
                looked_up(codes, rows, mask, |code| FALSE - table[code.number() as usize]);
            }),
            Self::Between(codes, from, to) => with_codes!(codes, codes => looked_up(codes, rows, mask, |code| {
                let code = code.number();
                let inside = (*from..=*to).contains(&code);
                if code == 0 { 0 } else if inside { TRUE } else { FALSE }
            })),
            Self::Not(inner) => {
                inner.of(window, rows, mask);
                mask.iter_mut().for_each(|truth| *truth = (*truth & TRUE) << 1 | *truth >> 1);
            }
            Self::And(left, right) | Self::Or(left, right) => {
                let mut other = Vec::new();
                left.of(window, rows, mask);
                right.of(window, rows, &mut other);
                // One side can decide alone: false for AND, true for OR.
                let (both, either) = if matches!(self, Self::And(..)) { (TRUE, FALSE) } else { (FALSE, TRUE) };
                mask.iter_mut()
                    .zip(&other)
                    .for_each(|(truth, other)| *truth = *truth & *other & both | (*truth | *other) & either);
            }
            Self::Other(condition) => {
                let truths = evaluate(condition, window, rows);
                mask.extend((0..truths.len()).map(|row| match truths.is_null(row) {
                    true => 0,
                    false if truths.integer(row) != 0 => TRUE,
                    false => FALSE,
                }));
            }
        }
    }
}

/// Whether a byte of a mask is true.
pub(super) fn is_true(truth: u8) -> bool {
    truth & TRUE != 0
}

/// The rows of which all conditions are true, in their order.
pub(super) fn kept(conditions: &[Mask<'_>], window: &EventWindow, rows: Rows<'_>, mask: &mut Vec<u8>) -> Vec<u32> {
    let mut kept = rows.map(|row| row as u32);
    for (number, condition) in conditions.iter().enumerate() {
        // The first looks at rows in a run, which is quicker.
        condition.of(window, if number == 0 { rows } else { Rows::List(&kept) }, mask);
        // No branch: which rows are kept follows no pattern.
        let mut count = 0;
        for place in 0..kept.len() {
            kept[count] = kept[place];
            count += usize::from(mask[place] & TRUE);
        }
        kept.truncate(count);
        if kept.is_empty() {
            break;
        }
    }
    kept
}

fn looked_up<T: Copy>(codes: &[T], rows: Rows<'_>, mask: &mut Vec<u8>, truth: impl Fn(T) -> u8) {
    match rows {
        Rows::Range(from, to) => mask.extend(codes[from as usize..to as usize].iter().map(|&code| truth(code))),
        Rows::List(rows) => mask.extend(rows.iter().map(|&row| truth(codes[row as usize]))),
    }
}

/// A comparison of a column with an integer.
fn between<'a>(comparison: Comparison, value: &Expression, with: &Expression, window: &'a EventWindow) -> Option<Mask<'a>> {
    let (comparison, slot, limit) = match (&value.node, &with.node) {
        (Node::Slot(slot), Node::Integer(limit)) => (comparison, *slot, i128::from(*limit)),
        (Node::Integer(limit), Node::Slot(slot)) => (comparison.mirrored(), *slot, i128::from(*limit)),
        _ => return None,
    };
    let Ok(Column::Integers(Integers { store: IntegerStore::Coded { codes, base, step }, .. })) = &window.columns.get(slot)?.1
    else {
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
    Some(Mask::Between(codes, u32::try_from(from).ok()?, u32::try_from(to).ok()?))
}

/// A condition on a single column that has fewer codes than there are rows.
fn table<'a>(condition: &'a Expression, window: &'a EventWindow, rows: usize) -> Option<Mask<'a>> {
    let (column, (codes, count)) = only_column(condition, window).filter(|(_, (_, count))| *count <= CODES.min(rows as u64))?;
    let truths = evaluate(condition, &ByCode(column), Rows::Range(0, count as u32));
    let verdict = |code: usize| if truths.is_null(code) { 2 } else { u8::from(truths.integer(code) != 0) };
    Some(Mask::Table(codes, (0..truths.len()).map(verdict).collect()))
}

/// The values of a column by code, where rows are expected.
pub(super) struct ByCode<'a>(pub(super) &'a Column);

impl Frame for ByCode<'_> {
    fn load(&self, _slot: usize, rows: Rows<'_>) -> Vector {
        self.0.of_codes(rows, |code| code as u32)
    }
}

impl EventWindow {
    /// The codes of a column of texts.
    fn texts(&self, expression: &Expression) -> Option<&Packed> {
        match (&expression.node, &expression.kind) {
            (Node::Slot(slot), Kind::Text(_)) => match self.columns.get(*slot) {
                Some((_, Ok(Column::Texts(texts)))) => Some(&texts.codes),
                _ => None,
            },
            _ => None,
        }
    }
}
