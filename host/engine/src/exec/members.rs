//! The rows of groups that an aggregate counts: all of them, or those that its FILTER keeps.

use super::filter::{Filter, is_true};
use super::groups::Groups;
use crate::plan::Expression;
use crate::storage::{EventTable, Rows};

/// The FILTER of an aggregate, for the rows of some groups.
pub(super) fn filter<'a>(
    condition: Option<&'a Expression>,
    events: &'a EventTable,
    groups: &Groups,
    which: &[u32],
) -> Option<Filter<'a>> {
    let rows = || which.iter().map(|&group| groups.rows_of(group).len()).sum();
    condition.map(|condition| Filter::new(condition, events, rows()))
}

/// The rows of one group after another.
#[derive(Default)]
pub(super) struct Members {
    truths: Vec<u8>,
    rows: Vec<u32>,
}

impl Members {
    /// Those of a group that a filter keeps.
    pub(super) fn of<'a>(&'a mut self, filter: Option<&Filter<'_>>, events: &EventTable, rows: &'a [u32]) -> &'a [u32] {
        let Some(filter) = filter else { return rows };
        filter.apply(events, Rows::List(rows), &mut self.truths);
        self.rows.clear();
        self.rows.extend(rows.iter().zip(&self.truths).filter(|(_, truth)| is_true(**truth)).map(|(row, _)| *row));
        &self.rows
    }
}
