//! Runs a plan over the window: filter, group, aggregate, sort, send. Before the first batch is sent it may still turn out that only
//! SQLite can say what the result is; after it, never.

use std::sync::atomic::AtomicBool;

use super::batch::{Send, emit};
use super::budget::{Budget, Fallback, Stopped};
use super::evaluate::evaluate;
use super::select::select;
use super::sort::{Direction, SortKey};
use super::vector::Vector;
use super::window::EventWindow;
use crate::plan::{Expression, FastPlan};
use crate::storage::{EventTable, Rows};
use net_scout_model::{Batch, QueryError, QueryLimits};

/// How a run ended without an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All batches were sent.
    Done,
    /// The receiver has gone.
    Unheard,
    /// Nothing was sent: the query must run in SQLite.
    Sqlite(Fallback),
}

impl FastPlan {
    /// Runs the plan on the window that it was made for, and hands over its batches until `send` says that the receiver has gone.
    ///
    /// # Errors
    /// As SQLite's rows would give for the same limits.
    pub fn run(
        &self,
        window: &EventWindow,
        limits: &QueryLimits,
        cancelled: &AtomicBool,
        mut send: impl FnMut(Batch) -> bool,
    ) -> Result<Outcome, QueryError> {
        let budget = Budget::new(limits, cancelled, window.stride);
        match self.stream(window, &budget, &mut send) {
            Ok(true) => Ok(Outcome::Done),
            Ok(false) => Ok(Outcome::Unheard),
            Err(Stopped::Fallback(reason)) => Ok(Outcome::Sqlite(Fallback(reason))),
            Err(Stopped::Error(error)) => Err(error),
        }
    }

    fn stream(&self, window: &EventWindow, budget: &Budget<'_>, send: Send<'_>) -> Result<bool, Stopped> {
        budget.check()?;
        let filter = self.filter.as_ref().filter(|filter| !filter.is_always_true());
        let selected = match filter {
            Some(filter) => select(filter, window, budget)?,
            None => None,
        };
        // A WHERE that keeps all rows makes the groups of none.
        let filter = filter.filter(|_| selected.is_some());
        let rows = match &selected {
            Some(list) => Rows::List(list),
            None => Rows::Range(0, window.events.rows()),
        };
        let Some(grouping) = &self.grouping else {
            if self.order.is_empty() {
                return emit(&window.events, &self.outputs, rows, budget, send);
            }
            budget.take(rows.len().saturating_mul(self.order.len()))?;
            let keys = self
                .order
                .iter()
                .map(|(term, descends)| sort_key(&in_strides(term, &window.events, rows, budget), *descends))
                .collect::<Vec<_>>();
            let places = self.page(SortKey::order(&keys, rows.len(), self.reach()));
            let ordered: Vec<u32> = match rows {
                Rows::Range(start, _) => places.iter().map(|place| start + place).collect(),
                Rows::List(list) => places.iter().map(|&place| list[place as usize]).collect(),
            };
            return emit(&window.events, &self.outputs, Rows::List(&ordered), budget, send);
        };
        let (slots, firsts) = grouping.slots(window, filter, rows, budget)?;
        let count = firsts.len();
        let frame = slots.as_slice();
        let all = Rows::Range(0, count as u32);
        let mut keys: Vec<SortKey> =
            self.order.iter().map(|(term, descends)| sort_key(&evaluate(term, frame, all), *descends)).collect();
        if grouping.distinct {
            keys.push(sort_key(&Vector::integers(firsts.iter().map(|&row| i64::from(row)).collect(), None), false));
        } else {
            keys.extend(slots[..grouping.keys.len()].iter().map(|slot| sort_key(slot, false)));
        }
        let places = self.page(SortKey::order(&keys, count, self.reach()));
        emit(frame, &self.outputs, Rows::List(&places), budget, send)
    }

    /// How many rows of the ordered result are of interest.
    fn reach(&self) -> usize {
        self.limit.map_or(usize::MAX, |limit| usize::try_from(limit.saturating_add(self.offset)).unwrap_or(usize::MAX))
    }

    /// What LIMIT and OFFSET leave.
    fn page(&self, mut places: Vec<u32>) -> Vec<u32> {
        places.drain(..usize::try_from(self.offset).unwrap_or(usize::MAX).min(places.len()));
        places
    }
}

fn sort_key(vector: &Vector, descends: bool) -> SortKey {
    SortKey::new(vector.clone(), if descends { Direction::Down } else { Direction::Up })
}

/// The values for many rows, without temporaries of that size.
fn in_strides(expression: &Expression, events: &EventTable, rows: Rows<'_>, budget: &Budget<'_>) -> Vector {
    let mut all = evaluate(expression, events, Rows::List(&[]));
    for (from, to) in budget.strides(rows.len()) {
        all.append(evaluate(expression, events, rows.part(from, to)));
    }
    all
}
