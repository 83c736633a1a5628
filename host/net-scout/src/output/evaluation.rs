//! The figures of an evaluation, and its mistakes, in every format.

use std::io::{self, Write};

use super::{Cell, Format, Table, write_objects};
use net_scout_lab::evaluate::{Figures, FileFigures, Mistake};

/// Writes figures.
///
/// # Errors
/// When they cannot be written.
pub fn write_figures(out: &mut dyn Write, figures: &[Figures], format: Format, width: Option<usize>) -> io::Result<()> {
    write_objects(out, figures, format, width, || {
        let mut table = Table::new(&[
            "of",
            "name",
            "attackers",
            "found",
            "recall",
            "in 24 h",
            "right",
            "wrong",
            "precision",
            "median time",
            "longest",
            "alerts",
            "a day",
            "an attacker and day",
            "at most",
        ]);
        for one in figures {
            table.row(vec![
                Cell::new(one.of),
                Cell::new(&one.name),
                Cell::number(one.attackers),
                Cell::number(one.found),
                share(one.recall),
                share(one.recall_24h),
                Cell::number(one.right_sources),
                one.wrong_sources.map_or_else(nothing, Cell::number),
                share(one.precision),
                one.median_seconds.map_or_else(nothing, |seconds| Cell::number(duration(seconds))),
                one.longest_seconds.map_or_else(nothing, |seconds| Cell::number(duration(seconds))),
                Cell::number(one.alerts),
                Cell::number(format!("{:.1}", one.alerts_per_day)),
                one.alerts_per_attacker_day.map_or_else(nothing, |alerts| Cell::number(format!("{alerts:.2}"))),
                Cell::number(one.most_per_attacker_day),
            ]);
        }
        table
    })
}

/// Writes the figures of a folder of logs.
///
/// # Errors
/// When they cannot be written.
pub fn write_folder_figures(
    out: &mut dyn Write,
    figures: &[FileFigures],
    format: Format,
    width: Option<usize>,
) -> io::Result<()> {
    write_objects(out, figures, format, width, || {
        let mut table = Table::new(&[
            "name",
            "attackers",
            "found",
            "recall",
            "right",
            "wrong",
            "precision",
            "alerts",
            "a day",
            "repeats",
            "critical/high/medium/low/info",
            "wrong critical",
        ]);
        for one in figures {
            let severities: Vec<String> = one.severities.iter().rev().map(ToString::to_string).collect();
            table.row(vec![
                Cell::new(&one.name),
                Cell::number(one.attackers),
                Cell::number(one.found),
                share(one.recall),
                Cell::number(one.right),
                one.wrong.map_or_else(nothing, Cell::number),
                share(one.precision),
                Cell::number(one.alerts),
                Cell::number(format!("{:.1}", one.alerts_per_day)),
                Cell::number(one.repeats),
                Cell::new(severities.join("/")),
                Cell::number(one.wrong_critical),
            ]);
        }
        table
    })
}

/// Writes mistakes.
///
/// # Errors
/// When they cannot be written.
pub fn write_mistakes(out: &mut dyn Write, mistakes: &[Mistake], format: Format, width: Option<usize>) -> io::Result<()> {
    write_objects(out, mistakes, format, width, || {
        let mut table = Table::new(&["data", "mistake", "rule", "kind", "source", "destination", "time", "alerts", "evidence"]);
        let text = |text: &Option<String>| Cell::new(text.clone().unwrap_or_else(|| "-".to_owned()));
        for one in mistakes {
            table.row(vec![
                Cell::new(&one.data),
                Cell::new(one.mistake),
                text(&one.rule),
                Cell::new(&one.kind),
                Cell::new(&one.source),
                text(&one.destination),
                Cell::new(&one.time),
                Cell::number(one.alerts),
                Cell::new(&one.evidence),
            ]);
        }
        table
    })
}

fn nothing() -> Cell {
    Cell::number("-")
}

fn share(share: Option<f64>) -> Cell {
    share.map_or_else(nothing, |share| Cell::number(format!("{share:.3}")))
}

/// `45 s`, `12 min`, `5 h 03`, `2 d 04`: as exact as it matters.
fn duration(seconds: f64) -> String {
    let whole = seconds.round() as i64;
    match whole {
        ..60 => format!("{whole} s"),
        60..3_600 => format!("{} min", whole / 60),
        3_600..86_400 => format!("{} h {:02}", whole / 3_600, whole % 3_600 / 60),
        _ => format!("{} d {:02}", whole / 86_400, whole % 86_400 / 3_600),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        for (seconds, text) in [(9.6, "10 s"), (125.0, "2 min"), (18_200.0, "5 h 03"), (190_000.0, "2 d 04")] {
            assert_eq!(duration(seconds), text);
        }
    }
}
