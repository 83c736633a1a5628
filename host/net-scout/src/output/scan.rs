//! What a scan came to.

use std::collections::HashMap;
use std::io::{self, IsTerminal as _, Write as _};

use super::incidents::{Known, USUAL_WIDTH, write_incidents};
use super::summary::write_summary;
use super::{ClockFace, Format, Shown, corrected_directions, note, origin_words, stdout, terminal_width, warning, write_alerts};
use net_scout_detect::names::known_addresses;
use net_scout_detect::scan::{ScanAlerts, ScanOptions, ScanReport};
use net_scout_model::{Severity, Timestamp, Window, amount, counted};
use net_scout_serve::schedule::system_zone;
use net_scout_store::DatabaseOptions;

/// How the alerts of a scan are shown.
#[derive(Clone, Debug)]
pub struct ScanView {
    /// As what.
    pub format: Format,
    /// Alerts, warnings and errors alone.
    pub quiet: bool,
    /// New alerts alone.
    pub new_only: bool,
    /// Alerts of at least this severity alone.
    pub min_severity: Option<Severity>,
    /// Times in UTC on a terminal too.
    pub utc: bool,
    /// What names the database on a command line that is proposed; empty where nothing has to.
    pub database: String,
}

/// Shows the alerts of a scan, and says what became of them. They are taken from the report. The most severe of the new ones is given back.
///
/// # Errors
/// When standard output cannot be written.
pub fn write_scan(
    report: &mut ScanReport,
    window: Window,
    options: &ScanOptions,
    view: &ScanView,
) -> io::Result<Option<Severity>> {
    let alerts = std::mem::replace(&mut report.alerts, ScanAlerts::Raised(Vec::new()));
    let count = alerts.count();
    // Of what is not stored nobody knows whether it was there already.
    let (all, kept): (Vec<(Severity, bool, Shown)>, String) = match alerts {
        ScanAlerts::Raised(alerts) => (
            alerts.into_iter().map(|alert| (alert.severity, true, Shown::from(alert))).collect(),
            "nothing written (dry run)".to_owned(),
        ),
        ScanAlerts::Recorded(recorded) => {
            let new = recorded.iter().filter(|recorded| recorded.new).count();
            let kept = format!("{new} new, {} repeated", recorded.len() - new);
            (recorded.into_iter().map(|one| (one.alert.severity(), one.new, Shown::from(one.alert))).collect(), kept)
        }
    };
    let worst = all.iter().filter(|(_, new, _)| *new).map(|(severity, ..)| *severity).max();
    let is_shown =
        |severity: Severity, new: bool| (new || !view.new_only) && view.min_severity.is_none_or(|least| severity >= least);
    let shown: Vec<Shown> =
        all.into_iter().filter(|(severity, new, _)| is_shown(*severity, *new)).map(|(.., shown)| shown).collect();
    let left_out = count - shown.len();
    let shown = if view.format == Format::Table { last_of_each(shown) } else { shown };
    let known = view.show(&shown, window, options)?;
    report.phases.end("show alerts");
    if !view.quiet {
        note(&format_args!("{} in the events {window}: {kept}", counted(count, "alert")));
        if left_out > 0 {
            let left_out = amount(left_out, "of them is", "of them are");
            note(&format_args!("{left_out} not shown (--new-only, --min-severity)"));
        }
        for (origin, reason, count) in &report.allowed {
            let alerts = counted(*count, "alert");
            note(&format_args!("{alerts} left out by the allowlist, {}: {reason}", origin_words(origin)));
        }
    }
    corrected_directions(report.corrected_directions);
    if report.cut > 0 {
        warning(&format_args!(
            "{} left out: a scan keeps {} (--max-alerts)",
            amount(report.cut, "weaker alert was", "weaker alerts were"),
            options.max_alerts
        ));
    }
    if view.format == Format::Table && !view.quiet {
        let mut out = stdout();
        write_summary(&mut out, &shown, &known, &view.database, terminal_width(view.format).unwrap_or(USUAL_WIDTH))?;
        out.flush()?;
    }
    Ok(worst)
}

impl ScanView {
    /// Shows alerts. What is known of their sources, where that is shown.
    fn show(&self, alerts: &[Shown], window: Window, options: &ScanOptions) -> io::Result<Known> {
        if self.format != Format::Table || alerts.is_empty() {
            return show_alerts(alerts, self.format).map(|()| Known::new());
        }
        lines(alerts, &options.database, window.now, self.utc, false)
    }
}

/// Shows stored alerts, each on a line with its status.
///
/// # Errors
/// When standard output cannot be written.
pub fn list_alerts(alerts: &[Shown], database: &DatabaseOptions, now: Timestamp) -> io::Result<()> {
    if alerts.is_empty() { Ok(()) } else { lines(alerts, database, now, false, true).map(drop) }
}

/// Shows each alert on a line. What is known of their sources.
fn lines(alerts: &[Shown], database: &DatabaseOptions, now: Timestamp, is_utc: bool, has_status: bool) -> io::Result<Known> {
    let sources = alerts.iter().filter_map(|alert| alert.src_ip.as_deref());
    let known = known_addresses(database, sources).unwrap_or_else(|error| {
        tracing::debug!("what is known of the sources cannot be read: {error}");
        Known::new()
    });
    let clock = ClockFace::new(now, io::stdout().is_terminal() && !is_utc, system_zone());
    let mut out = stdout();
    write_incidents(&mut out, alerts, &known, &clock, terminal_width(Format::Table), has_status)?;
    out.flush()?;
    Ok(known)
}

/// Each stored alert once, as it is now: several alerts of a scan may have become one.
fn last_of_each(alerts: Vec<Shown>) -> Vec<Shown> {
    let mut all: Vec<Shown> = Vec::with_capacity(alerts.len());
    let mut places: HashMap<i64, usize> = HashMap::new();
    for alert in alerts {
        match alert.id().map(|id| *places.entry(id).or_insert(all.len())) {
            Some(place) if place < all.len() => all[place] = alert,
            _ => all.push(alert),
        }
    }
    all
}

/// Says what became of the steps over past time.
pub fn past(steps: usize, failed: usize, open: usize, quiet: bool) {
    match steps {
        _ if quiet => {}
        0 => note(&"all of that time was scanned"),
        steps => note(&format_args!("that time was scanned in {}", counted(steps, "step"))),
    }
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
    note(&format_args!("there are no events in the window: the newest one is from {newest}; `--since {day}` includes it"));
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
