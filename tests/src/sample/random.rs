//! Random numbers that are the same on every machine. They must never be used where it matters that nobody can guess them.

/// `SplitMix64` (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014).
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// The numbers that belong to a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Another stream, so that what one part draws does not change what another part sees.
    #[must_use]
    pub fn fork(&mut self) -> Self {
        Self(self.number())
    }

    /// Any number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `limit`; 0 where the limit is 0.
    pub fn below(&mut self, limit: u64) -> u64 {
        ((u128::from(self.number()) * u128::from(limit)) >> 64) as u64
    }

    /// True in `percent` of 100 cases.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// A rank below 2^`octaves` - 1, where the first ranks are the popular ones: rank r comes up about as often as 1/(r+1), like the
    /// sites that people visit. Whole numbers only, so that no two machines differ by a rounding.
    pub fn rank(&mut self, octaves: u32) -> u64 {
        let octave = self.below(u64::from(octaves));
        (1 << octave) - 1 + self.below(1 << octave)
    }

    /// One of several; the slice must not be empty.
    pub fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        *self.pick(choices)
    }

    /// One of several, where it lies; the slice must not be empty.
    pub fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.below(choices.len() as u64) as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::Random;

    #[test]
    fn the_published_sequence() {
        let mut random = Random::new(1_234_567);
        assert_eq!(random.number(), 6_457_827_717_110_365_317);
        assert_eq!(random.number(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn ranks_stay_in_bounds_and_the_first_is_the_most_frequent() {
        let mut random = Random::new(1);
        let mut counts = [0_u32; 31];
        for _ in 0..50_000 {
            counts[random.rank(5) as usize] += 1;
        }
        assert!(counts.iter().all(|&count| count > 0));
        assert!(counts[0] > counts[1] && counts[1] > counts[7] && counts[7] > counts[30]);
    }
}
