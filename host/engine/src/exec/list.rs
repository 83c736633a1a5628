//! Computes lists: the values of a group, in an order or each once.

use std::collections::HashSet;

use super::budget::{Budget, Stopped};
use super::evaluate::evaluate;
use super::ordered::Ordered;
use super::vector::{Data, Vector};
use crate::plan::Aggregate;
use crate::storage::{EventTable, Rows};

impl Aggregate {
    /// The list of each of some groups, whose rows are in its order.
    pub(super) fn list(
        &self,
        events: &EventTable,
        ordered: &Ordered,
        distinct: bool,
        budget: &Budget<'_>,
    ) -> Result<Vector, Stopped> {
        budget.take(ordered.rows.len())?;
        let mut values = evaluate(&self.argument, events, Rows::List(&[]));
        for (from, to) in budget.strides(ordered.rows.len()) {
            values.append(evaluate(&self.argument, events, Rows::List(&ordered.rows[from..to])));
            budget.check()?;
        }
        let mut ends = ordered.ends.clone();
        if distinct {
            (values, ends) = first_of_each(&values, ordered);
        }
        if (0..values.len()).any(|element| values.is_null(element)) {
            // No list of a result has nulls; SQLite says so in its own words.
            return Err(Stopped::Fallback("a list holds a null"));
        }
        Ok(Vector { data: Data::Lists(Box::new(values), ends), nulls: None })
    }
}

/// The values of each group without those that came before in it, and where each group ends.
fn first_of_each(values: &Vector, ordered: &Ordered) -> (Vector, Vec<usize>) {
    let value = |index: usize| match &values.data {
        Data::Texts(codes, _) => Some(i64::from(codes[index])),
        _ if values.is_null(index) => None,
        _ => Some(values.integer(index)),
    };
    let (mut kept, mut ends, mut seen) = (Vec::new(), Vec::with_capacity(ordered.ends.len()), HashSet::new());
    for range in ordered.ranges() {
        seen.clear();
        kept.extend(range.filter(|&index| seen.insert(value(index))).map(|index| index as u32));
        ends.push(kept.len());
    }
    (values.gather(Rows::List(&kept)), ends)
}
