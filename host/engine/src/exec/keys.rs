//! Codes for what rows are grouped by: those of a column as they are, or new ones for values that are computed.

use super::budget::{Budget, Stopped};
use super::evaluate::evaluate;
use super::frame::ByCode;
use super::vector::{Data, Vector};
use crate::plan::{Expression, Kind, Node};
use crate::storage::{Code as _, Column, EventTable, NumberTable, Packed, Rows, with_codes};

/// The codes of a key, one for each row of the events, and how many different ones there may be.
pub(super) enum KeyCodes<'a> {
    Column(&'a Packed, u64),
    Computed(Packed, u64),
}

impl KeyCodes<'_> {
    pub(super) fn codes(&self) -> (&Packed, u64) {
        match self {
            Self::Column(codes, count) => (codes, *count),
            Self::Computed(codes, count) => (codes, *count),
        }
    }
}

/// A table with a place for each code must not be much larger than the window.
fn most_codes(events: &EventTable) -> u64 {
    u64::from(events.rows()) * 4 + 65_536
}

/// The column that a key is, its codes, and how many there may be; none where these are too many.
pub(super) fn column_codes<'a>(key: &Expression, events: &'a EventTable) -> Option<(&'a Column, (&'a Packed, u64))> {
    let Node::Slot(slot) = key.node else { return None };
    let column = events.column(slot)?;
    Some((column, column.codes().filter(|(_, count)| *count <= most_codes(events))?))
}

/// For each of so many codes the number of rows.
pub(super) fn sizes(rows: Rows<'_>, packed: &Packed, count: u64) -> Vec<u32> {
    let mut sizes = vec![0_u32; count as usize];
    with_codes!(packed, codes => match rows {
        Rows::Range(from, to) => codes[from as usize..to as usize].iter().for_each(|&code| sizes[code.number() as usize] += 1),
        Rows::List(list) => list.iter().for_each(|&row| sizes[codes[row as usize].number() as usize] += 1),
    });
    sizes
}

/// The only column that an expression depends on, its codes, and how many there may be.
pub(super) fn only_column<'a>(expression: &Expression, events: &'a EventTable) -> Option<(&'a Column, (&'a Packed, u64))> {
    let slots = expression.slots();
    let [slot] = slots.as_slice() else { return None };
    let column = events.column(*slot)?;
    Some((column, column.codes()?))
}

/// The codes of a key. Those of rows that are not named mean nothing.
pub(super) fn key_codes<'a>(
    key: &Expression,
    events: &'a EventTable,
    rows: Rows<'_>,
    budget: &Budget<'_>,
) -> Result<KeyCodes<'a>, Stopped> {
    if let Some((_, (codes, count))) = column_codes(key, events) {
        return Ok(KeyCodes::Column(codes, count));
    }
    budget.take(events.rows() as usize / 2)?;
    let mut codes = vec![0; events.rows() as usize];
    let mut numbering = Numbering::new(key, events);
    if let Some((column, (packed, count))) = only_column(key, events).filter(|(_, (_, count))| *count <= rows.len() as u64) {
        let table = numbering.of_column(key, column, count, budget)?;
        with_codes!(packed, packed => match rows {
            Rows::Range(from, to) => {
                let (from, to) = (from as usize, to as usize);
                codes[from..to].iter_mut().zip(&packed[from..to]).for_each(|(code, of)| *code = table[of.number() as usize]);
            }
            Rows::List(list) => {
                list.iter().for_each(|&row| codes[row as usize] = table[packed[row as usize].number() as usize]);
            }
        });
    } else {
        for (from, to) in budget.strides(rows.len()) {
            let part = rows.part(from, to);
            let values = evaluate(key, events, part);
            for (index, row) in part.map(|row| row).into_iter().enumerate() {
                codes[row] = numbering.code(&values, index);
            }
            budget.check()?;
        }
    }
    let count = numbering.count(&key.kind);
    Ok(KeyCodes::Computed(Packed::Words(codes), count))
}

/// For each code of the only column that a key depends on, whether any of some rows has the same key; none where there are too many codes,
/// or several columns.
pub(super) fn shared<'a>(
    key: &Expression,
    events: &'a EventTable,
    rows: &[u32],
    budget: &Budget<'_>,
) -> Result<Option<(&'a Packed, Vec<u8>)>, Stopped> {
    let most = most_codes(events);
    let Some((column, (packed, count))) = only_column(key, events).filter(|(_, (_, count))| *count <= most) else {
        return Ok(None);
    };
    budget.take(count as usize)?;
    let mut numbering = Numbering::new(key, events);
    let table = match key.node {
        Node::Slot(_) => (0..count as u32).collect(),
        _ => numbering.of_column(key, column, count, budget)?,
    };
    let mut has = vec![0_u8; table.iter().max().map_or(0, |&code| code as usize + 1)];
    with_codes!(packed, codes => rows.iter().for_each(|&row| has[table[codes[row as usize].number() as usize] as usize] = 1));
    Ok(Some((packed, table.into_iter().map(|code| has[code as usize]).collect())))
}

/// Gives codes to values.
struct Numbering {
    /// Where the codes are the values themselves: the lowest, and how many there may be behind it.
    dense: Option<(i64, u64)>,
    table: NumberTable,
    next: u32,
}

impl Numbering {
    fn new(key: &Expression, events: &EventTable) -> Self {
        let span = key.low.abs_diff(key.high);
        let dense = matches!(key.kind, Kind::Integer) && span < most_codes(events) - 2;
        Self { dense: dense.then_some((key.low, span)), table: NumberTable::new(), next: 1 }
    }

    fn code(&mut self, values: &Vector, index: usize) -> u32 {
        match &values.data {
            Data::Texts(texts, _) => texts[index],
            _ if values.is_null(index) => 0,
            data => {
                if let (Data::Integers(integers), Some((low, _))) = (data, self.dense) {
                    // What stands where no row is may be anything.
                    return integers[index].abs_diff(low).wrapping_add(1) as u32;
                }
                let bits = if let Data::Reals(reals) = data { reals[index].to_bits() } else { values.integer(index) as u64 };
                let code = self.table.code(bits, self.next);
                self.next += u32::from(code == self.next);
                code
            }
        }
    }

    /// The codes of a key that depends on one column alone, for each code of that: it is asked once.
    fn of_column(&mut self, key: &Expression, column: &Column, count: u64, budget: &Budget<'_>) -> Result<Vec<u32>, Stopped> {
        let mut table = Vec::with_capacity(count as usize);
        for (from, to) in budget.strides(count as usize) {
            let values = evaluate(key, &ByCode(column), Rows::Range(from as u32, to as u32));
            table.extend((0..to - from).map(|index| self.code(&values, index)));
            budget.check()?;
        }
        Ok(table)
    }

    fn count(&self, kind: &Kind) -> u64 {
        match (kind, self.dense) {
            (Kind::Text(dictionary), _) => u64::from(dictionary.codes()),
            (_, Some((_, span))) => span + 2,
            (_, None) => u64::from(self.next),
        }
    }
}
