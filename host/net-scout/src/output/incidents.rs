//! The alerts of a scan for a person: an incident a line, which fits the terminal. All of the evidence is in `alerts show` and in JSON.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use anstyle::Style;
use unicode_width::UnicodeWidthStr as _;

use super::alerts::severity_style;
use super::{ClockFace, Shown};
use net_scout_detect::names::KnownAddress;
use net_scout_model::time::parse_timestamp;
use net_scout_model::{RELATED, last_event, plain};
use net_scout_report::clause::clause;
use net_scout_report::evidence::parties;

/// The width where there is no terminal.
pub(super) const USUAL_WIDTH: usize = 120;
/// From so many columns on the target has a column of its own.
const WIDE: usize = 100;
/// What is between two columns.
const GAP: usize = 2;
/// How wide the clause is where the others have more than enough.
const COMFORTABLE: usize = 36;
/// What another column keeps before the clause gives way: an IPv4 address and a little.
const WIDEST_OTHER: usize = 18;
/// The narrowest that the clause may become.
const NARROWEST: usize = 16;
/// The narrowest that another column may become.
const NARROWEST_CELL: usize = 8;

/// What is known of addresses, by address.
pub(super) type Known = BTreeMap<String, KnownAddress>;

/// A column: its name, whether its cells are to the right, and how wide it may be where the clause needs room.
struct Column {
    name: String,
    is_number: bool,
    widest: usize,
}

/// Writes a line for each of these alerts; with its status, where somebody has dealt with one of them, if it is asked for.
pub(super) fn write_incidents(
    out: &mut dyn Write,
    alerts: &[Shown],
    known: &Known,
    clock: &ClockFace,
    width: Option<usize>,
    has_status: bool,
) -> io::Result<()> {
    let width = width.unwrap_or(USUAL_WIDTH);
    let is_wide = width >= WIDE;
    let column = |name: &str, widest: usize| Column { name: name.to_owned(), is_number: false, widest };
    let mut columns = vec![
        column("severity", 13),
        column(&format!("when ({})", clock.zone()), 16),
        column("rule", if is_wide { 28 } else { 15 }),
        column(
            "source",
            if width >= 160 {
                56
            } else if is_wide {
                39
            } else {
                18
            },
        ),
    ];
    columns.extend(is_wide.then(|| column("target", 39)));
    columns.push(column("what", usize::MAX));
    let has_numbers = alerts.iter().any(|alert| alert.id().is_some());
    if has_numbers {
        columns.insert(0, Column { is_number: true, ..column("id", 12) });
    }
    let mut rows: Vec<Vec<String>> = alerts.iter().map(|alert| row(alert, known, clock, is_wide, has_numbers)).collect();
    if has_status && alerts.iter().any(|alert| !matches!(alert.status(), None | Some("new" | "enriched"))) {
        let place = usize::from(has_numbers) + 1;
        columns.insert(place, column("status", 14));
        for (row, alert) in rows.iter_mut().zip(alerts) {
            row.insert(place, plain(alert.status().unwrap_or("-"), 100));
        }
    }
    let widths = widths(&columns, &rows, width);
    let header: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
    let bold = Style::new().bold();
    line(out, &columns, &widths, &header, |_| bold)?;
    let severity = usize::from(has_numbers);
    for (alert, cells) in alerts.iter().zip(&rows) {
        let style = severity_style(alert.severity.as_deref());
        line(out, &columns, &widths, cells, |place| if place == severity { style } else { Style::new() })?;
    }
    Ok(())
}

fn row(alert: &Shown, known: &Known, clock: &ClockFace, is_wide: bool, has_number: bool) -> Vec<String> {
    let mut cells = Vec::new();
    if has_number {
        cells.push(alert.id().map_or_else(|| "-".to_owned(), |id| id.to_string()));
    }
    cells.push(alert.severity.clone().unwrap_or_else(|| "-".to_owned()));
    let seen = last_event(&alert.evidence).map(|last| clock.show(last));
    // Where nobody says when its events were, they were before it was raised.
    let raised = || alert.raised().as_deref().and_then(parse_timestamp).map(|raised| format!("< {}", clock.show(raised)));
    cells.push(seen.or_else(raised).unwrap_or_else(|| "-".to_owned()));
    let others = other_rules(alert);
    cells.push(if others == 0 { alert.alert_type.clone() } else { format!("{} +{others}", alert.alert_type) });
    cells.push(match &alert.src_ip {
        Some(source) => format!("{source}{}", about(known.get(source))),
        None => match parties(None, None, &alert.evidence) {
            many if many.is_empty() => "many".to_owned(),
            many => many,
        },
    });
    let what = clause(&alert.evidence);
    match (&alert.dst_ip, is_wide) {
        (target, true) => cells.extend([target.clone().unwrap_or_else(|| "-".to_owned()), what]),
        (Some(target), false) if what.is_empty() => cells.push(format!("to {target}")),
        // The clause first: what is cut off is the target.
        (Some(target), false) => cells.push(format!("{what}, to {target}")),
        (None, false) => cells.push(what),
    }
    cells.iter().map(|cell| plain(cell, 300)).collect()
}

/// How many other rules have a part in it.
fn other_rules(alert: &Shown) -> usize {
    let related = alert.evidence[RELATED].as_array().into_iter().flatten();
    let rules = related.filter_map(|one| one["rule"].as_str()).filter(|rule| alert.rule.as_deref() != Some(*rule));
    rules.collect::<BTreeSet<&str>>().len()
}

/// ` (CN, scanner.example)`
pub(super) fn about(known: Option<&KnownAddress>) -> String {
    let Some(KnownAddress { name, country }) = known else { return String::new() };
    let words: Vec<&str> = country.iter().chain(name).map(String::as_str).collect();
    if words.is_empty() { String::new() } else { format!(" ({})", words.join(", ")) }
}

/// Each column as wide as its cells, where all fit. Else the widest of the others give way, down to their limits, before the clause does; and
/// below them before it is too narrow.
fn widths(columns: &[Column], rows: &[Vec<String>], width: usize) -> Vec<usize> {
    let last = columns.len() - 1;
    let widest = |place: usize| rows.iter().map(|row| row[place].width()).chain([columns[place].name.width()]).max();
    let mut widths: Vec<usize> = (0..=last).map(|place| widest(place).unwrap_or(0)).collect();
    let used = |widths: &[usize]| widths[..last].iter().map(|width| width + GAP).sum::<usize>();
    let clause = widths[last];
    for (limit, wanted) in [(WIDEST_OTHER, clause.min(COMFORTABLE)), (NARROWEST_CELL, clause.min(NARROWEST))] {
        let least = |place: usize| limit.min(columns[place].widest).max(columns[place].name.width());
        let mut missing = (used(&widths) + wanted).saturating_sub(width);
        while missing > 0 {
            let wide = (0..last).filter(|place| widths[*place] > least(*place)).max_by_key(|place| (widths[*place], *place));
            let Some(place) = wide else { break };
            widths[place] -= 1;
            missing -= 1;
        }
    }
    widths[last] = width.saturating_sub(used(&widths));
    widths
}

fn line(
    out: &mut dyn Write,
    columns: &[Column],
    widths: &[usize],
    cells: &[String],
    style: impl Fn(usize) -> Style,
) -> io::Result<()> {
    let mut text = String::new();
    for (place, (column, cell)) in columns.iter().zip(cells).enumerate() {
        let cell = cut(cell, widths[place]);
        let gap = " ".repeat(widths[place].saturating_sub(cell.width()));
        let style = style(place);
        let (before, behind) = match (column.is_number, place + 1 == columns.len()) {
            (true, _) => (gap.as_str(), ""),
            (false, true) => ("", ""),
            (false, false) => ("", gap.as_str()),
        };
        let separator = if place + 1 == columns.len() { "" } else { "  " };
        text.push_str(&format!("{before}{style}{cell}{style:#}{behind}{separator}"));
    }
    writeln!(out, "{}", text.trim_end())
}

/// The beginning of a text that fits, at the end of a word where there is one in its second half.
fn cut(text: &str, space: usize) -> String {
    if text.width() <= space {
        return text.to_owned();
    }
    let shown = super::table::cut(text, space);
    let kept = shown.trim_end_matches('…');
    let is_inside = text[kept.len()..].chars().next().is_some_and(|next| next != ' ');
    match kept.rfind(' ').filter(|place| is_inside && place * 2 >= kept.len()) {
        Some(place) => format!("{}…", kept[..place].trim_end_matches(',')),
        None => shown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_cut_inside_a_word_where_there_is_another_way() {
        assert_eq!(cut("488 ports on 3 hosts in 21 s", 24), "488 ports on 3 hosts in…");
        assert_eq!(cut("488 ports on 3 hosts in 21 s", 22), "488 ports on 3 hosts…");
        assert_eq!(cut("2001:db8::1:2:3:4 (DE)", 12), "2001:db8::1…");
        assert_eq!(cut("488 ports", 9), "488 ports");
    }
}
