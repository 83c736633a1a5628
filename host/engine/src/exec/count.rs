//! Counts rows by the codes of a column, which needs no groups.

use std::sync::Arc;

use super::budget::{Budget, Stopped};
use super::evaluate::evaluate;
use super::frame::ByCode;
use super::having::true_places;
use super::keys::{column_codes, sizes};
use super::vector::Vector;
use super::window::EventWindow;
use crate::plan::{Aggregate, Expression, Fold, Grouping};
use crate::storage::{Packed, Rows};

/// The slots of groups, and the first row of each.
pub(super) type GroupSlots = (Vec<Vector>, Vec<u32>);

impl Grouping {
    /// What [`Self::slots`] gives, for a query that only counts rows by one column: it needs no groups.
    pub(super) fn counted(
        &self,
        window: &EventWindow,
        filter: Option<&Expression>,
        rows: Rows<'_>,
        budget: &Budget<'_>,
    ) -> Result<Option<GroupSlots>, Stopped> {
        let [key] = self.keys.as_slice() else { return Ok(None) };
        let Some((column, codes)) = column_codes(key, &window.events).filter(|(_, (_, codes))| pays(*codes, rows)) else {
            return Ok(None);
        };
        let counts_rows = |aggregate: &Aggregate| aggregate.fold == Fold::Rows && aggregate.filter.is_none();
        if self.distinct || !self.aggregates.iter().all(counts_rows) {
            return Ok(None);
        }
        let sizes = known_sizes(window, filter, rows, key, codes, budget)?;
        let least = self.least();
        let found: Vec<u32> = (0..sizes.len() as u32).filter(|code| sizes[*code as usize] >= least).collect();
        budget.take(found.len().saturating_mul(2 + self.aggregates.len()))?;
        let counts: Vec<i64> = found.iter().map(|&code| i64::from(sizes[code as usize])).collect();
        let counts = self.aggregates.iter().map(|_| Vector::integers(counts.clone(), None));
        let mut slots: Vec<Vector> = [evaluate(key, &ByCode(column), Rows::List(&found))].into_iter().chain(counts).collect();
        if let Some(having) = &self.having {
            let places = true_places(having, &slots, found.len(), budget);
            slots.iter_mut().for_each(|slot| *slot = slot.gather(Rows::List(&places)));
        }
        let groups = slots[0].len();
        Ok(Some((slots, vec![0; groups])))
    }
}

/// Whether there are few enough codes to count each of them among so many rows.
pub(super) fn pays(codes: u64, rows: Rows<'_>) -> bool {
    codes <= rows.len() as u64 + 65_536
}

/// For each code of a column the number of the rows, which are those that the WHERE keeps.
pub(super) fn known_sizes(
    window: &EventWindow,
    filter: Option<&Expression>,
    rows: Rows<'_>,
    key: &Expression,
    (codes, count): (&Packed, u64),
    budget: &Budget<'_>,
) -> Result<Arc<Vec<u32>>, Stopped> {
    window.cache.sizes(filter, key, || {
        budget.take(count as usize)?;
        // Each part has a table of its own: all of them are not much larger than the rows.
        let most = rows.len() / (count as usize).max(1);
        let mut parts = window.workers.by_parts(rows, most, |part| Ok(sizes(part, codes, count)))?.into_iter();
        let mut all = parts.next().unwrap_or_default();
        parts.for_each(|part| all.iter_mut().zip(part).for_each(|(size, more)| *size += more));
        Ok(Arc::new(all))
    })
}
