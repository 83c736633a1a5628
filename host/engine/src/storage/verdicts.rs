//! Tests of texts, asked once for each text of a dictionary: 1 for yes, 0 for no, 2 for null, by code.

use std::net::Ipv4Addr;

use super::address::{AddressPrefix, AddressText};
use super::dictionary::{Dictionary, Entry};
use net_scout_model::Networks;

impl Dictionary {
    /// Whether each code's text is one of these: 1 for yes, 0 for no, 2 for null.
    pub(crate) fn among<'a>(&self, texts: impl IntoIterator<Item = &'a str>) -> Vec<u8> {
        let mut table = vec![0; self.codes() as usize];
        table[0] = 2;
        texts.into_iter().filter_map(|text| self.code(text)).for_each(|code| table[code as usize] = 1);
        table
    }

    /// Whether each code's text has this in it: 1 for yes, 0 for no, 2 for null.
    pub(crate) fn holding(&self, held: &str) -> Vec<u8> {
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
    pub(crate) fn beginning(&self, prefix: &str, begins: impl Fn(&str) -> bool) -> Vec<u8> {
        let of_addresses = AddressPrefix::of(prefix);
        let mut buffer = AddressText::default();
        let verdict = |(code, entry): (u32, &Entry)| match (entry, &of_addresses) {
            (Entry::Address(bits), Some(of_prefix)) => u8::from(of_prefix.begins(*bits)),
            _ => u8::from(begins(self.text(code, &mut buffer))),
        };
        std::iter::once(2).chain((1..).zip(&self.entries).map(verdict)).collect()
    }

    /// Whether each code's text is an address in one of these networks: 1 for yes, 0 for no, 2 for null.
    pub(crate) fn inside(&self, networks: &Networks) -> Vec<u8> {
        let mut buffer = AddressText::default();
        let verdict = |(code, entry): (u32, &Entry)| match entry {
            Entry::Address(bits) => u8::from(networks.contains(Ipv4Addr::from_bits(*bits).into())),
            Entry::Text(..) => u8::from(networks.contains_text(self.text(code, &mut buffer))),
        };
        std::iter::once(2).chain((1..).zip(&self.entries).map(verdict)).collect()
    }

    /// What a test says of each code: 1 for yes, 0 for no, 2 for null.
    pub(crate) fn table(&self, test: impl Fn(&str) -> bool) -> Vec<u8> {
        let mut buffer = AddressText::default();
        let verdicts = (1..self.codes()).map(|code| u8::from(test(self.text(code, &mut buffer))));
        std::iter::once(2).chain(verdicts).collect()
    }
}
