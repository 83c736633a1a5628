//! GROUP BY and DISTINCT: from rows to the slots of their groups, which are the keys and the aggregates. HAVING is applied as
//! soon as it can be: where it wants groups of many rows, or such with late rows, the others are not even made.

use std::borrow::Cow;
use std::sync::Arc;

use super::budget::{Budget, Stopped};
use super::cache::{Grouped, Wanted};
use super::count::{GroupSlots, known_sizes, pays};
use super::evaluate::evaluate;
use super::few;
use super::filter::Filter;
use super::groups::Groups;
use super::having::true_places;
use super::keys::{column_codes, key_codes, shared};
use super::ordered::Orders;
use super::partition::Partitions;
use super::select::matching;
use super::vector::Vector;
use super::window::EventWindow;
use super::workers::in_parallel;
use crate::plan::{Expression, Grouping};
use crate::storage::{EventTable, Rows};

/// Groups that HAVING does not want are left out before where that leaves out one row of so many at least.
const SPARED: usize = 4;

impl Grouping {
    /// The slots of all groups that HAVING keeps, and the first row of each where the order of groups is theirs.
    pub(super) fn slots(
        &self,
        window: &EventWindow,
        filter: Option<&Expression>,
        rows: Rows<'_>,
        budget: &Budget<'_>,
    ) -> Result<GroupSlots, Stopped> {
        if self.keys.is_empty() {
            return self.fold(&window.events, &Groups::single(rows), budget);
        }
        if let Some(counted) = self.counted(window, filter, rows, budget)? {
            return Ok(counted);
        }
        budget.take(rows.len())?;
        let groups = self.groups(window, filter, rows, budget)?;
        let mut parts = in_parallel(groups.len(), |part| self.fold(&window.events, &groups[part], budget))?.into_iter();
        let Some((mut slots, mut firsts)) = parts.next() else { return Err(Stopped::Fallback("it has no groups")) };
        for (more, more_firsts) in parts {
            slots.iter_mut().zip(more).for_each(|(slot, more)| slot.append(more));
            firsts.extend(more_firsts);
        }
        Ok((slots, firsts))
    }

    /// The groups of the rows that the WHERE keeps, in parts of about the same number of rows. Groups that are too small for HAVING may
    /// be left out.
    fn groups(
        &self,
        window: &EventWindow,
        filter: Option<&Expression>,
        rows: Rows<'_>,
        budget: &Budget<'_>,
    ) -> Result<Grouped, Stopped> {
        let wanted = Wanted { rows: self.least(), reached: self.reached() };
        if let Some(known) = window.cache.groups(filter, &self.keys, &wanted) {
            return Ok(known);
        }
        let some = self.some(window, filter, rows, &wanted, budget)?;
        let (rows, wanted) = some.as_ref().map_or((rows, &Wanted::ALL), |some| (Rows::List(some), &wanted));
        window.cache.group(filter, &self.keys, wanted, || {
            if let Some(groups) = few::grouped(&self.keys, &window.events, rows, budget)? {
                return Ok(Arc::new(vec![groups]));
            }
            let codes = |key| Ok((key, key_codes(key, &window.events, rows, budget)?));
            let mut keys = self.keys.iter().map(codes).collect::<Result<Vec<_>, Stopped>>()?;
            // The key with the most codes divides the work best. The order of the keys makes no difference to the groups.
            keys.sort_by_key(|(_, codes)| std::cmp::Reverse(codes.codes().1));
            let Some(((first, codes), rest)) = keys.split_first() else { return Err(Stopped::Fallback("it has no keys")) };
            let divided = |mut groups: Groups| {
                for (_, codes) in rest {
                    groups = groups.divide(codes, budget)?;
                }
                Ok(groups)
            };
            // Another rule may have asked for the groups of the first key.
            let of_first = || window.cache.groups(filter, std::slice::from_ref(first), wanted);
            if let Some(known) = (!rest.is_empty() && some.is_none()).then(of_first).flatten() {
                return Ok(Arc::new(in_parallel(known.len(), |part| divided(known[part].clone()))?));
            }
            let partitions = Partitions::new(rows, codes, window.workers.count(rows.len()));
            budget.check()?;
            Ok(Arc::new(in_parallel(partitions.parts.len(), |part| divided(partitions.groups(partitions.parts[part])))?))
        })
    }

    /// The rows that may be in groups that are wanted; none where that would spare little. A group has no more rows than any of its keys
    /// has, and each row of it has all of its keys.
    fn some(
        &self,
        window: &EventWindow,
        filter: Option<&Expression>,
        rows: Rows<'_>,
        wanted: &Wanted,
        budget: &Budget<'_>,
    ) -> Result<Option<Vec<u32>>, Stopped> {
        let keys = || self.keys.iter().enumerate().filter(|(number, key)| !self.keys[..*number].contains(key));
        let mut filters = Vec::new();
        for (_, key) in keys().filter(|_| wanted.rows > 1) {
            let Some((_, codes)) = column_codes(key, &window.events).filter(|(_, (_, codes))| pays(*codes, rows)) else {
                continue;
            };
            let sizes = known_sizes(window, filter, rows, key, codes, budget)?;
            // A code without rows leaves out none.
            if sizes.iter().any(|size| (1..wanted.rows).contains(size)) {
                let table = sizes.iter().map(|size| u8::from(*size >= wanted.rows)).collect();
                filters.push(Filter::Table(codes.0, Cow::Owned(table)));
            }
        }
        if let Some(reached) = &wanted.reached {
            let late = matching(&[Filter::new(reached, &window.events, rows.len())], window, rows, budget)?;
            for (_, key) in keys().filter(|_| late.len() <= rows.len() / SPARED) {
                let shared = shared(key, &window.events, &late, budget)?;
                filters.extend(shared.map(|(codes, table)| Filter::Table(codes, Cow::Owned(table))));
            }
        }
        if filters.is_empty() {
            return Ok(None);
        }
        budget.check()?;
        let some = matching(&filters, window, rows, budget)?;
        Ok((some.len() <= rows.len() - rows.len() / SPARED).then_some(some))
    }

    /// The slots of some groups. What HAVING needs is computed first, for one of its conditions after the other and only for groups that
    /// those before keep, and the rest for those that all keep.
    fn fold(&self, events: &EventTable, groups: &Groups, budget: &Budget<'_>) -> Result<GroupSlots, Stopped> {
        // The only group of a query without keys may have no rows.
        let least = if self.keys.is_empty() { 0 } else { self.least() as usize };
        let mut which: Vec<u32> = (0..groups.count()).filter(|group| groups.rows_of(*group).len() >= least).collect();
        let mut slots: Vec<Option<Vector>> = vec![None; self.keys.len() + self.aggregates.len()];
        let mut orders = Orders::default();
        for condition in self.having.iter().flat_map(Expression::conjuncts) {
            for slot in condition.slots() {
                if slots[slot].is_none() {
                    slots[slot] = Some(self.slot(slot, events, groups, &which, &mut orders, budget)?);
                }
            }
            let frame: Vec<Vector> =
                slots.iter().map(|slot| slot.clone().unwrap_or_else(|| Vector::integers(Vec::new(), None))).collect();
            let places = true_places(condition, &frame, which.len(), budget);
            for slot in slots.iter_mut().flatten() {
                *slot = slot.gather(Rows::List(&places));
            }
            which = places.iter().map(|&place| which[place as usize]).collect();
            orders = Orders::default();
        }
        let filled = slots.into_iter().enumerate().map(|(number, slot)| match slot {
            Some(slot) => Ok(slot),
            None => self.slot(number, events, groups, &which, &mut orders, budget),
        });
        let filled = filled.collect::<Result<_, _>>()?;
        // The only group of a query without keys may be empty.
        let firsts = which.iter().map(|&group| groups.rows_of(group).first().copied().unwrap_or_default()).collect();
        Ok((filled, firsts))
    }

    fn slot(
        &self,
        slot: usize,
        events: &EventTable,
        groups: &Groups,
        which: &[u32],
        orders: &mut Orders,
        budget: &Budget<'_>,
    ) -> Result<Vector, Stopped> {
        budget.take(which.len())?;
        match self.keys.get(slot) {
            Some(key) => {
                let firsts: Vec<u32> = which.iter().filter_map(|&group| groups.rows_of(group).first().copied()).collect();
                Ok(evaluate(key, events, Rows::List(&firsts)))
            }
            None => self.aggregates[slot - self.keys.len()].compute(events, groups, which, orders, budget),
        }
    }
}
