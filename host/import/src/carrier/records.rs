//! Cuts an input into records: lines, or the objects of a JSON array or of JSON that is spread over several lines.

use std::io::{self, BufRead, Read as _};

use crate::options::MAXIMUM_RECORD;
use crate::position::Progress;

/// How much of a record that is too long is skipped before the input is given up, in bytes.
const MAXIMUM_SKIPPED: u64 = 4 << 30;

/// What a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Line,
    Object,
}

/// The records of an input.
pub(crate) struct Records<'i> {
    input: &'i mut dyn BufRead,
    /// How far the log was read that the input is a part of; the line is that of the last record, from 1.
    progress: &'i mut Progress,
    kind: Option<Kind>,
    ended_line: bool,
}

impl<'i> Records<'i> {
    pub(crate) fn new(input: &'i mut dyn BufRead, progress: &'i mut Progress) -> Self {
        Self { input, progress, kind: None, ended_line: true }
    }

    /// Whether they are lines.
    pub(crate) fn are_lines(&self) -> bool {
        self.kind == Some(Kind::Line)
    }

    /// How far the log was read.
    pub(crate) fn progress(&self) -> &Progress {
        self.progress
    }

    /// Reads one record, or the beginning of one that is too long and skips its rest. True when it is whole; none at the end.
    ///
    /// # Errors
    /// When the input cannot be read, or a record has no end.
    pub(crate) fn next(&mut self, bytes: &mut Vec<u8>) -> io::Result<Option<bool>> {
        let kind = match self.kind {
            Some(kind) => kind,
            None => *self.kind.insert(Self::look(self.input.fill_buf()?)),
        };
        bytes.clear();
        match kind {
            Kind::Line => self.next_line(bytes),
            Kind::Object => self.next_object(bytes),
        }
    }

    /// What the records of a text are that begins so.
    fn look(head: &[u8]) -> Kind {
        let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
        let Some((first, rest)) = text.split_first() else { return Kind::Line };
        let next = rest.trim_ascii_start();
        match first {
            // An array of objects, or an empty one; a line of `dmesg` has a time behind the bracket.
            b'[' if next.starts_with(b"{") || next.starts_with(b"]") => Kind::Object,
            // The first line holds nothing but the brace.
            b'{' if rest.starts_with(b"\n") || rest.starts_with(b"\r\n") => Kind::Object,
            // Azure puts all records into one object.
            b'{' if next.starts_with(b"\"records\"") => Kind::Object,
            _ => Kind::Line,
        }
    }

    fn next_line(&mut self, bytes: &mut Vec<u8>) -> io::Result<Option<bool>> {
        self.skip_zeros()?;
        let limit = MAXIMUM_RECORD as u64 + 1;
        let read = (&mut *self.input).take(limit).read_until(b'\n', bytes)?;
        if read == 0 {
            return Ok(None);
        }
        self.progress.take(bytes);
        self.progress.line += 1;
        let whole = bytes.len() <= MAXIMUM_RECORD || bytes.ends_with(b"\n");
        if !whole {
            self.skip(|chunk| memchr::memchr(b'\n', chunk).map(|place| place + 1))?;
        }
        Ok(Some(whole))
    }

    /// Skips zeros in front of a line: what a file holds where a machine lost its power, or where a log was cut whose writer went on at its
    /// old place.
    fn skip_zeros(&mut self) -> io::Result<()> {
        loop {
            let chunk = self.input.fill_buf()?;
            let zeros = chunk.iter().position(|byte| *byte != 0).unwrap_or(chunk.len());
            if zeros == 0 {
                return Ok(());
            }
            self.progress.take(&chunk[..zeros]);
            self.input.consume(zeros);
        }
    }

    /// Skips to the end of a record, of which `end` says where in a chunk it is.
    fn skip(&mut self, mut end: impl FnMut(&[u8]) -> Option<usize>) -> io::Result<()> {
        let mut skipped = 0;
        loop {
            let chunk = self.input.fill_buf()?;
            if chunk.is_empty() {
                return Ok(());
            }
            let found = end(chunk);
            let used = found.unwrap_or(chunk.len());
            self.progress.take(&chunk[..used]);
            self.input.consume(used);
            skipped += used as u64;
            if found.is_some() {
                return Ok(());
            }
            if skipped > MAXIMUM_SKIPPED {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "a line of more than 4 GiB, which no log has"));
            }
        }
    }

    fn next_object(&mut self, bytes: &mut Vec<u8>) -> io::Result<Option<bool>> {
        let (mut depth, mut quoted, mut escaped) = (0_u32, false, false);
        let (mut whole, mut skipped) = (true, 0_u64);
        loop {
            let chunk = self.input.fill_buf()?;
            if chunk.is_empty() {
                // One that has no end is handed on as it is: whoever reads it sees that it is cut.
                return Ok(if depth > 0 { Some(whole) } else { None });
            }
            let (mut used, mut found) = (0, false);
            for &byte in chunk {
                used += 1;
                if std::mem::take(&mut self.ended_line) {
                    self.progress.line += 1;
                }
                self.ended_line = byte == b'\n';
                if depth == 0 && byte != b'{' {
                    continue;
                }
                match byte {
                    _ if escaped => escaped = false,
                    b'\\' if quoted => escaped = true,
                    b'"' => quoted = !quoted,
                    b'{' if !quoted => depth = depth.saturating_add(1),
                    b'}' if !quoted => depth -= 1,
                    // The objects of Azure's `records` are what counts, not the one around them.
                    b'[' if !quoted && depth == 1 && is_records(bytes) => {
                        bytes.clear();
                        depth = 0;
                        continue;
                    }
                    _ => {}
                }
                if bytes.len() < MAXIMUM_RECORD {
                    bytes.push(byte);
                } else {
                    whole = false;
                    skipped += 1;
                }
                if depth == 0 {
                    found = true;
                    break;
                }
            }
            self.progress.take(&chunk[..used]);
            self.input.consume(used);
            if found {
                return Ok(Some(whole));
            }
            if skipped > MAXIMUM_SKIPPED {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "an object of more than 4 GiB, which no log has"));
            }
        }
    }
}

/// Whether the records of a text that begins so are its lines.
#[must_use]
pub fn has_line_records(head: &[u8]) -> bool {
    Records::look(head) == Kind::Line
}

/// Whether so far only `{"records":` was read.
fn is_records(bytes: &[u8]) -> bool {
    bytes.len() < 64 && {
        let plain: Vec<u8> = bytes.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
        plain == b"{\"records\":"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(text: &str) -> Vec<(u64, String)> {
        let (mut input, mut progress) = (text.as_bytes(), Progress::default());
        let mut records = Records::new(&mut input, &mut progress);
        let (mut found, mut bytes) = (Vec::new(), Vec::new());
        while records.next(&mut bytes).expect("readable").is_some() {
            found.push((records.progress().line, String::from_utf8_lossy(&bytes).split_whitespace().collect()));
        }
        assert_eq!(progress.offset, text.len() as u64);
        found
    }

    #[test]
    fn lines_and_objects() {
        let of = |records: &[(u64, &str)]| records.iter().map(|(line, text)| (*line, (*text).to_owned())).collect::<Vec<_>>();
        assert_eq!(records("\0\0a\n\0\0\0b\n\0"), of(&[(1, "a"), (2, "b")]));
        assert_eq!(records("a\nb"), of(&[(1, "a"), (2, "b")]));
        assert_eq!(records("{\"a\":1}\n{\"b\":2}\n"), of(&[(1, "{\"a\":1}"), (2, "{\"b\":2}")]));
        assert_eq!(records("[{\"a\":\"}\\\"{\"},\n {\"b\":{}}]\n"), of(&[(1, "{\"a\":\"}\\\"{\"}"), (2, "{\"b\":{}}")]));
        assert_eq!(records("{\n \"a\": 1\n}\n{\n \"b\": [2]\n}\n"), of(&[(3, "{\"a\":1}"), (6, "{\"b\":[2]}")]));
        assert_eq!(records("{\"records\": [\n{\"a\":1},{\"b\":2}]}"), of(&[(2, "{\"a\":1}"), (2, "{\"b\":2}")]));
        assert_eq!(records("[{\"a\":1},{\"b\""), of(&[(1, "{\"a\":1}"), (1, "{\"b\"")]));
        assert_eq!(records("[Sat Oct 24]\n"), of(&[(1, "[SatOct24]")]));
        assert_eq!((records("[]"), records("")), (Vec::new(), Vec::new()));
    }

    #[test]
    fn one_that_is_too_long_is_skipped() {
        let text = format!("[{{\"a\":\"{}\"}},{{\"b\":2}}]", "x".repeat(MAXIMUM_RECORD));
        let (mut input, mut progress) = (text.as_bytes(), Progress::default());
        let mut records = Records::new(&mut input, &mut progress);
        let mut bytes = Vec::new();
        assert_eq!(records.next(&mut bytes).ok(), Some(Some(false)));
        assert_eq!((records.next(&mut bytes).ok(), bytes.as_slice()), (Some(Some(true)), &b"{\"b\":2}"[..]));
    }
}
