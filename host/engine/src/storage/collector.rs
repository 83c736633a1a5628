//! Collects the values of a column while a thread reads its rows, and makes compact segments of them.

use super::address::parse_address;
use super::packed::Packed;
use super::segment::{Segment, Values};
use super::source::{DIRECTIONS, Rule};
use super::words::Words;
use net_scout_model::{MAXIMUM_HIT_COUNT, canonical_direction};

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

/// In microseconds.
const SECOND: i64 = 1_000_000;

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

    /// How its values are kept.
    pub fn rule(&self) -> Rule {
        self.rule
    }

    /// Adds an integer.
    #[inline]
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
            (Rule::Text(group), Found::Text(text)) => {
                let text = if group == DIRECTIONS { canonical_direction(text) } else { text };
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
            let codes = pack(self.codes.iter().map(|&code| code as u32), highest);
            self.codes.clear();
            return Ok(Segment(Values::Codes(codes)));
        }
        let mut values = std::mem::take(&mut self.values);
        let mut nulls = std::mem::take(&mut self.nulls);
        let (base, high) = if self.low > self.high { (0, 0) } else { (self.low, self.high) };
        (self.low, self.high) = (i64::MAX, i64::MIN);
        let whole = |value: &i64| value.abs_diff(base).is_multiple_of(SECOND.unsigned_abs());
        let step = if self.rule == Rule::Time && values.iter().all(whole) { SECOND } else { 1 };
        let span = base.abs_diff(high) / step.unsigned_abs();
        if span >= u64::from(u32::MAX) - 2 {
            nulls.resize(values.len(), false);
            return Ok(Segment(Values::Wide { values, nulls }));
        }
        let code = |value: &i64| (value.abs_diff(base) / step.unsigned_abs() + 1) as u32;
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
        Ok(Segment(Values::Coded { codes, base, step, high }))
    }
}

fn pack(codes: impl ExactSizeIterator<Item = u32>, highest: u32) -> Packed {
    let mut packed = Packed::with_capacity(codes.len(), highest);
    packed.extend(codes);
    packed
}
