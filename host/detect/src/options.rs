//! What the use cases are told: which database, how much a scan may take, and what it may leave out.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use net_scout_model::{Allow, Limits, Networks};
use net_scout_store::{DatabaseOptions, Outbound};

/// What the allowlist has beside the entries of the database.
#[derive(Clone, Debug, Default)]
pub struct AllowSources {
    /// The resolvers that are asked; empty for those of the system.
    pub resolvers: Vec<SocketAddr>,
    /// The entries of the configuration.
    pub configured: Vec<Allow>,
}

/// What every scan of a run has in common.
#[derive(Clone, Debug)]
pub struct ScanOptions {
    /// The database.
    pub database: DatabaseOptions,
    /// The event table.
    pub table: String,
    /// The networks that are the operator's own; none to learn them from the events.
    pub local_networks: Option<Networks>,
    /// Whether the directions of forwarded packets are checked.
    pub correct_directions: bool,
    /// The directories whose files rules may be granted, by name.
    pub directories: BTreeMap<String, PathBuf>,
    /// What the queries of the host and the window in memory may use.
    pub limits: Limits,
    /// Whether what several rules say of one source becomes one alert.
    pub group: bool,
    /// The most alerts of a scan.
    pub max_alerts: usize,
    /// How long an incident is quiet before what comes then is a new alert, in microseconds.
    pub quiet: i64,
    /// Whether alerts are left out for what their source is for.
    pub builtin_roles: bool,
    /// The allowlist, but for what the database has of it.
    pub allow: AllowSources,
    /// Who is told of the alerts; none where nobody is.
    pub outbound: Option<Arc<dyn Outbound>>,
    /// How many rules judge at the same time, and how many threads read the window.
    pub parallel: usize,
}
