//! LIKE and GLOB, against SQLite.

use net_scout_engine::{Style, matches};

#[test]
fn the_same_as_sqlite() {
    let connection = rusqlite::Connection::open_in_memory().expect("open");
    let texts = ["", "a", "A", "ab", "aab", "10.1.2.3", "ä", "aä", "äb", "Ä", "a%b", "b_a", "abcabd", "*", "?x"];
    let patterns = [
        "", "%", "a", "A%", "%b", "_", "a_", "%_%", "_%", "10.%", "%ä%", "%a%b%", "a%%b", "%abd", "*", "?", "a*", "*b", "**",
        "?*", "*a*b",
    ];
    for text in texts {
        for pattern in patterns {
            for (style, operator) in [(Style::Like, "LIKE"), (Style::Glob, "GLOB")] {
                let sql = format!("SELECT ?1 {operator} ?2");
                let expected: bool = connection.query_row(&sql, [text, pattern], |row| row.get(0)).expect("query");
                assert_eq!(matches(style, pattern, text), expected, "{text} {operator} {pattern}");
            }
        }
    }
}
