//! The report over a period: what there was, what is new against the period before, and what is not known.

mod brief;
mod tell;

use net_scout_detect::allow::allowlist;
use net_scout_detect::scan::ScanOptions;
use net_scout_model::{Origin, Sink, Span, StoredAlert, Timestamp, UsageError};
use serde::Serialize;

use crate::ReportError;
use crate::figures::{AlertFigures, CoverageFigures, EventFigures, PluginTrouble, Tally, trouble};
use crate::life::{Stage, raised_since};
use crate::{document, page};

/// How many of each ranking are told, where nothing else is said.
pub const TOP: usize = 10;

/// Over which period, and how much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReportOptions {
    /// When it begins.
    pub since: Timestamp,
    /// The first instant behind it.
    pub until: Timestamp,
    /// Whether it is compared with the period of the same length before it.
    pub compares: bool,
    /// How many of each ranking are told.
    pub top: usize,
}

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportFormat {
    /// One page that loads nothing.
    Html,
    /// Text of 80 columns, for mail.
    Text,
    /// Markdown.
    Markdown,
}

/// What was left out of the alerts, or closed without a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// What scans of the period left out before it was stored: the entry of the allowlist, why, and how many different alerts.
    pub scans: Vec<(String, String, u64)>,
    /// Alerts of the period that the allowlist closed after they were stored.
    pub closed: u64,
    /// Entries of the allowlist that hold now, without those that are built in: which network, and why.
    pub entries: Vec<(String, String)>,
}

/// The report.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// When it was made.
    pub made: Timestamp,
    /// Its period.
    pub period: Span,
    /// The period that it is compared with.
    pub before: Option<Span>,
    /// The events.
    pub events: EventFigures,
    /// The alerts.
    pub alerts: AlertFigures,
    /// How much was scanned.
    pub coverage: CoverageFigures,
    /// What was left out.
    pub left_out: LeftOut,
    /// The plugins with which something went wrong.
    pub plugins: Vec<PluginTrouble>,
}

/// Makes a report. The live database is read a day at a time, and let go of in between.
///
/// # Errors
/// When the period is empty, or the database cannot be read.
pub async fn make_report(
    scan: &ScanOptions,
    options: &ReportOptions,
    now: Timestamp,
    sink: &dyn Sink,
) -> Result<Report, ReportError> {
    let ReportOptions { since, until, compares, top } = *options;
    let period = Span::new(since, until)
        .ok_or_else(|| UsageError(format!("the period is empty: it begins at {since} and ends at {until}")))?;
    let before = compares.then(|| Span { begins: since.plus(-period.length()), ends: since });
    let database = scan.database.open_read_only()?;
    database.check_events(&scan.table)?;
    let first = before.unwrap_or(period).begins;
    let listed = database.alerts(&raised_since(first, now))?;
    if let Some(text) = listed.unreadable.warning(&scan.database.alert_table) {
        sink.warn(&text);
    }
    let coverage = database.coverage_around(&scan.table, period)?;
    let ledger = database.ledger(period.begins)?;
    let left_out = database.left_out(period)?;
    let allowed = allowlist(&scan.allow, &database, sink)?;
    drop(database);

    let now_tally = Tally::of(scan, period, now).await?;
    let tally_before = match before {
        Some(before) => Some(Tally::of(scan, before, now).await?),
        None => None,
    };
    let events = now_tally.figures(tally_before.as_ref(), top);
    let alerts = AlertFigures::of(&listed.alerts, period, before, events.bins, top);
    let entries =
        allowed.0.iter().filter(|(origin, allow)| *origin != Origin::BuiltIn && allow.until.is_none_or(|until| until > now));
    Ok(Report {
        made: now,
        period,
        before,
        coverage: CoverageFigures::of(&coverage, period),
        left_out: LeftOut {
            scans: left_out.into_iter().map(|one| (one.origin, one.reason, one.alerts)).collect(),
            closed: closed_by_allowlist(&listed.alerts, period),
            entries: entries.map(|(_, allow)| (net_scout_detect::allow::words(allow), allow.reason.clone())).collect(),
        },
        plugins: trouble(&ledger, period),
        events,
        alerts,
    })
}

fn closed_by_allowlist(alerts: &[StoredAlert], period: Span) -> u64 {
    let is_inside = |alert: &&StoredAlert| {
        let last = alert.updated_at.as_deref().unwrap_or(&alert.created_at);
        net_scout_model::time::parse_timestamp(last).is_some_and(|last| period.begins <= last && last < period.ends)
    };
    alerts.iter().filter(is_inside).filter(|alert| Stage::of(alert) == Stage::Allowed).count() as u64
}

impl Report {
    /// What it says, for a page of others: its lead, and its sections.
    #[must_use]
    pub fn parts(&self) -> (String, maud::Markup) {
        let document = self.document();
        (document.lead, page::sections(&document.sections))
    }

    /// The report in a format for people. For programs it is serialized.
    #[must_use]
    pub fn write(&self, format: ReportFormat) -> String {
        let document = self.document();
        match format {
            ReportFormat::Html => page::html(&document),
            ReportFormat::Text => document::text(&document),
            ReportFormat::Markdown => document::markdown(&document),
        }
    }
}

#[cfg(test)]
mod tests;
