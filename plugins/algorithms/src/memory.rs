//! What a rule remembers of many things from run to run, in few bytes: each is known by a hash, and has a number and a day.

use std::collections::BTreeMap;

/// What the bytes begin with: another form has another number.
const FORM: u8 = 1;
/// How many bytes an entry takes: the hash, the number, the day.
const ENTRY: usize = 8;

/// A memory. Two things that share a hash are one to it: of 30,000 things, a new one is taken for a known one with probability 7 in a million.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    entries: BTreeMap<u32, (u16, u16)>,
    most: usize,
    full: bool,
}

impl Memory {
    /// What the bytes hold; nothing where they are none of its own. It never takes more than `largest` bytes.
    #[must_use]
    pub fn read(bytes: &[u8], largest: usize) -> Self {
        let most = largest.saturating_sub(1) / ENTRY;
        let entry = |bytes: &[u8]| -> Option<(u32, (u16, u16))> {
            let (hash, rest) = bytes.split_first_chunk()?;
            let (number, rest) = rest.split_first_chunk()?;
            let day = rest.first_chunk()?;
            Some((u32::from_le_bytes(*hash), (u16::from_le_bytes(*number), u16::from_le_bytes(*day))))
        };
        let entries = match bytes.split_first() {
            Some((&FORM, entries)) => entries.chunks_exact(ENTRY).filter_map(entry).take(most).collect(),
            _ => BTreeMap::new(),
        };
        Self { entries, most, full: false }
    }

    /// As it is kept.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = vec![FORM];
        for (hash, (number, day)) in &self.entries {
            bytes.extend(hash.to_le_bytes());
            bytes.extend(number.to_le_bytes());
            bytes.extend(day.to_le_bytes());
        }
        bytes
    }

    /// The number and the day of a thing.
    #[must_use]
    pub fn get(&self, thing: &[&str]) -> Option<(u16, u16)> {
        self.entries.get(&hash(thing)).copied()
    }

    /// Remembers a thing, unless there is no room.
    pub fn set(&mut self, thing: &[&str], number: u16, day: u16) -> bool {
        let hash = hash(thing);
        let fits = self.entries.len() < self.most || self.entries.contains_key(&hash);
        if fits {
            self.entries.insert(hash, (number, day));
        }
        self.full |= !fits;
        fits
    }

    /// Forgets what has a day before this one.
    pub fn forget_before(&mut self, day: u16) {
        self.entries.retain(|_, (_, last)| *last >= day);
    }

    /// Whether there was no room for something.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.full
    }

    /// How many things it knows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it knows nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

/// FNV-1a in 64 bits, folded. Its parts are told apart by a byte that no text has.
fn hash(parts: &[&str]) -> u32 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for part in parts {
        for byte in part.bytes().chain([0xff]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    (hash ^ (hash >> 32)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_comes_back_as_it_was() {
        let mut memory = Memory::read(&[], 1_000);
        assert!(memory.is_empty() && memory.set(&["10.0.0.1", "22"], 3, 20_000) && memory.set(&["10.0.0.12", "2"], 1, 20_001));
        let again = Memory::read(&memory.bytes(), 1_000);
        assert_eq!(again, memory);
        assert_eq!((again.get(&["10.0.0.1", "22"]), again.get(&["10.0.0.1", "2"])), (Some((3, 20_000)), None));
        assert_eq!(again.get(&["10.0.0.12", "2"]), Some((1, 20_001)));
        for other in [&[][..], &[2, 0, 0, 0, 0, 0, 0, 0, 0], b"text"] {
            assert!(Memory::read(other, 1_000).is_empty());
        }
        // Half an entry is none.
        assert_eq!(Memory::read(&memory.bytes()[..memory.bytes().len() - 1], 1_000).len(), 1);
    }

    #[test]
    fn it_takes_no_more_than_it_may() {
        let mut memory = Memory::read(&[], 1 + 2 * ENTRY);
        assert!(memory.set(&["a"], 0, 1) && memory.set(&["b"], 0, 2) && !memory.is_full());
        assert!(!memory.set(&["c"], 0, 3) && memory.is_full());
        assert!(memory.set(&["b"], 7, 3) && memory.bytes().len() == 1 + 2 * ENTRY);
        memory.forget_before(2);
        assert_eq!((memory.len(), memory.get(&["b"])), (1, Some((7, 3))));
        assert!(memory.set(&["c"], 0, 3));
    }
}
