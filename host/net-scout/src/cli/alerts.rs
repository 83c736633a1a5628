//! `net-scout alerts`.

mod act;

use clap::{Args, Subcommand};
use clap_complete::ArgValueCandidates;

use super::arguments::{AlertFormatArg, FormatArg, number, one_of, whole};
use super::complete;
use crate::commands::alerts;
use crate::commands::alerts::AlertsRequest;
use crate::config::Config;
use crate::output::ALERT_COLUMN_NAMES;
use act::{AssignArgs, CloseArgs, HistoryArgs, LabelArgs, NoteArgs, SnoozeArgs, UndoArgs, WhichArgs};
use net_scout_detect::known::WrittenQuery;
use net_scout_model::{AlertAction, Timestamp, not};
use net_scout_store::{AlertOrder, CountBy};

#[derive(Subcommand)]
enum AlertsCommand {
    /// Show one alert: who, what, when, its figures and thresholds, and the query that lists its events
    Show {
        /// Its number
        #[arg(value_parser = number, add = ArgValueCandidates::new(complete::alerts))]
        id: i64,
        #[command(flatten)]
        format: FormatArg,
    },
    /// Acknowledge alerts: somebody has seen them
    Ack(WhichArgs),
    /// Put alerts out of the way for a while; they come back as new, and at once when they get worse
    Snooze(SnoozeArgs),
    /// Close alerts with a verdict and a reason
    Close(CloseArgs),
    /// Open alerts again
    Reopen(WhichArgs),
    /// Assign alerts to somebody
    Assign(AssignArgs),
    /// Write a note to alerts
    Note(NoteArgs),
    /// Add labels to alerts, or remove them
    Label(LabelArgs),
    /// Show what happened to one alert: who changed what, when and why
    History(HistoryArgs),
    /// Take your last change of alerts back
    Undo(UndoArgs),
}

#[derive(Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples:\n  net-scout alerts --since 24h --min-score 80\n  net-scout alerts rule:port_scan src:203.0.113.0/24 status:open -dst:192.0.2.9\n  \
        net-scout alerts --type vertical_scan --format csv > scans.csv\n  net-scout alerts --format ocsf > findings.ndjson\n  net-scout alerts show 7"
)]
pub(super) struct AlertsArgs {
    #[command(subcommand)]
    command: Option<AlertsCommand>,
    /// Which alerts: numbers, addresses, networks, texts, and FIELD:VALUE with id, rule, type, src, dst, ip, port, score, severity, status,
    /// verdict, label, assignee, since, until; all must hold, - before a term negates it
    #[arg(value_name = "QUERY")]
    query: Vec<String>,
    /// Sort by this, from high to low
    #[arg(long, value_name = "KEY", value_parser = one_of(AlertOrder::ALL, AlertOrder::name), default_value = "raised", hide_default_value = true)]
    sort: AlertOrder,
    /// Count them by this
    #[arg(long, value_name = "KEY", value_parser = one_of(CountBy::ALL, CountBy::name), conflicts_with_all = ["columns", "after"])]
    by: Option<CountBy>,
    /// Only these columns, separated by commas: id, created, raised, status, score, severity, type, rule, source, destination, evidence,
    /// verdict, reason, assignee, labels, note, snoozed
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', value_parser = column)]
    columns: Vec<&'static str>,
    /// The next page, behind what the last one gave
    #[arg(long, value_name = "CURSOR")]
    after: Option<String>,
    /// Only of this type
    #[arg(long = "type", value_name = "TYPE")]
    alert_type: Option<String>,
    /// Only from this address or network
    #[arg(long, value_name = "NETWORK")]
    src: Option<String>,
    /// Only to this address or network
    #[arg(long, value_name = "NETWORK")]
    dst: Option<String>,
    /// Only with at least this score
    #[arg(long, value_name = "0-100", allow_negative_numbers = true, value_parser = whole::<i64>(0..=100))]
    min_score: Option<i64>,
    /// Only in this status: open, new, enriched, acknowledged, snoozed, closed, false_positive, ...
    #[arg(long, value_name = "STATUS")]
    status: Option<String>,
    /// Only those raised, first or again, since then: by the time of the scan, not of the events
    #[arg(long, value_name = "WHEN")]
    since: Option<String>,
    /// At most so many
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = whole::<u32>(0..=u32::MAX.into()))]
    limit: Option<u32>,
    #[command(flatten)]
    format: AlertFormatArg,
}

/// Reads the name of a column.
fn column(text: &str) -> Result<&'static str, String> {
    let name = ALERT_COLUMN_NAMES.into_iter().find(|name| *name == text.trim());
    name.ok_or_else(|| not(text, format_args!("a column; there are {}", ALERT_COLUMN_NAMES.join(", "))))
}

impl AlertsArgs {
    pub(super) fn run(&self, config: &Config, now: Timestamp) -> anyhow::Result<u8> {
        match &self.command {
            Some(AlertsCommand::Show { id, format }) => alerts::show(config, *id, format.into(), now),
            Some(AlertsCommand::Ack(which)) => which.run(config, AlertAction::Acknowledge, now),
            Some(AlertsCommand::Snooze(args)) => args.run(config, now),
            Some(AlertsCommand::Close(args)) => args.run(config, now),
            Some(AlertsCommand::Reopen(which)) => which.run(config, AlertAction::Reopen, now),
            Some(AlertsCommand::Assign(args)) => args.run(config, now),
            Some(AlertsCommand::Note(args)) => args.run(config, now),
            Some(AlertsCommand::Label(args)) => args.run(config, now),
            Some(AlertsCommand::History(args)) => args.run(config, now),
            Some(AlertsCommand::Undo(args)) => args.run(config, now),
            None => alerts::run(config, &self.request(), now),
        }
    }

    fn request(&self) -> AlertsRequest {
        AlertsRequest {
            query: self.written(),
            order: self.sort,
            after: self.after.clone(),
            limit: self.limit,
            by: self.by,
            columns: once(&self.columns),
            format: (&self.format).into(),
        }
    }

    fn written(&self) -> WrittenQuery {
        let score = self.min_score.map(|score| format!("{score}.."));
        let flags = [
            ("type", &self.alert_type),
            ("src", &self.src),
            ("dst", &self.dst),
            ("score", &score),
            ("status", &self.status),
            ("since", &self.since),
        ];
        let flags = flags.into_iter().filter_map(|(field, value)| Some((field, value.clone()?))).collect();
        WrittenQuery { text: self.query.join(" "), flags }
    }
}

/// Each column once, where it is first named.
fn once(columns: &[&'static str]) -> Vec<&'static str> {
    let mut all = Vec::with_capacity(columns.len());
    for column in columns {
        if !all.contains(column) {
            all.push(*column);
        }
    }
    all
}
