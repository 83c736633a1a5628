//! Every key of the configuration: its name in net-scout.toml, its environment variable, its default and its meaning.

use std::path::Path;
use std::sync::LazyLock;

use net_scout_model::LIMITS;

/// A key of the configuration.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// Its name in net-scout.toml; a dot stands for a table.
    pub name: &'static str,
    /// Its environment variable.
    pub environment: Option<&'static str>,
    /// Used when nothing is set. Empty for the two that depend on the machine.
    pub default: &'static str,
    /// What it means.
    pub meaning: &'static str,
}

impl Key {
    /// The flag that sets it, where there is one.
    #[must_use]
    pub fn flag(&self) -> String {
        match self.name {
            "max_alerts_per_run" => "--max-alerts".to_owned(),
            "group" => "--no-group".to_owned(),
            name => format!("--{}", name.replace('_', "-")),
        }
    }
}

const fn key(name: &'static str, environment: &'static str, default: &'static str, meaning: &'static str) -> Key {
    Key { name, environment: Some(environment), default, meaning }
}

/// The key whose value may be written as a list of texts.
pub(super) const LOCAL_NETWORKS: &str = "local_networks";

/// What the names of limits begin with.
pub(super) const LIMITS_TABLE: &str = "limits.";

/// Every key, the limits last.
pub fn all() -> impl Iterator<Item = Key> {
    let limits = LIMIT_NAMES.iter().zip(&LIMITS);
    KEYS.iter().copied().chain(limits.map(|(name, limit)| Key {
        name,
        environment: None,
        default: limit.default,
        meaning: limit.meaning,
    }))
}

/// The keys but for the limits.
static KEYS: [Key; 22] = [
    key("db_path", "NET_SCOUT_DB_PATH", "", "the database of net-sentinel"),
    key("table", "NET_SCOUT_TABLE", "ip_events", "the table to scan: ip_events, or ip_events_30 for the archive"),
    key("alert_table", "NET_SCOUT_ALERT_TABLE", "scout_alerts", "the table that alerts are kept in"),
    key("plugins", "NET_SCOUT_PLUGINS", "plugins", "the folder of the plugins"),
    key(
        LOCAL_NETWORKS,
        "NET_SCOUT_LOCAL_NETWORKS",
        "",
        "the networks that are your own, ADDRESS/BITS,...; empty to learn them from the events",
    ),
    key(
        "correct_directions",
        "NET_SCOUT_CORRECT_DIRECTIONS",
        "true",
        "whether forwarded packets that are stored as OUTBOUND and come from outside of your networks count as INBOUND",
    ),
    key("since", "NET_SCOUT_DEFAULT_SINCE", "1 hour", "where the window of a scan begins"),
    key("group", "NET_SCOUT_GROUP", "true", "whether what several rules say of one source becomes one alert"),
    key(
        "builtin_roles",
        "NET_SCOUT_BUILTIN_ROLES",
        "true",
        "whether counts of resolvers, peer-to-peer clients and others that `allow list` names raise no alert",
    ),
    key("max_alerts_per_run", "NET_SCOUT_MAX_ALERTS_PER_RUN", "500", "the most alerts of a scan; the strongest are kept"),
    key(
        "quiet_hours",
        "NET_SCOUT_QUIET_HOURS",
        "24",
        "hours without events that end an incident: what comes later is a new alert",
    ),
    key("busy_timeout", "NET_SCOUT_BUSY_TIMEOUT", "10", "seconds to wait for another program's lock"),
    key("cache_dir", "NET_SCOUT_CACHE_DIR", "", "where compiled plugins are kept, for this user alone; empty for nowhere"),
    key("log_level", "NET_SCOUT_LOG_LEVEL", "warn", "off, error, warn, info, debug or trace"),
    key("log_file", "NET_SCOUT_LOG_FILE", "", "the file that the log is added to; empty for standard error"),
    key("now", "NET_SCOUT_NOW", "", "the time that counts as now, to go back over an old database; empty for the clock"),
    key("max_enrich_per_run", "NET_SCOUT_MAX_ENRICH_PER_RUN", "50", "the most alerts that one run enriches"),
    key("enrichment_sleep", "NET_SCOUT_ENRICHMENT_SLEEP", "0.2", "seconds between two lookups of a kind; 0 for no limit"),
    key("enrichment_burst", "NET_SCOUT_ENRICHMENT_BURST", "5", "how many lookups of a kind may begin at once after a pause"),
    key("enrichment_parallel", "NET_SCOUT_ENRICHMENT_PARALLEL", "64", "how many lookups may be under way"),
    key("enrichment_timeout", "NET_SCOUT_ENRICHMENT_TIMEOUT", "20", "seconds that one lookup may take, with all its tries"),
    key("dns_servers", "NET_SCOUT_DNS_SERVERS", "", "the resolvers to ask, ADDRESS:PORT,...; empty for those of the system"),
];

/// The names of the limits with their table before them.
static LIMIT_NAMES: LazyLock<Vec<String>> =
    LazyLock::new(|| LIMITS.iter().map(|limit| format!("{LIMITS_TABLE}{}", limit.name)).collect());

/// The variables of the Python program that set a parameter of a plugin: variable, plugin, parameter.
pub(super) const PARAMETER_VARIABLES: [(&str, &str, &str); 12] = [
    ("NET_SCOUT_HORIZONTAL_DST_IP_THRESHOLD", "horizontal_scan", "dst_ip_threshold"),
    ("NET_SCOUT_HORIZONTAL_CONN_THRESHOLD", "horizontal_scan", "conn_threshold"),
    ("NET_SCOUT_VERTICAL_PORTS_THRESHOLD", "vertical_scan", "ports_threshold"),
    ("NET_SCOUT_REPEATED_CONN_THRESHOLD", "high_connection_volume", "conn_threshold"),
    ("NET_SCOUT_ENABLE_RDNS", "rdns", "enabled"),
    ("NET_SCOUT_ENABLE_TRACEROUTE", "traceroute", "enabled"),
    ("NET_SCOUT_ENABLE_WHOIS", "whois", "enabled"),
    ("NET_SCOUT_TRACEROUTE_MAX_HOPS", "traceroute", "max_hops"),
    ("NET_SCOUT_TRACEROUTE_TIMEOUT", "traceroute", "timeout"),
    ("NET_SCOUT_WHOIS_SERVER", "whois", "server"),
    ("NET_SCOUT_WHOIS_TIMEOUT", "whois", "timeout"),
    ("PDNS_API_URL", "pdns", "url"),
];

/// The variables that name a directory whose files plugins may be granted: variable, name.
pub(super) const DIRECTORY_VARIABLES: [(&str, &str); 2] =
    [("NET_SCOUT_GEOIP_DIR", "geoip"), ("NET_SCOUT_THREAT_LISTS_DIR", "threat_lists")];

/// `net_sentinel.db` in the folder, else one level up, as the Python program looked for it.
pub(super) fn default_db_path(folder: &Path) -> String {
    const NAME: &str = "net_sentinel.db";
    let above = format!("../{NAME}");
    if !folder.join(NAME).exists() && folder.join(&above).exists() { above } else { format!("./{NAME}") }
}

/// `net-scout/code` in the user's cache folder (XDG Base Directory Specification); empty where there is no home.
pub(super) fn default_cache_dir() -> String {
    let absolute = |name: &str| std::env::var(name).ok().filter(|path| Path::new(path).is_absolute());
    let cache = absolute("XDG_CACHE_HOME").or_else(|| absolute("HOME").map(|home| format!("{home}/.cache")));
    cache.map_or(String::new(), |cache| format!("{cache}/net-scout/code"))
}

/// The name of a log level, which may be written as Python does.
pub(super) fn log_level(text: &str) -> Option<&'static str> {
    Some(match text.trim().to_ascii_lowercase().as_str() {
        "off" => "off",
        "error" | "critical" => "error",
        "warn" | "warning" => "warn",
        "info" => "info",
        "debug" => "debug",
        "trace" => "trace",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_database_one_level_up_is_the_second_choice() {
        let parent = tempfile::tempdir().expect("folder");
        let folder = parent.path().join("here");
        std::fs::create_dir(&folder).expect("folder");
        assert_eq!(default_db_path(&folder), "./net_sentinel.db");
        std::fs::write(parent.path().join("net_sentinel.db"), "").expect("file");
        assert_eq!(default_db_path(&folder), "../net_sentinel.db");
        std::fs::write(folder.join("net_sentinel.db"), "").expect("file");
        assert_eq!(default_db_path(&folder), "./net_sentinel.db");
    }

    #[test]
    fn levels_as_python_writes_them() {
        assert_eq!(log_level("WARNING"), Some("warn"));
        assert_eq!(log_level("Info"), Some("info"));
        assert_eq!(log_level("loud"), None);
    }
}
