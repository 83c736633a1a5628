//! `net-scout serve`, `net-scout status` and `net-scout maintain`.

use clap::Args;
use clap_complete::ArgValueCandidates;

use super::arguments::{FormatArg, parameter};
use super::complete;

#[derive(Args)]
#[command(after_help = "Examples:\n  \
    net-scout serve             scan every minute, keep the tables small\n  \
    net-scout serve --open      the same with its web page at http://127.0.0.1:9377, shown in the browser\n  \
    net-scout serve --once      do what is due and end, for cron and systemd timers\n  \
    net-scout status            how it stands; exit status 3 where something fails\n\n\
    SIGTERM ends it within seconds, SIGHUP reads the configuration again. Under systemd use Type=notify.\n\
    The sections [serve] and [schedule] of net-scout.toml set its schedules; `net-scout config` shows them.")]
pub(super) struct ServeArgs {
    /// The folder of the plugins: every *.wasm directly in it is loaded, and again when it changes [default: plugins, else the standard ones in the program]
    #[arg(long, value_name = "DIR")]
    pub(super) plugins: Option<String>,
    /// How far a scan looks back [default: 1 hour]
    #[arg(long, value_name = "DURATION")]
    pub(super) since: Option<String>,
    /// When it scans: 1 minute, daily 07:00, cron */5 * * * * [default: 1 minute]
    #[arg(long, value_name = "SCHEDULE")]
    pub(super) every: Option<String>,
    /// Where it answers with the web page, the HTTP API, /healthz and /metrics; also unix:PATH [default: nowhere]
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(super) listen: Option<String>,
    /// Set a parameter of a rule
    #[arg(long, value_name = "RULE.PARAMETER=VALUE", value_parser = parameter, add = ArgValueCandidates::new(complete::parameters))]
    pub(super) set: Vec<(String, String, String)>,
    /// Run each job that is due once, and end
    #[arg(long)]
    pub(super) once: bool,
    /// Say where the web page is, and show it where there is a desktop; without --listen it is at 127.0.0.1:9377
    #[arg(long, conflicts_with = "once")]
    pub(super) open: bool,
}

#[derive(Args)]
pub(super) struct StatusArgs {
    #[command(flatten)]
    pub(super) format: FormatArg,
}

#[derive(Args)]
#[command(after_help = "Examples:\n  \
    net-scout maintain --dry-run    how many rows of which tables would be removed\n  \
    net-scout maintain              remove them, in short transactions\n\n\
    The section [retention] of net-scout.toml says how long what is kept. Events of net-sentinel are never removed.")]
pub(super) struct MaintainArgs {
    /// Write nothing, show only what would be removed
    #[arg(long)]
    pub(super) dry_run: bool,
    #[command(flatten)]
    pub(super) format: FormatArg,
}
