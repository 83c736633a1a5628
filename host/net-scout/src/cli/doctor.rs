//! `net-scout doctor`, `net-scout setup` and `net-scout support`.

use std::path::PathBuf;

use clap::Args;

use super::arguments::FormatArg;
use crate::commands::setup::SetupFlags;
use crate::commands::{doctor, setup, support};
use crate::config::Config;
use net_scout_model::Timestamp;

#[derive(Args)]
#[command(after_help = "Examples:\n  \
    net-scout doctor                          what is wrong, and what mends it; exit status 3 where something is\n  \
    net-scout doctor --format json            the same for a program\n  \
    net-scout doctor --inject                 put a made-up scan into a copy of the database: does an alert come of it?\n  \
    net-scout doctor --inject --to ops        and send the message about it to the receiver ops\n\n\
    It writes nothing but compiled plugins into cache_dir, and asks the configured resolvers for the name servers of the root.")]
pub(super) struct DoctorArgs {
    /// Put a made-up scan into a copy of the database, and see whether an alert comes of it
    #[arg(long)]
    inject: bool,
    /// Send this receiver the message about it
    #[arg(long, value_name = "RECEIVER", requires = "inject")]
    to: Option<String>,
    #[command(flatten)]
    format: FormatArg,
}

impl DoctorArgs {
    /// `wrong` is what is wrong with the configuration, of which this is what can be used.
    pub(super) fn run(&self, config: &Config, wrong: Option<&anyhow::Error>, now: Timestamp) -> anyhow::Result<u8> {
        match (self.inject, wrong) {
            (true, None) => doctor::prove(config, self.to.as_deref(), (&self.format).into(), now),
            _ => self.examine(config, wrong, now),
        }
    }

    fn examine(&self, config: &Config, wrong: Option<&anyhow::Error>, now: Timestamp) -> anyhow::Result<u8> {
        doctor::run(config, wrong, (&self.format).into(), now)
    }
}

#[derive(Args)]
#[command(after_help = "Examples:\n  \
    net-scout setup                           look, show the file, ask, write it, offer a test message\n  \
    net-scout setup --dry-run > my.toml       only the file\n  \
    net-scout setup --yes --mail ops@example.org --output /etc/net-scout.toml\n\n\
    A file that is there is never touched without --replace, which keeps it as FILE.before.")]
pub(super) struct SetupArgs {
    /// The file [default: /etc/net-scout.toml for root, else ~/.config/net-scout/net-scout.toml]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Send alerts of high and critical severity to this address, through the mail server of this machine
    #[arg(long, value_name = "ADDRESS")]
    mail: Option<String>,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    /// Write nothing, show only the file
    #[arg(long)]
    dry_run: bool,
    /// Replace a file that is there; the old one is kept beside it
    #[arg(long)]
    replace: bool,
}

impl SetupArgs {
    pub(super) fn run(&self, config: &Config, now: Timestamp) -> anyhow::Result<u8> {
        let Self { output, mail, yes, dry_run, replace } = self;
        let (output, mail) = (output.clone(), mail.clone());
        setup::run(config, &SetupFlags { output, mail, yes: *yes, dry_run: *dry_run, replace: *replace }, now)
    }
}

#[derive(Args)]
#[command(after_help = "Examples:\n  net-scout support\n  net-scout support --output help.tar.gz && tar xzf help.tar.gz\n\n\
    In it are versions, settings, the checks of `net-scout doctor`, the plugins, how the database looks, and the end of the log.\n\
    Secrets and addresses of mail are taken out, and each IP address has a pseudonym in which networks stay together.")]
pub(super) struct SupportArgs {
    /// The file, which must not be there [default: net-scout-support-TIME.tar.gz]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl SupportArgs {
    /// `wrong` is what is wrong with the configuration, of which this is what can be used.
    pub(super) fn run(&self, config: &Config, wrong: Option<&anyhow::Error>, now: Timestamp) -> anyhow::Result<u8> {
        support::run(config, wrong, self.output.as_deref(), now)
    }
}
