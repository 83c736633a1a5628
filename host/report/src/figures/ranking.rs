//! Who has the most events, compared with the period before.

use std::cmp::Reverse;
use std::collections::HashMap;

use serde::Serialize;

/// How many events: rows, the packets that they count, and how many rows were refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Count {
    /// Rows.
    pub events: u64,
    /// Packets: net-sentinel makes one row of those that are alike.
    pub packets: u64,
    /// Rows that were refused.
    pub refused: u64,
}

impl Count {
    pub(super) fn add(&mut self, other: Self) {
        self.events += other.events;
        self.packets += other.packets;
        self.refused += other.refused;
    }
}

/// Something that was counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Ranked {
    /// An address, a network, a port or a country.
    pub name: String,
    /// How often.
    #[serde(flatten)]
    pub count: Count,
    /// How many events it had in the period before; none where nothing is compared.
    pub before: Option<u64>,
}

/// Those with the most events.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Ranking {
    /// How many there are at all.
    pub distinct: usize,
    /// How many of them had no event in the period before.
    pub new: usize,
    /// Those with the most events.
    pub top: Vec<Ranked>,
    /// Those with the most events that had none in the period before.
    pub top_new: Vec<Ranked>,
}

impl Ranking {
    /// Of what was counted, now and before.
    pub(super) fn of(now: &HashMap<String, Count>, before: Option<&HashMap<String, Count>>, most: usize) -> Self {
        let earlier = |name: &str| before.map(|before| before.get(name).map_or(0, |count| count.events));
        let is_new = |name: &str| before.is_some_and(|before| !before.contains_key(name));
        let mut all: Vec<(&String, &Count)> = now.iter().collect();
        all.sort_unstable_by_key(|(name, count)| (Reverse(count.events), Reverse(count.packets), *name));
        let ranked = |(name, count): &(&String, &Count)| Ranked { name: (*name).clone(), count: **count, before: earlier(name) };
        let new: Vec<&(&String, &Count)> = all.iter().filter(|(name, _)| is_new(name)).collect();
        Self {
            distinct: all.len(),
            new: new.len(),
            top: all.iter().take(most).map(ranked).collect(),
            top_new: new.into_iter().take(most).map(ranked).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_frequent_come_first_and_what_is_new_is_known() {
        let count = |events| Count { events, packets: events, refused: 0 };
        let map = |list: &[(&str, u64)]| list.iter().map(|(name, events)| ((*name).to_owned(), count(*events))).collect();
        let (now, before) = (map(&[("a", 1), ("b", 3), ("c", 3)]), map(&[("b", 9), ("d", 1)]));
        let ranking = Ranking::of(&now, Some(&before), 2);
        let names = |list: &[Ranked]| list.iter().map(|one| (one.name.clone(), one.before)).collect::<Vec<_>>();
        assert_eq!((ranking.distinct, ranking.new), (3, 2));
        assert_eq!(names(&ranking.top), [("b".to_owned(), Some(9)), ("c".to_owned(), Some(0))]);
        assert_eq!(names(&ranking.top_new), [("c".to_owned(), Some(0)), ("a".to_owned(), Some(0))]);
        let alone = Ranking::of(&now, None, 9);
        assert_eq!((alone.new, alone.top[0].before), (0, None));
    }
}
