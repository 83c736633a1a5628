//! The texts and doubles that one thread has met, with the codes that they have in this thread alone.

use std::collections::HashMap;

use super::interner::Interner;

/// The texts and doubles that a thread has seen.
#[derive(Debug, Default)]
pub struct Words {
    /// Each with the number of its [`Rule::Text`].
    pub(super) texts: Vec<(u8, Interner)>,
    /// Doubles of all columns, by their bits; code 1 comes first.
    pub(super) reals: Vec<f64>,
    pub(super) real_codes: HashMap<u64, u32>,
}

impl Words {
    /// The place of the texts of a group.
    pub(super) fn place(&mut self, group: u8) -> usize {
        let known = self.texts.iter().position(|(known, _)| *known == group);
        known.unwrap_or_else(|| {
            self.texts.push((group, Interner::new()));
            self.texts.len() - 1
        })
    }

    /// How many bytes they take.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.texts.iter().map(|(_, interner)| interner.bytes()).sum::<u64>() + self.reals.len() as u64 * 40
    }
}
