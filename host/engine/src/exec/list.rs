//! Computes lists: the values of a group, in an order or each once.

use super::budget::{Budget, Stopped};
use super::evaluate::evaluate;
use super::groups::Groups;
use super::members::Members;
use super::sort::{Direction, SortKey};
use super::vector::{Data, Vector};
use crate::plan::{Aggregate, Expression};
use crate::storage::{EventTable, Rows};

impl Aggregate {
    /// The list of each of some groups.
    pub(super) fn list(
        &self,
        events: &EventTable,
        groups: &Groups,
        which: &[u32],
        distinct: bool,
        order: &[(Expression, bool)],
        budget: &Budget<'_>,
    ) -> Result<Vector, Stopped> {
        let (mut lists, mut ends): (Option<Vector>, Vec<usize>) = (None, Vec::new());
        let (filter, mut kept) = (self.filter(events, groups, which), Members::default());
        let mut since = 0;
        // Rows of many small groups are read at once.
        let (mut gathered, mut end) = (Vec::new(), 0);
        for (place, &group) in which.iter().enumerate() {
            let rows = kept.of(filter.as_ref(), events, groups.rows_of(group));
            let mut rows = rows.to_vec();
            if !order.is_empty() {
                let keys = order.iter().map(|(term, descends)| {
                    SortKey::new(
                        evaluate(term, events, Rows::List(&rows)),
                        if *descends { Direction::Down } else { Direction::Up },
                    )
                });
                let keys: Vec<SortKey> = keys.collect();
                let mut places: Vec<u32> = (0..rows.len() as u32).collect();
                places.sort_by(|&left, &right| SortKey::compare_all(&keys, left as usize, right as usize));
                rows = places.into_iter().map(|place| rows[place as usize]).collect();
            }
            if distinct {
                rows = self.first_of_each(events, rows);
            }
            budget.take(rows.len())?;
            since += rows.len() + 1;
            end += rows.len();
            ends.push(end);
            gathered.extend(rows);
            if gathered.len() >= budget.stride || place + 1 == which.len() {
                let values = evaluate(&self.argument, events, Rows::List(&gathered));
                gathered.clear();
                match &mut lists {
                    Some(lists) => lists.append(values),
                    None => lists = Some(values),
                }
            }
            if since > budget.stride {
                since = 0;
                budget.check()?;
            }
        }
        let values = lists.unwrap_or_else(|| evaluate(&self.argument, events, Rows::List(&[])));
        if (0..values.len()).any(|element| values.is_null(element)) {
            // No list of a result has nulls; SQLite says so in its own words.
            return Err(Stopped::Fallback("a list holds a null"));
        }
        Ok(Vector { data: Data::Lists(Box::new(values), ends), nulls: None })
    }

    fn first_of_each(&self, events: &EventTable, rows: Vec<u32>) -> Vec<u32> {
        let values = evaluate(&self.argument, events, Rows::List(&rows));
        let mut seen = std::collections::HashSet::new();
        let value = |index: usize| match &values.data {
            Data::Texts(codes, _) => Some(i64::from(codes[index])),
            _ if values.is_null(index) => None,
            _ => Some(values.integer(index)),
        };
        rows.into_iter().enumerate().filter(|(index, _)| seen.insert(value(*index))).map(|(_, row)| row).collect()
    }
}
