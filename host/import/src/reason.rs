//! Why a line is no event. Whatever a reason quotes comes from the log, so it is short and without control characters.

use super::{MAXIMUM_LINE, MAXIMUM_RECORD};

/// The longest quoted value, in characters. An IPv6 address needs 45.
const MAXIMUM_VALUE: usize = 48;

/// Why a line cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// It is longer than [`MAXIMUM_LINE`].
    #[error("longer than {MAXIMUM_LINE} bytes")]
    TooLong,
    /// It is longer than [`MAXIMUM_RECORD`].
    #[error("longer than {MAXIMUM_RECORD} bytes")]
    RecordTooLong,
    /// It begins with neither form of a date.
    #[error("no date at the start")]
    NoDate,
    /// It begins with something like a date.
    #[error("`{value}` is no date")]
    BadDate {
        /// What stands there.
        value: String,
    },
    /// Another program wrote it.
    #[error("no {expected} after the date and the host")]
    NotFirewall {
        /// What would stand there.
        expected: &'static str,
    },
    /// The kernel wrote it about something else.
    #[error("neither IN= nor OUT=, so it is no packet")]
    NoInterface,
    /// A field that every packet has is not there or empty.
    #[error("no {field}=")]
    Missing {
        /// The field.
        field: &'static str,
    },
    /// A value that is needed is not there or empty.
    #[error("no {field}")]
    Absent {
        /// What is not there.
        field: &'static str,
    },
    /// A value is none of those that are known there.
    #[error("`{value}` is no {field}")]
    BadValue {
        /// What should stand there.
        field: &'static str,
        /// What stands there.
        value: String,
    },
    /// It is JSON of nothing that is known, or no JSON.
    #[error("not read as JSON: {value}")]
    BadJson {
        /// What is wrong with it.
        value: String,
    },
    /// JSON of another program.
    #[error("JSON of neither Suricata (event_type) nor Zeek (id.orig_h)")]
    UnknownJson,
    /// A line of a table before its header.
    #[error("no header (#fields) before it")]
    NoHeader,
    /// A line of a table that its header does not fit.
    #[error("{found} values where the header has {expected}")]
    Ragged {
        /// How many values it has.
        found: usize,
        /// How many names the header has.
        expected: usize,
    },
    /// A quoted value of a table goes on behind the end of its line.
    #[error("a quote that is not closed")]
    OpenQuote,
    /// The header of a table is without a column that is needed, so nothing behind it can be read. This ends the import.
    #[error("the header has no column `{name}` for {column}; it has {header}")]
    NoColumn {
        /// The column of `events`.
        column: &'static str,
        /// The name that it was looked for by.
        name: String,
        /// The names that there are, the first few.
        header: String,
    },
    /// An address is none.
    #[error("`{value}` is no IP address ({field})")]
    BadAddress {
        /// The field.
        field: &'static str,
        /// What stands there.
        value: String,
    },
    /// A port is none.
    #[error("`{value}` is no port ({field})")]
    BadPort {
        /// The field.
        field: &'static str,
        /// What stands there.
        value: String,
    },
    /// A name is longer than the kernel has any.
    #[error("`{value}` is too long ({field})")]
    LongName {
        /// The field.
        field: &'static str,
        /// Its beginning.
        value: String,
    },
}

/// A value as a reason quotes it.
pub(super) fn quoted(value: &str) -> String {
    shorten(value, MAXIMUM_VALUE)
}

/// The text with its control characters escaped, cut to so many characters; one that was cut ends in an ellipsis.
pub(super) fn shorten(text: &str, maximum: usize) -> String {
    let mut short = String::new();
    let mut length = 0;
    // Where to cut when the text turns out to be too long: the last place that leaves room for the ellipsis.
    let mut cut = 0;
    for character in text.chars() {
        let escaped = character.is_control().then(|| character.escape_default());
        length += escaped.as_ref().map_or(1, ExactSizeIterator::len);
        if length > maximum {
            short.truncate(cut);
            short.push('…');
            break;
        }
        match escaped {
            Some(escaped) => short.extend(escaped),
            None => short.push(character),
        }
        if length < maximum {
            cut = short.len();
        }
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_escaped() {
        assert_eq!(shorten("a\u{1b}[31m\tß\0\u{85}", 160), "a\\u{1b}[31m\\tß\\u{0}\\u{85}");
    }

    #[test]
    fn long_text_is_cut() {
        assert_eq!(shorten("12345", 5), "12345");
        assert_eq!(shorten("123456", 5), "1234…");
        assert_eq!(shorten("ääääää", 5), "ääää…");
        assert_eq!(shorten("123\u{1b}4", 5), "123…");
        assert_eq!(shorten("1234\u{1b}", 5), "1234…");
        assert_eq!(shorten(&"\u{1b}".repeat(500), 160).chars().count(), 157);
        assert_eq!(shorten("", 5), "");
    }

    #[test]
    fn reasons_quote_little() {
        let reason = Reason::BadAddress { field: "SRC", value: quoted(&"9".repeat(1_000)) };
        assert_eq!(reason.to_string(), format!("`{}…` is no IP address (SRC)", "9".repeat(47)));
        assert_eq!(Reason::TooLong.to_string(), "longer than 8192 bytes");
    }
}
