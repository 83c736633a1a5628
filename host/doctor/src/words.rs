//! Lengths, sizes and lists in words, and words for a shell.

use net_scout_model::counted;

const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// How many members of a list are named.
const NAMED: usize = 5;

/// `90 seconds`, `5 minutes`, `3 hours`, `12 days`.
pub(crate) fn length(micros: i64) -> String {
    let micros = micros.abs();
    let units = [(SECOND, "second", 2 * MINUTE), (MINUTE, "minute", 2 * HOUR), (HOUR, "hour", 2 * DAY)];
    let unit = units.into_iter().find(|(_, _, below)| micros < *below);
    let (unit, name) = unit.map_or((DAY, "day"), |(unit, name, _)| (unit, name));
    counted(micros / unit, name)
}

/// `1.5 GiB`, `12 MiB`.
pub(crate) fn size(bytes: u64) -> String {
    let mebibytes = bytes >> 20;
    if mebibytes < 10 {
        return format!("{} KiB", bytes >> 10);
    }
    if mebibytes < 1_024 {
        format!("{mebibytes} MiB")
    } else {
        format!("{}.{} GiB", mebibytes / 1_024, mebibytes % 1_024 * 10 / 1_024)
    }
}

/// The first ones of a list, and how many more there are.
pub(crate) fn list<T: AsRef<str>>(members: &[T]) -> String {
    let mut shown: Vec<String> = members.iter().take(NAMED).map(|member| member.as_ref().to_owned()).collect();
    if members.len() > NAMED {
        shown.push(format!("{} more", members.len() - NAMED));
    }
    shown.join(", ")
}

/// A text as one word of a shell.
pub(crate) fn word(text: &str) -> String {
    let is_simple = |letter: char| letter.is_ascii_alphanumeric() || "/._-=:@%+".contains(letter);
    if !text.is_empty() && text.chars().all(is_simple) { text.to_owned() } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_words() {
        assert_eq!(length(-90 * SECOND), "90 seconds");
        assert_eq!(
            (length(5 * MINUTE).as_str(), length(3 * HOUR).as_str(), length(12 * DAY).as_str()),
            ("5 minutes", "3 hours", "12 days")
        );
        assert_eq!(size(53_248), "52 KiB");
        assert_eq!((size(12 << 20), size(1_536 << 20)), ("12 MiB".to_owned(), "1.5 GiB".to_owned()));
        assert_eq!(list(&["a", "b", "c", "d", "e", "f", "g"]), "a, b, c, d, e, 2 more");
        assert_eq!((word("/a/b.db").as_str(), word("it's").as_str()), ("/a/b.db", "'it'\\''s'"));
    }
}
