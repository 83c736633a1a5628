//! Unpacks files of several members, one behind the other, of which the crates read one at a time: gzip, bzip2 and zstd. Every member has a
//! checksum, which is compared.

use std::io::{self, BufRead, BufReader, Read};

use bzip2::bufread::BzDecoder;
use flate2::bufread::GzDecoder;
use ruzstd::decoding::{FrameDecoder, StreamingDecoder};

/// A packer whose members stand one behind the other.
pub(super) trait Packer<R>: Read + Sized {
    /// Begins a member.
    fn begin(source: R) -> io::Result<Self>;
    /// Ends one of which everything was read, and hands back what stands behind it.
    fn end(self) -> io::Result<R>;
}

impl<R: BufRead> Packer<R> for GzDecoder<R> {
    fn begin(source: R) -> io::Result<Self> {
        Ok(Self::new(source))
    }

    fn end(self) -> io::Result<R> {
        Ok(self.into_inner())
    }
}

impl<R: BufRead> Packer<R> for BzDecoder<R> {
    fn begin(source: R) -> io::Result<Self> {
        Ok(Self::new(source))
    }

    fn end(self) -> io::Result<R> {
        Ok(self.into_inner())
    }
}

/// A frame of zstd (RFC 8878), or one that is to be skipped.
pub(super) enum ZstdFrame<R: BufRead> {
    Data(Box<StreamingDecoder<R, FrameDecoder>>),
    Skipped(R),
}

/// The most memory that unpacking may need, in bytes: `xz -9` needs 65 MiB, `zstd --long` 128 MiB.
pub(super) const MAXIMUM_WINDOW: u64 = 96 * 1_024 * 1_024;

impl<R: BufRead> Packer<R> for ZstdFrame<R> {
    fn begin(mut source: R) -> io::Result<Self> {
        // Of the number that frames to be skipped begin with, the last four bits are free: `50 2a 4d 18` to `5f 2a 4d 18`.
        if source.fill_buf()?.first().is_some_and(|first| first & 0xf0 == 0x50) {
            let mut head = [0; 8];
            source.read_exact(&mut head)?;
            if head[1..4] != [0x2a, 0x4d, 0x18] {
                return Err(damaged("no frame of zstd begins so"));
            }
            let length = u64::from(u32::from_le_bytes([head[4], head[5], head[6], head[7]]));
            let skipped = io::copy(&mut source.by_ref().take(length), &mut io::sink())?;
            return if skipped == length { Ok(Self::Skipped(source)) } else { Err(io::ErrorKind::UnexpectedEof.into()) };
        }
        let decoder = StreamingDecoder::new_with_max_window_size(source, MAXIMUM_WINDOW).map_err(io::Error::other)?;
        Ok(Self::Data(Box::new(decoder)))
    }

    fn end(self) -> io::Result<R> {
        match self {
            Self::Skipped(source) => Ok(source),
            Self::Data(decoder) => {
                let (source, decoder) = decoder.into_parts();
                match decoder.get_checksum_from_data() {
                    Some(checksum) if decoder.get_calculated_checksum() != Some(checksum) => {
                        Err(damaged("the checksum is another one"))
                    }
                    _ => Ok(source),
                }
            }
        }
    }
}

impl<R: BufRead> Read for ZstdFrame<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Data(decoder) => decoder.read(buffer),
            Self::Skipped(_) => Ok(0),
        }
    }
}

fn damaged(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// All members of a file. Zeros behind the last one are padding, as of tapes, and are left out.
pub(super) enum Members<R, D> {
    /// The next member begins here.
    Between(R),
    Inside(D),
    Ended,
}

impl<R: BufRead, D: Packer<R>> Members<R, D> {
    pub(super) fn new(source: R) -> Self {
        Self::Between(source)
    }
}

impl<R: BufRead, D: Packer<R>> Read for Members<R, D> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            match std::mem::replace(self, Self::Ended) {
                Self::Between(mut source) => {
                    if skip_zeros(&mut source)? {
                        return Ok(0);
                    }
                    *self = Self::Inside(D::begin(source)?);
                }
                Self::Inside(mut member) => {
                    let read = member.read(buffer)?;
                    if read > 0 {
                        *self = Self::Inside(member);
                        return Ok(read);
                    }
                    *self = Self::Between(member.end()?);
                }
                Self::Ended => return Ok(0),
            }
        }
    }
}

/// Skips zeros; true at the end.
fn skip_zeros(source: &mut impl BufRead) -> io::Result<bool> {
    loop {
        let chunk = source.fill_buf()?;
        let zeros = chunk.iter().position(|byte| *byte != 0);
        let (used, is_end) = (zeros.unwrap_or(chunk.len()), chunk.is_empty());
        source.consume(used);
        if is_end || zeros.is_some() {
            return Ok(is_end);
        }
    }
}

/// The text of a file of gzip.
pub(super) type Gzip<S> = Members<BufReader<S>, GzDecoder<BufReader<S>>>;
/// The text of a file of bzip2.
pub(super) type Bzip2<S> = Members<BufReader<S>, BzDecoder<BufReader<S>>>;
/// The text of a file of zstd.
pub(super) type Zstd<S> = Members<BufReader<S>, ZstdFrame<BufReader<S>>>;
