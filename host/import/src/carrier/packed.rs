//! Where the lines come from: a file or standard input, plain or packed with gzip, zstd, xz or bzip2, as UTF-8 or UTF-16. All of this is known
//! by the first bytes, not by the name. Rotated logs are packed, sometimes several members in one file.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use bzip2::bufread::MultiBzDecoder;
use flate2::bufread::MultiGzDecoder;
use ruzstd::decoding::StreamingDecoder;

use super::unicode::Utf16;
use super::xz::Xz;

/// How much is read at a time, in bytes.
const BUFFER: usize = 64 * 1_024;
/// How many bytes tell what a file is; fewer than a line has.
const HEAD: usize = 64;
/// The most memory that unpacking may need, in bytes: `xz -9` needs 65 MiB, `zstd --long` 128 MiB.
const MAXIMUM_WINDOW: u64 = 96 * 1_024 * 1_024;

/// Opens a log; none is standard input.
///
/// # Errors
/// When the file cannot be opened or its first bytes cannot be read.
pub fn open(path: Option<&Path>) -> io::Result<Box<dyn BufRead + Send>> {
    match path {
        Some(path) => unpacked(File::open(path)?),
        None => unpacked(io::stdin()),
    }
}

/// The text of a source that may be packed.
///
/// # Errors
/// When its first bytes cannot be read.
pub fn unpacked(source: impl Read + Send + 'static) -> io::Result<Box<dyn BufRead + Send>> {
    let (head, whole) = peek(source)?;
    let packed: Box<dyn Read + Send> = match head.as_slice() {
        [0x1f, 0x8b, ..] => Box::new(MultiGzDecoder::new(whole)),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Box::new(Zstd::Begun(whole)),
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Box::new(Xz::new(whole, MAXIMUM_WINDOW)),
        [b'B', b'Z', b'h', b'1'..=b'9', ..] => Box::new(MultiBzDecoder::new(whole)),
        _ => return Ok(as_utf8(&head, whole)),
    };
    let (head, whole) = peek(packed)?;
    Ok(as_utf8(&head, whole))
}

/// Whether a file that begins so is packed.
#[must_use]
pub fn is_packed(head: &[u8]) -> bool {
    matches!(head, [0x1f, 0x8b, ..] | [0x28, 0xb5, 0x2f, 0xfd, ..] | [0xfd, b'7', b'z', ..] | [b'B', b'Z', b'h', ..])
}

fn as_utf8(head: &[u8], whole: impl BufRead + Send + 'static) -> Box<dyn BufRead + Send> {
    match Utf16::<io::Empty>::recognize(head) {
        Some(order) => Box::new(BufReader::with_capacity(BUFFER, Utf16::new(whole, order))),
        None => Box::new(whole),
    }
}

/// The first bytes of a source, and all of it. A pipe may hand over a single byte, so they are collected before they are looked at.
fn peek(mut source: impl Read + Send + 'static) -> io::Result<(Vec<u8>, BufReader<impl Read + Send + 'static>)> {
    let mut head = Vec::with_capacity(HEAD);
    source.by_ref().take(HEAD as u64).read_to_end(&mut head)?;
    let whole = BufReader::with_capacity(BUFFER, io::Cursor::new(head.clone()).chain(source));
    Ok((head, whole))
}

/// Unpacks all frames of a zstd file (RFC 8878), of which the crate reads one at a time.
enum Zstd<R: BufRead> {
    /// The next frame, if there is one, begins here.
    Begun(R),
    Frame(Box<StreamingDecoder<R, ruzstd::decoding::FrameDecoder>>),
    Ended,
}

impl<R: BufRead> Read for Zstd<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match std::mem::replace(self, Self::Ended) {
                Self::Begun(mut source) => {
                    if source.fill_buf()?.is_empty() {
                        return Ok(0);
                    }
                    let decoder = StreamingDecoder::new_with_max_window_size(source, MAXIMUM_WINDOW).map_err(io::Error::other)?;
                    *self = Self::Frame(Box::new(decoder));
                }
                Self::Frame(mut decoder) => {
                    let read = decoder.read(buffer)?;
                    if read > 0 || buffer.is_empty() {
                        *self = Self::Frame(decoder);
                        return Ok(read);
                    }
                    *self = Self::Begun(decoder.into_inner());
                }
                Self::Ended => return Ok(0),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    /// Hands over a byte at a time, as a slow pipe does.
    struct Drip(io::Cursor<Vec<u8>>);

    impl Read for Drip {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let end = buffer.len().min(1);
            self.0.read(&mut buffer[..end])
        }
    }

    fn packed(text: &str) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text.as_bytes()).expect("write to memory");
        encoder.finish().expect("write to memory")
    }

    fn text_of(bytes: Vec<u8>) -> io::Result<String> {
        let mut text = String::new();
        unpacked(Drip(io::Cursor::new(bytes)))?.read_to_string(&mut text)?;
        Ok(text)
    }

    #[test]
    fn plain_text_stays_whole() {
        for text in ["", "\n", "M", "Mar 11\nMar 12\n", "\u{1f}x"] {
            assert_eq!(text_of(text.into()).expect("plain"), text);
        }
    }

    #[test]
    fn gzip_is_unpacked() {
        assert_eq!(text_of(packed("one\ntwo\n")).expect("gzip"), "one\ntwo\n");
        assert_eq!(text_of([packed("one\n"), packed("two\n")].concat()).expect("two members"), "one\ntwo\n");
    }

    #[test]
    fn damaged_gzip_is_an_error() {
        let mut bytes = packed(&"one\ntwo\n".repeat(100));
        bytes.truncate(bytes.len() - 9);
        assert!(text_of(bytes).is_err());
        assert!(text_of(vec![0x1f, 0x8b]).is_err());
    }

    #[test]
    fn a_missing_file_is_an_error() {
        assert!(open(Some(Path::new("/nonexistent/kern.log"))).is_err_and(|error| error.kind() == io::ErrorKind::NotFound));
    }
}
