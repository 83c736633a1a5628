//! Where the lines come from: a file or standard input, plain or packed with gzip, zstd, xz or bzip2, as UTF-8 or UTF-16. All of this is known
//! by the first bytes, not by the name. Rotated logs are packed, sometimes several members in one file.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use super::members::{Bzip2, Gzip, MAXIMUM_WINDOW, Zstd};
use super::unicode::Utf16;
use super::xz::Xz;

/// How much is read at a time, in bytes.
const BUFFER: usize = 64 * 1_024;
/// How many bytes tell what a file is; fewer than a line has.
const HEAD: usize = 64;
/// The longest line of a packed file that is unpacked to see whether it is sound, in bytes. No log has one, but files that are made to fill
/// whatever unpacks them.
const MAXIMUM_LINE: u64 = 4 << 30;

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
        [0x1f, 0x8b, ..] => Box::new(Gzip::new(whole)),
        [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Box::new(Zstd::new(whole)),
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Box::new(Xz::new(whole, MAXIMUM_WINDOW)),
        [b'B', b'Z', b'h', b'1'..=b'9', ..] => Box::new(Bzip2::new(whole)),
        _ => return Ok(as_utf8(&head, whole)),
    };
    let (head, whole) = peek(packed)?;
    Ok(as_utf8(&head, whole))
}

/// Whether a file that begins so is packed.
#[must_use]
pub fn is_packed(head: &[u8]) -> bool {
    let magics: [&[u8]; 4] = [&[0x1f, 0x8b], &[0x28, 0xb5, 0x2f, 0xfd], &[0xfd, b'7', b'z'], b"BZh"];
    magics.iter().any(|magic| head.starts_with(magic)) || matches!(head, [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..])
}

/// Unpacks a file to see whether it is what was packed: what stands before a fault may be wrong too, which only the checksum behind it
/// shows. One that was cut off is sound as far as it goes; whatever is not packed is sound.
///
/// # Errors
/// When it is damaged, or holds what no log has.
pub fn check_packed(path: &Path) -> io::Result<()> {
    let (head, whole) = peek(File::open(path)?)?;
    if !is_packed(&head) {
        return Ok(());
    }
    match unpacked(whole).and_then(|mut text| read_through(&mut *text)) {
        Err(error) if !is_cut_off(&error) => Err(error),
        _ => Ok(()),
    }
}

fn read_through(text: &mut dyn BufRead) -> io::Result<()> {
    let mut line = 0;
    loop {
        let chunk = text.fill_buf()?;
        let length = chunk.len();
        if length == 0 {
            return Ok(());
        }
        line = match memchr::memrchr(b'\n', chunk) {
            Some(place) => (length - place) as u64,
            None => line + length as u64,
        };
        if line > MAXIMUM_LINE {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a line of more than 4 GiB, which no log has"));
        }
        text.consume(length);
    }
}

/// Whether an input ended before it should have.
#[must_use]
pub fn is_cut_off(error: &io::Error) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::UnexpectedEof) {
            return true;
        }
        let inner = error.downcast_ref::<io::Error>().and_then(|error| error.get_ref());
        cause = inner.map(|inner| inner as &(dyn std::error::Error + 'static)).or_else(|| error.source());
    }
    false
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

    /// As gzip(1) and tapes have it.
    #[test]
    fn zeros_behind_the_last_member_are_padding() {
        let padded = [packed("one\n"), vec![0; 1_024], packed("two\n"), vec![0; 70_000]].concat();
        assert_eq!(text_of(padded).expect("padded"), "one\ntwo\n");
        assert!(text_of([packed("one\n"), b"more".to_vec()].concat()).is_err());
    }

    /// A byte that is another one is found, wherever it is, in every form; what is cut off is told from it.
    #[test]
    fn damage_is_found() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["gz", "xz", "zst", "bz2"] {
            let sound = std::fs::read(format!("{}/tests/packed/log.{name}", env!("CARGO_MANIFEST_DIR"))).expect("a sample");
            let text = text_of(sound.clone()).expect(name);
            assert!(text.lines().count() == 300 && text.ends_with("line 300\n"), "{name}");
            let path = folder.path().join(name);
            std::fs::write(&path, &sound).expect("written");
            check_packed(&path).expect(name);
            let mut found = 0;
            for place in (12..sound.len()).step_by(7) {
                let mut damaged = sound.clone();
                damaged[place] ^= 0x10;
                std::fs::write(&path, &damaged).expect("written");
                match check_packed(&path) {
                    Err(_) => found += 1,
                    // The checksum of the last member, or what is no part of the text.
                    Ok(()) => assert!(text_of(damaged).map_or(true, |read| read == text), "{name}: byte {place}"),
                }
            }
            assert!(found > 0, "{name}");
            for length in [sound.len() / 3, sound.len() / 2, sound.len() - 5] {
                std::fs::write(&path, &sound[..length]).expect("written");
                let error = text_of(sound[..length].to_vec()).expect_err(name);
                assert!(is_cut_off(&error) && check_packed(&path).is_ok(), "{name}: {error}");
            }
        }
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
