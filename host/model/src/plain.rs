//! Text of others, made safe for a terminal and a log line.

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
pub fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("{count} {noun}") } else { format!("{count} {noun}s") }
}

/// Whether a character stands for itself and nothing else.
#[must_use]
pub fn is_plain(character: char) -> bool {
    !character.is_control() && !is_formatting(character)
}

/// Characters that reorder or hide their neighbours.
fn is_formatting(character: char) -> bool {
    matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn escapes_and_shortens() {
        assert_eq!(plain("a\u{1b}[31mred\nb\u{202e}", 99), "a\\u{1b}[31mred\\nb\\u{202e}");
        assert_eq!(plain("äöü", 2), "äö…");
        assert_eq!(plain("ok", 2), "ok");
    }
}
