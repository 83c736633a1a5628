//! The checks of an installation.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::wrap::wrapped;
use super::{Cell, Format, Table, write_json, write_json_line, write_objects};
use net_scout_doctor::{Checked, Injected, State};
use net_scout_model::counted;

/// How wide lines are where there is no terminal.
const WIDTH: usize = 100;
/// How wide the state and its gap are.
const STATE: usize = 6;
/// How wide what names a line is.
const HEAD: usize = 10;

/// Writes them: a line for each with what was seen, and beneath it what mends it.
///
/// # Errors
/// When they cannot be written.
pub fn write_checks(out: &mut dyn Write, checks: &[Checked], format: Format, width: Option<usize>) -> io::Result<()> {
    if format == Format::Table {
        return write_text(out, checks, width.unwrap_or(WIDTH));
    }
    write_objects(out, checks, format, width, || {
        let mut table = Table::new(&["check", "state", "evidence", "fix"]);
        for check in checks {
            let fix = check.fix.as_deref().unwrap_or_default();
            table.row([check.check, word(check.state), check.evidence.as_str(), fix].map(Cell::new).to_vec());
        }
        table
    })
}

fn write_text(out: &mut dyn Write, checks: &[Checked], width: usize) -> io::Result<()> {
    let longest = checks.iter().map(|check| check.check.len()).max().unwrap_or(0);
    let indent = STATE + longest + 2;
    let space = width.saturating_sub(indent).max(20);
    for check in checks {
        let style = style(check.state);
        write!(out, "{style}{:STATE$}{style:#}{:longest$}  ", shown(check.state), check.check)?;
        for (place, line) in wrapped(&check.evidence, space).into_iter().enumerate() {
            let before = if place > 0 { indent } else { 0 };
            writeln!(out, "{:before$}{line}", "")?;
        }
        if let Some(fix) = &check.fix {
            let before = indent.saturating_sub(2);
            // A command is not broken: it is there to be copied.
            writeln!(out, "{:before$}> {fix}", "")?;
        }
    }
    let of = |state: State| checks.iter().filter(|check| check.state == state).count();
    let mut parts = vec![format!("{} good", of(State::Good))];
    let others = [(State::Note, "to know"), (State::Unknown, "cannot be told"), (State::Wrong, "to mend")];
    parts.extend(others.into_iter().filter(|(state, _)| of(*state) > 0).map(|(state, words)| format!("{} {words}", of(state))));
    writeln!(out, "{}: {}", counted(checks.len(), "check"), parts.join(", "))
}

/// Writes what came of a made-up scan.
///
/// # Errors
/// When it cannot be written.
pub fn write_injected(out: &mut dyn Write, injected: &Injected, format: Format, width: Option<usize>) -> io::Result<()> {
    let Injected { source, target, alert, reasons, told, sent, not_sent } = injected;
    match format {
        Format::Json => return write_json(out, injected),
        Format::Ndjson => return write_json_line(out, injected),
        Format::Table | Format::Csv => {}
    }
    let mut lines = vec![("scan", format!("made up, in a copy of the database: {source} probes {target} on 120 ports"))];
    match alert {
        Some(alert) => lines.push(("alert", alert.clone())),
        None if reasons.is_empty() => lines.push(("alert", "none: `net-scout doctor` shows which rules run".to_owned())),
        None => lines.extend(reasons.iter().map(|reason| ("alert", format!("none: {reason}")))),
    }
    if alert.is_some() {
        let told = if told.is_empty() { "nobody: no [[route]] takes it".to_owned() } else { told.join(", ") };
        lines.push(("told", told));
    }
    lines.extend(sent.iter().map(|receiver| ("message", format!("it reached {receiver}"))));
    lines.extend(not_sent.iter().map(|failure| ("message", format!("it did not arrive at {failure}"))));
    let space = width.unwrap_or(WIDTH).saturating_sub(HEAD).max(20);
    for (head, text) in lines {
        for (place, line) in wrapped(&text, space).into_iter().enumerate() {
            writeln!(out, "{:HEAD$}{line}", if place == 0 { head } else { "" })?;
        }
    }
    Ok(())
}

fn word(state: State) -> &'static str {
    match state {
        State::Good => "good",
        State::Note => "note",
        State::Wrong => "wrong",
        State::Unknown => "unknown",
    }
}

fn shown(state: State) -> &'static str {
    match state {
        State::Good => "good",
        State::Note => "note",
        State::Wrong => "MEND",
        State::Unknown => "-",
    }
}

fn style(state: State) -> Style {
    match state {
        State::Good => AnsiColor::Green.on_default(),
        State::Note => AnsiColor::Yellow.on_default(),
        State::Wrong => AnsiColor::Red.on_default().bold(),
        State::Unknown => Style::new().dimmed(),
    }
}
