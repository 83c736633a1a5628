//! Rows that are known to lie elsewhere now. Every row of the window is looked up among them.

/// How many bits there are; a power of two.
const BITS: usize = 1 << 20;

/// Numbers of rows.
#[derive(Debug, Default)]
pub(super) struct Moved {
    sorted: Vec<i64>,
    /// By the lowest bits of a number whether one is there: most are refused here.
    bits: Vec<u64>,
}

impl Moved {
    /// Adds numbers. [`Self::sort`] must follow.
    pub(super) fn extend(&mut self, numbers: impl Iterator<Item = i64>) {
        for number in numbers {
            self.bits.resize(BITS / 64, 0);
            let (word, bit) = place(number);
            self.bits[word] |= bit;
            self.sorted.push(number);
        }
    }

    pub(super) fn sort(&mut self) {
        self.sorted.sort_unstable();
    }

    pub(super) fn any(&self) -> bool {
        !self.sorted.is_empty()
    }

    pub(super) fn has(&self, number: i64) -> bool {
        let (word, bit) = place(number);
        self.bits.get(word).is_some_and(|bits| bits & bit != 0) && self.sorted.binary_search(&number).is_ok()
    }
}

fn place(number: i64) -> (usize, u64) {
    let low = number as usize % BITS;
    (low / 64, 1 << (low % 64))
}
