//! `net-scout alerts`.

use clap::{Args, Subcommand};

use super::arguments::{AlertFormatArg, FormatArg, number, whole};
use crate::commands::alerts;
use crate::commands::alerts::AlertsRequest;
use crate::config::Config;
use net_scout_model::Timestamp;
use net_scout_store::AlertFilter;

#[derive(Subcommand)]
enum AlertsCommand {
    /// Show one alert: who, what, when, its figures and thresholds, and the query that lists its events
    Show {
        /// Its number
        #[arg(value_parser = number)]
        id: i64,
        #[command(flatten)]
        format: FormatArg,
    },
}

#[derive(Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples:\n  net-scout alerts --since 24h --min-score 80\n  net-scout alerts --type vertical_scan --format csv > scans.csv\n  \
        net-scout alerts --format ocsf > findings.ndjson\n  net-scout alerts show 7"
)]
pub(super) struct AlertsArgs {
    #[command(subcommand)]
    command: Option<AlertsCommand>,
    /// Only of this type
    #[arg(long = "type", value_name = "TYPE")]
    alert_type: Option<String>,
    /// Only from this address
    #[arg(long, value_name = "IP")]
    src: Option<String>,
    /// Only to this address
    #[arg(long, value_name = "IP")]
    dst: Option<String>,
    /// Only with at least this score
    #[arg(long, value_name = "0-100", allow_negative_numbers = true, value_parser = whole::<i64>(0..=100))]
    min_score: Option<i64>,
    /// Only in this status: new, enriched, snoozed, false_positive, ...
    #[arg(long, value_name = "STATUS")]
    status: Option<String>,
    /// Only those raised, first or again, since then
    #[arg(long, value_name = "WHEN")]
    since: Option<String>,
    /// At most so many, the newest
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = whole::<u32>(0..=u32::MAX.into()))]
    limit: Option<u32>,
    #[command(flatten)]
    format: AlertFormatArg,
}

impl AlertsArgs {
    pub(super) fn run(&self, config: &Config, now: Timestamp) -> anyhow::Result<u8> {
        if let Some(AlertsCommand::Show { id, format }) = &self.command {
            return alerts::show(config, *id, format.into());
        }
        let filter = AlertFilter {
            alert_type: self.alert_type.clone(),
            src_ip: self.src.clone(),
            dst_ip: self.dst.clone(),
            minimum_score: self.min_score,
            status: self.status.clone(),
            limit: self.limit,
            ..AlertFilter::default()
        };
        let request = AlertsRequest { filter, since: self.since.clone(), format: (&self.format).into() };
        alerts::run(config, request, now)
    }
}
