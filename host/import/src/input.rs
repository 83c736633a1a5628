//! Where the lines come from: a file or standard input, plain or gzip. Rotated logs are gzip, sometimes several members in one file.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

/// What gzip begins with (RFC 1952, 2.3.1).
const GZIP: [u8; 2] = [0x1f, 0x8b];
/// How much is read at a time, in bytes.
const BUFFER: usize = 64 * 1_024;

/// Opens a log; none is standard input. Gzip is told by its first bytes, not by the name.
///
/// # Errors
/// When the file cannot be opened or its first bytes cannot be read.
pub fn open(path: Option<&Path>) -> io::Result<Box<dyn BufRead>> {
    match path {
        Some(path) => unpacked(File::open(path)?),
        None => unpacked(io::stdin()),
    }
}

/// The text of a source that may be gzip.
fn unpacked(mut source: impl Read + 'static) -> io::Result<Box<dyn BufRead>> {
    // A pipe may hand over a single byte, so the first two are collected before they are looked at.
    let mut head = Vec::with_capacity(GZIP.len());
    source.by_ref().take(GZIP.len() as u64).read_to_end(&mut head)?;
    let packed = head == GZIP;
    let whole = BufReader::with_capacity(BUFFER, io::Cursor::new(head).chain(source));
    if packed { Ok(Box::new(BufReader::with_capacity(BUFFER, MultiGzDecoder::new(whole)))) } else { Ok(Box::new(whole)) }
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
        assert!(text_of(GZIP.to_vec()).is_err());
    }

    #[test]
    fn a_missing_file_is_an_error() {
        assert!(open(Some(Path::new("/nonexistent/kern.log"))).is_err_and(|error| error.kind() == io::ErrorKind::NotFound));
    }
}
