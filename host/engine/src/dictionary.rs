//! The distinct texts of a column, or of several that share them. IPv4 addresses take 4 bytes and are written out when asked for.
//!
//! Equal texts have equal codes: whoever fills a dictionary must see to it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// How many sets of characters are remembered by which texts were trimmed.
const TRIMMED: usize = 4;

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
    sorted: OnceLock<Sorted>,
    trimmed: Mutex<Vec<Trimmed>>,
}

/// The dictionary of texts without some characters at their ends, and for each code the code in that one.
#[derive(Clone, Debug)]
pub(super) struct Trimmed {
    characters: Box<str>,
    pub(super) dictionary: Arc<Dictionary>,
    pub(super) codes: Arc<[u32]>,
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
    pub(super) fn of(text: &str) -> Self {
        let (mut entries, mut arena) = (Vec::new(), String::new());
        push(&mut entries, &mut arena, text);
        Self::new(entries, arena)
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
        let (mut entries, mut arena) = (self.entries.clone(), self.arena.clone());
        if let Some(known) = self.code(text) {
            return (Self::new(entries, arena), known);
        }
        push(&mut entries, &mut arena, text);
        (Self::new(entries, arena), self.codes())
    }

    /// The texts without these characters, all of ASCII, at their ends.
    pub(super) fn trimmed(&self, characters: &str) -> Trimmed {
        let mut known = self.trimmed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.iter().find(|known| &*known.characters == characters) {
            return known.clone();
        }
        let made = self.without(characters);
        if known.len() < TRIMMED {
            known.push(made.clone());
        }
        made
    }

    fn without(&self, characters: &str) -> Trimmed {
        let (mut entries, mut arena) = (Vec::new(), String::new());
        let mut known: HashMap<Box<str>, u32> = HashMap::new();
        let mut buffer = AddressText::default();
        let mut codes = vec![0];
        for code in 1..self.codes() {
            let text = self.text(code, &mut buffer).trim_end_matches(|letter| characters.contains(letter));
            codes.push(match known.get(text) {
                Some(&code) => code,
                None => {
                    push(&mut entries, &mut arena, text);
                    known.insert(text.into(), entries.len() as u32);
                    entries.len() as u32
                }
            });
        }
        Trimmed { characters: characters.into(), dictionary: Arc::new(Self::new(entries, arena)), codes: codes.into() }
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

    /// The code of a text. What is needed to find one is made when first asked for.
    pub(super) fn code(&self, text: &str) -> Option<u32> {
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

    /// The text of a code that is no address.
    fn written(&self, code: u32) -> Option<&str> {
        match self.entries[code as usize - 1] {
            Entry::Address(_) => None,
            Entry::Text(start, length) => Some(&self.arena[start as usize..(start + length) as usize]),
        }
    }

    /// Whether each code's text is one of these: 1 for yes, 0 for no, 2 for null.
    pub(super) fn among<'a>(&self, texts: impl IntoIterator<Item = &'a str>) -> Vec<u8> {
        let mut table = vec![0; self.codes() as usize];
        table[0] = 2;
        texts.into_iter().filter_map(|text| self.code(text)).for_each(|code| table[code as usize] = 1);
        table
    }

    /// Whether each code's text has this in it: 1 for yes, 0 for no, 2 for null.
    pub(super) fn holding(&self, held: &str) -> Vec<u8> {
        // Most texts are addresses, of which one character often says it all.
        let of_addresses = if held == "." {
            Some(1)
        } else {
            held.contains(|letter: char| !letter.is_ascii_digit() && letter != '.').then_some(0)
        };
        let mut buffer = AddressText::default();
        let verdict = |(code, entry): (u32, &Entry)| match (entry, of_addresses) {
            (Entry::Address(_), Some(verdict)) => verdict,
            _ => u8::from(self.text(code, &mut buffer).contains(held)),
        };
        std::iter::once(2).chain((1..).zip(&self.entries).map(verdict)).collect()
    }

    /// Whether each code's text begins so, where `begins` says it of texts: 1 for yes, 0 for no, 2 for null.
    pub(super) fn beginning(&self, prefix: &str, begins: impl Fn(&str) -> bool) -> Vec<u8> {
        let of_addresses = Octets::of(prefix);
        let mut buffer = AddressText::default();
        let verdict = |(code, entry): (u32, &Entry)| match (entry, &of_addresses) {
            (Entry::Address(bits), Some(octets)) => u8::from(octets.begin(*bits)),
            _ => u8::from(begins(self.text(code, &mut buffer))),
        };
        std::iter::once(2).chain((1..).zip(&self.entries).map(verdict)).collect()
    }

    /// What a test says of each code: 1 for yes, 0 for no, 2 for null.
    pub(super) fn table(&self, test: impl Fn(&str) -> bool) -> Vec<u8> {
        let mut buffer = AddressText::default();
        let verdicts = (1..self.codes()).map(|code| u8::from(test(self.text(code, &mut buffer))));
        std::iter::once(2).chain(verdicts).collect()
    }
}

/// The first numbers of an IPv4 address, in bits.
struct Octets {
    bits: u32,
    mask: u32,
    none: bool,
}

impl Octets {
    /// What a text says of the addresses that begin with it; none where it ends within a number.
    fn of(prefix: &str) -> Option<Self> {
        if prefix.contains(|letter: char| !letter.is_ascii_digit() && letter != '.') {
            return Some(Self { bits: 0, mask: 0, none: true });
        }
        let numbers = prefix.strip_suffix('.')?;
        let missing = 3_usize.checked_sub(numbers.split('.').count())?;
        let bits = parse_address(format!("{prefix}{}0", "0.".repeat(missing)).as_bytes())?;
        Some(Self { bits, mask: u32::MAX << (8 * (missing + 1)), none: false })
    }

    fn begin(&self, bits: u32) -> bool {
        !self.none && bits & self.mask == self.bits
    }
}

/// Adds a text. What is written like an address is kept as one, always.
fn push(entries: &mut Vec<Entry>, arena: &mut String, text: &str) {
    if let Some(bits) = parse_address(text.as_bytes()) {
        entries.push(Entry::Address(bits));
    } else {
        entries.push(Entry::Text(arena.len() as u32, text.len() as u32));
        arena.push_str(text);
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
