//! `net-scout alerts`.

use clap::{Args, Subcommand};
use clap_complete::ArgValueCandidates;

use super::arguments::{AlertFormatArg, FormatArg, number, whole};
use super::complete;
use crate::commands::alerts;
use crate::commands::alerts::AlertsRequest;
use crate::config::Config;
use net_scout_detect::known::WrittenQuery;
use net_scout_model::Timestamp;

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
}

#[derive(Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples:\n  net-scout alerts --since 24h --min-score 80\n  net-scout alerts rule:port_scan src:203.0.113.0/24 'score:>=80' status:open -dst:192.0.2.9\n  \
        net-scout alerts --type vertical_scan --format csv > scans.csv\n  net-scout alerts --format ocsf > findings.ndjson\n  net-scout alerts show 7"
)]
pub(super) struct AlertsArgs {
    #[command(subcommand)]
    command: Option<AlertsCommand>,
    /// Which alerts: numbers, addresses, networks, texts, and FIELD:VALUE with id, rule, type, src, dst, ip, port, score, severity, status,
    /// verdict, label, assignee, since, until; all must hold, - before a term negates it
    #[arg(value_name = "QUERY")]
    query: Vec<String>,
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
    /// Only those raised, first or again, since then
    #[arg(long, value_name = "WHEN")]
    since: Option<String>,
    /// At most so many
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = whole::<u32>(0..=u32::MAX.into()))]
    limit: Option<u32>,
    #[command(flatten)]
    format: AlertFormatArg,
}

impl AlertsArgs {
    pub(super) fn run(&self, config: &Config, now: Timestamp) -> anyhow::Result<u8> {
        if let Some(AlertsCommand::Show { id, format }) = &self.command {
            return alerts::show(config, *id, format.into(), now);
        }
        let request = AlertsRequest { query: self.written(), limit: self.limit, format: (&self.format).into() };
        alerts::run(config, &request, now)
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
