//! Small numbers, a row each, in as few bytes as the largest needs. They are codes: what a code stands for, the column knows.

/// A code a row. 0 stands for null.
#[derive(Clone, Debug)]
pub enum Packed {
    /// Codes below 2^8.
    Bytes(Vec<u8>),
    /// Codes below 2^16.
    Shorts(Vec<u16>),
    /// All others.
    Words(Vec<u32>),
}

/// A code of any width.
pub(super) trait Code: Copy {
    /// The code as a number.
    fn number(self) -> u32;
}

impl Code for u8 {
    fn number(self) -> u32 {
        u32::from(self)
    }
}

impl Code for u16 {
    fn number(self) -> u32 {
        u32::from(self)
    }
}

impl Code for u32 {
    fn number(self) -> u32 {
        self
    }
}

/// Runs the body with the vector inside, whatever its width: a loop over it is compiled for each width.
macro_rules! with_codes {
    ($packed:expr, $codes:ident => $body:expr) => {
        match $packed {
            $crate::packed::Packed::Bytes($codes) => $body,
            $crate::packed::Packed::Shorts($codes) => $body,
            $crate::packed::Packed::Words($codes) => $body,
        }
    };
}
pub(super) use with_codes;

impl Packed {
    /// Room for so many codes, none of them larger than `highest`.
    pub(super) fn with_capacity(capacity: usize, highest: u32) -> Self {
        match highest {
            0..=0xff => Self::Bytes(Vec::with_capacity(capacity)),
            0x100..=0xffff => Self::Shorts(Vec::with_capacity(capacity)),
            _ => Self::Words(Vec::with_capacity(capacity)),
        }
    }

    /// Adds codes, which must not be larger than the `highest` it was made for.
    pub(super) fn extend(&mut self, codes: impl Iterator<Item = u32>) {
        match self {
            Self::Bytes(list) => list.extend(codes.map(|code| code as u8)),
            Self::Shorts(list) => list.extend(codes.map(|code| code as u16)),
            Self::Words(list) => list.extend(codes),
        }
    }

    pub(super) fn len(&self) -> usize {
        with_codes!(self, codes => codes.len())
    }

    /// How many bytes the codes take.
    pub(super) fn bytes(&self) -> u64 {
        with_codes!(self, codes => size_of_val(codes.as_slice()) as u64)
    }
}

/// Some rows, in an order.
#[derive(Clone, Copy, Debug)]
pub(super) enum Rows<'a> {
    /// From the first up to the second, which is not among them.
    Range(u32, u32),
    /// These.
    List(&'a [u32]),
}

impl<'a> Rows<'a> {
    /// Those from one place up to another.
    pub(super) fn part(self, from: usize, to: usize) -> Rows<'a> {
        match self {
            Self::Range(start, _) => Self::Range(start + from as u32, start + to as u32),
            Self::List(rows) => Self::List(&rows[from..to]),
        }
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::Range(from, to) => (to - from) as usize,
            Self::List(rows) => rows.len(),
        }
    }

    /// What `value` says of each row.
    pub(super) fn map<T>(&self, value: impl Fn(usize) -> T) -> Vec<T> {
        match self {
            Self::Range(from, to) => (*from as usize..*to as usize).map(value).collect(),
            Self::List(rows) => rows.iter().map(|&row| value(row as usize)).collect(),
        }
    }
}
