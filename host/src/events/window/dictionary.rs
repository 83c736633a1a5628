//! The distinct texts of a column, or of several that share them. IPv4 addresses take 4 bytes and are written out when asked for.
//!
//! Equal texts have equal codes: whoever fills a dictionary must see to it.

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
pub(super) fn parse_address(text: &[u8]) -> Option<u32> {
    if text.len() < 7 || text.len() > 15 {
        return None;
    }
    let (mut bits, mut octet, mut digits, mut dots) = (0_u32, 0_u32, 0, 0);
    for &byte in text {
        match byte {
            b'0'..=b'9' => {
                // A second digit behind a zero is a leading zero.
                if digits > 0 && octet == 0 {
                    return None;
                }
                octet = octet * 10 + u32::from(byte - b'0');
                digits += 1;
                if octet > 255 {
                    return None;
                }
            }
            b'.' if digits > 0 && dots < 3 => {
                bits = bits << 8 | octet;
                (octet, digits) = (0, 0);
                dots += 1;
            }
            _ => return None,
        }
    }
    (digits > 0 && dots == 3).then_some(bits << 8 | octet)
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
