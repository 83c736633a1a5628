//! Tables for people: columns as wide as their contents, the last one cut or broken at the edge of the terminal. Where the columns do not fit
//! beside each other, a row takes several lines, and so does the header.

use std::io::{self, Write};
use std::ops::Range;

use anstyle::Style;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use super::wrap::wrapped;
use net_scout_model::plain;

/// The longest text in a cell but the last, in characters.
const LONGEST_CELL: usize = 60;
/// The longest text in the last cell, where there is no terminal to set the width.
const LONGEST_LAST: usize = 2_000;
/// The last column gets at least so much space, on a line of its own if need be.
const NARROWEST_LAST: usize = 20;
/// The same where it is broken: text in lines of a few words is hard to read.
const NARROWEST_BROKEN: usize = 32;
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
    is_compact: bool,
}

impl Table {
    /// A table without rows.
    #[must_use]
    pub fn new(header: &[&'static str]) -> Self {
        Self { header: header.to_vec(), rows: Vec::new(), is_compact: false }
    }

    /// The same table where, on a terminal, columns that say nothing are left out, and the last one goes on in further lines instead of
    /// being cut.
    #[must_use]
    pub fn compact(mut self) -> Self {
        self.is_compact = true;
        self
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
        let is_compact = self.is_compact && width.is_some();
        let shown: Vec<usize> =
            (0..self.header.len()).filter(|&index| index == 0 || !is_compact || self.says_something(index)).collect();
        let header: Vec<&str> = shown.iter().map(|&index| self.header[index]).collect();
        let last = header.len() - 1;
        let of_row = |row: &Vec<Cell>| shown.iter().map(|&index| row[index].clone()).collect();
        let mut rows: Vec<Vec<Cell>> = self.rows.iter().map(of_row).collect();
        for row in &mut rows {
            for (index, cell) in row.iter_mut().enumerate() {
                cell.text = plain(&cell.text, if index == last { LONGEST_LAST } else { LONGEST_CELL });
            }
        }
        let widest = |index: usize| rows.iter().map(|row| row[index].text.width()).chain([header[index].width()]).max();
        let widths: Vec<usize> = (0..=last).map(|index| widest(index).unwrap_or(0)).collect();
        let narrowest = if is_compact { NARROWEST_BROKEN } else { NARROWEST_LAST };
        let lines = fold(&widths, width, narrowest);

        let bold = Style::new().bold();
        let header = header.iter().map(|name| Cell::new(*name).styled(bold)).collect();
        for row in [header].iter().chain(&rows) {
            for columns in &lines {
                let mut line = " ".repeat(if columns.start > 0 { INDENT } else { 0 });
                let mut used = line.len();
                let mut further = Vec::new();
                for index in columns.clone() {
                    let Cell { text, style, right } = &row[index];
                    let space =
                        if index == last { width.map_or(usize::MAX, |width| width.saturating_sub(used)) } else { widths[index] };
                    let mut pieces = if is_compact && index == last { wrapped(text, space) } else { vec![text.clone()] };
                    further = pieces.split_off(1);
                    further.iter_mut().for_each(|piece| *piece = format!("{:used$}{}", "", cut(piece, space)));
                    let text = cut(&pieces[0], space);
                    let gap = " ".repeat(widths[index].saturating_sub(text.width()));
                    let (before, behind) = if *right { (gap.as_str(), "") } else { ("", gap.as_str()) };
                    let separator = if index + 1 == columns.end { "" } else { &" ".repeat(GAP) };
                    line.push_str(&format!("{before}{style}{text}{style:#}{behind}{separator}"));
                    used += widths[index] + GAP;
                }
                writeln!(out, "{}", line.trim_end())?;
                further.iter().try_for_each(|line| writeln!(out, "{}", line.trim_end()))?;
            }
        }
        Ok(())
    }
}

impl Table {
    /// Whether a column has anything to say in any row.
    fn says_something(&self, index: usize) -> bool {
        self.rows.is_empty() || self.rows.iter().any(|row| !matches!(row[index].text.as_str(), "" | "-"))
    }
}

/// Which columns go on which line, where the last one needs so much space or what it has.
fn fold(widths: &[usize], width: Option<usize>, narrowest: usize) -> Vec<Range<usize>> {
    let Some(width) = width else { return std::iter::once(0..widths.len()).collect() };
    let (mut lines, mut begin, mut used) = (Vec::new(), 0, 0);
    for (index, column) in widths.iter().enumerate() {
        let needed = if index + 1 == widths.len() { *column.min(&narrowest) } else { *column };
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
    fn a_compact_table_leaves_out_what_says_nothing_and_breaks_the_last_column() {
        let mut table = Table::new(&["id", "until", "reason"]).compact();
        table.row(["1", "-", "a reason of several words that goes on"].map(Cell::new).to_vec());
        table.row(["2", "-", "short"].map(Cell::new).to_vec());
        let written = |width| {
            let mut out = Vec::new();
            table.write(&mut out, width).expect("write");
            anstream::adapter::strip_str(std::str::from_utf8(&out).expect("text")).to_string()
        };
        assert_eq!(
            written(Some(36)).lines().collect::<Vec<_>>(),
            ["id  reason", "1   a reason of several words that", "    goes on", "2   short"]
        );
        assert!(written(None).starts_with("id  until  reason\n1   -      a reason of several words that goes on\n"));
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
