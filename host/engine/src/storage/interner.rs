//! Gives each distinct text a code while the window is read. Each reading thread has its own; they are merged behind it.
//!
//! The texts come from the network: what they hash to must not be known outside.

use std::collections::HashMap;

use super::address::{AddressText, parse_address};
use super::dictionary::{Dictionary, Entry};
use super::hash_table::AddressTable;

/// How many short texts are compared with one after another before a hash is worth its price.
const FEW: usize = 6;

/// Texts to codes. Code 0 is null, which has no text.
#[derive(Debug)]
pub(super) struct Interner {
    addresses: AddressTable,
    texts: HashMap<Box<str>, u32>,
    entries: Vec<Entry>,
    arena: String,
    /// The first texts, as [`short`] gives them, and their codes.
    short: Vec<((u64, usize), u32)>,
    full: bool,
}

impl Interner {
    pub(super) fn new() -> Self {
        let (addresses, texts) = (AddressTable::new(), HashMap::new());
        Self { addresses, texts, entries: Vec::new(), arena: String::new(), short: Vec::new(), full: false }
    }

    /// How many codes were given, null included.
    pub(super) fn codes(&self) -> u32 {
        self.entries.len() as u32 + 1
    }

    /// The code of a text; none where it is not UTF-8, holds a zero byte, or the codes are used up.
    pub(super) fn code(&mut self, text: &[u8]) -> Option<u32> {
        if let Some(bits) = parse_address(text) {
            return Some(self.address(bits));
        }
        self.text(text)
    }

    /// The code of a short text, where it is one of the first.
    pub(super) fn few(&self, text: &[u8]) -> Option<u32> {
        if self.short.is_empty() {
            return None;
        }
        let text = short(text)?;
        self.short.iter().find(|(known, _)| *known == text).map(|(_, code)| *code)
    }

    /// The code of a text that is not an IPv4 address.
    pub(super) fn text(&mut self, text: &[u8]) -> Option<u32> {
        let text = std::str::from_utf8(text).ok()?;
        if let Some(&code) = self.texts.get(text) {
            return Some(code);
        }
        if text.contains('\0') || self.full {
            return None;
        }
        let start = u32::try_from(self.arena.len()).ok().filter(|&start| start.checked_add(text.len() as u32).is_some());
        let Some(start) = start.filter(|_| u32::try_from(text.len()).is_ok()) else {
            self.full = true;
            return None;
        };
        self.arena.push_str(text);
        self.entries.push(Entry::Text(start, text.len() as u32));
        let code = self.entries.len() as u32;
        self.texts.insert(text.into(), code);
        if let Some(text) = short(text.as_bytes()).filter(|_| self.short.len() < FEW) {
            self.short.push((text, code));
        }
        Some(code)
    }

    /// The code of an IPv4 address. Of many it is faster to ask for one after another, with nothing in between.
    pub(super) fn address(&mut self, bits: u32) -> u32 {
        let next = self.codes();
        let code = self.addresses.code(bits, next);
        if code == next {
            self.entries.push(Entry::Address(bits));
        }
        code
    }

    /// Takes in the texts of another. Gives for each of its codes the code here; none where they do not fit.
    pub(super) fn merge(&mut self, other: Self) -> Option<Vec<u32>> {
        let codes = other.codes();
        let dictionary = other.finish();
        let mut buffer = AddressText::default();
        let merged = (1..codes).map(|code| match dictionary.entries[code as usize - 1] {
            Entry::Address(bits) => Some(self.address(bits)),
            Entry::Text(..) => self.code(dictionary.text(code, &mut buffer).as_bytes()),
        });
        std::iter::once(Some(0)).chain(merged).collect()
    }

    /// The dictionary of what there is so far.
    pub(super) fn dictionary(&self) -> Dictionary {
        Dictionary::new(self.entries.clone(), self.arena.clone())
    }

    pub(super) fn finish(self) -> Dictionary {
        Dictionary::new(self.entries, self.arena)
    }

    /// How many bytes it takes, nearly.
    pub(super) fn bytes(&self) -> u64 {
        // A text is kept twice, with its place in the map.
        let text = 2 * self.arena.len() + self.texts.len() * 40;
        (text + self.entries.len() * size_of::<Entry>()) as u64 + self.addresses.bytes()
    }
}

/// A text of at most eight bytes as a number, and its length.
fn short(text: &[u8]) -> Option<(u64, usize)> {
    let halves =
        |first: &[u8; 4], last: &[u8; 4]| u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << 32;
    let bits = match text {
        [] => 0,
        [first, .., last] if text.len() < 4 => u64::from(*first) | u64::from(text[text.len() / 2]) << 8 | u64::from(*last) << 16,
        [one] => u64::from(*one),
        _ if text.len() <= 8 => halves(text.first_chunk()?, text.last_chunk()?),
        _ => return None,
    };
    Some((bits, text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_have_equal_codes_and_come_back_as_they_were() {
        let texts = ["1.2.3.4", "01.2.3.4", "::1", "", "TCP", "UDP", "a", "b", "c", "d", "e", "1.2.3.4", "é", "0.0.0.0"];
        let (mut one, mut two) = (Interner::new(), Interner::new());
        let codes: Vec<u32> = texts.iter().map(|text| one.code(text.as_bytes()).expect(text)).collect();
        assert_eq!(codes[0], codes[11]);
        for text in ["UDP", "x", "9.9.9.9", "::1"] {
            two.code(text.as_bytes());
        }
        let map = one.merge(two).expect("room");
        assert_eq!((map[1], map[4]), (codes[5], codes[2]));
        let dictionary = one.finish();
        let mut buffer = AddressText::default();
        for (text, code) in texts.iter().zip(codes) {
            assert_eq!(dictionary.text(code, &mut buffer), *text);
        }
        assert_eq!(dictionary.text(map[3], &mut buffer), "9.9.9.9");
    }

    #[test]
    fn short_texts_differ_as_numbers() {
        let texts =
            ["", "a", "b", "aa", "ab", "ba", "aaa", "aba", "TCP", "UDP", "DROP", "ACCEPT", "INBOUND", "OUTBOUND", "OUTBOUNE"];
        let numbers: std::collections::HashSet<_> = texts.iter().map(|text| short(text.as_bytes()).expect(text)).collect();
        assert_eq!((numbers.len(), short(b"123456789")), (texts.len(), None));
        let mut interner = Interner::new();
        let codes: Vec<_> = texts.iter().map(|text| interner.code(text.as_bytes())).collect();
        assert_eq!(texts.map(|text| interner.few(text.as_bytes()))[..FEW], codes[..FEW]);
        assert_eq!(interner.few(b"TCP"), None);
    }

    #[test]
    fn what_is_no_text_has_no_code() {
        let mut interner = Interner::new();
        assert_eq!((interner.code(b"\xff"), interner.code(b"a\0b")), (None, None));
    }
}
