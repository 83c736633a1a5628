//! Text in lines that fit, with a name in front or without.

use unicode_width::UnicodeWidthStr as _;

use net_scout_model::plain;

/// The width where there is no terminal.
const USUAL: usize = 80;
/// The least room that a text gets, however narrow the terminal is.
const LEAST: usize = 24;
/// The longest count in brackets, in bytes.
const LONGEST_COUNT: usize = 12;
/// The most characters of a line's text.
const LONGEST: usize = 1_000;

/// `  name   text`, whose further lines begin below the text. What has no blank to fold at stays whole.
pub(super) fn named(name: &str, column: usize, text: &str, width: Option<usize>) -> String {
    let indent = column + 3;
    let room = width.unwrap_or(USUAL).saturating_sub(indent).max(LEAST);
    let lines = filled(words(&plain(text, LONGEST)), room);
    format!("  {name:<column$} {}", lines.join(&format!("\n{}", " ".repeat(indent)))).trim_end().to_owned()
}

/// The lines of a text, broken between words. A word that is longer than a line has one of its own.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<String> {
    filled(text.split(' ').map(str::to_owned).collect(), width)
}

fn filled(words: Vec<String>, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words {
        match lines.last_mut() {
            Some(line) if line.width() + 1 + word.width() <= width => {
                line.push(' ');
                line.push_str(&word);
            }
            _ => lines.push(word),
        }
    }
    lines
}

/// The words of a text, each with the count in brackets behind it: `80 (60)` stays together.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match words.last_mut() {
            Some(before) if word.starts_with('(') && word.len() <= LONGEST_COUNT => {
                before.push(' ');
                before.push_str(word);
            }
            _ => words.push(word.to_owned()),
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_goes_on_below_itself() {
        assert_eq!(named("who", 5, "192.0.2.1", None), "  who   192.0.2.1");
        let text = "targets 198.51.100.1 (60), 198.51.100.9 (1), 2001:db8:1111:2222:3333:4444:5555:6666 (1)";
        let folded = "  a     targets\n        198.51.100.1 (60),\n        198.51.100.9 (1),\n        2001:db8:1111:2222:3333:4444:5555:6666 (1)";
        assert_eq!(named("a", 5, text, Some(33)), folded);
        assert_eq!(named("", 5, "", None), "");
        assert!(named("a", 5, &text.repeat(5), None).lines().all(|line| line.width() <= USUAL));
    }

    #[test]
    fn words_stay_whole() {
        assert_eq!(wrapped("one two three", 8), ["one two", "three"]);
        assert_eq!(wrapped("one-and-a-half two", 5), ["one-and-a-half", "two"]);
        assert_eq!(wrapped("", 5), [""]);
    }
}
