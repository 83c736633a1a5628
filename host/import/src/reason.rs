//! Why a line is no event. Whatever a reason quotes comes from the log, so it is short and without control characters.

use serde_json::error::Category;

use super::options::{MAXIMUM_LINE, MAXIMUM_RECORD};

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
    /// It begins with no form of a date.
    #[error("no date at the start")]
    NoDate,
    /// It begins with the time since the machine was started.
    #[error("only the time since the machine was started; use `dmesg -T` or `journalctl -k -o short-iso`")]
    SinceBoot,
    /// An event of connection tracking without its time.
    #[error("no time; use `conntrack -E -o timestamp`")]
    NoTimestamp,
    /// It is not text.
    #[error("not text: {looks}")]
    NotText {
        /// What it looks like.
        looks: &'static str,
    },
    /// It begins with something like a date.
    #[error("`{value}` is not a valid date")]
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
    #[error("neither IN= nor OUT=, so it is not a packet")]
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
    #[error("`{value}` is not a valid {field}")]
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
    /// JSON without its end.
    #[error("JSON that is cut off after {length} bytes; a syslog daemon may cut long lines")]
    CutJson {
        /// How much there is.
        length: usize,
    },
    /// JSON of another program.
    #[error("JSON of no known format, such as Suricata's (event_type) or Zeek's (id.orig_h); say with --map which name is what")]
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
    #[error("`{value}` is not a valid IP address ({field})")]
    BadAddress {
        /// The field.
        field: &'static str,
        /// What stands there.
        value: String,
    },
    /// A port is none.
    #[error("`{value}` is not a valid port ({field})")]
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

/// What is wrong with JSON, and whether it looks as if it was cut off.
pub(super) fn complaint(error: &serde_json::Error, line: &str) -> Reason {
    if error.is_eof() {
        return Reason::CutJson { length: line.len() };
    }
    Reason::BadJson { value: in_words(error) }
}

/// What serde complains of, for somebody who does not know its types.
fn in_words(error: &serde_json::Error) -> String {
    let says = error.to_string();
    let what = match error.classify() {
        Category::Syntax if says.starts_with("recursion limit") => "it is nested too deeply",
        Category::Syntax => "it is not JSON",
        _ if says.starts_with("duplicate field") => "a name stands twice",
        _ => "a value has another type than in this format",
    };
    match error.column() {
        0 => what.to_owned(),
        column => format!("{what}, at character {column}"),
    }
}

/// What bytes look like that are no text of a log.
pub(super) fn looks_like(text: &str) -> Option<Reason> {
    let looks = match text.as_bytes() {
        [b'P', b'K', 3, 4, ..] => "a ZIP archive; unpack it first",
        [b'7', b'z', 0xbc, 0xaf, ..] => "a 7-Zip archive; unpack it first",
        [0x4c, 0x5a, 0x49, 0x50, ..] => "a file of lzip; unpack it first",
        bytes if bytes.starts_with(b"SQLite format 3") => "an SQLite database; give it to --db-path",
        bytes if bytes.starts_with(b"\xd4\xc3\xb2\xa1") || bytes.starts_with(b"\n\r\r\n") => {
            "a capture of packets; import what Zeek or Suricata makes of it"
        }
        bytes if bytes.starts_with(b"LPKSHHRH") => "a binary journal; use `journalctl --file FILE -o export`",
        bytes if bytes.starts_with(b"ElfFile") => "a Windows event log; export it as text",
        bytes if bytes.contains(&0) => "bytes of zero, as binary files and UTF-16 without a mark have them",
        _ => return None,
    };
    Some(Reason::NotText { looks })
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
        assert_eq!(reason.to_string(), format!("`{}…` is not a valid IP address (SRC)", "9".repeat(47)));
        assert_eq!(Reason::TooLong.to_string(), "longer than 8192 bytes");
    }
}
