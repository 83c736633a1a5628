//! Where a log goes on that was imported before, in whole or in part.

use std::path::{Path, PathBuf};

use net_scout_import::{Beginning, Identity, Position, Resume};
use net_scout_store::KnownLog;

/// From where on a file is read that was imported before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Again {
    /// From where an import stopped before its end; a file that was imported whole is read anew, and counts again.
    #[default]
    Unfinished,
    /// From where the last import ended.
    New,
    /// From the beginning.
    Whole,
}

/// Where a log goes on, and what is remembered of it.
pub(super) struct Place {
    pub(super) path: PathBuf,
    pub(super) beginning: Beginning,
    /// What was known of it when it was looked up; whoever changes that meanwhile is another import.
    pub(super) seen: Option<KnownLog>,
    /// It is read from its beginning, whatever is known.
    pub(super) is_anew: bool,
    /// It, when it was taken to store rows of it.
    pub(super) taken: Option<KnownLog>,
    /// Not all rows of the first batch are to be stored.
    pub(super) is_first: bool,
}

impl Place {
    /// Where a file goes on that begins so, by the logs that are known.
    pub(super) fn new(path: &Path, beginning: Beginning, again: Again, known: Vec<KnownLog>) -> Self {
        let mut place = Self { path: path.to_owned(), beginning, seen: None, is_anew: false, taken: None, is_first: true };
        place.seen = known.into_iter().find(|known| place.is_this(known));
        place.is_anew = match (&place.seen, again) {
            (Some(_), Again::Whole) => true,
            (Some(known), Again::Unfinished) => known.is_finished,
            (Some(_), Again::New) | (None, _) => false,
        };
        place
    }

    /// Where to go on.
    pub(super) fn resume(&self) -> Resume {
        match &self.seen {
            Some(seen) if !self.is_anew => Resume {
                at: Position {
                    offset: seen.at.offset,
                    line: seen.at.line,
                    digest: seen.at.digest.as_deref().and_then(parse_digest),
                },
                until: seen.until.as_ref().map(|(offset, _)| *offset),
            },
            _ => Resume::default(),
        }
    }

    pub(super) fn is_this(&self, known: &KnownLog) -> bool {
        let identity = |digest| Identity { length: known.head_length, digest };
        parse_digest(&known.head_digest).is_some_and(|digest| self.beginning.is(&identity(digest)))
    }
}

fn parse_digest(text: &str) -> Option<[u8; 32]> {
    let mut digest = [0; 32];
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if pairs.len() != digest.len() || !rest.is_empty() {
        return None;
    }
    for (byte, pair) in digest.iter_mut().zip(pairs) {
        *byte = u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(digest)
}
