//! A document as text of 80 columns, for mail and terminals. Nothing in it moves a cursor.

use std::fmt::Write as _;

use net_scout_model::plain;

use super::{Chart, Document, Part, Table};
use crate::words::number;

/// How wide it is.
const WIDTH: usize = 80;
/// What the second and further lines of a row begin with.
const INDENT: usize = 8;
/// The most characters of a cell.
const CELL: usize = 44;
/// The height of a column of a plot in one character, from nothing to all.
const LEVELS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The document.
pub(crate) fn text(document: &Document) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{}\n{}", plain(&document.title, WIDTH), "=".repeat(document.title.chars().count().min(WIDTH)));
    wrapped(&mut out, &document.lead);
    for section in &document.sections {
        let _ = writeln!(out, "\n{}\n{}", section.title, "-".repeat(section.title.chars().count()));
        for (place, part) in section.parts.iter().enumerate() {
            if place > 0 {
                out.push('\n');
            }
            match part {
                Part::Words(words) => wrapped(&mut out, words),
                Part::Facts(facts) => {
                    let width = facts.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
                    for (name, value) in facts {
                        line(&mut out, &format!("{name:<width$}  {value}"));
                    }
                }
                Part::Table(table) => write_table(&mut out, table),
                Part::Chart(chart) => write_chart(&mut out, chart),
            }
        }
    }
    out
}

/// Writes a line, cut at the edge.
fn line(out: &mut String, text: &str) {
    let mut text = plain(text.trim_end(), usize::MAX);
    if text.chars().count() > WIDTH {
        text = text.chars().take(WIDTH - 1).chain(['…']).collect();
    }
    out.push_str(text.trim_end());
    out.push('\n');
}

fn wrapped(out: &mut String, words: &str) {
    let mut current = String::new();
    for word in words.split_whitespace() {
        if !current.is_empty() && current.chars().count() + 1 + word.chars().count() > WIDTH {
            line(out, &std::mem::take(&mut current));
        }
        if !current.is_empty() {
            current.push(' ');
        }
        current.push_str(word);
    }
    line(out, &current);
}

fn write_table(out: &mut String, table: &Table) {
    if let Some(title) = &table.title {
        line(out, title);
    }
    if table.rows.is_empty() {
        return line(out, "  none");
    }
    let cut = |text: &str| plain(text, CELL);
    let rows: Vec<Vec<String>> = table.rows.iter().map(|row| row.iter().map(|cell| cut(cell)).collect()).collect();
    let width = |place: usize| {
        let cells = rows.iter().filter_map(|row| row.get(place)).map(|cell| cell.chars().count());
        cells.chain([table.header[place].len()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..table.header.len()).map(width).collect();
    let header: Vec<String> = table.header.iter().map(|name| (*name).to_owned()).collect();
    for row in std::iter::once(&header).chain(&rows) {
        let mut text = String::from("  ");
        for (place, (cell, width)) in row.iter().zip(&widths).enumerate() {
            let width = *width;
            // What does not fit beside the rest goes on in a line below.
            if text.chars().count() + width > WIDTH && place > 0 {
                line(out, &std::mem::replace(&mut text, " ".repeat(INDENT)));
            }
            let cell = if table.numbers.contains(&place) { format!("{cell:>width$}") } else { format!("{cell:<width$}") };
            let _ = write!(text, "{cell}  ");
        }
        line(out, &text);
    }
}

fn write_chart(out: &mut String, chart: &Chart) {
    match chart {
        Chart::Time { title, bins, series } => {
            let sums: Vec<u64> = (0..bins.count).map(|place| series.iter().map(|(.., counts)| counts[place]).sum()).collect();
            let most = sums.iter().copied().max().unwrap_or(0);
            line(out, &format!("{title}, at most {} at once", number(most)));
            line(out, &format!("  {}", sparks(&sums, most, WIDTH - 2)));
            let (first, last) = (bins.at(0).seconds(), bins.at(bins.count).seconds());
            line(out, &format!("  {first} to {last}"));
        }
        Chart::Heat { title, rows, .. } => {
            line(out, title);
            let width = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0).min(20);
            for (name, counts) in rows {
                let most = counts.iter().copied().max().unwrap_or(0);
                line(out, &format!("  {:<width$}  {}", plain(name, 20), sparks(counts, most, WIDTH - width - 4)));
            }
        }
        Chart::Bars { title, rows } => {
            line(out, title);
            let most = rows.iter().map(|(_, count)| *count).max().unwrap_or(0).max(1);
            for (name, count) in rows {
                let length = usize::try_from(count * 50 / most).unwrap_or(0).max(1);
                line(out, &format!("  {:<4} {:>10} {}", plain(name, 4), number(*count), "█".repeat(length)));
            }
        }
    }
}

/// Numbers as a row of characters, at most so many: several numbers become one, the largest of them.
fn sparks(counts: &[u64], most: u64, width: usize) -> String {
    let together = counts.len().div_ceil(width.max(1)).max(1);
    let level = |count: u64| match (count, most) {
        (0, _) | (_, 0) => LEVELS[0],
        (count, most) => LEVELS[usize::try_from((count * 8).div_ceil(most)).unwrap_or(8).clamp(1, 8)],
    };
    counts.chunks(together).map(|chunk| level(chunk.iter().copied().max().unwrap_or(0))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plots_are_rows_of_characters() {
        assert_eq!(sparks(&[0, 1, 8, 16], 16, 10), " ▁▄█");
        assert_eq!(sparks(&[0, 1, 8, 16], 16, 2), "▁█");
        assert_eq!(sparks(&[], 0, 2), "");
    }

    #[test]
    fn lines_are_cut_and_words_wrapped() {
        let mut out = String::new();
        wrapped(&mut out, &"word ".repeat(40));
        line(&mut out, &format!("a\u{1b}[31m{}", "x".repeat(200)));
        assert!(out.lines().all(|line| line.chars().count() <= WIDTH), "{out}");
        assert!(!out.contains('\u{1b}') && out.ends_with("…\n"));
    }
}
