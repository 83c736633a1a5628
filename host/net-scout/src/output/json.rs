//! JSON that a terminal can show: what would move its cursor or hide its neighbours is escaped, which means the same to every reader.

use std::fmt::Write as _;
use std::io::{self, Write};

use serde::Serialize;

use net_scout_model::is_plain;

/// Writes a value on one line.
///
/// # Errors
/// When it cannot be written.
pub fn write_json_line(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    writeln!(out, "{}", escaped(&serde_json::to_string(value)?))
}

/// Writes a value over several lines.
///
/// # Errors
/// When it cannot be written.
pub fn write_json(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    writeln!(out, "{}", escaped(&serde_json::to_string_pretty(value)?))
}

/// The text of a value on one line.
#[must_use]
pub fn json_text(value: &serde_json::Value) -> String {
    escaped(&value.to_string())
}

/// Such characters stand only inside of strings, but for the ends of lines.
fn escaped(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for character in json.chars() {
        if character == '\n' || is_plain(character) {
            text.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                let _ = write!(text, "\\u{unit:04x}");
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_means_the_same_and_moves_nothing() {
        let value = serde_json::json!({"a": "\u{9b}2J\u{202e}\u{7f}ä\n\u{1b}", "b": [1]});
        let mut out = Vec::new();
        write_json_line(&mut out, &value).expect("written");
        let text = String::from_utf8(out).expect("text");
        assert_eq!(text, "{\"a\":\"\\u009b2J\\u202e\\u007fä\\n\\u001b\",\"b\":[1]}\n");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).expect("JSON"), value);
        let mut out = Vec::new();
        write_json(&mut out, &value).expect("written");
        assert_eq!(serde_json::from_slice::<serde_json::Value>(&out).expect("JSON"), value);
    }
}
