//! Every key of the configuration. A new one is added here and nowhere else: its field in the configuration, its name in net-scout.toml (with
//! a dot where it stands in a section), its environment variable, its default as it would be written, its grammar and its meaning. A flag
//! that sets it is a flag of `cli/`, which fills the field of the same name in [`Flags`].

mod defaults;
pub(super) mod limits;
mod variables;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use net_scout_model::time::Moment;
use net_scout_model::{Networks, Timestamp};
use net_scout_serve::listen::ListenAddress;
use net_scout_serve::schedule::Schedule;

use super::grammar::{self, Grammar};
use super::layer::{Key, Typed, settings};
use super::source::{Setting, Source};
use crate::exit::UsageError;
use crate::output::LogFormat;
pub(super) use defaults::{DB_PATH, PLUGINS};
use defaults::{default_cache_dir, default_db_path, default_state_dir};
pub(super) use variables::{DIRECTORY_VARIABLES, PARAMETER_VARIABLES};

settings! {
    db_path: PathBuf {
        name: DB_PATH,
        variable: "NET_SCOUT_DB_PATH",
        default: default_db_path(Path::new(".")),
        grammar: grammar::path(),
        meaning: "the database of net-sentinel",
    }
    table: String {
        name: "table",
        variable: "NET_SCOUT_TABLE",
        default: "ip_events",
        grammar: grammar::table_name(),
        meaning: "the table to scan: ip_events, or ip_events_30 for the archive",
    }
    alert_table: String {
        name: "alert_table",
        variable: "NET_SCOUT_ALERT_TABLE",
        default: "scout_alerts",
        grammar: grammar::table_name(),
        meaning: "the table that alerts are kept in",
    }
    plugins: PathBuf {
        name: PLUGINS,
        variable: "NET_SCOUT_PLUGINS",
        default: "plugins",
        grammar: grammar::path(),
        meaning: "the folder of the plugins",
    }
    local_networks: Option<Networks> {
        name: "local_networks",
        variable: "NET_SCOUT_LOCAL_NETWORKS",
        default: "",
        grammar: grammar::networks(),
        meaning: "the networks that are your own, ADDRESS/BITS,...; empty to learn them from the events",
    }
    correct_directions: bool {
        name: "correct_directions",
        variable: "NET_SCOUT_CORRECT_DIRECTIONS",
        default: "true",
        grammar: grammar::switch(),
        meaning: "whether forwarded packets that are stored as OUTBOUND and come from outside your networks count as INBOUND",
    }
    since: Moment {
        name: "since",
        variable: "NET_SCOUT_DEFAULT_SINCE",
        default: "1 hour",
        grammar: grammar::moment(),
        meaning: "where the window of a scan begins",
    }
    group: bool {
        name: "group",
        variable: "NET_SCOUT_GROUP",
        default: "true",
        grammar: grammar::switch(),
        meaning: "whether what several rules say of one source becomes one alert",
    }
    builtin_roles: bool {
        name: "builtin_roles",
        variable: "NET_SCOUT_BUILTIN_ROLES",
        default: "true",
        grammar: grammar::switch(),
        meaning: "whether counts of resolvers, peer-to-peer clients and others that `allow list` names raise no alert",
    }
    max_alerts: usize {
        name: "max_alerts_per_run",
        variable: "NET_SCOUT_MAX_ALERTS_PER_RUN",
        default: "500",
        grammar: grammar::whole(0..=1_000_000),
        meaning: "the most alerts of a scan; the strongest are kept",
    }
    quiet: i64 {
        name: "quiet_hours",
        variable: "NET_SCOUT_QUIET_HOURS",
        default: "24",
        grammar: grammar::hours(1.0..=8_760.0),
        meaning: "hours without events that end an incident: what comes later is a new alert",
    }
    busy_timeout: Duration {
        name: "busy_timeout",
        variable: "NET_SCOUT_BUSY_TIMEOUT",
        default: "10",
        grammar: grammar::seconds(0.0..=3_600.0),
        meaning: "seconds to wait for another program's lock",
    }
    cache_dir: Option<PathBuf> {
        name: "cache_dir",
        variable: "NET_SCOUT_CACHE_DIR",
        default: default_cache_dir(),
        grammar: grammar::optional_path(),
        meaning: "where compiled plugins are kept, for this user alone; empty for nowhere",
    }
    log_level: &'static str {
        name: "log_level",
        variable: "NET_SCOUT_LOG_LEVEL",
        default: "warn",
        grammar: grammar::log_level(),
        meaning: "off, error, warn, info, debug or trace",
    }
    log_file: Option<PathBuf> {
        name: "log_file",
        variable: "NET_SCOUT_LOG_FILE",
        default: "",
        grammar: grammar::optional_path(),
        meaning: "the file that the log is added to; empty for standard error",
    }
    log_format: LogFormat {
        name: "log_format",
        variable: "NET_SCOUT_LOG_FORMAT",
        default: "text",
        grammar: grammar::log_format(),
        meaning: "how the log and what is said on standard error are written: text, or json, an object a line",
    }
    now: Option<Timestamp> {
        name: "now",
        variable: "NET_SCOUT_NOW",
        default: "",
        grammar: grammar::optional_instant(),
        meaning: "the time that counts as now, to go back over an old database; empty for the clock",
    }
    max_enrich: u32 {
        name: "max_enrich_per_run",
        variable: "NET_SCOUT_MAX_ENRICH_PER_RUN",
        default: "50",
        grammar: grammar::whole(0..=1_000_000),
        meaning: "the most alerts that one run enriches",
    }
    enrichment_sleep: Duration {
        name: "enrichment_sleep",
        variable: "NET_SCOUT_ENRICHMENT_SLEEP",
        default: "0.2",
        grammar: grammar::seconds(0.0..=3_600.0),
        meaning: "seconds between two lookups of a kind; 0 for no limit",
    }
    enrichment_burst: u32 {
        name: "enrichment_burst",
        variable: "NET_SCOUT_ENRICHMENT_BURST",
        default: "5",
        grammar: grammar::whole(1..=10_000),
        meaning: "how many lookups of a kind may begin at once after a pause",
    }
    enrichment_parallel: usize {
        name: "enrichment_parallel",
        variable: "NET_SCOUT_ENRICHMENT_PARALLEL",
        default: "64",
        grammar: grammar::whole(1..=1_000),
        meaning: "how many lookups may be under way",
    }
    enrichment_timeout: Duration {
        name: "enrichment_timeout",
        variable: "NET_SCOUT_ENRICHMENT_TIMEOUT",
        default: "20",
        grammar: grammar::seconds(0.01..=3_600.0),
        meaning: "seconds that one lookup may take, with all its tries",
    }
    dns_servers: Vec<SocketAddr> {
        name: "dns_servers",
        variable: "NET_SCOUT_DNS_SERVERS",
        default: "",
        grammar: grammar::servers(),
        meaning: "the resolvers to ask, ADDRESS:PORT,...; empty for those of the system",
    }
    schedule_scan: Schedule {
        name: "schedule.scan",
        variable: "NET_SCOUT_SCHEDULE_SCAN",
        default: "1 minute",
        grammar: grammar::schedule(),
        meaning: "when `serve` scans what is new: 1 minute, daily 07:00, weekly mon 07:00, cron */5 * * * *, or off",
    }
    schedule_enrich: Schedule {
        name: "schedule.enrich",
        variable: "NET_SCOUT_SCHEDULE_ENRICH",
        default: "off",
        grammar: grammar::schedule(),
        meaning: "when `serve` looks up the addresses of new alerts with the approved enrichers: 5 minutes, or off",
    }
    schedule_expire: Schedule {
        name: "schedule.expire",
        variable: "NET_SCOUT_SCHEDULE_EXPIRE",
        default: "daily 03:10",
        grammar: grammar::schedule(),
        meaning: "when `serve` removes answers of lookups that hold no longer",
    }
    schedule_maintain: Schedule {
        name: "schedule.maintain",
        variable: "NET_SCOUT_SCHEDULE_MAINTAIN",
        default: "daily 03:20",
        grammar: grammar::schedule(),
        meaning: "when `serve` removes rows of net-scout's own tables that were kept for long enough",
    }
    schedule_deliver: Schedule {
        name: "schedule.deliver",
        variable: "NET_SCOUT_SCHEDULE_DELIVER",
        default: "30 seconds",
        grammar: grammar::schedule(),
        meaning: "when `serve` sends messages to receivers; only where there is a route",
    }
    schedule_report: Schedule {
        name: "schedule.report",
        variable: "NET_SCOUT_SCHEDULE_REPORT",
        default: "off",
        grammar: grammar::schedule(),
        meaning: "when `serve` makes a report for the receivers of report.to, also when nothing happened: daily 07:00, or off",
    }
    report_to: Vec<String> {
        name: "report.to",
        variable: "NET_SCOUT_REPORT_TO",
        default: "",
        grammar: grammar::names(),
        meaning: "the receivers that reports go to, by their names",
    }
    report_since: Option<i64> {
        name: "report.since",
        variable: "NET_SCOUT_REPORT_SINCE",
        default: "",
        grammar: grammar::length(),
        meaning: "the period of a report, back from its end: 24h, 7 days; empty for the time since the report before",
    }
    report_with_page: bool {
        name: "report.format",
        variable: "NET_SCOUT_REPORT_FORMAT",
        default: "html",
        grammar: grammar::report_format(),
        meaning: "what mail holds of a report: html for the text and a page, text for the text alone",
    }
    settle: Duration {
        name: "serve.settle",
        variable: "NET_SCOUT_SETTLE",
        default: "30",
        grammar: grammar::seconds(0.0..=3_600.0),
        meaning: "seconds that `serve` waits for late rows before it scans their time",
    }
    listen: Option<ListenAddress> {
        name: "serve.listen",
        variable: "NET_SCOUT_LISTEN",
        default: "",
        grammar: grammar::optional_listen_address(),
        meaning: "where `serve` answers with the web page, the HTTP API, /healthz, /readyz and /metrics: 127.0.0.1:9377 or unix:/run/net-scout/web.sock; empty for nowhere",
    }
    listen_beyond_loopback: bool {
        name: "serve.listen_beyond_loopback",
        variable: "NET_SCOUT_LISTEN_BEYOND_LOOPBACK",
        default: "false",
        grammar: grammar::switch(),
        meaning: "whether serve.listen may be an address that other machines reach; /metrics and /healthz need no login",
    }
    web: bool {
        name: "serve.web",
        variable: "NET_SCOUT_WEB",
        default: "true",
        grammar: grammar::switch(),
        meaning: "whether `serve` also answers with the web page and the HTTP API there, for which one has to log in",
    }
    state_dir: Option<PathBuf> {
        name: "serve.state_dir",
        variable: "NET_SCOUT_STATE_DIR",
        default: default_state_dir(),
        grammar: grammar::optional_path(),
        meaning: "where users, sessions and tokens of the web page are kept, for this user alone",
    }
    prefix: String {
        name: "serve.prefix",
        variable: "NET_SCOUT_PREFIX",
        default: "",
        grammar: grammar::prefix(),
        meaning: "the path below which a reverse proxy has the web page, /scout; empty for the whole origin",
    }
    hosts: Vec<String> {
        name: "serve.hosts",
        variable: "NET_SCOUT_HOSTS",
        default: "",
        grammar: grammar::hosts(),
        meaning: "the host names by which the web page is reached, NAME,...; those of loopback are always among them",
    }
    tls_certificate: Option<PathBuf> {
        name: "serve.tls_certificate",
        variable: "NET_SCOUT_TLS_CERTIFICATE",
        default: "",
        grammar: grammar::optional_path(),
        meaning: "the certificate (PEM, with those behind it) with which `serve` speaks TLS; empty for none",
    }
    tls_key: Option<PathBuf> {
        name: "serve.tls_key",
        variable: "NET_SCOUT_TLS_KEY",
        default: "",
        grammar: grammar::optional_path(),
        meaning: "the key of that certificate (PEM)",
    }
    https: bool {
        name: "serve.https",
        variable: "NET_SCOUT_HTTPS",
        default: "false",
        grammar: grammar::switch(),
        meaning: "whether browsers reach the web page by HTTPS at a reverse proxy: its cookies go no other way then",
    }
    textfile: Option<PathBuf> {
        name: "serve.textfile",
        variable: "NET_SCOUT_TEXTFILE",
        default: "",
        grammar: grammar::optional_path(),
        meaning: "the file that `serve` writes its metrics to after each job; empty for none",
    }
    keep_closed_alerts: Option<i64> {
        name: "retention.closed_alerts",
        variable: "NET_SCOUT_RETENTION_CLOSED_ALERTS",
        default: "365 days",
        grammar: grammar::age(1.0..=36_500.0),
        meaning: "how long alerts are kept after they were closed; or forever, as below",
    }
    keep_answers: Option<i64> {
        name: "retention.answers",
        variable: "NET_SCOUT_RETENTION_ANSWERS",
        default: "90 days",
        grammar: grammar::age(1.0..=36_500.0),
        meaning: "how long answers of enrichers are kept",
    }
    keep_failed_lookups: Option<i64> {
        name: "retention.failed_lookups",
        variable: "NET_SCOUT_RETENTION_FAILED_LOOKUPS",
        default: "30 days",
        grammar: grammar::age(1.0..=36_500.0),
        meaning: "how long failed lookups are kept",
    }
    keep_ledger: Option<i64> {
        name: "retention.ledger",
        variable: "NET_SCOUT_RETENTION_LEDGER",
        default: "90 days",
        grammar: grammar::age(1.0..=90.0),
        meaning: "how long it is kept what plugins used, at most 90 days",
    }
    keep_coverage: Option<i64> {
        name: "retention.coverage",
        variable: "NET_SCOUT_RETENTION_COVERAGE",
        default: "400 days",
        grammar: grammar::age(1.0..=36_500.0),
        meaning: "how long it is kept which time was scanned",
    }
    keep_imports: Option<i64> {
        name: "retention.imports",
        variable: "NET_SCOUT_RETENTION_IMPORTS",
        default: "730 days",
        grammar: grammar::age(30.0..=36_500.0),
        meaning: "how long it is kept how far a finished log was imported; then it counts as a new one",
    }
    keep_plugin_state: Option<i64> {
        name: "retention.plugin_state",
        variable: "NET_SCOUT_RETENTION_PLUGIN_STATE",
        default: "180 days",
        grammar: grammar::age(1.0..=36_500.0),
        meaning: "how long it is kept what plugins remember that are not in use",
    }
    keep_outbox: Option<i64> {
        name: "retention.outbox",
        variable: "NET_SCOUT_RETENTION_OUTBOX",
        default: "90 days",
        grammar: grammar::age(1.0..=36_500.0),
        meaning: "how long messages are kept that were sent or given up",
    }
    keep_bytes: Option<u64> {
        name: "retention.table_mib",
        variable: "NET_SCOUT_RETENTION_TABLE_MIB",
        default: "256",
        grammar: grammar::mebibytes(0..=1_048_576),
        meaning: "the most MiB of each of these, of which the oldest go first; 0 for any size",
    }
}

/// Every key, the limits last.
pub(super) fn all() -> impl Iterator<Item = Key> {
    keys().into_iter().chain(limits::limits())
}

#[cfg(test)]
mod tests;
