//! `net-scout allow`.

use clap::{Args, Subcommand, ValueEnum};
use clap_complete::ArgValueCandidates;

use super::arguments::{FormatArg, number};
use super::complete;
use crate::commands::allow;
use crate::commands::allow::AddRequest;
use crate::config::Config;
use net_scout_model::{Direction, Network, Timestamp};

#[derive(Subcommand)]
pub(super) enum AllowCommand {
    /// Add an entry, and show which stored alerts it would close
    Add(AllowAddArgs),
    /// Show all entries: those of the database, of the configuration file, and what is built in
    List {
        #[command(flatten)]
        format: FormatArg,
    },
    /// Remove entries of the database, by their numbers
    Remove {
        #[arg(required = true, value_name = "ID", value_parser = number)]
        ids: Vec<i64>,
    },
    /// Close the stored alerts that entries match
    Apply {
        /// Only show which alerts these are
        #[arg(long)]
        dry_run: bool,
    },
}

#[derive(Args)]
#[command(after_help = "Examples:\n  net-scout allow add 192.0.2.7 --reason 'the vulnerability scanner'\n  \
        net-scout allow add 198.51.100.0/24 --rule brute_force --port 22 \\\n    \
        --until '30 days' --reason 'a penetration test'")]
pub(super) struct AllowAddArgs {
    /// An address, or a network: 192.0.2.7, 192.0.2.0/24, 2001:db8::/64
    #[arg(value_name = "NETWORK")]
    network: Network,
    /// It is the destination of the packets, not the source
    #[arg(long)]
    destination: bool,
    /// Only alerts of this rule; may be given several times
    #[arg(long = "rule", value_name = "RULE", add = ArgValueCandidates::new(complete::rules))]
    rules: Vec<String>,
    /// Only alerts that name their ports, all of them among these: 22,8000-8100
    #[arg(long = "port", value_name = "PORTS")]
    ports: Option<String>,
    /// Only in this direction: from outside, or from one of your own networks
    #[arg(long)]
    direction: Option<DirectionName>,
    /// The reason, for whoever reads the list later
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// When it ends: a duration from now (30 days), a date, or a date and time [default: never]
    #[arg(long, value_name = "WHEN")]
    until: Option<String>,
    /// Close the stored alerts that it matches
    #[arg(long)]
    close: bool,
    /// Add nothing, only show which stored alerts it would close
    #[arg(long, conflicts_with = "close")]
    dry_run: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum DirectionName {
    Inbound,
    Outbound,
}

impl AllowCommand {
    pub(super) fn run(&self, config: &Config, now: Timestamp) -> anyhow::Result<u8> {
        match self {
            Self::Add(args) => {
                let request = AddRequest {
                    network: args.network,
                    destination: args.destination,
                    rules: args.rules.clone(),
                    ports: args.ports.clone(),
                    direction: args.direction.map(|direction| match direction {
                        DirectionName::Inbound => Direction::Inbound,
                        DirectionName::Outbound => Direction::Outbound,
                    }),
                    reason: args.reason.clone(),
                    until: args.until.clone(),
                    close: args.close,
                    dry_run: args.dry_run,
                };
                allow::add(config, request, now)
            }
            Self::List { format } => allow::list(config, format.into(), now),
            Self::Remove { ids } => allow::remove(config, ids),
            Self::Apply { dry_run } => allow::apply(config, *dry_run, now),
        }
    }
}
