//! What a service says of itself.

use std::io::{self, Write};

use serde_json::json;

use super::wrap::wrapped;
use super::{Cell, Format, Table, terminal_width, write_json, write_json_line};
use net_scout_model::{Timestamp, amount, counted, plain};
use net_scout_serve::status::{BENCHED, Status, new_since};
use net_scout_store::OutboxDepth;

/// How wide what names a line is.
const HEAD: usize = 10;
/// The least that a line holds.
const NARROWEST: usize = 20;
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
    let width = terminal_width(format);
    if format == Format::Table {
        let mut line = |head: &str, text: &str| put(out, head, text, width);
        let coverage = &status.service.coverage;
        line("service", status.running.as_deref().unwrap_or("not running"))?;
        match coverage.good_until {
            Some(until) => line("scanned", &format!("until {}, {} s behind", until.seconds(), coverage.lag_seconds))?,
            None => line("scanned", "nothing yet")?,
        }
        let benched: Vec<&str> =
            status.failing_rules.iter().filter(|rule| rule.failures >= BENCHED).map(|rule| rule.rule.as_str()).collect();
        let without = if benched.is_empty() { String::new() } else { format!(", without {} (benched)", benched.join(", ")) };
        line("rules", &format!("{} run{without}", status.service.rules.len()))?;
        status.outbox.iter().try_for_each(|depth| line("outbox", &waiting(depth)))?;
        let spans = coverage.failed.len() + coverage.gaps.len();
        if spans > 0 {
            let spans = counted(spans, "span");
            line(
                "left out",
                &format!("{} s in {spans} were not scanned; `net-scout scan --fill` scans them", coverage.open_seconds),
            )?;
        }
        if let Some(oldest) = coverage.events_before {
            let day = oldest.date();
            line(
                "left out",
                &format!("events of {day} and later, before the service began; `net-scout scan --fill --since {day}` scans them"),
            )?;
        }
        for (since, names) in new_since(&status.service.rules, status.at.map_or(Timestamp::MAXIMUM, |at| at.plus(-WEEK))) {
            let (since, names) = (since.seconds(), names.join(","));
            line(
                "new",
                &format!("{names} since {since}; `net-scout scan --backfill '7 days' --only {names}` looks at the past"),
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
    table.write(out, width)?;
    if format == Format::Table {
        status.service.notes.iter().try_for_each(|note| put(out, "note:", note, width))?;
    }
    problems.iter().try_for_each(|problem| put(out, "problem:", problem, width))
}

/// Writes a line behind what names it; on a terminal it is broken where it does not fit.
fn put(out: &mut dyn Write, head: &str, text: &str, width: Option<usize>) -> io::Result<()> {
    let gap = if head.ends_with(':') { head.len() + 1 } else { HEAD };
    for (place, line) in
        wrapped(text, width.map_or(usize::MAX, |width| width.saturating_sub(gap).max(NARROWEST))).iter().enumerate()
    {
        writeln!(out, "{:gap$}{line}", if place == 0 { head } else { "" })?;
    }
    Ok(())
}

/// `chat: 2 messages and 12 alerts have not arrived, the oldest since 2026-03-11T20:35:11Z; 1 message was given up`
fn waiting(depth: &OutboxDepth) -> String {
    let mut parts = Vec::new();
    if let Some(oldest) = depth.oldest {
        let (messages, alerts) = (counted(depth.messages, "message"), counted(depth.alerts, "alert"));
        parts.push(format!("{messages} and {alerts} have not arrived, the oldest since {}", oldest.seconds()));
    }
    if depth.given_up > 0 {
        parts.push(format!("{} given up", amount(depth.given_up, "message was", "messages were")));
    }
    format!("{}: {}", plain(&depth.receiver, 100), parts.join("; "))
}
