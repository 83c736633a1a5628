//! IPv4 addresses as numbers: read and written without a general parser, for there are two in every row.

/// Room for an IPv4 address as text.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct AddressText([u8; 15]);

impl AddressText {
    /// Writes an address as four decimal numbers.
    pub(super) fn write(&mut self, bits: u32) -> &str {
        let mut length = 0;
        let mut push = |byte| {
            self.0[length] = byte;
            length += 1;
        };
        for (index, octet) in bits.to_be_bytes().into_iter().enumerate() {
            if index > 0 {
                push(b'.');
            }
            if octet >= 100 {
                push(b'0' + octet / 100);
            }
            if octet >= 10 {
                push(b'0' + octet / 10 % 10);
            }
            push(b'0' + octet % 10);
        }
        // Only ASCII was written.
        std::str::from_utf8(&self.0[..length]).unwrap_or_default()
    }
}

/// The bits of an IPv4 address, where the text is exactly how [`AddressText::write`] writes them.
///
/// It is asked for two addresses of every row. The lengths of the four numbers follow no pattern, so it takes all bytes at once and
/// branches only at the end: a byte a lane, least significant first.
pub(crate) fn parse_address(text: &[u8]) -> Option<u32> {
    const ONES: u128 = u128::from_le_bytes([1; 16]);
    let length = text.len();
    if !(7..=15).contains(&length) {
        return None;
    }
    // Two loads of eight bytes that overlap, or for the shortest two of four: no loop, and nothing behind the text is read.
    let lanes = match (text.first_chunk::<8>(), text.last_chunk::<8>(), text.first_chunk::<4>(), text.last_chunk::<4>()) {
        (Some(first), Some(last), ..) => {
            u128::from(u64::from_le_bytes(*first)) | u128::from(u64::from_le_bytes(*last)) << (8 * (length - 8))
        }
        (_, _, Some(first), Some(last)) => {
            u128::from(u32::from_le_bytes(*first)) | u128::from(u32::from_le_bytes(*last)) << (8 * (length - 4))
        }
        _ => return None,
    };
    // The highest bit of each lane that is a dot: bytes of ASCII never carry into the next lane.
    let highest = ONES << 7;
    let ascii = lanes & highest == 0;
    let mut dots = highest.wrapping_sub(lanes ^ (ONES * u128::from(b'.'))) & highest;
    let ends = {
        let mut end = || {
            let place = dots.trailing_zeros() / 8;
            dots &= dots.wrapping_sub(1);
            place
        };
        [end(), end(), end(), length as u32]
    };
    let mut good = ascii && dots == 0 && ends[2] < 16;
    let (mut bits, mut start) = (0, 0);
    for end in ends {
        let digits = end.wrapping_sub(start);
        good &= (1..=3).contains(&digits);
        // The last digit comes into the third lane, and what is missing in front of it is a zero.
        let shift = 8 * (3_u32.wrapping_sub(digits) & 3);
        let number = (((lanes >> (8 * (start & 15))) as u32) << shift) & 0xff_ffff;
        let number = number ^ ((0x30_3030 >> shift) << shift);
        good &= ((number + 0x06_0606) | number) & 0xf0_f0f0 == 0;
        let octet = (number & 0xff) * 100 + ((number >> 8) & 0xff) * 10 + (number >> 16);
        good &= octet <= 255 && (digits == 1 || (number >> shift) & 0xff != 0);
        bits = (bits << 8) | (octet & 0xff);
        start = end + 1;
    }
    good.then_some(bits)
}

/// What a text says of the addresses that begin with it.
pub(super) struct AddressPrefix {
    bits: u32,
    mask: u32,
    none: bool,
}

impl AddressPrefix {
    /// The prefix that a text is; none where it ends within a number.
    pub(super) fn of(prefix: &str) -> Option<Self> {
        if prefix.contains(|letter: char| !letter.is_ascii_digit() && letter != '.') {
            return Some(Self { bits: 0, mask: 0, none: true });
        }
        let numbers = prefix.strip_suffix('.')?;
        let missing = 3_usize.checked_sub(numbers.split('.').count())?;
        let bits = parse_address(format!("{prefix}{}0", "0.".repeat(missing)).as_bytes())?;
        Some(Self { bits, mask: u32::MAX << (8 * (missing + 1)), none: false })
    }

    /// Whether an address begins so.
    pub(super) fn begins(&self, bits: u32) -> bool {
        !self.none && bits & self.mask == self.bits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_round_trip_and_nothing_else_is_one() {
        let mut buffer = AddressText::default();
        for text in ["0.0.0.0", "1.2.3.4", "255.255.255.255", "10.0.200.99", "100.10.1.0"] {
            let bits = parse_address(text.as_bytes()).expect(text);
            assert_eq!(buffer.write(bits), text);
        }
        for text in
            ["01.2.3.4", "1.2.3.04", "256.1.1.1", "1.2.3", "1.2.3.4.5", "1..2.3", "1.2.3.4 ", "::1", "00.0.0.0", "1.2.3.", ""]
        {
            assert_eq!(parse_address(text.as_bytes()), None, "{text}");
        }
    }
}
