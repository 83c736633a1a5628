//! What a scan came to.

use std::io;

use super::{Format, Shown, corrected_directions, note, origin_words, stdout, terminal_width, warning, write_alerts};
use net_scout_detect::scan::{ScanAlerts, ScanReport};
use net_scout_model::{Timestamp, Window, amount, counted};

/// Shows the alerts of a scan, and says what became of them. They are taken from the report.
///
/// # Errors
/// When standard output cannot be written.
pub fn write_scan(report: &mut ScanReport, window: Window, max_alerts: usize, format: Format) -> io::Result<()> {
    let alerts = std::mem::replace(&mut report.alerts, ScanAlerts::Raised(Vec::new()));
    let count = alerts.count();
    let (shown, kept): (Vec<Shown>, String) = match alerts {
        ScanAlerts::Raised(alerts) => (alerts.into_iter().map(Shown::from).collect(), "nothing written (dry run)".to_owned()),
        ScanAlerts::Recorded(recorded) => {
            let new = recorded.iter().filter(|recorded| recorded.new).count();
            let kept = format!("{new} new, {} repeated", recorded.len() - new);
            (recorded.into_iter().map(|recorded| recorded.alert.into()).collect(), kept)
        }
    };
    show_alerts(&shown, format)?;
    report.phases.end("show alerts");
    note(&format_args!("{} in the events {window}: {kept}", counted(count, "alert")));
    for (origin, reason, count) in &report.allowed {
        let alerts = counted(*count, "alert");
        note(&format_args!("{alerts} left out by the allowlist, {}: {reason}", origin_words(origin)));
    }
    corrected_directions(report.corrected_directions);
    if report.cut > 0 {
        warning(&format_args!(
            "{} left out: a scan keeps {max_alerts} (--max-alerts)",
            amount(report.cut, "weaker alert was", "weaker alerts were")
        ));
    }
    Ok(())
}

/// Says what became of the steps over past time.
pub fn past(steps: usize, failed: usize, open: usize) {
    if steps == 0 {
        return note(&"all of that time was scanned");
    }
    note(&format_args!("that time was scanned in {}", counted(steps, "step")));
    if failed > 0 {
        warning(&format_args!("{} could not be scanned", amount(failed, "step", "steps")));
    }
    if open > 0 {
        warning(&format_args!("{} not count as scanned, because a rule failed", amount(open, "step does", "steps do")));
    }
}

/// Says that the window has no events, and how to look at the newest ones.
pub fn empty_window(newest: Timestamp) {
    let (newest, day) = (newest.seconds(), newest.date());
    note(&format_args!("there are no events in the window: the newest is of {newest}; `--since {day}` goes back to it"));
}

/// Shows alerts; in a format for people nothing where there is none.
///
/// # Errors
/// When standard output cannot be written.
pub fn show_alerts(alerts: &[Shown], format: Format) -> io::Result<()> {
    if format != Format::Table || !alerts.is_empty() {
        write_alerts(&mut stdout(), alerts, format, terminal_width(format))?;
    }
    Ok(())
}
