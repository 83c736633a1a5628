//! `net-scout report`, `net-scout summary` and `net-scout blocklist`.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::arguments::{one_of, whole};
use crate::commands::blocklist::{self, BlocklistRequest};
use crate::commands::report::{self, ReportOutput, ReportRequest};
use crate::commands::summary::{self, SummaryRequest};
use crate::config::Config;
use crate::exit::UsageError;
use net_scout_detect::known::WrittenQuery;
use net_scout_model::Timestamp;
use net_scout_report::blocklist::BlocklistFormat;
use net_scout_report::report::ReportFormat;

#[derive(Args)]
#[command(after_help = "Examples:\n  \
    net-scout report --output report.html      this week against the last, as a page\n  \
    net-scout report --since 24h               the last day as text, for mail\n  \
    net-scout report --since 2026-03-01 --until 2026-03-08 --format json\n\n\
    The page loads nothing and runs no script. A file is replaced as a whole, or stays as it was.")]
pub(super) struct ReportArgs {
    /// Where the period begins: a duration back from its end (7d, 24h), a date, or a date and time
    #[arg(long, value_name = "WHEN", default_value = "7d")]
    since: String,
    /// Where the period ends, in the same forms [default: now]
    #[arg(long, value_name = "WHEN")]
    until: Option<String>,
    /// What it is compared with: the period of the same length before it, or nothing
    #[arg(long, value_enum, value_name = "PERIOD", default_value = "previous")]
    compare: Compared,
    /// How many sources, networks, targets and ports are listed
    #[arg(long, value_name = "N", default_value = "10", allow_negative_numbers = true, value_parser = whole::<usize>(1..=1_000))]
    top: usize,
    /// How it is written [default: by the ending of --output: .html, .md, .txt or .json, else text]
    #[arg(long, value_enum, value_name = "FORMAT")]
    format: Option<ReportFormatName>,
    /// The file that it is written to, instead of standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Compared {
    Previous,
    None,
}

#[derive(Clone, Copy, ValueEnum)]
enum ReportFormatName {
    Html,
    Text,
    Md,
    Json,
}

impl ReportArgs {
    pub(super) fn run(&self, config: &Config, now: Timestamp) -> anyhow::Result<u8> {
        let named = self.output.as_deref().map_or(Ok(ReportFormatName::Text), by_ending);
        let format = match self.format.map_or(named, Ok)? {
            ReportFormatName::Html => ReportOutput::People(ReportFormat::Html),
            ReportFormatName::Text => ReportOutput::People(ReportFormat::Text),
            ReportFormatName::Md => ReportOutput::People(ReportFormat::Markdown),
            ReportFormatName::Json => ReportOutput::Json,
        };
        let request = ReportRequest {
            since: self.since.clone(),
            until: self.until.clone(),
            compares: self.compare == Compared::Previous,
            top: self.top,
            format,
            output: self.output.clone(),
        };
        report::run(config, &request, now)
    }
}

/// The format that the ending of a file says.
fn by_ending(path: &Path) -> Result<ReportFormatName, UsageError> {
    match path.extension().and_then(OsStr::to_str).map(str::to_ascii_lowercase).as_deref() {
        Some("html" | "htm") => Ok(ReportFormatName::Html),
        Some("md" | "markdown") => Ok(ReportFormatName::Md),
        Some("txt" | "text") => Ok(ReportFormatName::Text),
        Some("json") => Ok(ReportFormatName::Json),
        _ => {
            let path = path.display();
            let text = format!("--output: `{path}` does not end in .html, .md, .txt or .json; end it so, or name the --format");
            Err(UsageError(text))
        }
    }
}

#[derive(Args)]
#[command(after_help = "Examples:\n  \
    net-scout summary                     what is open, what is new since last time\n  \
    net-scout summary --since 24h         what is new since yesterday at this time\n  \
    net-scout summary --format json       for programs: does not count as a look\n\n\
    The last look of each person is kept in the database.")]
pub(super) struct SummaryArgs {
    /// Since when alerts are new: a duration (24h), a date, or a date and time [default: since your last look, at first 24h]
    #[arg(long, value_name = "WHEN")]
    since: Option<String>,
    /// Count this as your last look, also with --since or --format json
    #[arg(long)]
    seen: bool,
    /// How it is written
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "text")]
    format: SummaryFormatName,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum SummaryFormatName {
    Text,
    Json,
}

impl SummaryArgs {
    pub(super) fn run(&self, config: &Config, now: Timestamp) -> anyhow::Result<u8> {
        let as_json = self.format == SummaryFormatName::Json;
        summary::run(config, &SummaryRequest { since: self.since.clone(), is_look: self.seen, as_json }, now)
    }
}

#[derive(Args)]
#[command(after_help = "Examples:\n  \
    net-scout blocklist --min-severity high     one source a line\n  \
    net-scout blocklist --format nft --output /run/net-scout.nft\n  \
    net-scout blocklist rule:brute_force --for 30d --format ipset | ipset restore\n\n\
    Own networks, resolvers, the allowlist, addresses that are not of the Internet (RFC 6890) and hosts that own hosts connected to are never\n\
    in it. An error writes nothing: the file stays as it was. net-scout never touches a firewall.")]
pub(super) struct BlocklistArgs {
    /// Of which alerts, in the query language of `net-scout alerts`
    #[arg(value_name = "QUERY")]
    query: Vec<String>,
    /// How it is written
    #[arg(long, value_name = "FORMAT", value_parser = one_of(BlocklistFormat::ALL, BlocklistFormat::name), default_value = "plain")]
    format: BlocklistFormat,
    /// How long a source is on the list after it was last seen
    #[arg(long = "for", value_name = "DURATION", default_value = "7d")]
    lasts: String,
    /// Only of alerts that matter at least so much: informational, low, medium, high, critical
    #[arg(long, value_name = "SEVERITY", default_value = "medium")]
    min_severity: String,
    /// Only of alerts with at least this score
    #[arg(long, value_name = "0-100", allow_negative_numbers = true, value_parser = whole::<i64>(0..=100))]
    min_score: Option<i64>,
    /// Only of alerts of this rule; may be given several times
    #[arg(long, value_name = "RULE")]
    rule: Vec<String>,
    /// Only of alerts raised, first or again, since then: by the time of the scan
    #[arg(long, value_name = "WHEN")]
    since: Option<String>,
    /// The file that is replaced, instead of standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl BlocklistArgs {
    pub(super) fn run(&self, config: &Config, now: Timestamp) -> anyhow::Result<u8> {
        let rules = Some(self.rule.join(",")).filter(|rules| !rules.is_empty());
        let flags = [
            ("severity", Some(format!("{}..", self.min_severity))),
            ("score", self.min_score.map(|score| format!("{score}.."))),
            ("rule", rules),
            ("since", self.since.clone()),
        ];
        let flags = flags.into_iter().filter_map(|(field, value)| Some((field, value?))).collect();
        let request = BlocklistRequest {
            format: self.format,
            lasts: self.lasts.clone(),
            query: WrittenQuery { text: self.query.join(" "), flags },
            output: self.output.clone(),
        };
        blocklist::run(config, &request, now)
    }
}
