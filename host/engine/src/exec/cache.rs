//! What several rules ask for is made once: the rows that a WHERE keeps, and the groups of them by columns or expressions.

use std::sync::Arc;

use super::budget::Stopped;
use super::groups::Groups;
use super::memo::Memo;
use crate::plan::Expression;

/// How many groupings are remembered: each takes up to 8 bytes a row.
const GROUPINGS: usize = 8;
/// How many selections are remembered: each takes up to 4 bytes a row.
const SELECTIONS: usize = 8;
/// How many columns are remembered by the sizes of their groups: each takes 4 bytes a code.
const SIZES: usize = 4;

/// The rows that a WHERE keeps: none where it keeps all of them.
pub(super) type Selection = Option<Arc<Vec<u32>>>;
/// Groups, in parts.
pub(super) type Grouped = Arc<Vec<Groups>>;

/// What is remembered of a window.
#[derive(Debug)]
pub(super) struct Cache {
    selections: Memo<Expression, Selection>,
    sizes: Memo<(Option<Expression>, Expression), Arc<Vec<u32>>>,
    groupings: Memo<GroupingKey, Grouped>,
}

/// Which groups: of the rows that a WHERE keeps, by these keys; all that have so many rows, and perhaps others.
#[derive(Debug)]
struct GroupingKey {
    filter: Option<Expression>,
    keys: Vec<Expression>,
    least: u32,
}

impl GroupingKey {
    fn is(&self, filter: Option<&Expression>, keys: &[Expression]) -> bool {
        self.filter.as_ref() == filter && self.keys == keys
    }
}

impl Default for Cache {
    fn default() -> Self {
        Self { selections: Memo::new(SELECTIONS), sizes: Memo::new(SIZES), groupings: Memo::new(GROUPINGS) }
    }
}

impl Cache {
    /// The rows that a WHERE keeps, where it was asked for before.
    pub(super) fn selection(&self, filter: &Expression) -> Option<Selection> {
        self.selections.known(|of| of == filter)
    }

    /// The rows that a WHERE keeps, which are made unless they are known.
    pub(super) fn select(
        &self,
        filter: &Expression,
        make: impl FnOnce() -> Result<Selection, Stopped>,
    ) -> Result<Selection, Stopped> {
        self.selections.get(|of| of == filter, || filter.clone(), make)
    }

    /// For each code of a key the number of rows that a WHERE keeps, which are counted unless they are known.
    pub(super) fn sizes(
        &self,
        filter: Option<&Expression>,
        key: &Expression,
        make: impl FnOnce() -> Result<Arc<Vec<u32>>, Stopped>,
    ) -> Result<Arc<Vec<u32>>, Stopped> {
        self.sizes.get(|(of, by)| of.as_ref() == filter && by == key, || (filter.cloned(), key.clone()), make)
    }

    /// Groups among which are all that have so many rows, where such were asked for before.
    pub(super) fn groups(&self, filter: Option<&Expression>, keys: &[Expression], least: u32) -> Option<Grouped> {
        self.groupings.known(|of| of.least <= least && of.is(filter, keys))
    }

    /// Groups among which are all that have so many rows, which are made unless they are known for exactly that number.
    pub(super) fn group(
        &self,
        filter: Option<&Expression>,
        keys: &[Expression],
        least: u32,
        make: impl FnOnce() -> Result<Grouped, Stopped>,
    ) -> Result<Grouped, Stopped> {
        let key = || GroupingKey { filter: filter.cloned(), keys: keys.to_vec(), least };
        // Those of a smaller number may not be made yet: these would stand for them then.
        self.groupings.get(|of| of.least == least && of.is(filter, keys), key, make)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::Rows;

    /// Groups of many rows are never found where groups of any number are asked for, also when these could not be made before.
    #[test]
    fn groups_of_many_rows_stand_for_no_others() {
        let (cache, key) = (Cache::default(), [Expression::integer(7)]);
        let made = |rows: u32| Ok(Arc::new(vec![Groups::single(Rows::Range(0, rows))]));
        let rows = |groups: Grouped| groups[0].rows.len();
        assert!(cache.group(None, &key, 1, || Err(Stopped::Fallback("no"))).is_err());
        assert_eq!(cache.group(None, &key, 30, || made(30)).ok().map(rows), Some(30));
        assert_eq!(cache.groups(None, &key, 5).map(rows), None);
        assert_eq!(cache.group(None, &key, 1, || made(100)).ok().map(rows), Some(100));
        assert!(cache.groups(None, &key, 29).is_some_and(|groups| rows(groups) == 100));
        assert!(cache.groups(None, &key, 30).is_some() && cache.groups(None, &[], 30).is_none());
    }
}
