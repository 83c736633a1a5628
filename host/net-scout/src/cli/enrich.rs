//! `net-scout enrich`, `lookup` and `cache`.

use clap::{Args, ValueEnum};
use clap_complete::ArgValueCandidates;

use super::arguments::{FormatArg, PluginArgs, number, whole};
use super::complete;
use crate::commands::enrich;
use crate::commands::enrich::CacheAction;
use crate::config::Config;
use net_scout_detect::enrich::EnrichRequest;
use net_scout_model::Timestamp;
use net_scout_plugin_host::recording::Tape;
use net_scout_store::{Turn, WhichAlerts};

#[derive(Args)]
#[command(after_help = "Examples:\n  net-scout enrich --limit 50\n  net-scout enrich --alert-id 7 --only rdns,asn --refresh")]
pub(super) struct EnrichArgs {
    /// At most this many alerts, the newest without enrichment
    #[arg(long, value_name = "N", default_value = "10", value_parser = whole::<u32>(0..=u32::MAX.into()))]
    limit: u32,
    /// Only this alert
    #[arg(long, value_name = "ID", value_parser = number, add = ArgValueCandidates::new(complete::alerts))]
    alert_id: Option<i64>,
    /// Only with these enrichers
    #[arg(long, value_name = "NAME,...", value_delimiter = ',', add = ArgValueCandidates::new(complete::plugins))]
    only: Vec<String>,
    /// Look up again, whatever is cached; also for alerts that are enriched already
    #[arg(long)]
    refresh: bool,
    /// Look up, but write nothing
    #[arg(long)]
    dry_run: bool,
    /// Fail when a plugin is not the one in plugins.lock, or one of these is missing
    #[arg(long)]
    locked: bool,
    #[command(flatten)]
    pub(super) plugins: PluginArgs,
}

impl EnrichArgs {
    pub(super) fn run(&self, config: &Config, now: Timestamp) -> anyhow::Result<u8> {
        let limit = self.limit.min(config.max_enrich);
        let which = match self.alert_id {
            Some(id) => WhichAlerts::Id(id),
            None if self.refresh => WhichAlerts::NewestAgain(limit),
            None => WhichAlerts::Newest(limit),
        };
        let turn = Turn::of("net-scout enrich");
        let request = EnrichRequest { which, refresh: self.refresh, dry_run: self.dry_run, tape: Tape::Off, turn };
        enrich::run(config, &self.only, self.locked, &request, now)
    }
}

#[derive(Args)]
#[command(after_help = "Examples:\n  net-scout lookup 1.1.1.1\n  net-scout lookup example.com --only dnsbl\n  \
    net-scout lookup 1.1.1.1 --probe            also what sends packets to it, such as traceroute\n\n\
    Exit status 1 where every lookup failed.")]
pub(super) struct LookupArgs {
    /// An IP address or a domain name
    #[arg(value_name = "IP|DOMAIN")]
    observable: String,
    /// Only with these enrichers
    #[arg(long, value_name = "NAME,...", value_delimiter = ',')]
    only: Vec<String>,
    /// Look up again, whatever is cached
    #[arg(long)]
    refresh: bool,
    /// Also with enrichers that send packets to it, such as traceroute
    #[arg(long)]
    probe: bool,
    #[command(flatten)]
    pub(super) plugins: PluginArgs,
}

impl LookupArgs {
    pub(super) fn run(&self, config: &Config, now: Timestamp) -> anyhow::Result<u8> {
        enrich::lookup(config, &self.observable, &self.only, self.refresh, self.probe, now)
    }
}

#[derive(Args)]
pub(super) struct CacheArgs {
    /// What to do
    #[arg(value_enum, value_name = "ACTION", default_value = "list")]
    action: CacheActionName,
    /// Only what this enricher found
    #[arg(long, value_name = "NAME")]
    kind: Option<String>,
    #[command(flatten)]
    pub(super) plugins: PluginArgs,
    #[command(flatten)]
    format: FormatArg,
}

#[derive(Clone, Copy, ValueEnum)]
enum CacheActionName {
    /// Show what is cached
    List,
    /// Remove answers that are out of date
    Expire,
    /// Remove everything
    Clear,
}

impl CacheArgs {
    pub(super) fn run(&self, config: &Config, now: Timestamp) -> anyhow::Result<u8> {
        let action = match self.action {
            CacheActionName::List => CacheAction::List((&self.format).into()),
            CacheActionName::Expire => CacheAction::Expire,
            CacheActionName::Clear => CacheAction::Clear,
        };
        enrich::cache(config, self.kind.as_deref(), &action, now)
    }
}
