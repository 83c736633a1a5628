//! WHERE: which rows of the window a query looks at.

use std::sync::Arc;

use super::budget::{Budget, Stopped};
use super::cache::Selection;
use super::filter::{Filter, kept};
use super::window::EventWindow;
use crate::plan::{Expression, Node};
use crate::storage::Rows;

/// The rows that a WHERE keeps.
pub(super) fn select(filter: &Expression, window: &EventWindow, budget: &Budget<'_>) -> Result<Selection, Stopped> {
    let conditions = filter.conjuncts();
    // What an index finds is found as quickly again.
    if let Some(among) = conditions.iter().find_map(|condition| window.indexes.rows(condition, &window.events)) {
        return scan(&conditions, Some(among), window, budget);
    }
    window.cache.select(filter, || {
        // What comes before one of the ANDs may be another rule's WHERE, whose rows are known: only these are looked at then.
        let (mut first, mut rest) = (filter, Vec::new());
        while let Node::And(before, last) = &first.node {
            rest.splice(0..0, last.conjuncts());
            if let Some(rows) = window.cache.selection(before) {
                return scan(&rest, rows, window, budget);
            }
            first = before;
        }
        scan(&conditions, None, window, budget)
    })
}

/// Those of some rows, or of all, of which all conditions are true.
fn scan(conditions: &[&Expression], among: Selection, window: &EventWindow, budget: &Budget<'_>) -> Result<Selection, Stopped> {
    let all = match &among {
        Some(list) => Rows::List(list),
        None => Rows::Range(0, window.events.rows()),
    };
    let filters: Vec<Filter<'_>> = conditions.iter().map(|condition| Filter::new(condition, &window.events, all.len())).collect();
    let selected = matching(&filters, window, all, budget)?;
    Ok((selected.len() < window.events.rows() as usize).then(|| Arc::new(selected)))
}

/// Those of some rows of which all filters are true.
pub(super) fn matching(
    filters: &[Filter<'_>],
    window: &EventWindow,
    rows: Rows<'_>,
    budget: &Budget<'_>,
) -> Result<Vec<u32>, Stopped> {
    let part = |rows: Rows<'_>| {
        let (mut selected, mut truths) = (Vec::new(), Vec::new());
        for (from, to) in budget.strides(rows.len()) {
            selected.extend(kept(filters, &window.events, rows.part(from, to), &mut truths));
            budget.check()?;
        }
        Ok(selected)
    };
    Ok(window.workers.by_parts(rows, usize::MAX, part)?.concat())
}
