//! Pieces that are kept from one window to the next: all of them share the words of one place.

use std::collections::HashMap;
use std::sync::Arc;

use super::merge::{PieceRead, UnitedReals, UnitedTexts};
use super::packed::{Packed, with_codes};
use super::segment::{Segment, Values};
use super::source::{ColumnSource, Rule};
use super::words::Words;

/// What the codes of other words are called now.
#[derive(Debug)]
pub struct Renamed {
    texts: HashMap<u8, Vec<u32>>,
    reals: Vec<u32>,
}

impl Words {
    /// How many distinct texts and doubles there are.
    #[must_use]
    pub fn distinct(&self) -> u64 {
        self.texts.iter().map(|(_, texts)| u64::from(texts.codes())).sum::<u64>() + self.reals.len() as u64
    }

    /// Takes in the words of a thread; none where the codes are used up.
    #[must_use]
    pub fn absorb(&mut self, other: Self) -> Option<Renamed> {
        let mut texts = HashMap::new();
        for (group, interner) in other.texts {
            let place = self.place(group);
            texts.insert(group, self.texts[place].1.merge(interner)?);
        }
        let (reals, codes) = (&mut self.reals, &mut self.real_codes);
        let code = |value: f64| {
            *codes.entry(value.to_bits()).or_insert_with(|| {
                reals.push(value);
                reals.len() as u32
            })
        };
        let reals = std::iter::once(0).chain(other.reals.into_iter().map(code)).collect();
        Some(Renamed { texts, reals })
    }

    /// The dictionaries of these words alone, whose codes stay as they are.
    pub(super) fn united(&self) -> (UnitedTexts, UnitedReals) {
        let texts = self.texts.iter().map(|(group, interner)| {
            let same = (0..interner.codes()).collect();
            (*group, Some((Arc::new(interner.dictionary()), vec![same])))
        });
        let values: Vec<f64> = std::iter::once(0.0).chain(self.reals.iter().copied()).collect();
        let same = (0..values.len() as u32).collect();
        (texts.collect(), UnitedReals { values, maps: vec![same] })
    }
}

impl PieceRead {
    /// Calls its words by the names that they have now.
    pub fn rename(&mut self, sources: &[ColumnSource], renamed: &Renamed) {
        self.thread = 0;
        for (source, column) in sources.iter().zip(&mut self.columns) {
            let map = match source.rule {
                Rule::Text(group) => renamed.texts.get(&group),
                Rule::RealOrNull => Some(&renamed.reals),
                _ => None,
            };
            if let (Some(map), Ok(Segment(Values::Codes(codes)))) = (map, column) {
                let named = |code: usize| map.get(code).copied().unwrap_or_default();
                let highest = with_codes!(&*codes, codes => codes.iter().map(|&code| named(code as usize)).max());
                let mut packed = Packed::with_capacity(codes.len(), highest.unwrap_or(0));
                with_codes!(&*codes, codes => packed.extend(codes.iter().map(|&code| named(code as usize))));
                *codes = packed;
            }
        }
    }

    /// Whether each of its columns could be kept.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.columns.iter().all(Result::is_ok)
    }

    /// Whether the integers of a column are just these, in this order.
    #[must_use]
    pub fn has_integers(&self, column: usize, values: &[i64]) -> bool {
        let mut is_same = self.rows as usize == values.len() && self.columns.get(column).is_some_and(Result::is_ok);
        let mut expected = values.iter().copied().map(Some);
        self.each_integer(column, |value| is_same &= expected.next() == Some(value));
        is_same && expected.next().is_none()
    }

    /// Gives the integers of a column.
    pub fn each_integer(&self, column: usize, mut take: impl FnMut(Option<i64>)) {
        if let Some(Ok(segment)) = self.columns.get(column) {
            segment.each_integer(|values| values.for_each(&mut take));
        }
    }

    /// How many bytes its values take.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.columns.iter().flatten().map(Segment::bytes).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::{Cell, Collector, EventTable, Found};

    fn read(texts: &[&str]) -> (PieceRead, Words) {
        let mut words = Words::default();
        let mut collector = Collector::new(Rule::Text(0), &mut words);
        texts.iter().for_each(|text| collector.push(Found::Text(text.as_bytes()), &mut words));
        let columns = vec![collector.take(&mut words)];
        (PieceRead { thread: 3, rows: texts.len() as u32, columns }, words)
    }

    #[test]
    fn pieces_of_several_readings_share_their_words() {
        let sources = [ColumnSource { name: "src_ip", sql: String::new(), rule: Rule::Text(0) }];
        let (mut words, mut pieces) = (Words::default(), Vec::new());
        for texts in [&["1.2.3.4", "::1", "1.2.3.4"][..], &["::1", "5.6.7.8"], &["1.2.3.4"]] {
            let (mut piece, new) = read(texts);
            piece.rename(&sources, &words.absorb(new).expect("room"));
            pieces.push(piece);
        }
        let pieces: Vec<&PieceRead> = pieces.iter().collect();
        let table = EventTable::assemble_kept(&sources, &pieces, &words, 2).expect("a table");
        let mut found = Vec::new();
        for row in 0..table.rows() {
            let take = |_, cell: Cell<'_>| {
                if let Cell::Text(text) = cell {
                    found.push(text.to_owned());
                }
                Ok::<(), ()>(())
            };
            table.each_cell(row, take).expect("cells");
        }
        assert_eq!(found, ["1.2.3.4", "::1", "1.2.3.4", "::1", "5.6.7.8", "1.2.3.4"]);
    }
}
