//! `net-scout explain`.

use clap::Args;

use super::arguments::{FormatArg, PluginArgs, WindowArgs};
use crate::commands::explain;
use crate::commands::explain::ExplainRequest;
use crate::config::Config;
use net_scout_model::Timestamp;

#[derive(Args)]
#[command(after_help = "Examples:\n  \
    net-scout explain 203.0.113.9\n  \
    net-scout explain 203.0.113.9 --since '7 days' --rules port_scan,probe\n  \
    net-scout explain 2001:db8::7 --set port_scan.day_ports_threshold=8")]
pub(super) struct ExplainArgs {
    /// The address
    #[arg(value_name = "ADDRESS")]
    address: String,
    #[command(flatten)]
    pub(super) window: WindowArgs,
    /// Only these rules
    #[arg(long, value_name = "NAME,...", value_delimiter = ',')]
    rules: Vec<String>,
    #[command(flatten)]
    pub(super) plugins: PluginArgs,
    #[command(flatten)]
    format: FormatArg,
}

impl ExplainArgs {
    pub(super) fn run(&self, config: &Config, now: Timestamp) -> anyhow::Result<u8> {
        let request = ExplainRequest {
            address: self.address.clone(),
            until: self.window.until.clone(),
            rules: self.rules.clone(),
            format: (&self.format).into(),
        };
        explain::run(config, &request, now)
    }
}
