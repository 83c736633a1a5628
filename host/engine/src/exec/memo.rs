//! Values that are made once and then shared. A caller that asks for a value while another makes it waits for it.

use std::sync::{Arc, Mutex, PoisonError};

/// A value, none until it is made.
type Cell<V> = Arc<Mutex<Option<V>>>;

/// Values by key. What was asked for last is forgotten last.
#[derive(Debug)]
pub(super) struct Memo<K, V> {
    most: usize,
    entries: Mutex<Vec<(K, Cell<V>)>>,
}

impl<K, V: Clone> Memo<K, V> {
    /// Keeps so many values.
    pub(super) fn new(most: usize) -> Self {
        Self { most, entries: Mutex::new(Vec::new()) }
    }

    /// The value of a key that was asked for before.
    pub(super) fn known(&self, is: impl Fn(&K) -> bool) -> Option<V> {
        let cell = {
            let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
            last(&mut entries, is)?
        };
        let value = cell.lock().unwrap_or_else(PoisonError::into_inner);
        value.clone()
    }

    /// The value of a key. Where it cannot be made, the next who asks tries it again.
    pub(super) fn get<E>(
        &self,
        is: impl Fn(&K) -> bool,
        key: impl FnOnce() -> K,
        make: impl FnOnce() -> Result<V, E>,
    ) -> Result<V, E> {
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
    use std::convert::Infallible;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[test]
    fn a_value_is_made_once_and_the_last_are_kept() {
        let (memory, made) = (Memo::new(2), AtomicU32::new(0));
        let get = |key: u32| {
            let value = memory.get(|known| *known == key, || key, || Ok::<_, Infallible>(made.fetch_add(1, Ordering::Relaxed)));
            value.expect("a value")
        };
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| get(1))).collect();
            assert!(threads.into_iter().all(|thread| thread.join().is_ok_and(|value| value == 0)));
        });
        assert_eq!((get(2), get(1), get(3), get(1), get(2)), (1, 0, 2, 0, 3));
        assert_eq!((memory.known(|key| *key == 1), memory.known(|key| *key == 3)), (Some(0), None));
    }

    #[test]
    fn what_cannot_be_made_is_tried_again() {
        let memory: Memo<u32, u32> = Memo::new(2);
        assert!(memory.get(|_| true, || 1, || Err("no")).is_err());
        assert_eq!(memory.known(|_| true), None);
        assert_eq!(memory.get(|_| true, || 1, || Ok::<_, Infallible>(7)), Ok(7));
    }
}
