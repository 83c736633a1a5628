//! The distinct texts of a column, or of several that share them. IPv4 addresses take 4 bytes and are written out when asked for.
//!
//! Equal texts have equal codes: whoever fills a dictionary must see to it.

use std::sync::{Arc, Mutex, OnceLock};

use super::address::{AddressText, parse_address};

/// One text.
#[derive(Clone, Copy, Debug)]
pub(super) enum Entry {
    /// An IPv4 address that is written as four decimal numbers without leading zeros: the bits say all of it.
    Address(u32),
    /// Any other text: where it starts in the arena, and its length in bytes.
    Text(u32, u32),
}

/// Texts by code; code 0 is null.
#[derive(Debug, Default)]
pub(crate) struct Dictionary {
    /// The text of code 1 comes first.
    pub(super) entries: Vec<Entry>,
    pub(super) arena: String,
    ranks: OnceLock<Vec<u32>>,
    sorted: OnceLock<Sorted>,
    pub(super) trimmed: Mutex<Vec<Trimmed>>,
}

/// The dictionary of texts without some characters at their ends, and for each code the code in that one.
#[derive(Clone, Debug)]
pub(crate) struct Trimmed {
    pub(super) characters: Box<str>,
    pub(crate) dictionary: Arc<Dictionary>,
    pub(crate) codes: Arc<[u32]>,
}

/// The codes in an order in which a text is found quickly.
#[derive(Debug)]
struct Sorted {
    /// The bits of an address in the upper half, its code in the lower.
    addresses: Vec<u64>,
    /// The codes of all other texts, in the order of their bytes.
    texts: Vec<u32>,
}

impl Dictionary {
    pub(super) fn new(entries: Vec<Entry>, arena: String) -> Self {
        Self { entries, arena, ranks: OnceLock::new(), sorted: OnceLock::new(), trimmed: Mutex::default() }
    }

    /// A dictionary whose code 1 is this text.
    pub(crate) fn of(text: &str) -> Self {
        let (mut entries, mut arena) = (Vec::new(), String::new());
        push(&mut entries, &mut arena, text);
        Self::new(entries, arena)
    }

    /// How many codes there are, null included.
    pub(crate) fn codes(&self) -> u32 {
        self.entries.len() as u32 + 1
    }

    pub(crate) fn bytes(&self) -> u64 {
        (self.entries.len() * size_of::<Entry>() + self.arena.len()) as u64
    }

    /// The text of a code other than 0.
    pub(crate) fn text<'a>(&'a self, code: u32, buffer: &'a mut AddressText) -> &'a str {
        match self.entries[code as usize - 1] {
            Entry::Address(bits) => buffer.write(bits),
            Entry::Text(start, length) => &self.arena[start as usize..(start + length) as usize],
        }
    }

    /// A dictionary with one more text, and the code of that. The other codes stay.
    pub(crate) fn with(&self, text: &str) -> (Self, u32) {
        let (mut entries, mut arena) = (self.entries.clone(), self.arena.clone());
        if let Some(known) = self.code(text) {
            return (Self::new(entries, arena), known);
        }
        push(&mut entries, &mut arena, text);
        (Self::new(entries, arena), self.codes())
    }

    /// For each code its place among all texts in the order of their bytes; null comes first. Sorted when first asked for.
    pub(crate) fn ranks(&self) -> &[u32] {
        self.ranks.get_or_init(|| {
            let mut texts = String::new();
            let mut places = Vec::with_capacity(self.entries.len());
            let mut buffer = AddressText::default();
            for code in 1..self.codes() {
                let start = texts.len();
                texts.push_str(self.text(code, &mut buffer));
                places.push((start, texts.len(), code));
            }
            let bytes = texts.as_bytes();
            places.sort_unstable_by(|left, right| bytes[left.0..left.1].cmp(&bytes[right.0..right.1]));
            let mut ranks = vec![0; self.codes() as usize];
            for (place, &(_, _, code)) in places.iter().enumerate() {
                ranks[code as usize] = place as u32 + 1;
            }
            ranks
        })
    }

    /// The code of a text. What is needed to find one is made when first asked for.
    pub(crate) fn code(&self, text: &str) -> Option<u32> {
        let sorted = self.sorted.get_or_init(|| {
            let (mut addresses, mut texts) = (Vec::new(), Vec::new());
            for (code, entry) in (1..).zip(&self.entries) {
                match entry {
                    Entry::Address(bits) => addresses.push(u64::from(*bits) << 32 | u64::from(code)),
                    Entry::Text(..) => texts.push(code),
                }
            }
            addresses.sort_unstable();
            texts.sort_unstable_by_key(|&code| self.written(code));
            Sorted { addresses, texts }
        });
        // What is written like an address is never an entry of the other kind.
        if let Some(bits) = parse_address(text.as_bytes()) {
            let place = sorted.addresses.partition_point(|entry| entry >> 32 < u64::from(bits));
            return sorted.addresses.get(place).filter(|entry| *entry >> 32 == u64::from(bits)).map(|entry| *entry as u32);
        }
        let place = sorted.texts.binary_search_by_key(&Some(text), |&code| self.written(code)).ok()?;
        Some(sorted.texts[place])
    }

    /// The text of a code that does not stand for an address.
    fn written(&self, code: u32) -> Option<&str> {
        match self.entries[code as usize - 1] {
            Entry::Address(_) => None,
            Entry::Text(start, length) => Some(&self.arena[start as usize..(start + length) as usize]),
        }
    }
}

/// Adds a text. What is written like an address is kept as one, always.
pub(super) fn push(entries: &mut Vec<Entry>, arena: &mut String, text: &str) {
    if let Some(bits) = parse_address(text.as_bytes()) {
        entries.push(Entry::Address(bits));
    } else {
        entries.push(Entry::Text(arena.len() as u32, text.len() as u32));
        arena.push_str(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_found_by_their_codes() {
        let arena = "TCP::1UDP".to_owned();
        let entries =
            vec![Entry::Text(0, 3), Entry::Address(0x0102_0304), Entry::Text(3, 3), Entry::Address(7), Entry::Text(6, 3)];
        let dictionary = Dictionary::new(entries, arena);
        let found = ["TCP", "1.2.3.4", "::1", "0.0.0.7", "UDP", "0.0.0.8", "01.2.3.4", "", "T"].map(|text| dictionary.code(text));
        assert_eq!(found, [Some(1), Some(2), Some(3), Some(4), Some(5), None, None, None, None]);
        assert_eq!(dictionary.among(["UDP", "1.2.3.4", "x"]), [2, 0, 1, 0, 0, 1]);
        for held in [".", ":", "1", "2.3", "", "TCP", ".0.", ".:"] {
            assert_eq!(dictionary.holding(held), dictionary.table(|text| text.contains(held)), "{held}");
        }
        for prefix in ["1.", "1.2.", "1.2.3.", "1.2.3.4.", "1", "0.0", "0.0.0.", "01.", "", ".", "::", "T", "1.2.3.4", "300."] {
            let begins = |text: &str| text.starts_with(prefix);
            assert_eq!(dictionary.beginning(prefix, begins), dictionary.table(begins), "{prefix}");
        }
        let (more, code) = dictionary.with("9.9.9.9");
        assert_eq!((more.code("9.9.9.9"), more.code("::1")), (Some(code), Some(3)));
        let trimmed = Dictionary::of("1.2.3.4xx").trimmed("x");
        assert_eq!((trimmed.dictionary.code("1.2.3.4"), &trimmed.codes[..]), (Some(1), &[0, 1][..]));
    }
}
