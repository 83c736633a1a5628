//! What use cases are told: each gets the part of the configuration that it needs.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::{Config, Key, Setting};
use crate::exit::UsageError;
use net_scout_detect::allow::AllowSources;
use net_scout_detect::enrich::EnrichOptions;
use net_scout_detect::scan::{ByHand, Claim, ScanOptions};
use net_scout_doctor::{Installation, Stranger};
use net_scout_ingest::ImportTarget;
use net_scout_model::Written;
use net_scout_model::clock::SystemClock;
use net_scout_model::time::Moment;
use net_scout_plugin_host::PluginOptions;
use net_scout_serve::listen::{Listen, TlsFiles};
use net_scout_serve::schedule::{Schedule, system_zone};
use net_scout_serve::service::{ReportPlan, Schedules, ServiceOptions};
use net_scout_serve::tick::{MINUTE, TickOptions};
use net_scout_store::{DatabaseOptions, Keep, OwnTable, Turn};
use net_scout_web::{SettingRow, Site, WebOptions};

/// The longest that a service waits for another program's lock at once.
const SERVICE_PATIENCE: Duration = Duration::from_secs(2);

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
            outbound: self.notify.outbound(),
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

    /// How long rows of net-scout's own tables are kept.
    #[must_use]
    pub fn retention(&self) -> BTreeMap<OwnTable, Keep> {
        let age = |table| match table {
            OwnTable::ClosedAlerts => self.keep_closed_alerts,
            OwnTable::Cache => self.keep_answers,
            OwnTable::LookupFailures => self.keep_failed_lookups,
            OwnTable::Ledger => self.keep_ledger,
            OwnTable::Coverage => self.keep_coverage,
            OwnTable::Imports => self.keep_imports,
            OwnTable::PluginState => self.keep_plugin_state,
            OwnTable::Outbox | OwnTable::Messages => self.keep_outbox,
        };
        OwnTable::ALL.into_iter().map(|table| (table, Keep { age: age(table), bytes: self.keep_bytes })).collect()
    }

    /// What a service is told.
    #[must_use]
    pub fn service_options(&self) -> ServiceOptions {
        // It tries again by itself, and has to end within seconds when it is told to.
        let mut scan = self.scan_options();
        scan.database.busy_timeout = scan.database.busy_timeout.min(SERVICE_PATIENCE);
        ServiceOptions {
            scan,
            plugins: self.plugin_options(),
            enrich: self.enrich_options(),
            since: self.since,
            tick: self.tick_options(self.since),
            schedules: Schedules {
                scan: self.schedule_scan.clone(),
                enrich: self.schedule_enrich.clone(),
                expire: self.schedule_expire.clone(),
                maintain: self.schedule_maintain.clone(),
                report: self.schedule_report.clone(),
                deliver: self.schedule_deliver.clone(),
            },
            zone: system_zone(),
            notify: self.notify.clone(),
            report: ReportPlan { to: self.report_to.clone(), length: self.report_since, with_page: self.report_with_page },
            max_enrich: self.max_enrich,
            retention: self.retention(),
            textfile: self.textfile.clone(),
            version: env!("CARGO_PKG_VERSION"),
        }
    }

    /// What an examination looks over. `wrong` is what is wrong with the configuration, of which this is what can be used.
    #[must_use]
    pub fn installation(&self, wrong: Option<&anyhow::Error>) -> Installation {
        let strangers = self.unset.iter().map(|unset| Stranger { name: unset.name.clone(), nearest: unset.nearest.clone() });
        Installation {
            options: self.service_options(),
            file: self.file.clone(),
            wrong: wrong.map(|error| format!("{error:#}")),
            strangers: strangers.collect(),
        }
    }

    /// How the ticks of a service are planned whose scans look back so far.
    #[must_use]
    pub fn tick_options(&self, since: Moment) -> TickOptions {
        let settle = i64::try_from(self.settle.as_micros()).unwrap_or(i64::MAX);
        let reach = match since {
            Moment::Before(length) => length.max(MINUTE),
            Moment::At(_) => 60 * MINUTE,
        };
        let interval = match self.schedule_scan {
            Schedule::Every(interval) => interval,
            // Longer than the longest step.
            _ => 24 * 60 * MINUTE,
        };
        TickOptions { settle, first: reach, reach, ..TickOptions::default() }.with_interval(interval)
    }

    /// How a scan by hand keeps out of the way of a service, and what it may say of the time that it scanned.
    #[must_use]
    pub fn by_hand(&self) -> ByHand<'static> {
        let TickOptions { settle, reach, .. } = self.tick_options(self.usual_since);
        ByHand {
            turn: Turn::of("net-scout scan"),
            clock: &SystemClock,
            claim: Claim { settle, look_back: reach },
            goes_on: &|| true,
        }
    }

    /// What the web page is told.
    #[must_use]
    pub fn web_options(&self) -> WebOptions {
        let row = |(key, setting): &(Key, Setting)| SettingRow {
            name: key.name.to_owned(),
            value: setting.text.clone(),
            origin: setting.source.to_string(),
            meaning: key.meaning.to_owned(),
        };
        let parameter = |plugin: &str, (name, setting): (&String, &Setting)| SettingRow {
            name: format!("rules.{plugin}.{name}"),
            value: setting.text.clone(),
            origin: setting.source.to_string(),
            meaning: "a parameter of a plugin".to_owned(),
        };
        let parameters = self.parameters.iter().flat_map(|(plugin, set)| set.iter().map(move |set| parameter(plugin, set)));
        WebOptions {
            service: self.service_options(),
            claim: self.by_hand().claim,
            settings: self.settings.iter().map(row).chain(parameters).collect(),
            file: self.file.clone(),
        }
    }

    /// How the web page is reached.
    #[must_use]
    pub fn site(&self) -> Site {
        let secure = self.https || self.tls_certificate.is_some();
        Site { prefix: self.prefix.clone(), hosts: self.hosts.clone(), secure }
    }

    /// Where the service listens.
    ///
    /// # Errors
    /// When there is a certificate without a key, or a key without a certificate.
    pub fn listen(&self) -> Result<Option<Listen>, UsageError> {
        let Some(address) = self.listen.clone() else { return Ok(None) };
        let tls = match (self.tls_certificate.clone(), self.tls_key.clone()) {
            (Some(certificate), Some(key)) => Some(TlsFiles { certificate, key }),
            (None, None) => None,
            _ => return Err(UsageError("[serve] tls_certificate and tls_key go together: set both, or none".to_owned())),
        };
        Ok(Some(Listen { address, beyond: self.listen_beyond_loopback, tls }))
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
