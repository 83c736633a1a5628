//! Slips of the pen: the name that somebody meant who wrote one that there is not.

use crate::plain;

/// ` (did you mean `severity`?)`, where there is one that it may be.
#[must_use]
pub fn meant(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |nearest| format!(" (did you mean `{nearest}`?)"))
}

/// The name that a slip of the pen is nearest to.
#[must_use]
pub fn nearest<'a>(text: &str, names: impl Iterator<Item = &'a str>) -> Option<String> {
    let text: String = text.chars().take(100).collect::<String>().to_lowercase();
    let most = (text.chars().count() / 3).clamp(1, 3);
    let near = |name: &'a str| {
        let distance = distance(&text, name);
        let begins = text.len() >= 3 && name.starts_with(&text);
        (distance <= most || begins).then_some((distance, name))
    };
    names.filter_map(near).min().map(|(_, name)| plain(name, 100))
}

/// How many letters are to be added, left out, replaced or exchanged with their neighbour (the optimal string alignment distance).
fn distance(one: &str, other: &str) -> usize {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let mut rows = vec![vec![0; other.len() + 1]; one.len() + 1];
    for (row, line) in rows.iter_mut().enumerate() {
        line[0] = row;
    }
    rows[0] = (0..=other.len()).collect();
    for row in 1..=one.len() {
        for column in 1..=other.len() {
            let is_other = one[row - 1] != other[column - 1];
            let mut best = (rows[row - 1][column] + 1).min(rows[row][column - 1] + 1);
            best = best.min(rows[row - 1][column - 1] + usize::from(is_other));
            if row > 1 && column > 1 && one[row - 1] == other[column - 2] && one[row - 2] == other[column - 1] {
                best = best.min(rows[row - 2][column - 2] + 1);
            }
            rows[row][column] = best;
        }
    }
    rows[one.len()][other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_of_the_pen() {
        let names = || ["severity", "src", "score", "assignee", "status"].into_iter();
        for (text, name) in
            [("scr", Some("src")), ("severty", Some("severity")), ("SRC", Some("src")), ("assign", Some("assignee"))]
        {
            assert_eq!(nearest(text, names()).as_deref(), name, "{text}");
        }
        assert_eq!(nearest("xyzzy", names()), None);
        assert_eq!((distance("", "abc"), distance("abcd", "abdc"), distance("a", "a")), (3, 1, 0));
        assert_eq!((meant(Some("src")).as_str(), meant(None).as_str()), (" (did you mean `src`?)", ""));
    }
}
