//! A document as Markdown. What an attacker may have written is text: nothing in it is markup, and nothing begins a link or a tag.

use std::fmt::Write as _;

use net_scout_model::plain;

use super::{Chart, Document, Part, Table};
use crate::words::number;

/// The most characters of a cell.
const CELL: usize = 300;

/// The document.
pub(crate) fn markdown(document: &Document) -> String {
    let mut out = format!("# {}\n\n{}\n", escaped(&document.title), escaped(&document.lead));
    for section in &document.sections {
        let _ = writeln!(out, "\n## {}", section.title);
        for part in &section.parts {
            out.push('\n');
            match part {
                Part::Words(words) => {
                    let _ = writeln!(out, "{}", escaped(words));
                }
                Part::Facts(facts) => {
                    for (name, value) in facts {
                        let _ = writeln!(out, "- {name}: {}", escaped(value));
                    }
                }
                Part::Table(table) => write_table(&mut out, table),
                Part::Chart(chart) => write_chart(&mut out, chart),
            }
        }
    }
    out
}

/// Text that stands for itself, also where nobody renders it: nothing is escaped that means nothing where it stands.
fn escaped(text: &str) -> String {
    let text = plain(text, CELL);
    let mut out = String::new();
    for (place, character) in text.char_indices() {
        let (before, behind) = (&text[..place], &text[place + character.len_utf8()..]);
        let is_inside = |text: Option<char>| text.is_some_and(char::is_alphanumeric);
        let is_inside_word = is_inside(before.chars().next_back()) && is_inside(behind.chars().next());
        match character {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            // Readers make links of addresses of pages and of mail, too.
            ':' if behind.starts_with("//") => out.push_str("&#58;"),
            '.' if before.to_ascii_lowercase().ends_with("www") => out.push_str("&#46;"),
            '@' => out.push_str("&#64;"),
            '_' if is_inside_word => out.push('_'),
            '#' | '+' | '-' if place > 0 => out.push(character),
            '\\' | '`' | '*' | '_' | '{' | '[' | ']' | '#' | '+' | '-' | '|' | '~' => out.extend(['\\', character]),
            _ => out.push(character),
        }
    }
    out
}

fn write_table(out: &mut String, table: &Table) {
    if let Some(title) = &table.title {
        let _ = writeln!(out, "### {}\n", escaped(title));
    }
    if table.rows.is_empty() {
        out.push_str("none\n");
        return;
    }
    let rule = |place: usize| if table.numbers.contains(&place) { "---:" } else { "---" };
    let rules: Vec<&str> = (0..table.header.len()).map(rule).collect();
    let _ = writeln!(out, "| {} |\n| {} |", table.header.join(" | "), rules.join(" | "));
    for row in &table.rows {
        let cells: Vec<String> = row.iter().map(|cell| escaped(cell)).collect();
        let _ = writeln!(out, "| {} |", cells.join(" | "));
    }
}

/// The numbers behind a plot.
fn write_chart(out: &mut String, chart: &Chart) {
    match chart {
        Chart::Time { title, bins, series } => {
            let sum = |place: usize| series.iter().map(|(.., counts)| counts[place]).sum::<u64>();
            let most = (0..bins.count).max_by_key(|place| (sum(*place), std::cmp::Reverse(*place))).unwrap_or(0);
            let parts: Vec<String> =
                series.iter().map(|(name, _, counts)| format!("{} {name}", number(counts.iter().sum()))).collect();
            let parts = if parts.is_empty() { "none".to_owned() } else { parts.join(", ") };
            let busiest = escaped(&bins.at(most).seconds());
            let _ = writeln!(out, "{title}: {parts}; the most in the time from {busiest} on ({}).", number(sum(most)));
        }
        Chart::Heat { title, rows, .. } => {
            let sums: Vec<String> =
                rows.iter().map(|(name, counts)| format!("{} {}", escaped(name), number(counts.iter().sum()))).collect();
            let _ = writeln!(out, "{title}: {}.", sums.join(", "));
        }
        Chart::Bars { title, rows } => {
            let sums: Vec<String> = rows.iter().map(|(name, count)| format!("{} {}", escaped(name), number(*count))).collect();
            let _ = writeln!(out, "{title}: {}.", sums.join(", "));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_markup() {
        let hostile = "[x](javascript:alert(1)) <script> | `a` *b* _c_ ![i](http://e.example/) a@b.example\n# title";
        let shown = escaped(hostile);
        assert_eq!(
            shown,
            "\\[x\\](javascript:alert(1)) &lt;script&gt; \\| \\`a\\` \\*b\\* \\_c\\_ !\\[i\\](http&#58;//e.example/) \
             a&#64;b.example\\\\n# title"
        );
        assert_eq!(
            escaped("port_scan from 2001:db8::1, 20:35:11 (#3) of WWW.e.example"),
            "port_scan from 2001:db8::1, 20:35:11 (#3) of WWW&#46;e.example"
        );
        assert_eq!((escaped("# a").as_str(), escaped("- a").as_str(), escaped("a_").as_str()), ("\\# a", "\\- a", "a\\_"));
    }
}
