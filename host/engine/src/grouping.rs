//! From rows to the slots of their groups: the keys, and the aggregates. HAVING is asked as soon as it can be: where it wants groups of
//! many rows, those of few are not even made.

use std::borrow::Cow;
use std::sync::Arc;

use super::EventWindow;
use super::aggregate::{Aggregate, Fold};
use super::evaluate::evaluate;
use super::expression::{Comparison, Expression, Kind, Node};
use super::group::{Deal, Groups, column_codes, key_codes, sizes, strides};
use super::known::Grouped;
use super::mask::{ByCode, Mask};
use super::packed::{Packed, Rows};
use super::plan::Grouping;
use super::run::{ROWS_A_THREAD, Stop, Stopped, by_parts, conjuncts, in_parallel, masked};
use super::vector::Vector;

/// The slots of groups, and the first row of each.
type Found = (Vec<Vector>, Vec<u32>);

/// Groups that are too small are left out before where that leaves out one row of so many at least.
const SPARED: usize = 4;

impl Grouping {
    /// The slots of all groups that HAVING keeps, and the first row of each where the order of groups is theirs.
    pub(super) fn slots(
        &self,
        window: &EventWindow,
        filter: Option<&Expression>,
        rows: Rows<'_>,
        stop: &Stop<'_>,
    ) -> Result<Found, Stopped> {
        if self.keys.is_empty() {
            return self.fold(window, &Groups::single(rows), stop);
        }
        if let Some(counted) = self.counted(window, filter, rows, stop)? {
            return Ok(counted);
        }
        stop.take(rows.len())?;
        let groups = self.groups(window, filter, rows, stop)?;
        let mut parts = in_parallel(groups.len(), |part| self.fold(window, &groups[part], stop))?.into_iter();
        let Some((mut slots, mut firsts)) = parts.next() else { return Err(Stopped::Fallback("it has no groups")) };
        for (more, more_firsts) in parts {
            slots.iter_mut().zip(more).for_each(|(slot, more)| slot.append(more));
            firsts.extend(more_firsts);
        }
        Ok((slots, firsts))
    }

    /// What [`Self::slots`] says, where nothing but rows is counted, by a column: there is no need of groups.
    fn counted(
        &self,
        window: &EventWindow,
        filter: Option<&Expression>,
        rows: Rows<'_>,
        stop: &Stop<'_>,
    ) -> Result<Option<Found>, Stopped> {
        let [key] = self.keys.as_slice() else { return Ok(None) };
        let Some((column, codes)) = column_codes(key, window).filter(|(_, (_, codes))| pays(*codes, rows)) else {
            return Ok(None);
        };
        let counts_rows = |aggregate: &Aggregate| aggregate.fold == Fold::Rows && aggregate.filter.is_none();
        if self.distinct || !self.aggregates.iter().all(counts_rows) {
            return Ok(None);
        }
        let sizes = known_sizes(window, filter, rows, key, codes, stop)?;
        let least = self.least();
        let found: Vec<u32> = (0..sizes.len() as u32).filter(|code| sizes[*code as usize] >= least).collect();
        stop.take(found.len().saturating_mul(2 + self.aggregates.len()))?;
        let counts: Vec<i64> = found.iter().map(|&code| i64::from(sizes[code as usize])).collect();
        let counts = self.aggregates.iter().map(|_| Vector::integers(counts.clone(), None));
        let mut slots: Vec<Vector> = [evaluate(key, &ByCode(column), Rows::List(&found))].into_iter().chain(counts).collect();
        if let Some(having) = &self.having {
            let places = true_places(having, &slots, found.len());
            slots.iter_mut().for_each(|slot| *slot = slot.gather(Rows::List(&places)));
        }
        let groups = slots[0].len();
        Ok(Some((slots, vec![0; groups])))
    }

    /// The groups of the rows that the WHERE keeps, in parts of about the same number of rows. Groups that are too small for HAVING may
    /// be left out.
    fn groups(
        &self,
        window: &EventWindow,
        filter: Option<&Expression>,
        rows: Rows<'_>,
        stop: &Stop<'_>,
    ) -> Result<Grouped, Stopped> {
        let least = self.least();
        if let Some(known) = window.known.groups(filter, &self.keys, least) {
            return Ok(known);
        }
        let many = self.many(window, filter, rows, least, stop)?;
        let (rows, least) = many.as_ref().map_or((rows, 1), |many| (Rows::List(many), least));
        window.known.group(filter, &self.keys, least, || {
            let codes = |key| Ok((key, key_codes(key, window, rows, stop)?));
            let mut keys = self.keys.iter().map(codes).collect::<Result<Vec<_>, Stopped>>()?;
            // The key with the most codes divides the work best. The order of the keys makes no difference to the groups.
            keys.sort_by_key(|(_, codes)| std::cmp::Reverse(codes.codes().1));
            let Some(((first, codes), rest)) = keys.split_first() else { return Err(Stopped::Fallback("it has no keys")) };
            let divided = |mut groups: Groups| {
                for (_, codes) in rest {
                    groups = groups.divide(codes, stop)?;
                }
                Ok(groups)
            };
            // Another rule may have asked for the groups of the first key.
            let of_first = || window.known.groups(filter, std::slice::from_ref(first), least);
            if let Some(known) = (!rest.is_empty() && many.is_none()).then(of_first).flatten() {
                return Ok(Arc::new(in_parallel(known.len(), |part| divided(known[part].clone()))?));
            }
            let deal = Deal::new(rows, codes, window.threads.min(rows.len() / ROWS_A_THREAD).max(1));
            stop.check()?;
            Ok(Arc::new(in_parallel(deal.parts.len(), |part| divided(deal.groups(deal.parts[part])))?))
        })
    }

    /// How many rows a group must have at least for HAVING.
    fn least(&self) -> u32 {
        self.having.as_ref().map_or(1, |having| self.least_for(having))
    }

    /// How many rows a group must have at least for a condition: as many as it counts, of all or of different ones.
    fn least_for(&self, condition: &Expression) -> u32 {
        let counts = |expression: &Expression| {
            let Node::Slot(slot) = expression.node else { return false };
            let aggregate = slot.checked_sub(self.keys.len()).and_then(|number| self.aggregates.get(number));
            aggregate.is_some_and(|aggregate| matches!(aggregate.fold, Fold::Rows | Fold::Count | Fold::Distinct))
        };
        let (comparison, count) = match &condition.node {
            Node::And(left, right) => return self.least_for(left).max(self.least_for(right)),
            Node::Or(left, right) => return self.least_for(left).min(self.least_for(right)),
            Node::Compare(comparison, left, right) => match (&left.node, &right.node) {
                (_, Node::Integer(count)) if counts(left) => (*comparison, *count),
                (Node::Integer(count), _) if counts(right) => (comparison.mirrored(), *count),
                _ => return 1,
            },
            _ => return 1,
        };
        let least = match comparison {
            Comparison::Greater => count.saturating_add(1),
            Comparison::GreaterOrEqual | Comparison::Equal => count,
            Comparison::NotEqual | Comparison::Less | Comparison::LessOrEqual => 1,
        };
        least.clamp(1, i64::from(u32::MAX)) as u32
    }

    /// The rows that may be in groups of so many; none where that would spare little. A group has no more rows than any of its keys has.
    fn many(
        &self,
        window: &EventWindow,
        filter: Option<&Expression>,
        rows: Rows<'_>,
        least: u32,
        stop: &Stop<'_>,
    ) -> Result<Option<Vec<u32>>, Stopped> {
        let mut masks = Vec::new();
        for (number, key) in self.keys.iter().enumerate().filter(|_| least > 1) {
            let Some((_, codes)) = column_codes(key, window).filter(|(_, (_, codes))| pays(*codes, rows)) else { continue };
            if self.keys[..number].contains(key) {
                continue;
            }
            let sizes = known_sizes(window, filter, rows, key, codes, stop)?;
            // A code without rows leaves out none.
            if sizes.iter().any(|size| (1..least).contains(size)) {
                let table = sizes.iter().map(|size| u8::from(*size >= least)).collect();
                masks.push(Mask::Table(codes.0, Cow::Owned(table)));
            }
        }
        if masks.is_empty() {
            return Ok(None);
        }
        stop.check()?;
        let many = masked(&masks, window, rows, stop)?;
        Ok((many.len() <= rows.len() - rows.len() / SPARED).then_some(many))
    }

    /// The slots of some groups. What HAVING needs is computed first, for one of its conditions after the other and only for groups that
    /// those before keep, and the rest for those that all keep.
    fn fold(&self, window: &EventWindow, groups: &Groups, stop: &Stop<'_>) -> Result<Found, Stopped> {
        // The only group of a query without keys may have no rows.
        let least = if self.keys.is_empty() { 0 } else { self.least() as usize };
        let mut which: Vec<u32> = (0..groups.count()).filter(|group| groups.rows_of(*group).len() >= least).collect();
        let mut slots: Vec<Option<Vector>> = vec![None; self.keys.len() + self.aggregates.len()];
        for condition in self.having.iter().flat_map(conjuncts) {
            for slot in named(condition) {
                if slots[slot].is_none() {
                    slots[slot] = Some(self.slot(slot, window, groups, &which, stop)?);
                }
            }
            let frame: Vec<Vector> =
                slots.iter().map(|slot| slot.clone().unwrap_or_else(|| Vector::integers(Vec::new(), None))).collect();
            let places = true_places(condition, &frame, which.len());
            for slot in slots.iter_mut().flatten() {
                *slot = slot.gather(Rows::List(&places));
            }
            which = places.iter().map(|&place| which[place as usize]).collect();
        }
        let filled = slots.into_iter().enumerate().map(|(number, slot)| match slot {
            Some(slot) => Ok(slot),
            None => self.slot(number, window, groups, &which, stop),
        });
        let filled = filled.collect::<Result<_, _>>()?;
        // The only group of a query without keys may be empty.
        let firsts = which.iter().map(|&group| groups.rows_of(group).first().copied().unwrap_or_default()).collect();
        Ok((filled, firsts))
    }

    fn slot(
        &self,
        slot: usize,
        window: &EventWindow,
        groups: &Groups,
        which: &[u32],
        stop: &Stop<'_>,
    ) -> Result<Vector, Stopped> {
        stop.take(which.len())?;
        match self.keys.get(slot) {
            Some(key) => {
                let firsts: Vec<u32> = which.iter().filter_map(|&group| groups.rows_of(group).first().copied()).collect();
                Ok(evaluate(key, window, Rows::List(&firsts)))
            }
            None => self.aggregates[slot - self.keys.len()].compute(window, groups, which, stop),
        }
    }
}

/// Where a condition is true of the slots of so many groups.
fn true_places(condition: &Expression, slots: &[Vector], groups: usize) -> Vec<u32> {
    let mut places = Vec::new();
    for (from, to) in strides(groups) {
        let mask = evaluate(condition, slots, Rows::Range(from as u32, to as u32));
        places.extend((from..to).filter(|place| mask.is_true(place - from)).map(|place| place as u32));
    }
    places
}

/// Whether there are few enough codes to count each of them among so many rows.
fn pays(codes: u64, rows: Rows<'_>) -> bool {
    codes <= rows.len() as u64 + 65_536
}

/// For each code of a column the number of the rows, which are those that the WHERE keeps.
fn known_sizes(
    window: &EventWindow,
    filter: Option<&Expression>,
    rows: Rows<'_>,
    key: &Expression,
    (codes, count): (&Packed, u64),
    stop: &Stop<'_>,
) -> Result<Arc<Vec<u32>>, Stopped> {
    window.known.sizes(filter, key, || {
        stop.take(count as usize)?;
        // Each part has a table of its own: all of them are not much larger than the rows.
        let most = rows.len() / (count as usize).max(1);
        let mut parts = by_parts(rows, window, most, |part| Ok(sizes(part, codes, count)))?.into_iter();
        let mut all = parts.next().unwrap_or_default();
        parts.for_each(|part| all.iter_mut().zip(part).for_each(|(size, more)| *size += more));
        Ok(Arc::new(all))
    })
}

/// The slots that an expression names.
pub(super) fn named(expression: &Expression) -> Vec<usize> {
    let mut slots = Vec::new();
    let mut open = vec![expression];
    while let Some(expression) = open.pop() {
        match &expression.node {
            Node::Null | Node::Integer(_) | Node::Real(_) | Node::Text(_) => {}
            Node::Slot(slot) => slots.push(*slot),
            Node::Compare(_, left, right) | Node::And(left, right) | Node::Or(left, right) | Node::Arithmetic(_, left, right) => {
                open.extend([&**left, &**right]);
            }
            Node::Test(inner, _) | Node::Among(inner, ..) | Node::Not(inner) | Node::IsNull(inner) => open.push(inner),
            Node::Rewritten(inner, ..) | Node::Absolute(inner) | Node::ToReal(inner) | Node::ToInteger(inner) => open.push(inner),
            Node::Case(cases, otherwise) => {
                open.extend(cases.iter().flat_map(|(condition, value)| [condition, value]));
                open.push(otherwise);
            }
            Node::Coalesce(values) | Node::Extreme(_, values) => open.extend(values),
        }
        debug_assert!(!matches!(expression.kind, Kind::List(_)), "a list is only a result");
    }
    slots.sort_unstable();
    slots.dedup();
    slots
}
