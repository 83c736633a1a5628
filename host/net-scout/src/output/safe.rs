//! The last thing before a terminal or a log: whatever was forgotten before, what would move a cursor or hide its neighbours is escaped
//! here. Ends of lines and the styles of this program pass.

use std::io::{self, Write};

use net_scout_model::is_plain;

/// What a style begins with, and the most bytes of one.
const STYLE: &str = "\u{1b}[";
const LONGEST_STYLE: usize = 24;

/// Passes on text that is safe to show.
pub(super) struct Safe<W> {
    out: W,
    /// The beginning of a character or a style whose end has not been written yet.
    begun: Vec<u8>,
}

impl<W: Write> Safe<W> {
    /// Over what is written to.
    pub(super) fn new(out: W) -> Self {
        Self { out, begun: Vec::new() }
    }
}

/// The same text as it may be shown.
pub(super) fn safe(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = style(rest).unwrap_or(first.len_utf8());
        let (part, behind) = rest.split_at(length);
        if length > first.len_utf8() || first == '\n' || is_plain(first) {
            shown.push_str(part);
        } else {
            shown.extend(first.escape_default());
        }
        rest = behind;
    }
    shown
}

/// The length of the style that a text begins with.
fn style(text: &str) -> Option<usize> {
    let inside = text.strip_prefix(STYLE)?;
    let end = inside.find(|letter: char| !letter.is_ascii_digit() && letter != ';')?;
    (inside[end..].starts_with('m') && end < LONGEST_STYLE).then_some(STYLE.len() + end + 1)
}

/// How many bytes at the end may be the beginning of something.
fn unfinished(text: &str) -> usize {
    match text.rfind('\u{1b}') {
        Some(place) if text.len() - place < LONGEST_STYLE && style(&text[place..]).is_none() => {
            let inside = text[place + 1..].strip_prefix('[').unwrap_or(&text[place + 1..]);
            let open = inside.chars().all(|letter| letter.is_ascii_digit() || letter == ';');
            if open { text.len() - place } else { 0 }
        }
        _ => 0,
    }
}

impl<W: Write> Write for Safe<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.begun.extend_from_slice(bytes);
        let whole = match std::str::from_utf8(&self.begun) {
            Ok(_) => self.begun.len(),
            // What can never become a character is shown as what it is.
            Err(error) if error.error_len().is_some() => self.begun.len(),
            Err(error) => error.valid_up_to(),
        };
        let text = String::from_utf8_lossy(&self.begun[..whole]).into_owned();
        let held = unfinished(&text);
        let mut left = text.as_bytes()[text.len() - held..].to_vec();
        left.extend_from_slice(&self.begun[whole..]);
        self.begun = left;
        self.out.write_all(safe(&text[..text.len() - held]).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let left = std::mem::take(&mut self.begun);
        self.out.write_all(safe(&String::from_utf8_lossy(&left)).as_bytes())?;
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_and_in_pieces() {
        let text = "\u{1b}[1mscore\u{1b}[0m a\u{1b}]0;title\u{7}\u{9b}31m\u{202e}ä\r\n\u{e0041}\u{1b}[2J\u{1b}[31";
        let shown = "\u{1b}[1mscore\u{1b}[0m a\\u{1b}]0;title\\u{7}\\u{9b}31m\\u{202e}ä\\r\n\\u{e0041}\\u{1b}[2J\\u{1b}[31";
        assert_eq!(safe(text), shown);
        for size in 1..7 {
            let mut out = Safe::new(Vec::new());
            for piece in text.as_bytes().chunks(size) {
                out.write_all(piece).expect("written");
            }
            out.flush().expect("flushed");
            assert_eq!(String::from_utf8_lossy(&out.out), shown, "in pieces of {size}");
        }
    }
}
