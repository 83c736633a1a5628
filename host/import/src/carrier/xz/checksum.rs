//! The checksums of blocks of xz: CRC32, CRC64 and SHA-256. Those of other kinds are reserved, and are not compared.

use sha2::{Digest as _, Sha256};

/// The polynomial of ECMA-182, reflected.
const POLYNOMIAL: u64 = 0xc96c_5795_d787_0f42;

/// What a byte does to a CRC64.
static TABLE: [u64; 256] = table();

const fn table() -> [u64; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < table.len() {
        let (mut value, mut bit) = (byte as u64, 0);
        while bit < 8 {
            value = if value & 1 == 1 { value >> 1 ^ POLYNOMIAL } else { value >> 1 };
            bit += 1;
        }
        table[byte] = value;
        byte += 1;
    }
    table
}

/// The checksum of the text of a block so far.
#[derive(Clone)]
pub(super) enum Checksum {
    /// None that is compared, of so many bytes.
    None(usize),
    Crc32(crc32fast::Hasher),
    Crc64(u64),
    Sha256(Box<Sha256>),
}

impl Checksum {
    /// The kind that a number in the head of a stream stands for.
    pub(super) fn of_kind(number: u8) -> Self {
        match number {
            0 => Self::None(0),
            1 => Self::Crc32(crc32fast::Hasher::new()),
            2 | 3 => Self::None(4),
            4 => Self::Crc64(0),
            5 | 6 => Self::None(8),
            7..=9 => Self::None(16),
            10 => Self::Sha256(Box::default()),
            11 | 12 => Self::None(32),
            _ => Self::None(64),
        }
    }

    /// How many bytes it has in the file.
    pub(super) fn length(&self) -> usize {
        match self {
            Self::None(length) => *length,
            Self::Crc32(_) => 4,
            Self::Crc64(_) => 8,
            Self::Sha256(_) => 32,
        }
    }

    pub(super) fn update(&mut self, text: &[u8]) {
        match self {
            Self::None(_) => {}
            Self::Crc32(hasher) => hasher.update(text),
            Self::Crc64(crc) => {
                *crc = !text.iter().fold(!*crc, |crc, byte| TABLE[usize::from(crc as u8 ^ byte)] ^ crc >> 8);
            }
            Self::Sha256(hasher) => hasher.update(text),
        }
    }

    /// Whether the block that ends here has this checksum in the file. The next block begins anew.
    pub(super) fn ends_as(&mut self, stored: &[u8]) -> bool {
        match self {
            Self::None(_) => true,
            Self::Crc32(hasher) => std::mem::take(hasher).finalize().to_le_bytes() == stored,
            Self::Crc64(crc) => std::mem::take(crc).to_le_bytes() == stored,
            Self::Sha256(hasher) => hasher.finalize_reset().as_slice() == stored,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What everybody who implements them checks: the digits from 1 to 9.
    #[test]
    fn known_values() {
        for (kind, expected) in [
            (1, 0xcbf4_3926_u32.to_le_bytes().to_vec()),
            (4, 0x995d_c9bb_df19_39fa_u64.to_le_bytes().to_vec()),
            (10, Sha256::digest(b"123456789").to_vec()),
        ] {
            let mut checksum = Checksum::of_kind(kind);
            for _ in 0..2 {
                checksum.update(b"1234");
                checksum.update(b"56789");
                assert!(checksum.length() == expected.len() && checksum.ends_as(&expected), "{kind}");
            }
            assert!(!checksum.ends_as(&expected));
        }
    }
}
