//! UTF-16 as UTF-8: what Windows writes when a log is exported or piped through PowerShell.

use std::io::{self, BufRead, Read};

/// Which byte of a unit comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Little,
    Big,
}

/// Reads UTF-16 and hands it on as UTF-8. What is not valid becomes U+FFFD.
pub(super) struct Utf16<R> {
    source: R,
    order: Order,
    /// A first half of a pair that waits for its second.
    high: Option<u16>,
    /// What was decoded and not handed on yet, and from where on.
    ready: Vec<u8>,
    place: usize,
}

impl<R: BufRead> Utf16<R> {
    /// The order of the text that begins so, by its byte order mark or by the zeros beside its first letters; none where it is not UTF-16.
    pub(super) fn recognize(head: &[u8]) -> Option<Order> {
        let is_text = |byte: u8| matches!(byte, b'\t' | b'\r' | b'\n' | b' '..=b'~');
        match head {
            [0xff, 0xfe, rest @ ..] if !rest.starts_with(&[0, 0]) => Some(Order::Little),
            [0xfe, 0xff, ..] => Some(Order::Big),
            [a, 0, b, 0, ..] if is_text(*a) && is_text(*b) => Some(Order::Little),
            [0, a, 0, b, ..] if is_text(*a) && is_text(*b) => Some(Order::Big),
            _ => None,
        }
    }

    pub(super) fn new(source: R, order: Order) -> Self {
        Self { source, order, high: None, ready: Vec::new(), place: 0 }
    }

    /// Decodes what is at hand. False at the end.
    fn decode(&mut self) -> io::Result<bool> {
        self.ready.clear();
        self.place = 0;
        let chunk = self.source.fill_buf()?;
        let is_end = chunk.is_empty();
        let mut used = chunk.len() & !1;
        let mut units: Vec<u16> = Vec::with_capacity(used / 2 + 2);
        units.extend(self.high.take());
        let unit = |pair: [u8; 2]| match self.order {
            Order::Little => u16::from_le_bytes(pair),
            Order::Big => u16::from_be_bytes(pair),
        };
        if let [single] = *chunk {
            // The two bytes of a unit came one by one.
            self.source.consume(1);
            let mut second = [0];
            if self.source.read(&mut second)? == 0 {
                return Ok(false);
            }
            units.push(unit([single, second[0]]));
            used = 0;
        } else {
            units.extend(chunk[..used].as_chunks::<2>().0.iter().map(|pair| unit(*pair)));
        }
        let is_over = units.is_empty() && is_end;
        // The first half of a pair waits for the second, unless nothing follows.
        if !is_end {
            self.high = units.pop_if(|last| (0xd800..0xdc00).contains(last));
        }
        self.source.consume(used);
        let mut bytes = [0; 4];
        for character in char::decode_utf16(units) {
            let character = character.unwrap_or(char::REPLACEMENT_CHARACTER);
            if character != '\u{feff}' {
                self.ready.extend_from_slice(character.encode_utf8(&mut bytes).as_bytes());
            }
        }
        Ok(!is_over)
    }
}

impl<R: BufRead> Read for Utf16<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.place == self.ready.len() {
            if !self.decode()? {
                return Ok(0);
            }
        }
        let some = buffer.len().min(self.ready.len() - self.place);
        buffer[..some].copy_from_slice(&self.ready[self.place..self.place + some]);
        self.place += some;
        Ok(some)
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    const TEXT: &str = "2026-03-11 caf\u{e9} \u{1f600}\r\nend";

    fn read(bytes: &[u8], capacity: usize) -> String {
        let order = Utf16::<&[u8]>::recognize(bytes).expect("UTF-16");
        let mut text = String::new();
        Utf16::new(BufReader::with_capacity(capacity, bytes), order).read_to_string(&mut text).expect("text");
        text
    }

    #[test]
    fn both_orders_with_and_without_a_mark() {
        for mark in ["\u{feff}", ""] {
            let units: Vec<u16> = format!("{mark}{TEXT}").encode_utf16().collect();
            let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
            let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
            for capacity in [1, 2, 3, 7, 1_000] {
                assert_eq!(read(&little, capacity), TEXT, "{capacity}");
                assert_eq!(read(&big, capacity), TEXT, "{capacity}");
            }
        }
    }

    #[test]
    fn what_is_cut_does_no_harm() {
        for bytes in [&b"\xff\xfea"[..], b"\xff\xfea\0\x3d\xd8", b"\xff\xfe\x3d\xd8a\0", b"\xfe\xff"] {
            let _ = read(bytes, 2);
        }
        assert_eq!(Utf16::<&[u8]>::recognize(b"Mar 11"), None);
        assert_eq!(Utf16::<&[u8]>::recognize(b""), None);
    }
}
