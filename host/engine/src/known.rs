//! What several rules ask for is made once: the rows that a WHERE keeps, and the groups of them by columns or expressions. Whoever asks
//! while another makes it waits for that.

use std::sync::{Arc, Mutex, PoisonError};

use super::expression::Expression;
use super::group::Groups;
use super::run::Stopped;

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

/// What is known of a window.
#[derive(Debug)]
pub(super) struct Known {
    selections: Memory<Expression, Selection>,
    sizes: Memory<(Option<Expression>, Expression), Arc<Vec<u32>>>,
    groupings: Memory<Divided, Grouped>,
}

/// Which groups: of the rows that a WHERE keeps, by these keys; all that have so many rows, and perhaps others.
#[derive(Debug)]
struct Divided {
    filter: Option<Expression>,
    keys: Vec<Expression>,
    least: u32,
}

impl Divided {
    fn is(&self, filter: Option<&Expression>, keys: &[Expression]) -> bool {
        self.filter.as_ref() == filter && self.keys == keys
    }
}

impl Default for Known {
    fn default() -> Self {
        Self { selections: Memory::new(SELECTIONS), sizes: Memory::new(SIZES), groupings: Memory::new(GROUPINGS) }
    }
}

impl Known {
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
        let key = || Divided { filter: filter.cloned(), keys: keys.to_vec(), least };
        // Those of a smaller number may not be made yet: these would stand for them then.
        self.groupings.get(|of| of.least == least && of.is(filter, keys), key, make)
    }
}

/// A value, none until it is made.
type Cell<V> = Arc<Mutex<Option<V>>>;

/// Values by key. What was asked for last is forgotten last.
#[derive(Debug)]
struct Memory<K, V> {
    most: usize,
    entries: Mutex<Vec<(K, Cell<V>)>>,
}

impl<K, V: Clone> Memory<K, V> {
    fn new(most: usize) -> Self {
        Self { most, entries: Mutex::new(Vec::new()) }
    }

    /// The value of a key that was asked for before.
    fn known(&self, is: impl Fn(&K) -> bool) -> Option<V> {
        let cell = {
            let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
            last(&mut entries, is)?
        };
        let value = cell.lock().unwrap_or_else(PoisonError::into_inner);
        value.clone()
    }

    /// The value of a key. Where it cannot be made, the next who asks tries it again.
    fn get(
        &self,
        is: impl Fn(&K) -> bool,
        key: impl FnOnce() -> K,
        make: impl FnOnce() -> Result<V, Stopped>,
    ) -> Result<V, Stopped> {
        let cell = {
            let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
            last(&mut entries, is).unwrap_or_else(|| {
                if entries.len() >= self.most {
                    entries.remove(0);
                }
                let cell = Cell::default();
                entries.push((key(), Arc::clone(&cell)));
                cell
            })
        };
        let mut value = cell.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = &*value {
            return Ok(known.clone());
        }
        let made = make()?;
        *value = Some(made.clone());
        Ok(made)
    }
}

/// Looks for an entry, and puts it behind all others.
fn last<K, V>(entries: &mut Vec<(K, Cell<V>)>, is: impl Fn(&K) -> bool) -> Option<Cell<V>> {
    let place = entries.iter().position(|(key, _)| is(key))?;
    let entry = entries.remove(place);
    let cell = Arc::clone(&entry.1);
    entries.push(entry);
    Some(cell)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[test]
    fn a_value_is_made_once_and_the_last_are_kept() {
        let (memory, made) = (Memory::new(2), AtomicU32::new(0));
        let get = |key: u32| {
            let value = memory.get(|known| *known == key, || key, || Ok(made.fetch_add(1, Ordering::Relaxed)));
            value.expect("a value")
        };
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| get(1))).collect();
            assert!(threads.into_iter().all(|thread| thread.join().is_ok_and(|value| value == 0)));
        });
        assert_eq!((get(2), get(1), get(3), get(1), get(2)), (1, 0, 2, 0, 3));
        assert_eq!((memory.known(|key| *key == 1), memory.known(|key| *key == 3)), (Some(0), None));
    }

    /// Nobody finds groups of many rows where those of all are asked for, also when these could not be made before.
    #[test]
    fn groups_of_many_rows_stand_for_no_others() {
        let (known, key) = (Known::default(), [Expression::integer(7)]);
        let made = |rows: u32| Ok(Arc::new(vec![Groups::single(super::super::packed::Rows::Range(0, rows))]));
        let rows = |groups: Grouped| groups[0].rows.len();
        assert!(known.group(None, &key, 1, || Err(Stopped::Fallback("no"))).is_err());
        assert_eq!(known.group(None, &key, 30, || made(30)).ok().map(rows), Some(30));
        assert_eq!(known.groups(None, &key, 5).map(rows), None);
        assert_eq!(known.group(None, &key, 1, || made(100)).ok().map(rows), Some(100));
        assert!(known.groups(None, &key, 29).is_some_and(|groups| rows(groups) == 100));
        assert!(known.groups(None, &key, 30).is_some() && known.groups(None, &[], 30).is_none());
    }

    #[test]
    fn what_cannot_be_made_is_tried_again() {
        let memory: Memory<u32, u32> = Memory::new(2);
        assert!(memory.get(|_| true, || 1, || Err(Stopped::Fallback("no"))).is_err());
        assert_eq!(memory.known(|_| true), None);
        assert_eq!(memory.get(|_| true, || 1, || Ok(7)).ok(), Some(7));
    }
}
