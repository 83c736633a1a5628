//! Dictionaries of trimmed texts: what `rtrim` makes of all texts of a column at once.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError};

use super::address::AddressText;
use super::dictionary::{Dictionary, Trimmed, push};

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
        Trimmed { characters: characters.into(), dictionary: Arc::new(Dictionary::new(entries, arena)), codes: codes.into() }
    }
}
