//! What use cases are told: each gets the part of the configuration that it needs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Config, Setting};
use net_scout_detect::allow::AllowSources;
use net_scout_detect::enrich::EnrichOptions;
use net_scout_detect::maintain::standard_retention;
use net_scout_detect::scan::ScanOptions;
use net_scout_ingest::ImportTarget;
use net_scout_model::clock::SystemClock;
use net_scout_model::time::Moment;
use net_scout_model::{Timestamp, Written};
use net_scout_plugin_host::PluginOptions;
use net_scout_serve::schedule::{Schedule, system_zone};
use net_scout_serve::service::{Schedules, ServiceOptions};
use net_scout_serve::tick::{MINUTE, TickOptions};
use net_scout_store::{DatabaseOptions, Retention};

impl Config {
    /// What scans are told.
    #[must_use]
    pub fn scan_options(&self) -> ScanOptions {
        ScanOptions {
            database: self.database_options(),
            table: self.table.clone(),
            local_networks: self.local_networks.clone(),
            correct_directions: self.correct_directions,
            directories: self.directories.clone(),
            limits: self.limits.common,
            group: self.group,
            max_alerts: self.max_alerts,
            quiet: self.quiet,
            builtin_roles: self.builtin_roles,
            allow: AllowSources { resolvers: self.dns_servers.clone(), configured: self.allow.clone() },
            parallel: cores(),
        }
    }

    /// Which database it is.
    #[must_use]
    pub fn database_options(&self) -> DatabaseOptions {
        DatabaseOptions { path: self.db_path.clone(), alert_table: self.alert_table.clone(), busy_timeout: self.busy_timeout }
    }

    /// Where logs are imported to.
    #[must_use]
    pub fn import_target(&self) -> ImportTarget {
        ImportTarget {
            database: self.database_options(),
            local_networks: self.local_networks.clone(),
            geoip: self.directories.get("geoip").cloned(),
        }
    }

    /// What enrichment is told. Rate limits hold across runs: they go by the machine's clock, where `now` is set too.
    #[must_use]
    pub fn enrich_options(&self) -> EnrichOptions {
        EnrichOptions {
            database: self.database_options(),
            dns_servers: self.dns_servers.clone(),
            directories: self.directories.clone(),
            secrets: self.secrets.clone(),
            rate: self.enrichment_rate,
            parallel: self.enrichment_parallel,
            timeout: self.enrichment_timeout,
            clock: Arc::new(SystemClock),
        }
    }

    /// What a service is told.
    #[must_use]
    pub fn service_options(&self) -> ServiceOptions {
        let settle = i64::try_from(self.settle.as_micros()).unwrap_or(i64::MAX);
        let (zero, hour) = (Timestamp(0), 60 * MINUTE);
        let reach = match self.since {
            Moment::Before(_) => zero.0.saturating_sub(self.since.until(zero).0).max(MINUTE),
            Moment::At(_) => hour,
        };
        let interval = match self.schedule_scan {
            Schedule::Every(interval) => interval,
            // Longer than the longest step.
            _ => 24 * hour,
        };
        ServiceOptions {
            scan: self.scan_options(),
            plugins: self.plugin_options(),
            enrich: self.enrich_options(),
            since: self.since,
            tick: TickOptions { settle, first: reach, reach, ..TickOptions::default() }.with_interval(interval),
            schedules: Schedules {
                scan: self.schedule_scan.clone(),
                enrich: self.schedule_enrich.clone(),
                expire: self.schedule_expire.clone(),
                maintain: self.schedule_maintain.clone(),
            },
            zone: system_zone(),
            max_enrich: self.max_enrich,
            retention: Retention { tables: standard_retention(), plugins: BTreeSet::new() },
            textfile: self.textfile.clone(),
            version: env!("CARGO_PKG_VERSION"),
        }
    }

    /// What loading plugins is told.
    #[must_use]
    pub fn plugin_options(&self) -> PluginOptions {
        let set = |set: &BTreeMap<String, Setting>| set.iter().map(|(name, value)| (name.clone(), value.written())).collect();
        PluginOptions {
            folder: self.plugins.clone(),
            is_named: self.names_plugins(),
            locked: false,
            cache_dir: self.cache_dir.clone(),
            limits: self.limits.clone(),
            directories: self.directories.clone(),
            secrets: self.secrets.clone(),
            grants: self.grants.clone(),
            parameters: self.parameters.iter().map(|(plugin, values)| (plugin.clone(), set(values))).collect(),
        }
    }
}

/// How many cores there are.
pub(crate) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

impl Setting {
    /// As use cases are told it.
    #[must_use]
    pub fn written(&self) -> Written {
        Written { text: self.text.clone(), from: self.source.to_string() }
    }
}
