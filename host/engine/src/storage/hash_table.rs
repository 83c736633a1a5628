//! Hash tables from numbers to codes.
//!
//! The numbers come from the network: what they hash to must not be known outside.

use std::hash::{BuildHasher as _, RandomState};

/// Addresses to codes: as [`NumberTable`], in half the room, for it is asked for every address of every row.
#[derive(Debug)]
pub(super) struct AddressTable {
    /// The address in the upper half and its code in the lower; 0 where the slot is free.
    slots: Vec<u64>,
    used: usize,
    multiplier: u64,
}

impl AddressTable {
    pub(super) fn new() -> Self {
        Self { slots: vec![0; 1 << 10], used: 0, multiplier: RandomState::new().hash_one(0_u64) | 1 }
    }

    /// The code of an address, which becomes `next` if it has none; `next` is not 0.
    pub(super) fn code(&mut self, bits: u32, next: u32) -> u32 {
        let mask = self.slots.len() - 1;
        let mut place = self.place(bits);
        loop {
            let slot = self.slots[place & mask];
            if slot == 0 {
                break;
            }
            if (slot >> 32) as u32 == bits {
                return slot as u32;
            }
            place += 1;
        }
        self.slots[place & mask] = u64::from(bits) << 32 | u64::from(next);
        self.used += 1;
        if self.used * 2 > self.slots.len() {
            self.grow();
        }
        next
    }

    fn place(&self, bits: u32) -> usize {
        (u64::from(bits).wrapping_mul(self.multiplier) >> (64 - self.slots.len().trailing_zeros())) as usize
    }

    fn grow(&mut self) {
        let larger = vec![0; self.slots.len() * 2];
        let old = std::mem::replace(&mut self.slots, larger);
        let mask = self.slots.len() - 1;
        for slot in old.into_iter().filter(|&slot| slot != 0) {
            let mut place = self.place((slot >> 32) as u32);
            while self.slots[place & mask] != 0 {
                place += 1;
            }
            self.slots[place & mask] = slot;
        }
    }

    /// How many bytes it takes.
    pub(super) fn bytes(&self) -> u64 {
        size_of_val(self.slots.as_slice()) as u64
    }
}

/// Numbers to codes: an open table, hashed by a multiplication with a number that nobody knows (Dietzfelbinger and others, "A reliable
/// randomized algorithm for the closest-pair problem", 1997).
#[derive(Debug)]
pub(crate) struct NumberTable {
    /// The number and its code; code 0 where the slot is free.
    slots: Vec<(u64, u32)>,
    used: usize,
    multiplier: u64,
}

impl NumberTable {
    pub(crate) fn new() -> Self {
        Self { slots: vec![(0, 0); 1 << 6], used: 0, multiplier: RandomState::new().hash_one(0_u64) | 1 }
    }

    /// The code of a number, which becomes `next` if it has none; `next` is not 0.
    pub(crate) fn code(&mut self, number: u64, next: u32) -> u32 {
        let mask = self.slots.len() - 1;
        let mut place = self.place(number);
        loop {
            let (found, code) = self.slots[place];
            if code == 0 {
                break;
            }
            if found == number {
                return code;
            }
            place = (place + 1) & mask;
        }
        self.slots[place] = (number, next);
        self.used += 1;
        if self.used * 2 > self.slots.len() {
            self.grow();
        }
        next
    }

    fn place(&self, number: u64) -> usize {
        (number.wrapping_mul(self.multiplier) >> (64 - self.slots.len().trailing_zeros())) as usize
    }

    fn grow(&mut self) {
        let larger = vec![(0, 0); self.slots.len() * 2];
        let old = std::mem::replace(&mut self.slots, larger);
        let mask = self.slots.len() - 1;
        for slot in old.into_iter().filter(|slot| slot.1 != 0) {
            let mut place = self.place(slot.0);
            while self.slots[place].1 != 0 {
                place = (place + 1) & mask;
            }
            self.slots[place] = slot;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_keeps_its_code_while_the_table_grows() {
        let mut table = NumberTable::new();
        for number in 0..5_000_u32 {
            assert_eq!(table.code(u64::from(number) << 20, number + 1), number + 1);
        }
        assert!((0..5_000_u32).all(|number| table.code(u64::from(number) << 20, 9_999) == number + 1));
    }
}
