//! How the alerts of a scan are shown, and which of them.

use anstream::ColorChoice;
use clap::{Args, ValueEnum};

use super::arguments::{FormatArg, severity};
use crate::config::Config;
use crate::output::ScanView;
use net_scout_model::Severity;

#[derive(Args)]
pub(super) struct ViewArgs {
    /// Show alerts, warnings and errors alone
    #[arg(long)]
    quiet: bool,
    /// Show only alerts that are new
    #[arg(long)]
    new_only: bool,
    /// Show only alerts that are at least so severe: informational, low, medium, high, critical
    #[arg(long, value_name = "SEVERITY", value_parser = severity)]
    min_severity: Option<Severity>,
    /// End with exit status 4 where a new alert is at least so severe
    #[arg(long, value_name = "SEVERITY", value_parser = severity)]
    pub(super) fail_on: Option<Severity>,
    /// Show times in UTC on a terminal too, instead of its zone
    #[arg(long)]
    utc: bool,
}

impl ViewArgs {
    pub(super) fn of(&self, config: &Config, format: &FormatArg) -> ScanView {
        ScanView {
            format: format.into(),
            quiet: self.quiet,
            new_only: self.new_only,
            min_severity: self.min_severity,
            utc: self.utc,
            database: config.database_flag(),
        }
    }
}

/// Whether colours are used.
#[derive(Clone, Copy, ValueEnum)]
pub(super) enum Color {
    Auto,
    Always,
    Never,
}

impl From<Color> for ColorChoice {
    fn from(color: Color) -> Self {
        match color {
            Color::Auto => Self::Auto,
            Color::Always => Self::Always,
            Color::Never => Self::Never,
        }
    }
}
