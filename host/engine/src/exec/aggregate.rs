//! Computes aggregates. A group is a run of row numbers, ascending, so every aggregate is a walk along it.

use super::accumulator::Accumulators;
use super::budget::{Budget, Stopped};
use super::evaluate::evaluate;
use super::few::Distinct;
use super::filter::{TRUE, is_true};
use super::groups::Groups;
use super::keys::key_codes;
use super::members::{self, Members};
use super::ordered::Orders;
use super::vector::Vector;
use crate::plan::{Aggregate, Fold};
use crate::storage::{EventTable, Rows, with_codes};

impl Aggregate {
    /// The value for each of some groups.
    pub(super) fn compute(
        &self,
        events: &EventTable,
        groups: &Groups,
        which: &[u32],
        orders: &mut Orders,
        budget: &Budget<'_>,
    ) -> Result<Vector, Stopped> {
        match &self.fold {
            Fold::Rows if self.filter.is_none() => {
                Ok(Vector::integers(which.iter().map(|&group| groups.rows_of(group).len() as i64).collect(), None))
            }
            Fold::Rows => self.filtered(events, groups, which, budget),
            Fold::Distinct => self.distinct(events, groups, which, budget),
            Fold::List { distinct, order } => {
                let ordered = orders.of(self.filter.as_ref(), order, events, groups, which, budget)?;
                self.list(events, &ordered, *distinct, budget)
            }
            _ => self.fold(events, groups, which, budget),
        }
    }

    /// How many rows of each group the FILTER keeps: nothing is evaluated but that, and no group is looked up for a row.
    fn filtered(&self, events: &EventTable, groups: &Groups, which: &[u32], budget: &Budget<'_>) -> Result<Vector, Stopped> {
        let filter = members::filter(self.filter.as_ref(), events, groups, which);
        let (mut counts, mut rows, mut truths) = (vec![0_i64; which.len()], Vec::with_capacity(2 * budget.stride), Vec::new());
        // Where the rows of a group end that are among these.
        let mut ends: Vec<(usize, usize)> = Vec::new();
        let mut flush = |rows: &mut Vec<u32>, ends: &mut Vec<(usize, usize)>| {
            match &filter {
                Some(filter) => filter.apply(events, Rows::List(rows), &mut truths),
                None => truths = vec![TRUE; rows.len()],
            }
            let mut start = 0;
            for (place, end) in ends.drain(..) {
                counts[place] += truths[start..end].iter().map(|truth| i64::from(truth & TRUE)).sum::<i64>();
                start = end;
            }
            rows.clear();
            budget.check()
        };
        for (place, &group) in which.iter().enumerate() {
            for piece in groups.rows_of(group).chunks(budget.stride) {
                rows.extend_from_slice(piece);
                ends.push((place, rows.len()));
                if rows.len() >= budget.stride {
                    flush(&mut rows, &mut ends)?;
                }
            }
        }
        flush(&mut rows, &mut ends)?;
        Ok(Vector::integers(counts, None))
    }

    fn fold(&self, events: &EventTable, groups: &Groups, which: &[u32], budget: &Budget<'_>) -> Result<Vector, Stopped> {
        let mut accumulators = Accumulators::new(&self.fold, &self.argument.kind, which.len());
        let (filter, mut truths) = (members::filter(self.filter.as_ref(), events, groups, which), Vec::new());
        let (mut rows, mut owners) = (Vec::with_capacity(budget.stride), Vec::with_capacity(budget.stride));
        let mut flush = |rows: &mut Vec<u32>, owners: &mut Vec<u32>| {
            let values = evaluate(&self.argument, events, Rows::List(rows));
            match &filter {
                Some(filter) => {
                    filter.apply(events, Rows::List(rows), &mut truths);
                    accumulators.add(&values, owners, |index| is_true(truths[index]));
                }
                None => accumulators.add(&values, owners, |_| true),
            }
            rows.clear();
            owners.clear();
            budget.check()
        };
        for (place, &group) in which.iter().enumerate() {
            for piece in groups.rows_of(group).chunks(budget.stride) {
                rows.extend_from_slice(piece);
                owners.resize(rows.len(), place as u32);
                if rows.len() >= budget.stride {
                    flush(&mut rows, &mut owners)?;
                }
            }
        }
        flush(&mut rows, &mut owners)?;
        Ok(accumulators.finish(which.len()))
    }

    fn distinct(&self, events: &EventTable, groups: &Groups, which: &[u32], budget: &Budget<'_>) -> Result<Vector, Stopped> {
        let filter = members::filter(self.filter.as_ref(), events, groups, which);
        let (mut kept, mut since) = (Members::default(), 0);
        let mut values = Vec::with_capacity(which.len());
        if let Some(mut distinct) = Distinct::new(&self.argument, events, groups.rows.len()) {
            for &group in which {
                values.push(distinct.count(kept.of(filter.as_ref(), events, groups.rows_of(group))));
            }
            budget.check()?;
            return Ok(Vector::integers(values, None));
        }
        let codes = key_codes(&self.argument, events, Rows::List(&groups.rows), budget)?;
        let (codes, count) = codes.codes();
        // For each code the last group that had it.
        let mut seen = vec![0_u32; count as usize];
        for (place, &group) in which.iter().enumerate() {
            let rows = kept.of(filter.as_ref(), events, groups.rows_of(group));
            let mark = place as u32 + 1;
            let distinct = with_codes!(codes, codes => {
                let new = rows.iter().filter(|&&row| {
                    let code = codes[row as usize];
                    code != 0 && std::mem::replace(&mut seen[code as usize], mark) != mark
                });
                new.count()
            });
            values.push(distinct as i64);
            since += rows.len();
            if since > budget.stride {
                since = 0;
                budget.check()?;
            }
        }
        Ok(Vector::integers(values, None))
    }
}
