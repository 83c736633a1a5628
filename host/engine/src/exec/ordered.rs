//! The rows of groups in the order of lists. Lists of the same order share it: mostly all of a query have one.

use std::ops::Range;
use std::sync::Arc;

use super::budget::{Budget, Stopped};
use super::evaluate::evaluate;
use super::groups::Groups;
use super::members::{self, Members};
use super::sort::{Direction, SortKey};
use crate::plan::Expression;
use crate::storage::{EventTable, Rows};

/// The rows of some groups, one group after another, each in an order.
#[derive(Debug, Default)]
pub(super) struct Ordered {
    pub(super) rows: Vec<u32>,
    /// Where each group ends.
    pub(super) ends: Vec<usize>,
}

/// Terms, and which of them descend.
type Order = Vec<(Expression, bool)>;

/// What was put in order for some groups.
#[derive(Debug, Default)]
pub(super) struct Orders(Vec<(Option<Expression>, Order, Arc<Ordered>)>);

impl Orders {
    /// The rows of groups that a filter keeps, in an order.
    pub(super) fn of(
        &mut self,
        filter: Option<&Expression>,
        order: &[(Expression, bool)],
        events: &EventTable,
        groups: &Groups,
        which: &[u32],
        budget: &Budget<'_>,
    ) -> Result<Arc<Ordered>, Stopped> {
        let is = |known: &&(Option<Expression>, Order, Arc<Ordered>)| known.0.as_ref() == filter && known.1 == order;
        if let Some((.., known)) = self.0.iter().find(is) {
            return Ok(Arc::clone(known));
        }
        let made = Arc::new(Ordered::new(filter, order, events, groups, which, budget)?);
        self.0.push((filter.cloned(), order.to_vec(), Arc::clone(&made)));
        Ok(made)
    }
}

impl Ordered {
    fn new(
        condition: Option<&Expression>,
        order: &[(Expression, bool)],
        events: &EventTable,
        groups: &Groups,
        which: &[u32],
        budget: &Budget<'_>,
    ) -> Result<Self, Stopped> {
        let (filter, mut kept) = (members::filter(condition, events, groups, which), Members::default());
        let mut ordered = Self { rows: Vec::new(), ends: Vec::with_capacity(which.len()) };
        // The terms of many small groups are evaluated at once.
        let (mut sorted, mut first) = (0, 0);
        for (place, &group) in which.iter().enumerate() {
            ordered.rows.extend(kept.of(filter.as_ref(), events, groups.rows_of(group)));
            ordered.ends.push(ordered.rows.len());
            if ordered.rows.len() - sorted >= budget.stride || place + 1 == which.len() {
                budget.take(ordered.rows.len() - sorted)?;
                ordered.sort(sorted, first, order, events);
                (sorted, first) = (ordered.rows.len(), place + 1);
                budget.check()?;
            }
        }
        Ok(ordered)
    }

    /// Sorts the groups from one on, whose rows begin at a place.
    fn sort(&mut self, begin: usize, first: usize, order: &[(Expression, bool)], events: &EventTable) {
        if order.is_empty() {
            return;
        }
        let key = |(term, descends): &(Expression, bool)| {
            let direction = if *descends { Direction::Down } else { Direction::Up };
            SortKey::new(evaluate(term, events, Rows::List(&self.rows[begin..])), direction)
        };
        let keys: Vec<SortKey> = order.iter().map(key).collect();
        let compare = |left: &u32, right: &u32| SortKey::compare_all(&keys, *left as usize, *right as usize);
        let (mut places, mut start) = (Vec::new(), begin);
        for &end in &self.ends[first..] {
            places.clear();
            places.extend((start - begin) as u32..(end - begin) as u32);
            // Where rows are read through the index on time, they are in that order already.
            if !places.is_sorted_by(|left, right| compare(left, right).is_le()) {
                places.sort_by(compare);
                let rows: Vec<u32> = places.iter().map(|&place| self.rows[begin + place as usize]).collect();
                self.rows[start..end].copy_from_slice(&rows);
            }
            start = end;
        }
    }

    /// Where the rows of each group are.
    pub(super) fn ranges(&self) -> impl Iterator<Item = Range<usize>> {
        self.ends.iter().scan(0, |start, &end| Some(std::mem::replace(start, end)..end))
    }
}
