//! The distinct texts of a column, or of several that share them. IPv4 addresses take 4 bytes and are written out when asked for.
//!
//! Equal texts have equal codes: whoever fills a dictionary must see to it.

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

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
pub(super) struct Dictionary {
    /// The text of code 1 comes first.
    pub(super) entries: Vec<Entry>,
    pub(super) arena: String,
    ranks: OnceLock<Vec<u32>>,
}

impl Dictionary {
    pub(super) fn new(entries: Vec<Entry>, arena: String) -> Self {
        Self { entries, arena, ranks: OnceLock::new() }
    }

    /// A dictionary whose code 1 is this text.
    pub(super) fn of(text: &str) -> Self {
        Self::new(vec![Entry::Text(0, text.len() as u32)], text.to_owned())
    }

    /// How many codes there are, null included.
    pub(super) fn codes(&self) -> u32 {
        self.entries.len() as u32 + 1
    }

    pub(super) fn bytes(&self) -> u64 {
        (self.entries.len() * size_of::<Entry>() + self.arena.len()) as u64
    }

    /// The text of a code other than 0.
    pub(super) fn text<'a>(&'a self, code: u32, buffer: &'a mut AddressText) -> &'a str {
        match self.entries[code as usize - 1] {
            Entry::Address(bits) => buffer.write(bits),
            Entry::Text(start, length) => &self.arena[start as usize..(start + length) as usize],
        }
    }

    /// A dictionary with one more text, and the code of that. The other codes stay.
    pub(super) fn with(&self, text: &str) -> (Self, u32) {
        let mut buffer = AddressText::default();
        let (mut entries, mut arena) = (self.entries.clone(), self.arena.clone());
        if let Some(known) = (1..self.codes()).find(|&code| self.text(code, &mut buffer) == text) {
            return (Self::new(entries, arena), known);
        }
        entries.push(Entry::Text(arena.len() as u32, text.len() as u32));
        arena.push_str(text);
        (Self::new(entries, arena), self.codes())
    }

    /// The dictionary of what a function makes of each text, and for each code the code in that one.
    pub(super) fn rewritten(&self, rewrite: impl Fn(&str) -> &str) -> (Self, Vec<u32>) {
        let (mut entries, mut arena) = (Vec::new(), String::new());
        let mut known: HashMap<Box<str>, u32> = HashMap::new();
        let mut buffer = AddressText::default();
        let mut codes = vec![0];
        for code in 1..self.codes() {
            let text = rewrite(self.text(code, &mut buffer));
            codes.push(match known.get(text) {
                Some(&code) => code,
                None => {
                    entries.push(Entry::Text(arena.len() as u32, text.len() as u32));
                    arena.push_str(text);
                    known.insert(text.into(), entries.len() as u32);
                    entries.len() as u32
                }
            });
        }
        (Self::new(entries, arena), codes)
    }

    /// For each code its place among all texts in the order of their bytes; null comes first. Sorted when first asked for.
    pub(super) fn ranks(&self) -> &[u32] {
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

    /// Whether each code's text is one of these: 1 for yes, 0 for no, 2 for null. Addresses are compared by their bits.
    pub(super) fn among(&self, texts: &HashSet<&str>) -> Vec<u8> {
        let mut addresses: Vec<u32> = texts.iter().filter_map(|text| parse_address(text.as_bytes())).collect();
        addresses.sort_unstable();
        // An address that is written so is never an entry of the other kind.
        let only_addresses = addresses.len() == texts.len();
        let is_among = |entry: &Entry| match *entry {
            Entry::Address(bits) => match addresses.as_slice() {
                [one] => *one == bits,
                several => several.binary_search(&bits).is_ok(),
            },
            Entry::Text(..) if only_addresses => false,
            Entry::Text(start, length) => texts.contains(&self.arena[start as usize..(start + length) as usize]),
        };
        std::iter::once(2).chain(self.entries.iter().map(|entry| u8::from(is_among(entry)))).collect()
    }

    /// What a test says of each code: 1 for yes, 0 for no, 2 for null.
    pub(super) fn table(&self, test: impl Fn(&str) -> bool) -> Vec<u8> {
        let mut buffer = AddressText::default();
        let verdicts = (1..self.codes()).map(|code| u8::from(test(self.text(code, &mut buffer))));
        std::iter::once(2).chain(verdicts).collect()
    }
}

/// Room for an IPv4 address as text.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct AddressText([u8; 15]);

impl AddressText {
    fn write(&mut self, bits: u32) -> &str {
        let mut length = 0;
        let mut push = |byte| {
            self.0[length] = byte;
            length += 1;
        };
        for (index, octet) in bits.to_be_bytes().into_iter().enumerate() {
            if index > 0 {
                push(b'.');
            }
            if octet >= 100 {
                push(b'0' + octet / 100);
            }
            if octet >= 10 {
                push(b'0' + octet / 10 % 10);
            }
            push(b'0' + octet % 10);
        }
        // Only ASCII was written.
        std::str::from_utf8(&self.0[..length]).unwrap_or_default()
    }
}

/// The bits of an IPv4 address, where the text is exactly how [`Dictionary::text`] writes them.
///
/// It is asked for two addresses of every row. The lengths of the four numbers follow no pattern, so it takes all bytes at once and
/// branches only at the end: a byte a lane, least significant first.
pub(super) fn parse_address(text: &[u8]) -> Option<u32> {
    const ONES: u128 = u128::from_le_bytes([1; 16]);
    let length = text.len();
    if !(7..=15).contains(&length) {
        return None;
    }
    // Two loads of eight bytes that overlap, or for the shortest two of four: no loop, and nothing behind the text is read.
    let lanes = match (text.first_chunk::<8>(), text.last_chunk::<8>(), text.first_chunk::<4>(), text.last_chunk::<4>()) {
        (Some(first), Some(last), ..) => {
            u128::from(u64::from_le_bytes(*first)) | u128::from(u64::from_le_bytes(*last)) << (8 * (length - 8))
        }
        (_, _, Some(first), Some(last)) => {
            u128::from(u32::from_le_bytes(*first)) | u128::from(u32::from_le_bytes(*last)) << (8 * (length - 4))
        }
        _ => return None,
    };
    // The highest bit of each lane that is a dot: bytes of ASCII never carry into the next lane.
    let highest = ONES << 7;
    let ascii = lanes & highest == 0;
    let mut dots = highest.wrapping_sub(lanes ^ (ONES * u128::from(b'.'))) & highest;
    let ends = {
        let mut end = || {
            let place = dots.trailing_zeros() / 8;
            dots &= dots.wrapping_sub(1);
            place
        };
        [end(), end(), end(), length as u32]
    };
    let mut good = ascii && dots == 0 && ends[2] < 16;
    let (mut bits, mut start) = (0, 0);
    for end in ends {
        let digits = end.wrapping_sub(start);
        good &= (1..=3).contains(&digits);
        // The last digit comes into the third lane, and what is missing in front of it is a zero.
        let shift = 8 * (3_u32.wrapping_sub(digits) & 3);
        let number = (((lanes >> (8 * (start & 15))) as u32) << shift) & 0xff_ffff;
        let number = number ^ ((0x30_3030 >> shift) << shift);
        good &= ((number + 0x06_0606) | number) & 0xf0_f0f0 == 0;
        let octet = (number & 0xff) * 100 + ((number >> 8) & 0xff) * 10 + (number >> 16);
        good &= octet <= 255 && (digits == 1 || (number >> shift) & 0xff != 0);
        bits = (bits << 8) | (octet & 0xff);
        start = end + 1;
    }
    good.then_some(bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_round_trip_and_nothing_else_is_one() {
        let mut buffer = AddressText::default();
        for text in ["0.0.0.0", "1.2.3.4", "255.255.255.255", "10.0.200.99", "100.10.1.0"] {
            let bits = parse_address(text.as_bytes()).expect(text);
            assert_eq!(buffer.write(bits), text);
        }
        for text in
            ["01.2.3.4", "1.2.3.04", "256.1.1.1", "1.2.3", "1.2.3.4.5", "1..2.3", "1.2.3.4 ", "::1", "00.0.0.0", "1.2.3.", ""]
        {
            assert_eq!(parse_address(text.as_bytes()), None, "{text}");
        }
    }
}
