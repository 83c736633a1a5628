//! What one thread has read: the values of one piece of the table, compact already, with codes that mean something to this thread alone.

use std::collections::HashMap;

use super::dictionary::parse_address;
use super::interner::Interner;
use super::packed::Packed;
use super::source::Rule;
use net_scout_model::MAXIMUM_HIT_COUNT;

/// A value as it was found in the table.
#[derive(Clone, Copy, Debug)]
pub enum Found<'a> {
    /// Null.
    Null,
    /// An integer.
    Integer(i64),
    /// A double.
    Real(f64),
    /// Text, which may not be UTF-8.
    Text(&'a [u8]),
    /// Bytes.
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
pub enum Segment {
    /// `base + code - 1`; the smallest and the largest value.
    Coded {
        /// Which value each row has; 0 for null.
        codes: Packed,
        /// The smallest value.
        base: i64,
        /// The largest value.
        high: i64,
    },
    /// As they are; true for those that are null.
    Wide {
        /// The value of each row.
        values: Vec<i64>,
        /// Which rows have none.
        nulls: Vec<bool>,
    },
    /// Codes of the thread's reals or texts.
    Codes(Packed),
}

impl Segment {
    /// How many bytes the values take.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        match self {
            Self::Coded { codes, .. } | Self::Codes(codes) => codes.bytes(),
            Self::Wide { values, .. } => values.len() as u64 * 9,
        }
    }
}

/// The texts and doubles that a thread has seen.
#[derive(Debug, Default)]
pub struct Words {
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

    /// How many bytes they take.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.texts.iter().map(|(_, interner)| interner.bytes()).sum::<u64>() + self.reals.len() as u64 * 40
    }
}

/// Marks the bits of an address.
const ADDRESS: u64 = 1 << 32;

/// Collects the values of a column in one piece.
#[derive(Debug)]
pub struct Collector {
    rule: Rule,
    /// Where the words of its texts are.
    place: usize,
    values: Vec<i64>,
    /// The smallest value and the largest.
    low: i64,
    high: i64,
    /// Which values are null, as far as the last that is.
    nulls: Vec<bool>,
    /// Codes; or above [`ADDRESS`] the bits of an address, which gets its code when the piece is complete.
    codes: Vec<u64>,
    /// Why the column cannot be kept.
    unfit: Option<String>,
}

impl Collector {
    /// Collects by this rule. Texts and doubles go into `words`.
    pub fn new(rule: Rule, words: &mut Words) -> Self {
        let place = if let Rule::Text(group) = rule { words.place(group) } else { 0 };
        let (low, high) = (i64::MAX, i64::MIN);
        Self { rule, place, values: Vec::new(), low, high, nulls: Vec::new(), codes: Vec::new(), unfit: None }
    }

    /// What becomes of its values.
    pub fn rule(&self) -> Rule {
        self.rule
    }

    /// Adds an integer.
    pub fn integer(&mut self, value: i64) {
        self.low = self.low.min(value);
        self.high = self.high.max(value);
        self.values.push(value);
    }

    fn null(&mut self) {
        self.nulls.resize(self.values.len(), false);
        self.nulls.push(true);
        self.values.push(0);
    }

    /// Adds a value as the rule says.
    pub fn push(&mut self, value: Found<'_>, words: &mut Words) {
        if self.unfit.is_some() {
            return;
        }
        match (self.rule, value) {
            (Rule::Integer | Rule::IntegerOrNull, Found::Integer(value)) => self.integer(value),
            (Rule::Integer, Found::Null) | (Rule::IntegerOrNull, _) => self.null(),
            (Rule::HitCount, Found::Integer(value)) => self.integer(value.clamp(1, MAXIMUM_HIT_COUNT)),
            (Rule::HitCount, _) => self.integer(1),
            (Rule::Text(_) | Rule::RealOrNull, Found::Null) => self.codes.push(0),
            (Rule::Text(_), Found::Text(text)) => {
                let words = &mut words.texts[self.place].1;
                if let Some(code) = words.few(text) {
                    self.codes.push(u64::from(code));
                } else if let Some(bits) = parse_address(text) {
                    self.codes.push(ADDRESS | u64::from(bits));
                } else {
                    match words.text(text) {
                        Some(code) => self.codes.push(u64::from(code)),
                        None => self.unfit = Some("a text in it is not UTF-8, or there are too many".to_owned()),
                    }
                }
            }
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
    pub fn take(&mut self, words: &mut Words) -> Result<Segment, String> {
        if let Some(reason) = &self.unfit {
            return Err(reason.clone());
        }
        if matches!(self.rule, Rule::Text(_) | Rule::RealOrNull) {
            if let Some((_, texts)) = words.texts.get_mut(self.place) {
                for code in self.codes.iter_mut().filter(|code| **code >= ADDRESS) {
                    *code = u64::from(texts.address(*code as u32));
                }
            }
            let highest = self.codes.iter().max().map_or(0, |&code| code as u32);
            let segment = Segment::Codes(pack(self.codes.iter().map(|&code| code as u32), highest));
            self.codes.clear();
            return Ok(segment);
        }
        let mut values = std::mem::take(&mut self.values);
        let mut nulls = std::mem::take(&mut self.nulls);
        let (base, high) = if self.low > self.high { (0, 0) } else { (self.low, self.high) };
        (self.low, self.high) = (i64::MAX, i64::MIN);
        let span = base.abs_diff(high);
        if span >= u64::from(u32::MAX) - 2 {
            nulls.resize(values.len(), false);
            return Ok(Segment::Wide { values, nulls });
        }
        let code = |value: &i64| (value.wrapping_sub(base) + 1) as u32;
        let highest = span as u32 + 1;
        let codes = if nulls.is_empty() {
            pack(values.iter().map(code), highest)
        } else {
            nulls.resize(values.len(), false);
            pack(values.iter().zip(&nulls).map(|(value, null)| if *null { 0 } else { code(value) }), highest)
        };
        // The room is used again for the next piece.
        values.clear();
        nulls.clear();
        (self.values, self.nulls) = (values, nulls);
        Ok(Segment::Coded { codes, base, high })
    }
}

fn pack(codes: impl ExactSizeIterator<Item = u32>, highest: u32) -> Packed {
    let mut packed = Packed::with_capacity(codes.len(), highest);
    packed.extend(codes);
    packed
}
