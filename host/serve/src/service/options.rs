//! What the service is told, and why it ends.

use std::collections::BTreeMap;
use std::path::PathBuf;

use jiff::tz::TimeZone;

use super::ReportPlan;
use crate::listen::ListenError;
use crate::schedule::Schedule;
use crate::tick::{MINUTE, TickOptions};
use net_scout_detect::DetectError;
use net_scout_detect::enrich::EnrichOptions;
use net_scout_detect::scan::{ScanError, ScanOptions};
use net_scout_model::time::Moment;
use net_scout_notify::Notify;
use net_scout_plugin_host::{PluginOptions, PluginsError};
use net_scout_store::{DatabaseError, Keep, OwnTable};

/// When each job runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedules {
    /// A scan of what is new.
    pub scan: Schedule,
    /// The enrichment of new alerts.
    pub enrich: Schedule,
    /// Removing answers of lookups that hold no longer.
    pub expire: Schedule,
    /// Removing what was kept for long enough.
    pub maintain: Schedule,
    /// Making reports for receivers.
    pub report: Schedule,
    /// Delivering messages.
    pub deliver: Schedule,
}

/// What the service is told.
#[derive(Clone)]
pub struct ServiceOptions {
    /// Its scans.
    pub scan: ScanOptions,
    /// The plugins.
    pub plugins: PluginOptions,
    /// Its lookups.
    pub enrich: EnrichOptions,
    /// How far a scan looks back: where its window begins.
    pub since: Moment,
    /// The plan of its ticks.
    pub tick: TickOptions,
    /// Its jobs.
    pub schedules: Schedules,
    /// The zone of times of the day.
    pub zone: TimeZone,
    /// The most alerts that one run enriches.
    pub max_enrich: u32,
    /// Who is told of alerts.
    pub notify: Notify,
    /// Who gets reports.
    pub report: ReportPlan,
    /// How long its own rows are kept.
    pub retention: BTreeMap<OwnTable, Keep>,
    /// The file that the figures are written to after each job.
    pub textfile: Option<PathBuf>,
    /// The version of the program.
    pub version: &'static str,
}

/// Why a service ends, or does not begin.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// There is one.
    #[error("a service runs on this database: {0}; stop it first, or let it work")]
    Held(String),
    /// The plugins cannot be used.
    #[error(transparent)]
    Plugins(#[from] PluginsError),
    /// The database cannot be used.
    #[error("{}", .0.fact())]
    Database(#[from] DatabaseError),
    /// It cannot listen.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// A job that was to run once failed.
    #[error("{0}")]
    Once(String),
}

impl ServiceError {
    /// Whether the operator wrote what makes no sense, and nothing was done: a folder of plugins that is not there, an address of others.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        match self {
            Self::Plugins(error) => error.is_usage() || matches!(error, PluginsError::Unreadable { .. } | PluginsError::Empty(_)),
            Self::Listen(error) => error.is_usage(),
            Self::Database(_) | Self::Held(_) | Self::Once(_) => false,
        }
    }

    /// Whether the database could not be used: it is locked, full, gone or the like, which is waited for. Not where it is only another
    /// process's turn, or a scan ran out of time.
    #[must_use]
    pub fn is_trouble(&self) -> bool {
        matches!(self, Self::Database(error) if !matches!(error, DatabaseError::Held { .. } | DatabaseError::TooSlow { .. }))
    }
}

/// What a use case that failed means for the service.
pub(super) fn detect_error(error: DetectError) -> ServiceError {
    match error {
        DetectError::Database(error) | DetectError::Scan(ScanError::Database(error)) => ServiceError::Database(error),
        error => ServiceError::Once(error.to_string()),
    }
}

/// How far scans may be behind before that is a problem: two intervals, and some time for the work, which is less where they are short.
#[must_use]
pub fn longest_lag(options: &ServiceOptions) -> i64 {
    let interval = match options.schedules.scan {
        Schedule::Every(period) => period,
        _ => 24 * 60 * MINUTE,
    };
    interval.saturating_mul(2).saturating_add(interval.clamp(MINUTE / 6, MINUTE))
}
