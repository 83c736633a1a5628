//! Codes, one for each row, in as few bytes as the largest needs. What a code stands for, the column knows.

/// A code a row. 0 stands for null.
#[derive(Clone, Debug)]
pub(crate) enum Packed {
    /// Codes below 2^8.
    Bytes(Vec<u8>),
    /// Codes below 2^16.
    Shorts(Vec<u16>),
    /// All others.
    Words(Vec<u32>),
}

/// A code of any width.
pub(crate) trait Code: Copy {
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
            $crate::storage::Packed::Bytes($codes) => $body,
            $crate::storage::Packed::Shorts($codes) => $body,
            $crate::storage::Packed::Words($codes) => $body,
        }
    };
}
pub(crate) use with_codes;

impl Packed {
    /// Room for so many codes, none of them larger than `highest`.
    pub(crate) fn with_capacity(capacity: usize, highest: u32) -> Self {
        match highest {
            0..=0xff => Self::Bytes(Vec::with_capacity(capacity)),
            0x100..=0xffff => Self::Shorts(Vec::with_capacity(capacity)),
            _ => Self::Words(Vec::with_capacity(capacity)),
        }
    }

    /// Adds codes, which must not be larger than the `highest` it was made for.
    pub(crate) fn extend(&mut self, codes: impl Iterator<Item = u32>) {
        match self {
            Self::Bytes(list) => list.extend(codes.map(|code| code as u8)),
            Self::Shorts(list) => list.extend(codes.map(|code| code as u16)),
            Self::Words(list) => list.extend(codes),
        }
    }

    pub(crate) fn len(&self) -> usize {
        with_codes!(self, codes => codes.len())
    }

    /// How many bytes the codes take.
    pub(crate) fn bytes(&self) -> u64 {
        with_codes!(self, codes => size_of_val(codes.as_slice()) as u64)
    }
}
