//! Tables for people: columns as wide as their contents, the last one cut at the edge of the terminal.

use std::io::{self, Write};

use anstyle::Style;

use net_scout_model::plain;

/// The longest text in a cell but the last, in characters.
const LONGEST_CELL: usize = 60;
/// The longest text in the last cell, where there is no terminal to set the width.
const LONGEST_LAST: usize = 2_000;
/// The last column gets so much space, even where the terminal is too narrow for it.
const NARROWEST_LAST: usize = 20;

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
        let length = |text: &str| text.chars().count();
        let widths: Vec<usize> = self
            .header
            .iter()
            .enumerate()
            .map(|(index, name)| rows.iter().map(|row| length(&row[index].text)).chain([length(name)]).max().unwrap_or(0))
            .collect();
        let before: usize = widths[..last].iter().map(|width| width + 2).sum();
        let space = width.map_or(LONGEST_LAST, |width| width.saturating_sub(before + 1).max(NARROWEST_LAST));

        let bold = Style::new().bold();
        let header = self.header.iter().map(|name| Cell::new(*name).styled(bold)).collect();
        for row in [header].iter().chain(&rows) {
            let mut line = String::new();
            for (index, Cell { text, style, right }) in row.iter().enumerate() {
                let text = if index == last { plain(text, space) } else { text.clone() };
                let gap = " ".repeat(widths[index].saturating_sub(length(&text)));
                let (before, behind) = if *right { (gap.as_str(), "") } else { ("", gap.as_str()) };
                let separator = if index == last { "" } else { "  " };
                line.push_str(&format!("{before}{style}{text}{style:#}{behind}{separator}"));
            }
            writeln!(out, "{}", line.trim_end())?;
        }
        Ok(())
    }
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
}
