//! The configuration: flags over environment over `net-scout.toml` over defaults, each value with where it came from. Everything is read
//! and checked before the work begins.

mod allow;
mod file;
mod keys;
mod options;

use std::collections::BTreeMap;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

pub use file::ConfigFile;
pub use keys::{Key, all as keys};

use crate::exit::UsageError;
use net_scout_model::time::parse_timestamp;
use net_scout_model::{Allow, Limits, Networks, Request, SWITCH, Secrets, Timestamp, parse_switch};
use net_scout_plugin_host::schedule::Rate;
use net_scout_plugin_host::{PluginLimits, ownership};

/// Where resolvers listen (RFC 1035).
const DNS_PORT: u16 = 53;

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The command line.
    Flag(String),
    /// An environment variable.
    Environment(&'static str),
    /// The configuration file.
    File(PathBuf),
    /// Nothing was set.
    Default,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(flag) => f.write_str(flag),
            Self::Environment(name) => f.write_str(name),
            Self::File(path) => path.display().fmt(f),
            Self::Default => f.write_str("default"),
        }
    }
}

/// A value as it was written, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The text.
    pub text: String,
    /// Where it stands.
    pub source: Source,
}

/// What the command line sets: values by key, and `--set RULE.PARAMETER=VALUE`.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// Values by the name of their key.
    pub values: BTreeMap<&'static str, String>,
    /// Rule, parameter, value.
    pub parameters: Vec<(String, String, String)>,
}

/// The layers that values come from, strongest first.
pub struct Layers {
    /// The command line.
    pub flags: Flags,
    /// The environment, `NET_SCOUT_...` and `PDNS_...` only.
    pub environment: BTreeMap<String, String>,
    /// The configuration file, if there is one.
    pub file: Option<ConfigFile>,
}

/// The whole configuration, checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// The database file.
    pub db_path: PathBuf,
    /// The event table.
    pub table: String,
    /// The alert table.
    pub alert_table: String,
    /// The plugin folder.
    pub plugins: PathBuf,
    /// The networks that are the operator's own; none to learn them from the events.
    pub local_networks: Option<Networks>,
    /// Whether the directions of forwarded packets are checked.
    pub correct_directions: bool,
    /// Where the window of a scan begins, as it was written.
    pub since: Setting,
    /// Whether what several rules say of one source becomes one alert.
    pub group: bool,
    /// Whether alerts are left out for what their source is for.
    pub builtin_roles: bool,
    /// The most alerts of a scan.
    pub max_alerts: usize,
    /// How long an incident is quiet before what comes then is a new alert, in microseconds.
    pub quiet: i64,
    /// How long to wait for another program's lock.
    pub busy_timeout: Duration,
    /// Where compiled plugins are kept.
    pub cache_dir: Option<PathBuf>,
    /// How much is logged.
    pub log_level: String,
    /// Where the log goes; none for standard error.
    pub log_file: Option<PathBuf>,
    /// A clock that stands still.
    pub now: Option<Timestamp>,
    /// What one call of a plugin may use.
    pub limits: PluginLimits,
    /// The most alerts that one run enriches.
    pub max_enrich: u32,
    /// How often each kind of lookup, and each HTTP server, may be asked.
    pub enrichment_rate: Rate,
    /// How many lookups may be under way.
    pub enrichment_parallel: usize,
    /// How long one lookup may take, with all its tries.
    pub enrichment_timeout: Duration,
    /// The resolvers to ask; empty for those of the system.
    pub dns_servers: Vec<SocketAddr>,
    /// The directories whose files plugins may be granted, by name.
    pub directories: BTreeMap<String, PathBuf>,
    /// What the host may add to requests that are granted with a secret.
    pub secrets: Secrets,
    /// What plugins are granted.
    pub grants: BTreeMap<String, Vec<Request>>,
    /// What is known and shall not be heard of.
    pub allow: Vec<Allow>,
    /// What is set for the parameters of plugins: plugin, parameter, value.
    pub parameters: BTreeMap<String, BTreeMap<String, Setting>>,
    /// Every value with its source, in the order of [`keys`].
    pub settings: Vec<(&'static str, Setting)>,
}

impl Config {
    /// Resolves the layers.
    ///
    /// # Errors
    /// When a value is not of its key's type or not within its bounds. The error names value and source.
    pub fn resolve(layers: &Layers) -> Result<Self, UsageError> {
        let settings: Vec<(&'static str, Setting)> = keys::all().map(|key| (key.name, layers.get(&key))).collect();
        let get = |name: &str| {
            settings
                .iter()
                .find_map(|(key, setting)| (*key == name).then_some(setting))
                .unwrap_or_else(|| unreachable!("key {name}"))
        };
        let text = |name| get(name).text.clone();
        let optional_path = |name| Some(get(name).text.as_str()).filter(|text| !text.is_empty()).map(PathBuf::from);
        let whole = |name: &str, minimum: u64, maximum: u64| {
            let setting = get(name);
            let value = setting.text.trim().parse().ok().filter(|value| (minimum..=maximum).contains(value));
            value.ok_or_else(|| wrong(name, setting, &format!("a whole number from {minimum} to {maximum}")))
        };
        let seconds = |name: &str, maximum: f64| {
            let setting = get(name);
            let value: Option<f64> = setting.text.trim().parse().ok().filter(|value| (0.01..=maximum).contains(value));
            value
                .map(Duration::from_secs_f64)
                .ok_or_else(|| wrong(name, setting, &format!("a number of seconds from 0.01 to {maximum}")))
        };
        let identifier = |name: &str| {
            let setting = get(name);
            let fits = !setting.text.is_empty() && setting.text.chars().all(|c| c.is_alphanumeric() || c == '_');
            if fits {
                Ok(setting.text.clone())
            } else {
                Err(wrong(name, setting, "a table name of letters, digits and underscores"))
            }
        };
        let boolean = |name: &str| parse_switch(&get(name).text).ok_or_else(|| wrong(name, get(name), SWITCH));
        let level = get("log_level");
        let log_level = keys::log_level(&level.text)
            .ok_or_else(|| wrong("log_level", level, "one of off, error, warn, info, debug, trace"))?;
        let now = match get("now") {
            Setting { text, .. } if text.is_empty() => None,
            setting => Some(
                parse_timestamp(&setting.text).ok_or_else(|| wrong("now", setting, "an instant such as 2026-03-11T20:35:00Z"))?,
            ),
        };
        let database = get("db_path");
        if database.source == Source::Default {
            ownership::check(Path::new(&database.text)).map_err(|reason| {
                let path = &database.text;
                UsageError(format!(
                    "the database {path} is not used: {path} {reason}; if it is the one, name it with --db-path {path}"
                ))
            })?;
        }
        Ok(Self {
            db_path: PathBuf::from(text("db_path")),
            table: identifier("table")?,
            alert_table: identifier("alert_table")?,
            plugins: PathBuf::from(text("plugins")),
            local_networks: local_networks(get(keys::LOCAL_NETWORKS))?,
            correct_directions: boolean("correct_directions")?,
            since: get("since").clone(),
            group: boolean("group")?,
            builtin_roles: boolean("builtin_roles")?,
            max_alerts: whole("max_alerts_per_run", 0, 1_000_000)? as usize,
            quiet: whole("quiet_hours", 1, 8_760)? as i64 * 3_600_000_000,
            busy_timeout: Duration::from_secs(whole("busy_timeout", 0, 3_600)?),
            cache_dir: optional_path("cache_dir"),
            log_level: log_level.to_owned(),
            log_file: optional_path("log_file"),
            now,
            limits: limits(&settings, layers)?,
            max_enrich: whole("max_enrich_per_run", 0, 1_000_000)? as u32,
            enrichment_rate: Rate {
                interval: match get("enrichment_sleep").text.trim() {
                    "0" | "0.0" => Duration::ZERO,
                    _ => seconds("enrichment_sleep", 3_600.0)?,
                },
                burst: whole("enrichment_burst", 1, 10_000)? as u32,
            },
            enrichment_parallel: whole("enrichment_parallel", 1, 1_000)? as usize,
            enrichment_timeout: seconds("enrichment_timeout", 3_600.0)?,
            dns_servers: dns_servers(get("dns_servers"))?,
            directories: layers.directories()?,
            secrets: layers.secrets(),
            grants: layers.file.as_ref().map(ConfigFile::grants).transpose()?.unwrap_or_default(),
            allow: layers.file.as_ref().map(ConfigFile::allow).transpose()?.unwrap_or_default(),
            parameters: layers.parameters(),
            settings,
        })
    }
}

impl Config {
    /// Whether the operator set a key, and does not leave it to where the program runs.
    #[must_use]
    pub fn is_set(&self, name: &str) -> bool {
        self.settings.iter().any(|(key, setting)| *key == name && setting.source != Source::Default)
    }
}

/// `[limits]`, and `[limits.PLUGIN]`.
fn limits(settings: &[(&'static str, Setting)], layers: &Layers) -> Result<PluginLimits, UsageError> {
    let mut common = Limits::default();
    for (name, setting) in settings {
        if let Some(limit) = name.strip_prefix(keys::LIMITS_TABLE) {
            common.set(limit, &setting.text).map_err(|expected| wrong(name, setting, &expected))?;
        }
    }
    let own = layers.file.as_ref().map(ConfigFile::limits).transpose()?.unwrap_or_default();
    Ok(PluginLimits { common, own })
}

/// `ADDRESS/BITS,...`
fn local_networks(setting: &Setting) -> Result<Option<Networks>, UsageError> {
    let networks: Result<Networks, _> = setting.text.parse();
    let networks =
        networks.map_err(|error| UsageError(format!("{} (from {}): {error}", keys::LOCAL_NETWORKS, setting.source)))?;
    Ok(Some(networks).filter(|networks| !networks.is_empty()))
}

/// `ADDRESS:PORT,...`; the port may be left out.
fn dns_servers(setting: &Setting) -> Result<Vec<SocketAddr>, UsageError> {
    let server = |text: &str| -> Option<SocketAddr> {
        text.parse().ok().or_else(|| Some(SocketAddr::new(text.parse::<IpAddr>().ok()?, DNS_PORT)))
    };
    let servers = setting.text.split(',').map(str::trim).filter(|text| !text.is_empty());
    servers
        .map(|text| {
            server(text).ok_or_else(|| wrong("dns_servers", setting, "a list of addresses such as 192.0.2.53,127.0.0.1:5353"))
        })
        .collect()
}

fn wrong(name: &str, setting: &Setting, expected: &str) -> UsageError {
    UsageError(format!("{name}: `{}` (from {}) is not {expected}", net_scout_model::plain(&setting.text, 100), setting.source))
}

impl Layers {
    fn get(&self, key: &Key) -> Setting {
        if let Some(text) = self.flags.values.get(key.name) {
            return Setting { text: text.clone(), source: Source::Flag(key.flag()) };
        }
        if let Some(text) = key.environment.and_then(|name| self.environment.get(name)) {
            return Setting { text: text.clone(), source: Source::Environment(key.environment.unwrap_or_default()) };
        }
        if let Some((text, path)) = self.file.as_ref().and_then(|file| Some((file.value(key.name)?, &file.path))) {
            return Setting { text, source: Source::File(path.clone()) };
        }
        Setting { text: self.default(key), source: Source::Default }
    }

    fn default(&self, key: &Key) -> String {
        match key.name {
            "db_path" => keys::default_db_path(Path::new(".")),
            "cache_dir" => keys::default_cache_dir(),
            _ => key.default.to_owned(),
        }
    }

    /// What of the environment can be a secret. A variable that sets a parameter is none: plugins see parameters.
    fn secrets(&self) -> Secrets {
        let is_parameter = |name: &str| keys::PARAMETER_VARIABLES.iter().any(|(variable, ..)| *variable == name);
        let environment = self.environment.iter().filter(|(name, _)| !is_parameter(name));
        Secrets::from_environment(&environment.map(|(name, value)| (name.clone(), value.clone())).collect())
    }

    fn directories(&self) -> Result<BTreeMap<String, PathBuf>, UsageError> {
        let mut directories = self.file.as_ref().map(ConfigFile::directories).transpose()?.unwrap_or_default();
        for (variable, name) in keys::DIRECTORY_VARIABLES {
            if let Some(path) = self.environment.get(variable).filter(|path| !path.is_empty()) {
                directories.insert(name.to_owned(), PathBuf::from(path));
            }
        }
        Ok(directories)
    }

    fn parameters(&self) -> BTreeMap<String, BTreeMap<String, Setting>> {
        let mut all: BTreeMap<String, BTreeMap<String, Setting>> = BTreeMap::new();
        let mut set = |rule: &str, parameter: &str, text: String, source: Source| {
            all.entry(rule.to_owned()).or_default().insert(parameter.to_owned(), Setting { text, source });
        };
        if let Some(file) = &self.file {
            for (rule, parameter, text) in file.parameters() {
                set(&rule, &parameter, text, Source::File(file.path.clone()));
            }
        }
        for (name, rule, parameter) in keys::PARAMETER_VARIABLES {
            if let Some(text) = self.environment.get(name) {
                set(rule, parameter, text.clone(), Source::Environment(name));
            }
        }
        for (rule, parameter, text) in &self.flags.parameters {
            set(rule, parameter, text.clone(), Source::Flag("--set".to_owned()));
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layers(flags: &[(&'static str, &str)], environment: &[(&str, &str)], file: &str) -> Layers {
        Layers {
            flags: Flags { values: flags.iter().map(|(key, text)| (*key, (*text).to_owned())).collect(), parameters: Vec::new() },
            environment: environment.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect(),
            file: Some(ConfigFile::parse(Path::new("net-scout.toml"), file).expect("file")),
        }
    }

    #[test]
    fn flags_win_over_environment_over_file_over_default() {
        let file = "max_alerts_per_run = 3\nsince = '3 hours'\nbusy_timeout = 3\n[limits]\nmemory_mib = 3";
        let environment = [("NET_SCOUT_MAX_ALERTS_PER_RUN", "2"), ("NET_SCOUT_DEFAULT_SINCE", "2 hours")];
        let config = Config::resolve(&layers(&[("max_alerts_per_run", "1")], &environment, file)).expect("config");
        assert_eq!(config.max_alerts, 1);
        assert_eq!(config.since.text, "2 hours");
        assert_eq!(config.since.source, Source::Environment("NET_SCOUT_DEFAULT_SINCE"));
        assert_eq!(config.busy_timeout, Duration::from_secs(3));
        assert_eq!(config.limits.common.memory, 3 << 20);
        assert_eq!(config.table, "ip_events");
        let sources: Vec<_> =
            config.settings.iter().filter(|(_, setting)| setting.source != Source::Default).map(|(name, _)| *name).collect();
        assert_eq!(sources, ["since", "max_alerts_per_run", "busy_timeout", "limits.memory_mib"]);
    }

    #[test]
    fn parameters_are_layered_too() {
        let mut layers = layers(
            &[],
            &[("NET_SCOUT_VERTICAL_PORTS_THRESHOLD", "20"), ("NET_SCOUT_HORIZONTAL_CONN_THRESHOLD", "20")],
            "[rules.vertical_scan]\nports_threshold = 30\n[rules.mine]\nfactor = 1.5\nstrict = true",
        );
        layers.flags.parameters.push(("horizontal_scan".into(), "conn_threshold".into(), "10".into()));
        let parameters = Config::resolve(&layers).expect("config").parameters;
        let text = |rule: &str, parameter: &str| parameters[rule][parameter].text.clone();
        assert_eq!(text("vertical_scan", "ports_threshold"), "20");
        assert_eq!(text("horizontal_scan", "conn_threshold"), "10");
        assert_eq!((text("mine", "factor"), text("mine", "strict")), ("1.5".to_owned(), "true".to_owned()));
    }

    #[test]
    fn the_environment_wins_over_the_file_for_directories_too() {
        let layers = layers(&[], &[("NET_SCOUT_GEOIP_DIR", "/env")], "[directories]\ngeoip = '/file'\nother = '/other'");
        let directories = Config::resolve(&layers).expect("config").directories;
        assert_eq!((&directories["geoip"], &directories["other"]), (&PathBuf::from("/env"), &PathBuf::from("/other")));
    }

    #[test]
    fn local_networks_are_a_list_or_a_text() {
        let resolved = |environment: &[(&str, &str)], file: &str| Config::resolve(&layers(&[], environment, file));
        let networks = |environment: &[(&str, &str)], file: &str| {
            resolved(environment, file).expect("config").local_networks.map(|networks| networks.to_string())
        };
        let file = "local_networks = ['192.0.2.0/24', '2001:db8::/64']";
        assert_eq!(networks(&[], file).as_deref(), Some("192.0.2.0/24, 2001:db8::/64"));
        let variable = "NET_SCOUT_LOCAL_NETWORKS";
        assert_eq!(networks(&[(variable, "10.0.0.0/8,10.1.0.0/16")], file).as_deref(), Some("10.0.0.0/8"));
        assert_eq!(networks(&[], ""), None);
        assert_eq!(
            resolved(&[(variable, "192.168.1.0/16")], file).expect_err("inside").0,
            "local_networks (from NET_SCOUT_LOCAL_NETWORKS): `192.168.1.0/16` is no network: it begins at 192.168.0.0/16"
        );
        let error = ConfigFile::parse(Path::new("a.toml"), "local_networks = [1]").expect_err("a number").0;
        assert_eq!(error, "a.toml: `local_networks` is not a list of texts");
    }

    #[test]
    fn errors_name_value_and_source() {
        let error = |flags: &[(&'static str, &str)], environment: &[(&str, &str)], file: &str| {
            Config::resolve(&layers(flags, environment, file)).expect_err("wrong").0
        };
        assert_eq!(
            error(&[], &[("NET_SCOUT_MAX_ALERTS_PER_RUN", "many")], ""),
            "max_alerts_per_run: `many` (from NET_SCOUT_MAX_ALERTS_PER_RUN) is not a whole number from 0 to 1000000"
        );
        assert_eq!(
            error(&[("table", "ip events")], &[], ""),
            "table: `ip events` (from --table) is not a table name of letters, digits and underscores"
        );
        assert_eq!(
            error(&[], &[], "[limits]\ncpu_seconds = 0"),
            "limits.cpu_seconds: `0` (from net-scout.toml) is not a number of seconds from 0.01 to 3600"
        );
    }
}
