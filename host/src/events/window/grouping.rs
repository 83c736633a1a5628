//! From rows to the slots of their groups: the keys, and the aggregates. HAVING is asked as soon as it can be.

use std::sync::Arc;

use super::EventWindow;
use super::evaluate::evaluate;
use super::expression::{Expression, Kind, Node};
use super::group::{Deal, Groups, key_codes, strides};
use super::known::Grouped;
use super::packed::Rows;
use super::plan::Grouping;
use super::run::{ROWS_A_THREAD, Stop, Stopped, conjuncts, in_parallel};
use super::vector::Vector;

impl Grouping {
    /// The slots of all groups that HAVING keeps, and the first row of each.
    pub(super) fn slots(
        &self,
        window: &EventWindow,
        filter: Option<&Expression>,
        rows: Rows<'_>,
        stop: &Stop<'_>,
    ) -> Result<(Vec<Vector>, Vec<u32>), Stopped> {
        if self.keys.is_empty() {
            return self.fold(window, &Groups::single(rows), stop);
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

    /// The groups of the rows that the WHERE keeps, in parts of about the same number of rows.
    fn groups(
        &self,
        window: &EventWindow,
        filter: Option<&Expression>,
        rows: Rows<'_>,
        stop: &Stop<'_>,
    ) -> Result<Grouped, Stopped> {
        window.known.group(filter, &self.keys, || {
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
            if let Some(known) = (!rest.is_empty()).then(|| window.known.groups(filter, std::slice::from_ref(first))).flatten() {
                return Ok(Arc::new(in_parallel(known.len(), |part| divided(known[part].clone()))?));
            }
            let deal = Deal::new(rows, codes, window.threads.min(rows.len() / ROWS_A_THREAD).max(1));
            stop.check()?;
            Ok(Arc::new(in_parallel(deal.parts.len(), |part| divided(deal.groups(deal.parts[part])))?))
        })
    }

    /// The slots of some groups. What HAVING needs is computed first, for one of its conditions after the other and only for groups that
    /// those before keep, and the rest for those that all keep.
    fn fold(&self, window: &EventWindow, groups: &Groups, stop: &Stop<'_>) -> Result<(Vec<Vector>, Vec<u32>), Stopped> {
        let mut which: Vec<u32> = (0..groups.count()).collect();
        let mut slots: Vec<Option<Vector>> = vec![None; self.keys.len() + self.aggregates.len()];
        for condition in self.having.iter().flat_map(conjuncts) {
            for slot in named(condition) {
                if slots[slot].is_none() {
                    slots[slot] = Some(self.slot(slot, window, groups, &which, stop)?);
                }
            }
            let frame: Vec<Vector> =
                slots.iter().map(|slot| slot.clone().unwrap_or_else(|| Vector::integers(Vec::new(), None))).collect();
            let mut places = Vec::new();
            for (from, to) in strides(which.len()) {
                let mask = evaluate(condition, frame.as_slice(), Rows::Range(from as u32, to as u32));
                let stride = (from..to).filter(|place| mask.is_true(place - from));
                places.extend(stride.map(|place| place as u32));
            }
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
