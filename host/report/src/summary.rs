//! The first screen of a morning: what is open, what is new, and whether anything keeps the next alert from coming.

mod look;

use std::cmp::Reverse;

use net_scout_detect::scan::ScanOptions;
use net_scout_model::search::AlertQuery;
use net_scout_model::{Sink, StoredAlert, Timestamp, counted};
use net_scout_store::{AlertFilter, Database, DatabaseError, Lock};
use serde::Serialize;

use crate::ReportError;
use crate::document::{self, Document, Part, Section, Table};
use crate::figures::AlertLine;
use crate::figures::{raised, strongest};
use crate::life::{SEVERITIES, Stage};
use crate::words::{duration, number, seconds};
pub use look::{keep_look, summary_since_last_look};

/// How many alerts are listed of each kind.
const LISTED: usize = 8;
/// A second, in microseconds.
const SECOND: i64 = 1_000_000;

/// How it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// When it was made.
    pub made: Timestamp,
    /// Since when alerts are new.
    pub since: Timestamp,
    /// Whether that is when the same person looked last.
    pub is_since_last_look: bool,
    /// How many alerts are open, by severity, the most severe first.
    pub open: Vec<(&'static str, u64)>,
    /// How many are snoozed.
    pub snoozed: u64,
    /// How many were first raised since then.
    pub new: u64,
    /// The most severe of these.
    pub newest: Vec<AlertLine>,
    /// The most severe that are open.
    pub strongest: Vec<AlertLine>,
    /// The newest event.
    pub newest_event: Option<Timestamp>,
    /// Up to when a service has scanned.
    pub scanned_until: Option<Timestamp>,
    /// The service that runs.
    pub service: Option<String>,
    /// What fails.
    pub problems: Vec<String>,
}

/// Makes the summary.
///
/// # Errors
/// When the database cannot be read.
pub fn make_summary(scan: &ScanOptions, since: Timestamp, now: Timestamp, sink: &dyn Sink) -> Result<Summary, ReportError> {
    let database = scan.database.open_read_only()?;
    let listed = database.alerts(&AlertFilter::new(AlertQuery::default(), now))?;
    if let Some(text) = listed.unreadable.warning(&scan.database.alert_table) {
        sink.warn(&text);
    }
    let alerts = listed.alerts;
    let is_part = |alert: &StoredAlert| alert.status == "duplicate";
    let open: Vec<&StoredAlert> = alerts.iter().filter(|alert| Stage::of(alert).is_open()).collect();
    let new: Vec<&StoredAlert> = alerts.iter().filter(|alert| raised(alert) >= since && !is_part(alert)).collect();
    let of = |one| open.iter().filter(|alert| alert.severity() == one).count() as u64;
    Ok(Summary {
        made: now,
        since,
        is_since_last_look: false,
        open: SEVERITIES.into_iter().map(|one| (one.name(), of(one))).collect(),
        snoozed: alerts.iter().filter(|alert| Stage::of(alert) == Stage::Snoozed).count() as u64,
        new: new.len() as u64,
        newest: strongest(new.iter().copied(), LISTED),
        strongest: strongest(open.iter().copied(), LISTED),
        newest_event: database.check_events(&scan.table).and_then(|()| database.newest(&scan.table))?,
        scanned_until: database.coverage(&scan.table)?.good_until(),
        service: database.holder(Lock::Service, now)?.map(|holder| holder.to_string()),
        problems: problems(&database)?,
    })
}

/// Jobs of the service that fail, and rules.
fn problems(database: &Database) -> Result<Vec<String>, DatabaseError> {
    let mut problems = Vec::new();
    for row in database.service()? {
        let Some(job) = row.job.strip_prefix("job ") else {
            let said = row.state["problems"].as_array().into_iter().flatten();
            problems.extend(said.filter_map(|text| text.as_str().map(str::to_owned)));
            continue;
        };
        if let Some(failures) = row.state["failures"].as_u64().filter(|failures| *failures > 0) {
            let message = row.state["message"].as_str().unwrap_or("it does not say why");
            problems.push(format!("job {job} failed {} in a row: {message}", counted(failures, "time")));
        }
    }
    let mut rules = database.failing_rules()?;
    rules.sort_by_key(|rule| Reverse(rule.failures));
    problems.extend(rules.into_iter().map(|rule| format!("rule {} fails: {}", rule.rule, rule.message)));
    Ok(problems)
}

impl Summary {
    /// As text of 80 columns.
    #[must_use]
    pub fn write(&self) -> String {
        let all: u64 = self.open.iter().map(|(_, count)| count).sum();
        let parts: Vec<String> =
            self.open.iter().filter(|(_, count)| *count > 0).map(|(name, count)| format!("{} {name}", number(*count))).collect();
        let open = if all == 0 { "no alert".to_owned() } else { parts.join(", ") };
        let ago = |at: Timestamp| duration(self.made.0.saturating_sub(at.0) / SECOND);
        let look = if self.is_since_last_look { "you looked last, " } else { "" };
        let new = format!("{} since {look}{} ({} ago)", number(self.new), seconds(self.since), ago(self.since));
        let mut facts = vec![
            ("open", open),
            ("new", new),
            (
                "events",
                self.newest_event.map_or("none".to_owned(), |at| format!("the newest is of {} ({} ago)", seconds(at), ago(at))),
            ),
            (
                "scanned",
                self.scanned_until.map_or("by hand only, nothing is recorded".to_owned(), |at| {
                    format!("until {} ({} ago)", seconds(at), ago(at))
                }),
            ),
            ("service", self.service.clone().unwrap_or_else(|| "not running".to_owned())),
        ];
        if self.snoozed > 0 {
            facts.insert(1, ("snoozed", number(self.snoozed)));
        }
        facts.extend(self.problems.iter().map(|problem| ("problem", problem.clone())));
        let mut sections = vec![Section { title: "How it stands", parts: vec![Part::Facts(facts)] }];
        if !self.newest.is_empty() {
            sections.push(Section { title: "New", parts: vec![list(&self.newest)] });
        }
        if !self.strongest.is_empty() && self.strongest != self.newest {
            sections.push(Section { title: "Open, the most severe", parts: vec![list(&self.strongest)] });
        }
        let lead = format!("{}.", seconds(self.made));
        document::text(&Document { title: "net-scout".to_owned(), lead, sections })
    }
}

fn list(alerts: &[AlertLine]) -> Part {
    let row = |alert: &AlertLine| {
        let who = alert.src_ip.as_deref().or(alert.dst_ip.as_deref()).unwrap_or("-").to_owned();
        vec![
            alert.id.to_string(),
            alert.severity.to_owned(),
            alert.score.to_string(),
            alert.alert_type.clone(),
            who,
            seconds(alert.raised)[..16].to_owned(),
        ]
    };
    let header = vec!["id", "severity", "score", "type", "who", "raised"];
    Part::Table(Table { title: None, header, rows: alerts.iter().map(row).collect(), numbers: &[0, 2] })
}

#[cfg(test)]
mod tests;
