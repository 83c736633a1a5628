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

/// Which groups: of the rows that a WHERE keeps, by these keys; all that are wanted, and perhaps others.
#[derive(Debug)]
struct GroupingKey {
    filter: Option<Expression>,
    keys: Vec<Expression>,
    wanted: Wanted,
}

impl GroupingKey {
    fn is(&self, filter: Option<&Expression>, keys: &[Expression]) -> bool {
        self.filter.as_ref() == filter && self.keys == keys
    }
}

/// Which groups are wanted: those that have so many rows, and one at least of which a condition is true.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Wanted {
    pub(super) rows: u32,
    pub(super) reached: Option<Expression>,
}

impl Wanted {
    /// All groups.
    pub(super) const ALL: Self = Self { rows: 1, reached: None };

    /// Whether all groups are among these that others want.
    fn includes(&self, others: &Self) -> bool {
        self.rows <= others.rows && (self.reached.is_none() || self.reached == others.reached)
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

    /// Groups among which are all that are wanted, where such were asked for before.
    pub(super) fn groups(&self, filter: Option<&Expression>, keys: &[Expression], wanted: &Wanted) -> Option<Grouped> {
        self.groupings.known(|of| of.wanted.includes(wanted) && of.is(filter, keys))
    }

    /// Groups among which are all that are wanted, which are made unless they are known for exactly that.
    pub(super) fn group(
        &self,
        filter: Option<&Expression>,
        keys: &[Expression],
        wanted: &Wanted,
        make: impl FnOnce() -> Result<Grouped, Stopped>,
    ) -> Result<Grouped, Stopped> {
        let key = || GroupingKey { filter: filter.cloned(), keys: keys.to_vec(), wanted: wanted.clone() };
        // Those that include them may not be made yet: these would stand for them then.
        self.groupings.get(|of| of.wanted == *wanted && of.is(filter, keys), key, make)
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
        let of = |rows| Wanted { rows, reached: None };
        assert!(cache.group(None, &key, &of(1), || Err(Stopped::Fallback("no"))).is_err());
        assert_eq!(cache.group(None, &key, &of(30), || made(30)).ok().map(rows), Some(30));
        assert_eq!(cache.groups(None, &key, &of(5)).map(rows), None);
        assert_eq!(cache.group(None, &key, &of(1), || made(100)).ok().map(rows), Some(100));
        assert!(cache.groups(None, &key, &of(29)).is_some_and(|groups| rows(groups) == 100));
        assert!(cache.groups(None, &key, &of(30)).is_some() && cache.groups(None, &[], &of(30)).is_none());
    }

    #[test]
    fn groups_with_late_rows_stand_for_no_others() {
        let (cache, key) = (Cache::default(), [Expression::integer(7)]);
        let late = |rows, since| Wanted { rows, reached: Some(Expression::integer(since)) };
        let made = |rows: u32| Ok(Arc::new(vec![Groups::single(Rows::Range(0, rows))]));
        let known = |wanted: &Wanted| cache.groups(None, &key, wanted).map(|groups| groups[0].rows.len());
        assert!(cache.group(None, &key, &late(1, 9), || made(50)).is_ok());
        assert_eq!(
            [late(1, 9), late(5, 9), late(1, 8), Wanted::ALL].map(|wanted| known(&wanted)),
            [Some(50), Some(50), None, None]
        );
        assert!(cache.group(None, &key, &Wanted::ALL, || made(100)).is_ok());
        assert_eq!(known(&late(1, 8)), Some(100));
    }
}
