//! Random numbers that are the same on every machine. They must never be used where it matters that nobody can guess them.

/// `SplitMix64` (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014).
#[derive(Clone, Debug)]
pub(super) struct Random(u64);

impl Random {
    /// The numbers of one part of the traffic, so that what one part draws does not change another.
    pub(super) fn of(seed: u64, part: &str) -> Self {
        // FNV-1a over the name.
        let hash =
            part.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        let mut random = Self(seed ^ hash);
        Self(random.number())
    }

    fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `limit`; 0 where the limit is 0.
    pub(super) fn below(&mut self, limit: u64) -> u64 {
        ((u128::from(self.number()) * u128::from(limit)) >> 64) as u64
    }

    /// A number from `low` to `high`, both included; `low` where that is nothing.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below(u64::try_from(high - low + 1).unwrap_or(0)) as i64
    }

    /// A count from `low` to `high`.
    pub(super) fn count(&mut self, low: usize, high: usize) -> usize {
        low + self.below((high.saturating_sub(low) + 1) as u64) as usize
    }

    /// True in `percent` of 100 cases.
    pub(super) fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// A port that a client takes for a connection.
    pub(super) fn client_port(&mut self) -> u16 {
        self.port(32_768, 60_999)
    }

    /// A port from `low` to `high`.
    pub(super) fn port(&mut self, low: u16, high: u16) -> u16 {
        low + self.below(u64::from(high - low) + 1) as u16
    }

    /// An index below `length`, where the first are the popular ones: index i comes up about as often as 1/(i+1), like the sites that
    /// people visit. Whole numbers only, so that no two machines differ by a rounding.
    pub(super) fn popular(&mut self, length: usize) -> usize {
        let octaves = u64::from(usize::BITS - length.leading_zeros());
        loop {
            let octave = self.below(octaves.max(1));
            let index = (1_usize << octave) - 1 + self.below(1 << octave) as usize;
            if index < length.max(1) {
                return index;
            }
        }
    }

    /// One of several; the slice must not be empty.
    pub(super) fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len() as u64) as usize]
    }

    /// So many of them, in a random order; all where there are fewer.
    pub(super) fn some_of<T: Clone>(&mut self, choices: &[T], count: usize) -> Vec<T> {
        let mut all = choices.to_vec();
        let count = count.min(all.len());
        for index in 0..count {
            let other = self.count(index, all.len() - 1);
            all.swap(index, other);
        }
        all.truncate(count);
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_keep_their_bounds_and_repeat() {
        let draw = || {
            let mut random = Random::of(7, "web");
            let mut drawn = Vec::new();
            for _ in 0..1_000 {
                let (between, port, popular) = (random.between(-3, 3), random.port(80, 82), random.popular(10));
                assert!((-3..=3).contains(&between) && (80..=82).contains(&port) && popular < 10);
                drawn.push((between, port, popular));
            }
            drawn
        };
        let drawn = draw();
        assert_eq!(drawn, draw());
        let first = drawn.iter().filter(|(.., popular)| *popular == 0).count();
        let last = drawn.iter().filter(|(.., popular)| *popular == 9).count();
        assert!(first > 5 * last, "{first} {last}");
        assert_eq!(Random::of(7, "web").between(4, 4), 4);
        let mut chosen = Random::of(7, "web").some_of(&[1, 2, 3, 4], 9);
        chosen.sort_unstable();
        assert_eq!(chosen, [1, 2, 3, 4]);
    }

    #[test]
    fn parts_and_seeds_differ() {
        let first = |seed, part| Random::of(seed, part).below(u64::MAX);
        assert_ne!(first(1, "web"), first(2, "web"));
        assert_ne!(first(1, "web"), first(1, "dns"));
    }
}
