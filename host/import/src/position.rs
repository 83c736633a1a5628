//! How far a log was read, so that an import that was stopped goes on where it was, and none counts a line twice.

use std::io::{self, BufRead, Read as _};

use sha2::{Digest as _, Sha256};

/// How many bytes of the text of a log tell it from others.
const HEAD: usize = 4_096;

/// Where the reading of a log stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// How many bytes of its text, unpacked and as UTF-8, were read.
    pub offset: u64,
    /// How many lines these are.
    pub line: u64,
    /// The SHA-256 of these bytes; none where it is not known.
    pub digest: Option<[u8; 32]>,
}

/// Where the reading of a log goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Resume {
    /// What stands before this was read in an earlier run, if it is what it was then.
    pub at: Position,
    /// How many bytes of text the first batch ends behind: the same events are one batch as in the earlier run, of which a part may have
    /// been stored.
    pub until: Option<u64>,
}

/// How far a log was read, in a form that can still go on.
#[derive(Clone, Default)]
pub(super) struct Progress {
    pub(super) offset: u64,
    pub(super) line: u64,
    digest: Sha256,
}

impl Progress {
    /// Takes the next bytes of the text.
    pub(super) fn take(&mut self, text: &[u8]) {
        self.offset += text.len() as u64;
        self.digest.update(text);
    }

    pub(super) fn position(&self) -> Position {
        Position { offset: self.offset, line: self.line, digest: Some(self.digest.clone().finalize().into()) }
    }

    /// Whether everything up to here is what it was when it was read up to that position.
    pub(super) fn is_at(&self, known: &Position) -> bool {
        self.offset == known.offset && known.digest.is_none_or(|digest| self.position().digest == Some(digest))
    }
}

/// What tells a log from others, whatever its name: how its text begins. A log that grew, was packed or was moved begins as before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// How many bytes of its beginning count.
    pub length: u64,
    /// The SHA-256 of these.
    pub digest: [u8; 32],
}

/// The beginning of a log.
#[derive(Clone, Debug)]
pub struct Beginning(Vec<u8>);

impl Beginning {
    /// Reads the beginning, and hands back an input that still has it. What cannot be read is an error of that input, at its place.
    pub fn of(mut input: Box<dyn BufRead + Send>) -> (Self, Box<dyn BufRead + Send>) {
        let mut head = vec![0; HEAD];
        let (mut length, mut failed) = (0, None);
        while length < HEAD {
            match input.read(&mut head[length..]) {
                Ok(0) => break,
                Ok(read) => length += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // It is told when the lines before it were read.
                Err(error) => {
                    failed = Some(error);
                    break;
                }
            }
        }
        head.truncate(length);
        let again = io::Cursor::new(head.clone());
        let rest: Box<dyn BufRead + Send> = match failed {
            Some(error) => Box::new(io::BufReader::new(again.chain(Broken(Some(error))))),
            None => Box::new(again.chain(input)),
        };
        (Self(head), rest)
    }

    /// What tells this log from others.
    #[must_use]
    pub fn identity(&self) -> Identity {
        Identity { length: self.0.len() as u64, digest: Sha256::digest(&self.0).into() }
    }

    /// Whether this log begins as that one did. An empty one is like no other.
    #[must_use]
    pub fn is(&self, known: &Identity) -> bool {
        let length = usize::try_from(known.length).unwrap_or(usize::MAX);
        length > 0 && self.0.get(..length).is_some_and(|head| <[u8; 32]>::from(Sha256::digest(head)) == known.digest)
    }
}

/// An input that fails once, as the one before it did.
struct Broken(Option<io::Error>);

impl io::Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(self.0.take().unwrap_or_else(|| io::Error::other("it could not be read before")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &[u8]) -> Beginning {
        let (beginning, mut input) = Beginning::of(Box::new(io::Cursor::new(text.to_vec())));
        let mut all = Vec::new();
        input.read_to_end(&mut all).expect("readable");
        assert_eq!(all, text);
        beginning
    }

    #[test]
    fn a_log_that_grew_is_the_same() {
        let before = of(b"one\n").identity();
        assert!(of(b"one\n").is(&before) && of(b"one\ntwo\n").is(&before));
        assert!(!of(b"two\n").is(&before) && !of(b"one").is(&before));
        assert!(!of(b"one\n").is(&of(b"").identity()));
        let long = of(&b"x".repeat(10_000)).identity();
        assert_eq!(long.length, HEAD as u64);
        assert!(of(&b"x".repeat(20_000)).is(&long));
    }
}
