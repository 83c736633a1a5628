//! A file that grows: its whole lines, and whether it still is the text whose beginning was read.

use std::fs::File;
use std::io::{self, Read as _};
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::Path;

/// How much is read at a time, in bytes.
const CHUNK: usize = 1 << 20;
/// The longest line that is waited for; what is longer is handed on in parts and not read.
const LONGEST: usize = 4 << 20;
/// How many of the bytes that were read last must still be there. A file that was cut and has grown past its old length has others.
const RECENT: usize = 1_024;

/// A file that grows.
pub(super) struct Tail {
    file: File,
    device: u64,
    inode: u64,
    /// How much was read of it.
    read: u64,
    /// The last bytes of that.
    recent: Vec<u8>,
    /// The beginning of a line whose end is not written yet.
    rest: Vec<u8>,
}

/// What is to be seen in a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// Whole lines that were added.
    Lines(Vec<u8>),
    /// Nothing new.
    Nothing,
    /// Another text than before.
    Cut,
}

impl Tail {
    /// Opens a file to read it from its beginning.
    ///
    /// # Errors
    /// When it cannot be read, or is packed.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        let mut head = Vec::new();
        (&file).take(8).read_to_end(&mut head)?;
        if net_scout_import::is_packed(&head) {
            let text = "a packed file does not grow; import it without --follow";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
        }
        Ok(Self { file, device: metadata.dev(), inode: metadata.ino(), read: 0, recent: Vec::new(), rest: Vec::new() })
    }

    /// Looks for whole lines.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(super) fn look(&mut self) -> io::Result<Look> {
        if self.is_cut()? {
            return Ok(Look::Cut);
        }
        let mut chunk = vec![0; CHUNK];
        let length = loop {
            match self.file.read_at(&mut chunk, self.read) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read?,
            }
        };
        // What was read is of the same text if what stands before it still is there.
        if length > 0 && self.is_cut()? {
            return Ok(Look::Cut);
        }
        chunk.truncate(length);
        self.read += length as u64;
        self.recent.extend_from_slice(&chunk[length.saturating_sub(RECENT)..]);
        self.recent.drain(..self.recent.len().saturating_sub(RECENT));
        let before = self.rest.len();
        self.rest.extend_from_slice(&chunk);
        let end = self.rest[before..].iter().rposition(|byte| *byte == b'\n').map(|end| before + end + 1);
        match end.or((self.rest.len() > LONGEST).then_some(self.rest.len())) {
            Some(end) => {
                let behind = self.rest.split_off(end);
                Ok(Look::Lines(std::mem::replace(&mut self.rest, behind)))
            }
            None => Ok(Look::Nothing),
        }
    }

    /// The line that has no end; none where there is none.
    pub(super) fn rest(&mut self) -> Option<Vec<u8>> {
        (!self.rest.is_empty()).then(|| std::mem::take(&mut self.rest))
    }

    /// Whether the path leads to another file now.
    ///
    /// # Errors
    /// When that cannot be seen.
    pub(super) fn is_rotated(&self, path: &Path) -> io::Result<bool> {
        match path.metadata() {
            Ok(metadata) => Ok((metadata.dev(), metadata.ino()) != (self.device, self.inode)),
            // The old one was moved away, and the new one is not there yet.
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn is_cut(&self) -> io::Result<bool> {
        let mut now = vec![0; self.recent.len()];
        match self.file.read_exact_at(&mut now, self.read - self.recent.len() as u64) {
            Ok(()) => Ok(now != self.recent),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(true),
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Write as _;

    use super::*;

    fn lines(text: &str) -> Look {
        Look::Lines(text.as_bytes().to_vec())
    }

    #[test]
    fn a_file_that_was_cut_and_has_grown_past_its_old_length() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.log");
        fs::write(&path, "one\ntw").expect("written");
        let mut tail = Tail::open(&path).expect("a file");
        assert_eq!(tail.look().ok(), Some(lines("one\n")));
        assert_eq!(tail.look().ok(), Some(Look::Nothing));
        fs::OpenOptions::new().append(true).open(&path).expect("a file").write_all(b"o\nthree").expect("written");
        assert_eq!((tail.look().ok(), tail.rest()), (Some(lines("two\n")), Some(b"three".to_vec())));
        // The same file, with another and longer text.
        fs::write(&path, "another text that is longer\n").expect("written");
        assert_eq!(tail.look().ok(), Some(Look::Cut));
        assert_eq!(tail.is_rotated(&path).ok(), Some(false));
        let mut tail = Tail::open(&path).expect("a file");
        assert_eq!(tail.look().ok(), Some(lines("another text that is longer\n")));
        fs::write(&path, "x").expect("written");
        assert_eq!(tail.look().ok(), Some(Look::Cut));
        fs::rename(&path, folder.path().join("a.log.1")).expect("renamed");
        assert_eq!(tail.is_rotated(&path).ok(), Some(false));
        fs::write(&path, "").expect("written");
        assert_eq!(tail.is_rotated(&path).ok(), Some(true));
    }
}
