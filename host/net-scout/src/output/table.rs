//! Tables for people: columns as wide as their contents, the last one cut at the edge of the terminal. Where the columns do not fit beside
//! each other, a row takes several lines, and so does the header.

use std::io::{self, Write};
use std::ops::Range;

use anstyle::Style;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use net_scout_model::plain;

/// The longest text in a cell but the last, in characters.
const LONGEST_CELL: usize = 60;
/// The longest text in the last cell, where there is no terminal to set the width.
const LONGEST_LAST: usize = 2_000;
/// The last column gets at least so much space, on a line of its own if need be.
const NARROWEST_LAST: usize = 20;
/// What the second and further lines of a row begin with.
const INDENT: usize = 4;
/// What is between two columns.
const GAP: usize = 2;

/// A text in a table.
#[derive(Clone, Debug, Default)]
pub struct Cell {
    text: String,
    style: Style,
    right: bool,
}

impl Cell {
    /// Plain text, to the left.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// A number, to the right.
    #[must_use]
    pub fn number(value: impl ToString) -> Self {
        Self { text: value.to_string(), right: true, ..Self::default() }
    }

    /// In a style.
    #[must_use]
    pub fn styled(mut self, style: Style) -> Self {
        self.style = style;
        self
    }
}

/// A table with a header.
#[derive(Clone, Debug)]
pub struct Table {
    header: Vec<&'static str>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    /// A table without rows.
    #[must_use]
    pub fn new(header: &[&'static str]) -> Self {
        Self { header: header.to_vec(), rows: Vec::new() }
    }

    /// Adds a row with a cell for each column.
    pub fn row(&mut self, cells: Vec<Cell>) {
        self.rows.push(cells);
    }

    /// Writes the table; `width` is that of the terminal, if it goes to one.
    ///
    /// # Errors
    /// When `out` cannot be written.
    pub fn write(&self, out: &mut dyn Write, width: Option<usize>) -> io::Result<()> {
        let last = self.header.len() - 1;
        let mut rows = self.rows.clone();
        for row in &mut rows {
            for (index, cell) in row.iter_mut().enumerate() {
                cell.text = plain(&cell.text, if index == last { LONGEST_LAST } else { LONGEST_CELL });
            }
        }
        let widest = |index: usize| rows.iter().map(|row| row[index].text.width()).chain([self.header[index].width()]).max();
        let widths: Vec<usize> = (0..=last).map(|index| widest(index).unwrap_or(0)).collect();
        let lines = fold(&widths, width);

        let bold = Style::new().bold();
        let header = self.header.iter().map(|name| Cell::new(*name).styled(bold)).collect();
        for row in [header].iter().chain(&rows) {
            for columns in &lines {
                let mut line = " ".repeat(if columns.start > 0 { INDENT } else { 0 });
                let mut used = line.len();
                for index in columns.clone() {
                    let Cell { text, style, right } = &row[index];
                    let space =
                        if index == last { width.map_or(usize::MAX, |width| width.saturating_sub(used)) } else { widths[index] };
                    let text = cut(text, space);
                    let gap = " ".repeat(widths[index].saturating_sub(text.width()));
                    let (before, behind) = if *right { (gap.as_str(), "") } else { ("", gap.as_str()) };
                    let separator = if index + 1 == columns.end { "" } else { &" ".repeat(GAP) };
                    line.push_str(&format!("{before}{style}{text}{style:#}{behind}{separator}"));
                    used += widths[index] + GAP;
                }
                writeln!(out, "{}", line.trim_end())?;
            }
        }
        Ok(())
    }
}

/// Which columns go on which line.
fn fold(widths: &[usize], width: Option<usize>) -> Vec<Range<usize>> {
    let Some(width) = width else { return std::iter::once(0..widths.len()).collect() };
    let (mut lines, mut begin, mut used) = (Vec::new(), 0, 0);
    for (index, column) in widths.iter().enumerate() {
        let needed = if index + 1 == widths.len() { *column.min(&NARROWEST_LAST) } else { *column };
        if index > begin && used + needed > width {
            lines.push(begin..index);
            (begin, used) = (index, INDENT);
        }
        used += column + GAP;
    }
    lines.push(begin..widths.len());
    lines
}

/// The text in so many columns of the terminal; the end of a longer one is cut.
pub(super) fn cut(text: &str, space: usize) -> String {
    if text.width() <= space {
        return text.to_owned();
    }
    let (mut kept, mut used) = (String::new(), 1);
    for character in text.chars() {
        used += character.width().unwrap_or(0);
        if used > space {
            break;
        }
        kept.push(character);
    }
    kept + "…"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_and_the_last_is_cut() {
        let mut table = Table::new(&["score", "source", "evidence"]);
        table.row(vec![Cell::number(7), Cell::new("192.0.2.1"), Cell::new("x".repeat(50))]);
        table.row(vec![Cell::number(100), Cell::new("a\u{1b}b"), Cell::new("y")]);
        let mut out = Vec::new();
        table.write(&mut out, Some(40)).expect("write");
        let text = anstream::adapter::strip_str(std::str::from_utf8(&out).expect("text")).to_string();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "score  source     evidence");
        assert_eq!(lines[1], format!("    7  192.0.2.1  {}…", "x".repeat(21)));
        assert_eq!(lines[2], "  100  a\\u{1b}b   y");
    }

    #[test]
    fn columns_that_do_not_fit_go_on_a_line_of_their_own() {
        let mut table = Table::new(&["id", "created", "source", "evidence"]);
        table.row(vec![
            Cell::number(7),
            Cell::new("2026-03-11"),
            Cell::new("2001:db8::1:2:3:4"),
            Cell::new("ポート=22 and more"),
        ]);
        let mut out = Vec::new();
        table.write(&mut out, Some(24)).expect("write");
        let text = anstream::adapter::strip_str(std::str::from_utf8(&out).expect("text")).to_string();
        assert_eq!(
            text.lines().collect::<Vec<_>>(),
            ["id  created", "    source", "    evidence", " 7  2026-03-11", "    2001:db8::1:2:3:4", "    ポート=22 and more"]
        );
        assert!(text.lines().all(|line| line.width() <= 24), "{text}");
        assert_eq!((cut("ポート", 6), cut("ポート", 5), cut("ポート", 4)), ("ポート".into(), "ポー…".into(), "ポ…".into()));
    }
}
