//! Text of others, made safe for whoever it is shown to: a terminal, a log line, a spreadsheet. Everything that is shown passes here.

use std::fmt::Display;

/// The text on one line of at most `longest` characters: control and other invisible formatting characters are escaped, the end of a longer text is cut.
#[must_use]
pub fn plain(text: &str, longest: usize) -> String {
    let mut out = String::new();
    for (index, character) in text.chars().enumerate() {
        if index == longest {
            out.push('…');
            break;
        }
        if is_plain(character) {
            out.push(character);
        } else {
            out.extend(character.escape_default());
        }
    }
    out
}

/// `1 alert`, `2 alerts`.
#[must_use]
pub fn counted(count: impl Display, noun: &str) -> String {
    amount(count, noun, &format!("{noun}s"))
}

/// `1 event was`, `2 events were`.
#[must_use]
pub fn amount(count: impl Display, one: &str, many: &str) -> String {
    let count = count.to_string();
    let words = if count == "1" { one } else { many };
    format!("{count} {words}")
}

/// Whether a character stands for itself and nothing else.
#[must_use]
pub fn is_plain(character: char) -> bool {
    !character.is_control() && !is_formatting(character)
}

/// Characters that nobody sees, that reorder their neighbours or that stand beneath them: the format characters of Unicode (Cf), fillers,
/// selectors of variants, tags, and what is ignored by default.
fn is_formatting(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{890}' | '\u{891}' | '\u{8e2}'
        | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{1345f}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// The text of a cell of CSV: nothing in it speaks to a terminal, and no spreadsheet takes it for a formula (CWE-1236).
#[must_use]
pub fn cell(text: &str) -> String {
    let plain = plain(text, usize::MAX);
    let is_formula = plain.starts_with(['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}', '\u{2212}']);
    if is_formula && plain.parse::<f64>().is_err() { format!("'{plain}") } else { plain }
}

#[cfg(test)]
mod tests {
    use super::{cell, is_plain, plain};

    #[test]
    fn escapes_and_shortens() {
        assert_eq!(plain("a\u{1b}[31mred\nb\u{202e}", 99), "a\\u{1b}[31mred\\nb\\u{202e}");
        assert_eq!(plain("äöü", 2), "äö…");
        assert_eq!(plain("ok", 2), "ok");
    }

    #[test]
    fn what_nobody_sees_is_escaped() {
        for hidden in [
            '\u{61c}',
            '\u{ad}',
            '\u{e0000}',
            '\u{e0041}',
            '\u{9b}',
            '\u{85}',
            '\u{7f}',
            '\u{202e}',
            '\u{2066}',
            '\u{200b}',
            '\u{fe0f}',
            '\u{3164}',
        ] {
            assert!(!is_plain(hidden), "{hidden:?}");
        }
        assert!("äß€漢😀 ~".chars().all(is_plain));
    }

    #[test]
    fn no_cell_is_a_formula() {
        assert_eq!(cell("=HYPERLINK(\"http://evil\")"), "'=HYPERLINK(\"http://evil\")");
        assert_eq!((cell("@SUM(1)").as_str(), cell("+1+cmd").as_str(), cell("-x").as_str()), ("'@SUM(1)", "'+1+cmd", "'-x"));
        assert_eq!((cell("-48.2").as_str(), cell("+7").as_str(), cell("a=b").as_str()), ("-48.2", "+7", "a=b"));
        assert_eq!((cell("\t=1").as_str(), cell("a\u{1b}[31m\n").as_str()), ("\\t=1", "a\\u{1b}[31m\\n"));
    }
}
