//! `net-scout notify` and `net-scout outbox`.

use clap::Subcommand;

use super::arguments::{FormatArg, number};
use crate::commands::{notify, outbox};
use crate::config::Config;
use net_scout_model::Timestamp;

#[derive(Subcommand)]
pub(super) enum NotifyCommand {
    /// Send what waits in the outbox, and end: for cron, behind `net-scout scan`
    Flush,
    /// Send a test message to a receiver
    Test {
        /// The name of a [[receiver]] of net-scout.toml
        name: String,
    },
    /// Show how many messages the routes would have sent about stored alerts; nothing is sent
    Preview {
        /// Alerts raised since then: a duration (7 days), a date, or a date and time
        #[arg(long, value_name = "WHEN", default_value = "7 days")]
        since: String,
        #[command(flatten)]
        format: FormatArg,
    },
    /// Tell an alert again
    Resend {
        /// Its number
        #[arg(value_name = "ALERT", value_parser = number)]
        alert: i64,
        /// To this receiver alone [default: those that the routes name]
        #[arg(long, value_name = "NAME")]
        to: Option<String>,
    },
}

#[derive(Subcommand)]
pub(super) enum OutboxCommand {
    /// Show what waits, what is tried again, and what was given up
    List {
        /// Also messages of the last seven days that were sent
        #[arg(long)]
        all: bool,
        #[command(flatten)]
        format: FormatArg,
    },
    /// Have messages tried again at once, also those that were given up
    Retry {
        /// Their numbers [default: all]
        #[arg(value_name = "MESSAGE", value_parser = number)]
        ids: Vec<i64>,
    },
    /// Drop messages: nobody is told
    Drop {
        /// Their numbers
        #[arg(value_name = "MESSAGE", value_parser = number, required_unless_present = "receiver")]
        ids: Vec<i64>,
        /// All that waits for this receiver, which may be gone from the configuration
        #[arg(long, value_name = "NAME", conflicts_with = "ids")]
        receiver: Option<String>,
    },
}

impl NotifyCommand {
    pub(super) fn run(&self, config: &Config, now: Timestamp) -> anyhow::Result<u8> {
        match self {
            Self::Flush => notify::flush(config),
            Self::Test { name } => notify::test(config, name, now),
            Self::Preview { since, format } => notify::preview(config, since, format.into(), now),
            Self::Resend { alert, to } => notify::resend(config, *alert, to.as_deref(), now),
        }
    }
}

impl OutboxCommand {
    pub(super) fn run(&self, config: &Config, now: Timestamp) -> anyhow::Result<u8> {
        match self {
            Self::List { all, format } => outbox::list(config, *all, format.into(), now),
            Self::Retry { ids } => outbox::retry(config, ids, now),
            Self::Drop { ids, receiver } => outbox::drop(config, ids, receiver.as_deref(), now),
        }
    }
}
