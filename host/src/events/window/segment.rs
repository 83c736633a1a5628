//! What one thread has read: the values of one piece of the table, compact already, with codes that mean something to this thread alone.

use std::collections::HashMap;

use super::dictionary::parse_address;
use super::interner::Interner;
use super::packed::Packed;
use super::source::Rule;
use crate::events::layout::MAXIMUM_HIT_COUNT;

/// A value as it was found in the table.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Found<'a> {
    Null,
    Integer(i64),
    Real(f64),
    Text(&'a [u8]),
    Blob,
}

impl Found<'_> {
    fn kind(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Integer(_) => "integer",
            Self::Real(_) => "real",
            Self::Text(_) => "text",
            Self::Blob => "blob",
        }
    }
}

/// The values of a column in one piece.
#[derive(Debug)]
pub(crate) enum Segment {
    /// `base + code - 1`; the smallest and the largest value.
    Coded { codes: Packed, base: i64, high: i64 },
    /// As they are; true for those that are null.
    Wide { values: Vec<i64>, nulls: Vec<bool> },
    /// Codes of the thread's reals or texts.
    Codes(Packed),
}

impl Segment {
    pub(crate) fn bytes(&self) -> u64 {
        match self {
            Self::Coded { codes, .. } | Self::Codes(codes) => codes.bytes(),
            Self::Wide { values, .. } => values.len() as u64 * 9,
        }
    }
}

/// The texts and doubles that a thread has seen.
#[derive(Debug, Default)]
pub(crate) struct Words {
    /// Each with the number of its [`Rule::Text`].
    pub(super) texts: Vec<(u8, Interner)>,
    /// Doubles of all columns, by their bits; code 1 comes first.
    pub(super) reals: Vec<f64>,
    real_codes: HashMap<u64, u32>,
}

impl Words {
    /// The place of the texts of a group.
    fn place(&mut self, group: u8) -> usize {
        let known = self.texts.iter().position(|(known, _)| *known == group);
        known.unwrap_or_else(|| {
            self.texts.push((group, Interner::new()));
            self.texts.len() - 1
        })
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.texts.iter().map(|(_, interner)| interner.bytes()).sum::<u64>() + self.reals.len() as u64 * 40
    }
}

/// Marks the bits of an address.
const ADDRESS: u64 = 1 << 32;

/// Collects the values of a column in one piece.
#[derive(Debug)]
pub(crate) struct Collector {
    rule: Rule,
    /// Where the words of its texts are.
    place: usize,
    values: Vec<i64>,
    nulls: Vec<bool>,
    /// Codes; or above [`ADDRESS`] the bits of an address, which gets its code when the piece is complete.
    codes: Vec<u64>,
    /// Why the column cannot be kept.
    unfit: Option<String>,
}

impl Collector {
    pub(crate) fn new(rule: Rule, words: &mut Words) -> Self {
        let place = if let Rule::Text(group) = rule { words.place(group) } else { 0 };
        Self { rule, place, values: Vec::new(), nulls: Vec::new(), codes: Vec::new(), unfit: None }
    }

    pub(crate) fn integer(&mut self, value: Option<i64>) {
        self.values.push(value.unwrap_or_default());
        self.nulls.push(value.is_none());
    }

    /// Adds a value as the rule says.
    pub(crate) fn push(&mut self, value: Found<'_>, words: &mut Words) {
        if self.unfit.is_some() {
            return;
        }
        match (self.rule, value) {
            (Rule::Integer | Rule::IntegerOrNull, Found::Integer(value)) => self.integer(Some(value)),
            (Rule::Integer, Found::Null) | (Rule::IntegerOrNull, _) => self.integer(None),
            (Rule::HitCount, Found::Integer(value)) => self.integer(Some(value.clamp(1, MAXIMUM_HIT_COUNT))),
            (Rule::HitCount, _) => self.integer(Some(1)),
            (Rule::Text(_) | Rule::RealOrNull, Found::Null) => self.codes.push(0),
            (Rule::Text(_), Found::Text(text)) => match parse_address(text) {
                Some(bits) => self.codes.push(ADDRESS | u64::from(bits)),
                None => match words.texts[self.place].1.text(text) {
                    Some(code) => self.codes.push(u64::from(code)),
                    None => self.unfit = Some("a text in it is not UTF-8, or there are too many".to_owned()),
                },
            },
            (Rule::RealOrNull, Found::Real(value)) if !value.is_nan() && (value != 0.0 || value.is_sign_positive()) => {
                let reals = &mut words.reals;
                let code = *words.real_codes.entry(value.to_bits()).or_insert_with(|| {
                    reals.push(value);
                    reals.len() as u32
                });
                self.codes.push(u64::from(code));
            }
            (Rule::RealOrNull, Found::Text(_) | Found::Blob) => self.codes.push(0),
            (_, value) => self.unfit = Some(format!("a value in it is of the type {}", value.kind())),
        }
    }

    /// What was collected, compact; the collector is empty again.
    pub(crate) fn take(&mut self, words: &mut Words) -> Result<Segment, String> {
        if let Some(reason) = &self.unfit {
            return Err(reason.clone());
        }
        if matches!(self.rule, Rule::Text(_) | Rule::RealOrNull) {
            if let Some((_, texts)) = words.texts.get_mut(self.place) {
                for code in self.codes.iter_mut().filter(|code| **code >= ADDRESS) {
                    *code = u64::from(texts.address(*code as u32));
                }
            }
            let segment = Segment::Codes(pack(self.codes.iter().map(|&code| code as u32)));
            self.codes.clear();
            return Ok(segment);
        }
        let (values, nulls) = (std::mem::take(&mut self.values), std::mem::take(&mut self.nulls));
        let present = || values.iter().zip(&nulls).filter(|(_, null)| !**null).map(|(value, _)| *value);
        let (base, high) = (present().min().unwrap_or_default(), present().max().unwrap_or_default());
        if base.abs_diff(high) >= u64::from(u32::MAX) - 2 {
            return Ok(Segment::Wide { values, nulls });
        }
        let code = |(value, null): (&i64, &bool)| if *null { 0 } else { (value.abs_diff(base) + 1) as u32 };
        let codes = pack(values.iter().zip(&nulls).map(code));
        // The room is used again for the next piece.
        (self.values, self.nulls) = (values, nulls);
        self.values.clear();
        self.nulls.clear();
        Ok(Segment::Coded { codes, base, high })
    }
}

fn pack(codes: impl Iterator<Item = u32> + Clone) -> Packed {
    let mut packed = Packed::with_capacity(codes.clone().count(), codes.clone().max().unwrap_or_default());
    packed.extend(codes);
    packed
}
