//! How much happened within a window of time that slides over all of it.

use std::collections::HashMap;
use std::hash::Hash;

/// The stretch with the most distinct things.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Densest {
    /// How many distinct things.
    pub distinct: usize,
    /// The first time of the stretch.
    pub first: i64,
    /// Its last.
    pub last: i64,
}

/// Where the most distinct things lie within less than `span`. The events are in the order of time.
#[must_use]
pub fn densest<T: Copy + Eq + Hash>(events: &[(i64, T)], span: i64) -> Densest {
    let mut counts: HashMap<T, usize> = HashMap::new();
    let (mut best, mut from) = (Densest::default(), 0);
    for &(time, thing) in events {
        *counts.entry(thing).or_default() += 1;
        while time - events[from].0 >= span {
            let (_, gone) = events[from];
            if let Some(count) = counts.get_mut(&gone) {
                *count -= 1;
                if *count == 0 {
                    counts.remove(&gone);
                }
            }
            from += 1;
        }
        if counts.len() > best.distinct {
            best = Densest { distinct: counts.len(), first: events[from].0, last: time };
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_densest_stretch() {
        let events = [(0, 1), (5, 2), (9, 1), (10, 3), (12, 4), (30, 5)];
        assert_eq!(densest(&events, 10), Densest { distinct: 4, first: 5, last: 12 });
        assert_eq!(densest(&events, 100), Densest { distinct: 5, first: 0, last: 30 });
        assert_eq!(densest(&events, 1), Densest { distinct: 1, first: 0, last: 0 });
        assert_eq!(densest::<i64>(&[], 10), Densest::default());
    }

    #[test]
    fn the_end_of_a_stretch_is_not_in_it() {
        assert_eq!(densest(&[(0, 1), (10, 2)], 10).distinct, 1);
        assert_eq!(densest(&[(0, 1), (10, 2)], 11).distinct, 2);
    }
}
