//! What a service says of itself.

use std::io::{self, Write};

use serde_json::json;

use super::{Cell, Format, Table, terminal_width, write_json, write_json_line};
use net_scout_model::{Timestamp, counted};
use net_scout_serve::status::{BENCHED, Status, new_since};

/// For how long a rule is called new, in microseconds.
const WEEK: i64 = 604_800_000_000;

/// Writes how it stands: the service, its jobs, and what is wrong.
///
/// # Errors
/// When it cannot be written.
pub fn write_status(out: &mut dyn Write, status: &Status, problems: &[String], format: Format) -> io::Result<()> {
    let mut object = serde_json::to_value(status).map_err(io::Error::other)?;
    object["problems"] = json!(problems);
    match format {
        Format::Json => return write_json(out, &[object]),
        Format::Ndjson => return write_json_line(out, &object),
        Format::Table | Format::Csv => {}
    }
    let instant = |at: Option<Timestamp>| at.map_or("-".to_owned(), Timestamp::seconds);
    if format == Format::Table {
        let coverage = &status.service.coverage;
        writeln!(out, "service   {}", status.running.as_deref().unwrap_or("none runs"))?;
        match coverage.good_until {
            Some(until) => writeln!(out, "scanned   until {}, {} s behind", until.seconds(), coverage.lag_seconds)?,
            None => writeln!(out, "scanned   nothing yet")?,
        }
        let benched: Vec<&str> =
            status.failing_rules.iter().filter(|rule| rule.failures >= BENCHED).map(|rule| rule.rule.as_str()).collect();
        let without = if benched.is_empty() { String::new() } else { format!(", without {} (benched)", benched.join(", ")) };
        writeln!(out, "rules     {} run{without}", status.service.rules.len())?;
        let spans = coverage.failed.len() + coverage.gaps.len();
        if spans > 0 {
            let spans = counted(spans, "span");
            writeln!(out, "not scanned   {} s in {spans}; `net-scout scan --fill` scans them", coverage.open_seconds)?;
        }
        if let Some(oldest) = coverage.events_before {
            let day = oldest.date();
            writeln!(
                out,
                "not scanned   events of {day} and later, before the service began; `net-scout scan --fill --since {day}` scans them"
            )?;
        }
        for (since, names) in new_since(&status.service.rules, status.at.map_or(Timestamp::MAXIMUM, |at| at.plus(-WEEK))) {
            let (since, names) = (since.seconds(), names.join(","));
            writeln!(
                out,
                "new       {names} since {since}; `net-scout scan --backfill '7 days' --only {names}` looks at the past"
            )?;
        }
    }
    let mut table = Table::new(&["job", "schedule", "last", "outcome", "next", "message"]).compact();
    for (name, job) in &status.jobs {
        let outcome = match (job.state.is_running, job.state.failures) {
            (true, _) if status.running.is_none() => "stopped while it ran".to_owned(),
            (true, _) => format!("running since {}", instant(job.state.begun)),
            (false, 0) => if job.state.good.is_some() { "done" } else { "-" }.to_owned(),
            (false, failures) => format!("failed ({failures} in a row)"),
        };
        let message = job.state.message.clone().unwrap_or_else(|| "-".to_owned());
        table.row(
            [name.clone(), job.schedule.clone(), instant(job.state.ended), outcome, instant(job.next), message]
                .map(Cell::new)
                .to_vec(),
        );
    }
    table.write(out, terminal_width(format))?;
    if format == Format::Table {
        status.service.notes.iter().try_for_each(|note| writeln!(out, "note: {note}"))?;
    }
    problems.iter().try_for_each(|problem| writeln!(out, "problem: {problem}"))
}
