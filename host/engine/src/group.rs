//! Makes groups of rows: each group is a run of row numbers, ascending. No texts are compared and hardly anything is hashed here: rows
//! are dealt out by the codes of one key, and then within each group by those of the next.

use super::EventWindow;
use super::column::Column;
use super::evaluate::evaluate;
use super::expression::{Expression, Kind, Node};
use super::grouping::named;
use super::interner::NumberTable;
use super::mask::ByCode;
use super::packed::{Code as _, Packed, Rows, with_codes};
use super::run::{Stop, Stopped};
use super::vector::{Data, Vector};

/// How many rows are looked at between two looks at the clock.
const STRIDE: usize = if cfg!(test) { 32 } else { 16 << 10 };

/// Groups of rows, none of them empty unless it is the only one.
#[derive(Clone, Debug)]
pub(super) struct Groups {
    /// The rows of all groups, one group after another.
    pub(super) rows: Vec<u32>,
    /// Where each group starts, and behind the last where it ends.
    starts: Vec<u32>,
}

impl Groups {
    /// One group of all these rows.
    pub(super) fn single(rows: Rows<'_>) -> Self {
        let rows = rows.map(|row| row as u32);
        let starts = vec![0, rows.len() as u32];
        Self { rows, starts }
    }

    pub(super) fn count(&self) -> u32 {
        self.starts.len() as u32 - 1
    }

    pub(super) fn rows_of(&self, group: u32) -> &[u32] {
        let group = group as usize;
        &self.rows[self.starts[group] as usize..self.starts[group + 1] as usize]
    }

    /// Divides each group by the codes of another key.
    pub(super) fn divide(self, key: &KeyCodes<'_>, stop: &Stop<'_>) -> Result<Self, Stopped> {
        let (packed, count) = key.codes();
        with_codes!(packed, codes => self.divide_by(|row| codes[row as usize].number(), count, stop))
    }

    fn divide_by(self, code: impl Fn(u32) -> u32, count: u64, stop: &Stop<'_>) -> Result<Self, Stopped> {
        // For each code the group that had it last, and the part of that group that it made.
        let mut seen = vec![(u32::MAX, 0_u32); count as usize];
        let mut starts = Vec::with_capacity(self.starts.len());
        let mut rows = self.rows;
        let (mut parts, mut sizes, mut copy) = (Vec::new(), Vec::new(), Vec::new());
        let mut since = 0;
        for group in 0..self.starts.len() as u32 - 1 {
            let (start, end) = (self.starts[group as usize], self.starts[group as usize + 1]);
            let members = &mut rows[start as usize..end as usize];
            starts.push(start);
            if members.len() == 1 {
                continue;
            }
            parts.clear();
            sizes.clear();
            for &row in members.iter() {
                let known = &mut seen[code(row) as usize];
                if known.0 != group {
                    *known = (group, sizes.len() as u32);
                    sizes.push(0_u32);
                }
                parts.push(known.1);
                sizes[known.1 as usize] += 1;
            }
            since += members.len();
            if since > STRIDE {
                since = 0;
                stop.check()?;
            }
            if sizes.len() == 1 {
                continue;
            }
            // Sizes become places.
            let mut place = 0;
            for size in &mut sizes {
                let next = place + *size;
                if place > 0 {
                    starts.push(start + place);
                }
                *size = std::mem::replace(&mut place, next);
            }
            copy.clear();
            copy.extend_from_slice(members);
            for (&row, &part) in copy.iter().zip(&parts) {
                let place = &mut sizes[part as usize];
                members[*place as usize] = row;
                *place += 1;
            }
        }
        starts.push(rows.len() as u32);
        Ok(Self { rows, starts })
    }
}

/// The codes of a key, one for each row of the window, and how many different ones there may be.
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
fn most_codes(window: &EventWindow) -> u64 {
    u64::from(window.rows) * 4 + 65_536
}

/// The column that a key is, its codes, and how many there may be; none where these are too many.
pub(super) fn column_codes<'a>(key: &Expression, window: &'a EventWindow) -> Option<(&'a Column, (&'a Packed, u64))> {
    let Node::Slot(slot) = key.node else { return None };
    let column = window.columns[slot].1.as_ref().ok()?;
    Some((column, column.codes().filter(|(_, count)| *count <= most_codes(window))?))
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
pub(super) fn only_column<'a>(expression: &Expression, window: &'a EventWindow) -> Option<(&'a Column, (&'a Packed, u64))> {
    let slots = named(expression);
    let [slot] = slots.as_slice() else { return None };
    let column = window.columns.get(*slot)?.1.as_ref().ok()?;
    Some((column, column.codes()?))
}

/// The codes of a key. Those of rows that are not named mean nothing.
pub(super) fn key_codes<'a>(
    key: &Expression,
    window: &'a EventWindow,
    rows: Rows<'_>,
    stop: &Stop<'_>,
) -> Result<KeyCodes<'a>, Stopped> {
    if let Some((_, (codes, count))) = column_codes(key, window) {
        return Ok(KeyCodes::Column(codes, count));
    }
    stop.take(window.rows as usize / 2)?;
    let mut codes = vec![0; window.rows as usize];
    let mut numbering = Numbering::new(key, window);
    if let Some((column, (packed, count))) = only_column(key, window).filter(|(_, (_, count))| *count <= rows.len() as u64) {
        // Of each value of the column it is asked once.
        let mut table = Vec::with_capacity(count as usize);
        for (from, to) in strides(count as usize) {
            let values = evaluate(key, &ByCode(column), Rows::Range(from as u32, to as u32));
            table.extend((0..to - from).map(|index| numbering.code(&values, index)));
            stop.check()?;
        }
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
        for (from, to) in strides(rows.len()) {
            let part = rows.part(from, to);
            let values = evaluate(key, window, part);
            for (index, row) in part.map(|row| row).into_iter().enumerate() {
                codes[row] = numbering.code(&values, index);
            }
            stop.check()?;
        }
    }
    let count = numbering.count(&key.kind);
    Ok(KeyCodes::Computed(Packed::Words(codes), count))
}

/// Gives codes to values.
struct Numbering {
    /// Where the codes are the values themselves: the lowest, and how many there may be behind it.
    dense: Option<(i64, u64)>,
    table: NumberTable,
    next: u32,
}

impl Numbering {
    fn new(key: &Expression, window: &EventWindow) -> Self {
        let span = key.low.abs_diff(key.high);
        let dense = matches!(key.kind, Kind::Integer) && span < most_codes(window) - 2;
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

    fn count(&self, kind: &Kind) -> u64 {
        match (kind, self.dense) {
            (Kind::Text(dictionary), _) => u64::from(dictionary.codes()),
            (_, Some((_, span))) => span + 2,
            (_, None) => u64::from(self.next),
        }
    }
}

/// Stretches of some rows, as places from and to.
pub(super) fn strides(rows: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..rows.div_ceil(STRIDE)).map(move |stride| (stride * STRIDE, rows.min((stride + 1) * STRIDE)))
}

/// Rows that are to be grouped by a key, in parts of about the same number of rows: each has all rows of its codes.
pub(super) struct Deal<'a> {
    rows: Rows<'a>,
    key: &'a KeyCodes<'a>,
    /// For each code the number of rows.
    sizes: Vec<u32>,
    /// The first code of each part, and the first behind it.
    pub(super) parts: Vec<(u32, u32)>,
}

impl<'a> Deal<'a> {
    pub(super) fn new(rows: Rows<'a>, key: &'a KeyCodes<'a>, parts: usize) -> Self {
        let (packed, count) = key.codes();
        let sizes = sizes(rows, packed, count);
        let each = rows.len().div_ceil(parts.max(1)).max(1);
        let (mut cuts, mut sum) = (vec![0], 0);
        for (code, size) in sizes.iter().enumerate() {
            sum += *size as usize;
            if sum >= each * cuts.len() && cuts.len() < parts {
                cuts.push(code as u32 + 1);
            }
        }
        cuts.push(count as u32);
        let parts = cuts.windows(2).map(|cut| (cut[0], cut[1])).filter(|(from, to)| from < to).collect();
        Self { rows, key, sizes, parts }
    }

    /// The groups of a part.
    pub(super) fn groups(&self, (from, to): (u32, u32)) -> Groups {
        let sizes = &self.sizes[from as usize..to as usize];
        let (mut places, mut starts, mut sum) = (Vec::with_capacity(sizes.len()), Vec::new(), 0);
        for &size in sizes {
            places.push(sum);
            if size > 0 {
                starts.push(sum);
            }
            sum += size;
        }
        starts.push(sum);
        let mut rows = vec![0; sum as usize];
        let mut put = |row: u32, code: u32| {
            if let Some(place) = places.get_mut(code.wrapping_sub(from) as usize) {
                rows[*place as usize] = row;
                *place += 1;
            }
        };
        with_codes!(self.key.codes().0, codes => match self.rows {
            Rows::Range(start, end) => {
                let stretch = codes[start as usize..end as usize].iter();
                stretch.zip(start..end).for_each(|(&code, row)| put(row, code.number()));
            }
            Rows::List(list) => list.iter().for_each(|&row| put(row, codes[row as usize].number())),
        });
        Groups { rows, starts }
    }
}
