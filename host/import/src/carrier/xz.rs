//! Unpacks xz: the container around LZMA2, which the crate unpacks. The checksum of every block is compared.
//!
//! <https://tukaani.org/xz/xz-file-format.txt>

use std::io::{self, Read};

use lzma_rust2::Lzma2Reader;

mod checksum;

use checksum::Checksum;

/// What every stream begins with.
const MAGIC: [u8; 6] = [0xfd, b'7', b'z', b'X', b'Z', 0];
/// The number of the only filter that packs; others prepare programs for it.
const LZMA2: u64 = 0x21;

/// All streams of a file, one block after the other.
pub(super) struct Xz<R: Read> {
    state: State<R>,
    /// The most memory that a block may need, in bytes.
    longest: u64,
    /// The checksum that blocks have.
    checksum: Checksum,
}

enum State<R: Read> {
    /// The next stream, if there is one, begins here.
    Stream(Counted<R>, bool),
    /// A block or the index begins here.
    Between(Counted<R>),
    Block(Box<Lzma2Reader<Counted<R>>>),
    Ended,
}

/// Counts what is read, because blocks end at a multiple of four bytes.
struct Counted<R> {
    source: R,
    count: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(buffer)?;
        self.count += read as u64;
        Ok(read)
    }
}

impl<R: Read> Counted<R> {
    fn byte(&mut self) -> io::Result<u8> {
        let mut byte = [0];
        self.read_exact(&mut byte)?;
        Ok(byte[0])
    }

    fn skip(&mut self, count: usize) -> io::Result<()> {
        for _ in 0..count {
            self.byte()?;
        }
        Ok(())
    }

    /// A number of at most nine bytes of seven bits.
    fn number(&mut self) -> io::Result<u64> {
        let mut number = 0;
        for place in 0..9 {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << (place * 7);
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(damaged("a number has no end"))
    }

    /// Skips to a multiple of four bytes.
    fn align(&mut self) -> io::Result<()> {
        while !self.count.is_multiple_of(4) {
            self.byte()?;
        }
        Ok(())
    }
}

fn damaged(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("damaged xz: {what}"))
}

impl<R: Read> Xz<R> {
    pub(super) fn new(source: R, longest: u64) -> Self {
        Self { state: State::Stream(Counted { source, count: 0 }, true), longest, checksum: Checksum::None(0) }
    }

    /// Reads the head of a stream. None at the end of the file.
    fn stream(&mut self, mut source: Counted<R>, is_first: bool) -> io::Result<State<R>> {
        let mut head = [0; 12];
        // Zeros may stand between streams, four at a time.
        loop {
            let mut length = 0;
            while length < 4 {
                match source.read(&mut head[length..4])? {
                    0 if length == 0 && !is_first => return Ok(State::Ended),
                    0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                    read => length += read,
                }
            }
            if head[..4] != [0; 4] || is_first {
                break;
            }
        }
        source.read_exact(&mut head[4..])?;
        if head[..6] != MAGIC {
            return Err(damaged("something else stands behind it"));
        }
        self.checksum = Checksum::of_kind(head[7] & 0x0f);
        Ok(State::Between(source))
    }

    /// Reads the head of a block, or the index and the foot of the stream.
    fn between(&self, mut source: Counted<R>) -> io::Result<State<R>> {
        source.count = 0;
        let size = source.byte()?;
        if size == 0 {
            for _ in 0..source.number()?.saturating_mul(2) {
                source.number()?;
            }
            source.align()?;
            source.skip(4 + 12)?;
            return Ok(State::Stream(source, false));
        }
        let flags = source.byte()?;
        for _ in 0..(flags >> 6).count_ones() {
            source.number()?;
        }
        if flags & 3 != 0 || source.number()? != LZMA2 || source.number()? != 1 {
            return Err(io::Error::new(io::ErrorKind::Unsupported, "xz with other filters than LZMA2; unpack it first"));
        }
        let bits = u32::from(source.byte()?);
        let dictionary = if bits < 40 { u64::from(2 | bits & 1) << (bits / 2 + 11) } else { u64::from(u32::MAX) };
        if dictionary > self.longest {
            let text = format!("unpacking it takes {} MiB of memory; unpack it first", dictionary >> 20);
            return Err(io::Error::new(io::ErrorKind::Unsupported, text));
        }
        let rest = (u64::from(size) + 1) * 4;
        let padding = rest.checked_sub(source.count).ok_or_else(|| damaged("the head of a block is too short"))?;
        source.skip(usize::try_from(padding).unwrap_or(0))?;
        source.count = 0;
        Ok(State::Block(Box::new(Lzma2Reader::new(source, u32::try_from(dictionary).unwrap_or(u32::MAX), None))))
    }
}

impl<R: Read> Read for Xz<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            self.state = match std::mem::replace(&mut self.state, State::Ended) {
                State::Stream(source, is_first) => self.stream(source, is_first)?,
                State::Between(source) => self.between(source)?,
                State::Block(mut block) => {
                    let read = block.read(buffer)?;
                    if read > 0 || buffer.is_empty() {
                        self.checksum.update(&buffer[..read]);
                        self.state = State::Block(block);
                        return Ok(read);
                    }
                    let mut source = block.into_inner();
                    source.align()?;
                    let mut stored = vec![0; self.checksum.length()];
                    source.read_exact(&mut stored)?;
                    if !self.checksum.ends_as(&stored) {
                        return Err(damaged("the checksum of a block is another one"));
                    }
                    State::Between(source)
                }
                State::Ended => return Ok(0),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `printf 'one\ntwo\n' | xz -9` writes.
    const PACKED: &[u8] = include_bytes!("sample.xz");

    fn unpack(bytes: &[u8]) -> io::Result<String> {
        let mut text = String::new();
        Xz::new(bytes, 96 << 20).read_to_string(&mut text)?;
        Ok(text)
    }

    #[test]
    fn streams_and_padding() {
        assert_eq!(unpack(PACKED).expect("xz"), "one\ntwo\n");
        assert_eq!(unpack(&[PACKED, &[0; 8], PACKED].concat()).expect("xz"), "one\ntwo\none\ntwo\n");
    }

    #[test]
    fn what_is_cut_or_too_large_is_refused() {
        for length in 0..PACKED.len() {
            assert!(unpack(&PACKED[..length]).is_err(), "{length}");
        }
        assert!(unpack(&[PACKED, b"more text"].concat()).is_err());
        let mut large = PACKED.to_vec();
        let place = large.windows(2).position(|pair| pair == [0x21, 1]).expect("a filter");
        large[place + 2] = 37;
        assert!(unpack(&large).is_err_and(|error| error.to_string().contains("1536 MiB")));
    }
}
