//! Dictionaries of trimmed texts: what `rtrim` makes of all texts of a column at once.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError};

use super::address::{AddressText, parse_address};
use super::dictionary::{Dictionary, Entry, Trimmed, push};
use super::hash_table::NumberTable;

/// How many sets of characters are remembered by which texts were trimmed.
const TRIMMED: usize = 4;

impl Dictionary {
    /// The texts without these characters, all of ASCII, at their ends.
    pub(crate) fn trimmed(&self, characters: &str) -> Trimmed {
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
        // Of most texts the network of an address is left, which three numbers say.
        let is_network = ('0'..='9').all(|digit| characters.contains(digit)) && !characters.contains('.');
        let mut networks = NumberTable::new();
        let mut buffer = AddressText::default();
        let mut codes = vec![0];
        for code in 1..self.codes() {
            let entry = self.entries[code as usize - 1];
            let next = entries.len() as u32 + 1;
            if let Entry::Address(bits) = entry
                && is_network
            {
                // Of most it is known without the text.
                let of = networks.code(u64::from(bits >> 8), next);
                if of == next {
                    let text = self.text(code, &mut buffer).trim_end_matches(|letter| characters.contains(letter));
                    push(&mut entries, &mut arena, text);
                }
                codes.push(of);
                continue;
            }
            let text = self.text(code, &mut buffer).trim_end_matches(|letter| characters.contains(letter));
            let network = if is_network { network(text) } else { None };
            let of = match network {
                Some(network) => networks.code(u64::from(network), next),
                None => match known.get(text) {
                    Some(&code) => code,
                    None => {
                        known.insert(text.into(), next);
                        next
                    }
                },
            };
            if of == next {
                push(&mut entries, &mut arena, text);
            }
            codes.push(of);
        }
        Trimmed { characters: characters.into(), dictionary: Arc::new(Dictionary::new(entries, arena)), codes: codes.into() }
    }
}

/// The three numbers of a text like `192.0.2.`.
fn network(text: &str) -> Option<u32> {
    let text = text.strip_suffix('.').filter(|text| text.len() <= 11)?;
    parse_address(format!("{text}.0").as_bytes()).map(|bits| bits >> 8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_are_the_same_however_they_were_written() {
        let (mut entries, mut arena) = (Vec::new(), String::new());
        let texts = ["192.0.2.7", "192.0.2.", "192.0.2.300", "192.0.02.7", "192.0.2.99", "192.0.2", "::1", "1.2.3.4", "1.2.3."];
        texts.iter().for_each(|text| push(&mut entries, &mut arena, text));
        let dictionary = Dictionary::new(entries, arena);
        for characters in ["0123456789", "9876543210x", "0123456789.", "123", ""] {
            let trimmed = dictionary.trimmed(characters);
            let (mut one, mut other) = (AddressText::default(), AddressText::default());
            let expected: Vec<&str> = texts.iter().map(|text| text.trim_end_matches(|c| characters.contains(c))).collect();
            for (left, text) in expected.iter().enumerate() {
                assert_eq!(trimmed.dictionary.text(trimmed.codes[left + 1], &mut one), *text);
                for (right, than) in expected.iter().enumerate() {
                    assert_eq!(trimmed.codes[left + 1] == trimmed.codes[right + 1], text == than, "{text} {than}");
                }
            }
            assert_eq!(trimmed.dictionary.text(trimmed.codes[1], &mut other), expected[0]);
        }
    }
}
