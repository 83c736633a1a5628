//! `net-scout scan`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use clap_complete::ArgValueCandidates;

use super::arguments::{FormatArg, WindowArgs, parameter};
use super::complete;
use super::view::ViewArgs;
use crate::commands::past::PastFlags;
use crate::commands::scan::ScanFlags;
use crate::commands::{past, replay, scan};
use crate::config::Config;
use crate::output::StatsFormat;
use net_scout_model::Timestamp;

#[derive(Args)]
#[command(after_help = "Examples:\n  \
    net-scout scan --plugins plugins/ --since '1 hour'\n  \
    net-scout scan --since 24h --format json --dry-run | jq '.[].src_ip'\n  \
    net-scout scan --since 2026-03-11 --until 2026-03-12 --table ip_events_30\n  \
    net-scout scan --set vertical_scan.ports_threshold=20\n  \
    net-scout scan --quiet --new-only --fail-on high    for cron: silent unless new\n  \
    net-scout scan --fill                               what the service left out\n  \
    net-scout scan --backfill '7 days' --only my_rule   a new rule over the past\n  \
    net-scout scan --record bug.scan && net-scout scan --replay bug.scan")]
pub(super) struct ScanArgs {
    /// The folder of the plugins: every *.wasm directly in it is loaded [default: plugins, else the standard ones in the program]
    #[arg(long, value_name = "DIR")]
    pub(super) plugins: Option<String>,
    #[command(flatten)]
    pub(super) window: WindowArgs,
    /// The most alerts of a scan; the strongest are kept [default: 500]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(super) max_alerts: Option<String>,
    /// Keep every alert for itself, instead of one for what several rules say of one source
    #[arg(long)]
    pub(super) no_group: bool,
    /// Set a parameter of a rule
    #[arg(long, value_name = "RULE.PARAMETER=VALUE", value_parser = parameter, add = ArgValueCandidates::new(complete::parameters))]
    pub(super) set: Vec<(String, String, String)>,
    /// Evaluate only these rules
    #[arg(long, value_name = "RULE,...", value_delimiter = ',', add = ArgValueCandidates::new(complete::rules))]
    only: Vec<String>,
    /// Scan what `serve` left out, could not scan or got rows for too late, between its first scan and its last, or --since and --until
    #[arg(long, conflicts_with_all = ["backfill", "only", "set", "enrich", "explain", "stats", "record", "replay"])]
    fill: bool,
    /// Scan again so far back, step by step; alerts get the times of the events, and nothing counts as scanned for `serve`
    #[arg(long, value_name = "WHEN", allow_hyphen_values = true, conflicts_with_all = ["since", "enrich", "explain", "stats", "record", "replay"])]
    backfill: Option<String>,
    /// Write nothing at all, only show what would be kept
    #[arg(long)]
    dry_run: bool,
    /// Then look up the addresses of the newest alerts, as `enrich` does
    #[arg(long, conflicts_with = "dry_run")]
    enrich: bool,
    /// Fail when a plugin is not the one in plugins.lock, or one of these is missing
    #[arg(long)]
    locked: bool,
    /// Say where each query of each rule ran, in memory, or by SQLite and why; and how long it took
    #[arg(long)]
    explain: bool,
    /// Show on standard error how long each part of the scan took, and what each plugin used: time, memory, calls, rows, bytes
    #[arg(long, value_name = "FORMAT", num_args = 0..=1, require_equals = true, default_missing_value = "table")]
    stats: Option<StatsName>,
    /// Keep what passed between plugins and host in this file, without secrets
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    /// Repeat a recorded scan, without database and network; writes nothing
    #[arg(long, value_name = "FILE", conflicts_with_all = ["record", "since", "until", "table", "set", "only", "enrich", "max_alerts", "no_group", "explain"])]
    replay: Option<PathBuf>,
    #[command(flatten)]
    view: ViewArgs,
    #[command(flatten)]
    format: FormatArg,
}

#[derive(Clone, Copy, ValueEnum)]
enum StatsName {
    Table,
    Json,
}

impl From<StatsName> for StatsFormat {
    fn from(name: StatsName) -> Self {
        match name {
            StatsName::Table => Self::Table,
            StatsName::Json => Self::Json,
        }
    }
}

impl ScanArgs {
    pub(super) fn run(&self, config: &Config, now: Timestamp) -> anyhow::Result<u8> {
        let stats = self.stats.map(Into::into);
        if let Some(recording) = &self.replay {
            return replay::run(config, recording, stats, (&self.format).into());
        }
        if self.fill || self.backfill.is_some() {
            let flags = PastFlags {
                since: self.window.since.as_ref().map(|_| config.since),
                until: self.window.until.clone(),
                backfill: self.backfill.clone(),
                only: self.only.clone(),
                dry_run: self.dry_run,
                locked: self.locked,
                view: self.view.of(config, &self.format),
                fail_on: self.view.fail_on,
            };
            return past::run(config, &flags, now);
        }
        let flags = ScanFlags {
            only: self.only.clone(),
            until: self.window.until.clone(),
            dry_run: self.dry_run,
            enrich: self.enrich,
            locked: self.locked,
            explain: self.explain,
            stats,
            record: self.record.clone(),
            view: self.view.of(config, &self.format),
            fail_on: self.view.fail_on,
        };
        scan::run(config, &flags, now)
    }
}
