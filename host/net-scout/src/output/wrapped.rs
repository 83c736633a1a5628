//! Text in lines that fit.

use unicode_width::UnicodeWidthStr as _;

/// The lines of a text, broken between words. A word that is longer than a line has one of its own.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let (mut lines, mut line) = (Vec::new(), String::new());
    for word in text.split(' ') {
        if !line.is_empty() && line.width() + 1 + word.width() > width {
            lines.push(std::mem::take(&mut line));
        } else if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_whole() {
        assert_eq!(wrapped("one two three", 8), ["one two", "three"]);
        assert_eq!(wrapped("one-and-a-half two", 5), ["one-and-a-half", "two"]);
        assert_eq!(wrapped("", 5), [""]);
    }
}
