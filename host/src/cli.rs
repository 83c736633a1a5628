//! The command line: the only part of the program that knows clap. It turns arguments into a configuration and calls one command.

use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::clock::{Clock, FixedClock, SystemClock};
use crate::commands::alerts::{self, AlertsRequest};
use crate::commands::allow::{self, AddRequest};
use crate::commands::enrich::{self, CacheAction, EnrichRequest};
use crate::commands::evaluate::{self, Data, EvaluateRequest};
use crate::commands::explain::{self, ExplainRequest};
use crate::commands::import::{self, ImportRequest};
use crate::commands::scan::{self, ScanRequest};
use crate::commands::{approve, config as config_command, inspect, migrate, new, replay, stats, trial};
use crate::config::{Config, ConfigFile, Flags, Layers};
use crate::evaluate::generate::{FEWEST_ADDRESSES, MOST_ADDRESSES, Options, Speed};
use crate::exit::{self, UsageError};
use crate::import::{DefaultVerdict, Format as LogFormat, Mapping, ReadAs, TableColumn};
use crate::model::{Direction, Network, Timestamp};
use crate::output::{self, Format, StatsFormat};
use crate::plugin::{COMPILE, compile_component};
use crate::recording::Tape;
use crate::templates::{Language, Role};

/// Scans a net-sentinel database for port scans, probing and high connection volume.
#[derive(Parser)]
#[command(
    name = "net-scout",
    version,
    after_help = "Examples:\n  \
        net-scout scan --plugins plugins/            scan the last hour, keep the alerts\n  \
        net-scout scan --since '7 days' --dry-run    look at a week, write nothing\n  \
        net-scout alerts --min-score 80              list the strongest stored alerts\n  \
        net-scout explain 203.0.113.9                why there is an alert about it, or none\n  \
        net-scout import /var/log/kern.log           make a database from a firewall log\n\n\
        Exit status: 0 done, 1 failed, 2 wrong command line or configuration, 3 done but a plugin failed or was refused."
)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

#[derive(Args)]
struct Global {
    /// The database [default: ./net_sentinel.db, else ../net_sentinel.db]
    #[arg(long, global = true, value_name = "FILE")]
    db_path: Option<String>,
    /// The configuration file [default: the first of ./net-scout.toml, ~/.config/net-scout/net-scout.toml, /etc/net-scout.toml]
    #[arg(long, global = true, value_name = "FILE", env = "NET_SCOUT_CONFIG")]
    config: Option<PathBuf>,
    /// The table that alerts are kept in [default: scout_alerts]
    #[arg(long, global = true, value_name = "TABLE")]
    alert_table: Option<String>,
    /// How long to wait for another program's lock [default: 10]
    #[arg(long, global = true, value_name = "SECONDS", allow_negative_numbers = true)]
    busy_timeout: Option<String>,
    /// Say more: what plugins log and where one trapped; twice for everything
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
    /// How much is logged: off, error, warn, info, debug, trace [default: warn]
    #[arg(long, global = true, value_name = "LEVEL")]
    log_level: Option<String>,
    /// The file that the log is added to [default: standard error]
    #[arg(long, global = true, value_name = "FILE")]
    log_file: Option<String>,
}

#[derive(Subcommand)]
enum Command {
    /// Let the rules judge a window of the events, and keep their alerts
    Scan(ScanArgs),
    /// List the stored alerts, newest first
    Alerts(AlertsArgs),
    /// Say what there is of one address, what each rule says of it, and how near those are that say nothing
    Explain(ExplainArgs),
    /// Look up what is known outside about the addresses of alerts
    Enrich(EnrichArgs),
    /// Look up one address or domain name on the spot
    Lookup(LookupArgs),
    /// List, expire or clear what lookups found
    Cache(CacheArgs),
    /// Say what you know and do not want to hear of: the allowlist
    #[command(subcommand)]
    Allow(AllowCommand),
    /// List, inspect, approve, make and test plugins
    #[command(subcommand)]
    Plugin(PluginCommand),
    /// Turn the log of a firewall or a sensor into a database
    Import(ImportArgs),
    /// Measure how well the rules do, on events of which the truth is known
    Evaluate(EvaluateArgs),
    /// Make or update the tables of net-scout in the database
    Migrate(MigrateArgs),
    /// Show every setting, its value and where it came from
    Config(ConfigArgs),
    /// Compile a component from standard input to standard output: what the program runs for each that it does not know
    #[command(name = COMPILE, hide = true)]
    Compile(CompileArgs),
}

#[derive(Args)]
struct CompileArgs {
    /// The most bytes of memory that it takes
    memory: u64,
    /// The most seconds that it computes
    seconds: u64,
}

#[derive(Args)]
#[command(after_help = "Examples:\n  \
    net-scout scan --plugins plugins/ --since '1 hour'\n  \
    net-scout scan --since 24h --format json --dry-run | jq '.[].src_ip'\n  \
    net-scout scan --since 2026-03-11 --until 2026-03-12T06:00:00Z --table ip_events_30\n  \
    net-scout scan --set vertical_scan.ports_threshold=20 --set horizontal_scan.count=hits\n  \
    net-scout scan --record bug.scan && net-scout scan --replay bug.scan")]
struct ScanArgs {
    /// The folder of the plugins: every *.wasm directly in it is loaded [default: plugins]
    #[arg(long, value_name = "DIR")]
    plugins: Option<String>,
    /// Where the window begins: a duration back from its end (1 hour, 90m, 7 days, 2w), a date, or a date and time [default: 1 hour]
    #[arg(long, value_name = "WHEN")]
    since: Option<String>,
    /// Where the window ends, in the same forms [default: open]
    #[arg(long, value_name = "WHEN")]
    until: Option<String>,
    /// The table to scan [default: ip_events]
    #[arg(long, value_name = "TABLE")]
    table: Option<String>,
    /// The most alerts of a scan; the strongest are kept [default: 500]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    max_alerts: Option<String>,
    /// Keep every alert for itself, instead of one for what several rules say of one source
    #[arg(long)]
    no_group: bool,
    /// Set a parameter of a rule
    #[arg(long, value_name = "RULE.PARAMETER=VALUE", value_parser = parameter)]
    set: Vec<(String, String, String)>,
    /// Write nothing at all, only show what would be kept
    #[arg(long)]
    dry_run: bool,
    /// Look up what is known outside about the addresses of the newest alerts
    #[arg(long, conflicts_with = "dry_run")]
    enrich: bool,
    /// Fail when a plugin is not the one in plugins.lock, or one of these is missing
    #[arg(long)]
    locked: bool,
    /// Say where each query of each rule ran: in memory, or by SQLite and why
    #[arg(long)]
    explain: bool,
    /// Show on standard error how long each part of the scan took, and what each plugin used: time, memory, calls, rows, bytes
    #[arg(long, value_name = "FORMAT", num_args = 0..=1, require_equals = true, default_missing_value = "table")]
    stats: Option<StatsName>,
    /// Keep what passed between plugins and host in this file, without secrets
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    /// Repeat a recorded scan, without database and network; writes nothing
    #[arg(long, value_name = "FILE", conflicts_with_all = ["record", "since", "until", "table", "set", "enrich", "max_alerts", "no_group", "explain"])]
    replay: Option<PathBuf>,
    #[command(flatten)]
    format: FormatArg,
}

#[derive(Subcommand)]
enum AlertsCommand {
    /// Tell one alert: who, what, when, its numbers and thresholds, and the query that shows its events again
    Show {
        /// Its number
        id: i64,
        #[command(flatten)]
        format: FormatArg,
    },
}

#[derive(Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples:\n  net-scout alerts --since 24h --min-score 80\n  net-scout alerts --type vertical_scan --format csv > scans.csv\n  \
        net-scout alerts show 7"
)]
struct AlertsArgs {
    #[command(subcommand)]
    command: Option<AlertsCommand>,
    /// Only of this type
    #[arg(long = "type", value_name = "TYPE")]
    alert_type: Option<String>,
    /// Only from this address
    #[arg(long, value_name = "IP")]
    src: Option<String>,
    /// Only to this address
    #[arg(long, value_name = "IP")]
    dst: Option<String>,
    /// Only with at least this score
    #[arg(long, value_name = "0-100", allow_negative_numbers = true, value_parser = clap::value_parser!(i64).range(0..=100))]
    min_score: Option<i64>,
    /// Only in this status: new, enriched, snoozed, false_positive, ...
    #[arg(long, value_name = "STATUS")]
    status: Option<String>,
    /// Only those raised, first or again, since then
    #[arg(long, value_name = "WHEN")]
    since: Option<String>,
    /// At most so many, the newest
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    limit: Option<u32>,
    #[command(flatten)]
    format: FormatArg,
}

#[derive(Args)]
#[command(after_help = "Examples:\n  \
    net-scout explain 203.0.113.9\n  \
    net-scout explain 203.0.113.9 --since '7 days' --rules port_scan,probe\n  \
    net-scout explain 2001:db8::7 --set port_scan.day_ports_threshold=8 --format json")]
struct ExplainArgs {
    /// The address
    #[arg(value_name = "ADDRESS")]
    address: String,
    /// Where the window begins, as of a scan [default: 1 hour]
    #[arg(long, value_name = "WHEN")]
    since: Option<String>,
    /// Where the window ends [default: open]
    #[arg(long, value_name = "WHEN")]
    until: Option<String>,
    /// The table to look at [default: ip_events]
    #[arg(long, value_name = "TABLE")]
    table: Option<String>,
    /// Only these rules
    #[arg(long, value_name = "NAME,...", value_delimiter = ',')]
    rules: Vec<String>,
    #[command(flatten)]
    plugins: PluginArgs,
    #[command(flatten)]
    format: FormatArg,
}

#[derive(Args)]
#[command(after_help = "Examples:\n  \
        net-scout import /var/log/ufw.log /var/log/ufw.log.2.gz\n  \
        journalctl -k -o short-iso | net-scout import --db-path home.db -\n  \
        net-scout import --from suricata /var/log/suricata/eve.json\n  \
        net-scout import --map time=@timestamp,src_ip=source.ip,dst_ip=destination.ip,proto=network.transport flows.ndjson\n\n\
        The columns of --map: time, src_ip, src_port, dst_ip, dst_port, proto, verdict, direction, in_if, out_if, tcp_flags.")]
struct ImportArgs {
    /// The logs, plain or gzip; - for standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The format; without it each line is known by its look, or by --map
    #[arg(long, value_enum, value_name = "FORMAT")]
    from: Option<LogFormatName>,
    /// For CSV and NDJSON: the name that a column has there; one without a name is looked for by its own
    #[arg(long, value_name = "COLUMN=NAME,...", value_delimiter = ',', value_parser = Mapping::parse)]
    map: Vec<(TableColumn, String)>,
    /// The verdict of lines that name none, where the format has no rule for it
    #[arg(long, value_enum, value_name = "VERDICT", default_value = "drop")]
    default_verdict: Verdict,
    /// The offset from UTC of dates without a zone, such as +02:00
    #[arg(long, value_name = "OFFSET", default_value = "+00:00", allow_hyphen_values = true, value_parser = utc_offset)]
    utc_offset: i32,
}

#[derive(Args)]
#[command(after_help = "Examples:\n  \
    net-scout evaluate --generate --addresses 24 --days 7 --seed 1..10\n  \
    net-scout evaluate --generate --seed 3 --rules vertical_scan,horizontal_scan --mistakes\n  \
    net-scout evaluate --generate --seed 3 --keep data && net-scout scan --db-path data/seed-3/net_sentinel.db --since 2026-03-02\n  \
    net-scout evaluate --db-path net_sentinel.db --truth truth.toml --format json")]
struct EvaluateArgs {
    /// Who attacks in the database, and who must not alert: TOML, or JSON in a file *.json
    #[arg(long, value_name = "FILE", required_unless_present = "generate",
        conflicts_with_all = ["generate", "addresses", "days", "seed", "attacks", "speed", "traffic", "keep"])]
    truth: Option<PathBuf>,
    /// Generate the events: the traffic of a network, mixed with attacks
    #[arg(long)]
    generate: bool,
    #[command(flatten)]
    generated: GenerateArgs,
    /// From one scan to the next
    #[arg(long, value_name = "DURATION", default_value = "1h")]
    every: String,
    /// How far each scan looks back [default: 1 hour]
    #[arg(long, value_name = "DURATION")]
    since: Option<String>,
    /// Only these rules
    #[arg(long, value_name = "NAME,...", value_delimiter = ',')]
    rules: Vec<String>,
    /// Show each wrong alert and each attacker that was missed, instead of the figures
    #[arg(long)]
    mistakes: bool,
    /// The table to scan [default: ip_events]
    #[arg(long, value_name = "TABLE", conflicts_with = "generate")]
    table: Option<String>,
    /// The most alerts of a scan; the strongest are kept [default: 500]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    max_alerts: Option<String>,
    #[command(flatten)]
    plugins: PluginArgs,
    #[command(flatten)]
    format: FormatArg,
}

#[derive(Args)]
#[command(next_help_heading = "With --generate")]
struct GenerateArgs {
    /// How many addresses the network has, from 16 to 60000
    #[arg(long, value_name = "N", default_value = "24", requires = "generate", value_parser = clap::value_parser!(u32).range(i64::from(FEWEST_ADDRESSES)..=i64::from(MOST_ADDRESSES)))]
    addresses: u32,
    /// How many days, from 1 to 31
    #[arg(long, value_name = "N", default_value = "7", requires = "generate", value_parser = clap::value_parser!(u32).range(1..=31))]
    days: u32,
    /// Which one of all such data sets; several as 1..10
    #[arg(long, value_name = "N", default_value = "1", requires = "generate", value_parser = seeds)]
    seed: RangeInclusive<u64>,
    /// How many attacks of each kind, from 0 to 100
    #[arg(long, value_name = "N", default_value = "4", requires = "generate", value_parser = clap::value_parser!(u32).range(0..=100))]
    attacks: u32,
    /// How fast the attacks are: more than one probe a minute, less, or some of both
    #[arg(long, value_enum, value_name = "SPEED", default_value = "all", requires = "generate")]
    speed: SpeedName,
    /// How much other traffic there is, in percent of what is usual for a network of that size
    #[arg(long, value_name = "PERCENT", default_value = "100", requires = "generate", value_parser = clap::value_parser!(u32).range(0..=10_000))]
    traffic: u32,
    /// Keep the databases and their truth files in this folder
    #[arg(long, value_name = "FOLDER", requires = "generate")]
    keep: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum SpeedName {
    All,
    Fast,
    Slow,
}

impl EvaluateArgs {
    fn request(&self) -> EvaluateRequest {
        let GenerateArgs { addresses, days, seed, attacks, speed, traffic, keep } = &self.generated;
        let speed = match speed {
            SpeedName::All => Speed::All,
            SpeedName::Fast => Speed::Fast,
            SpeedName::Slow => Speed::Slow,
        };
        let data = match &self.truth {
            Some(truth) => Data::Given { truth: truth.clone() },
            None => Data::Generated {
                options: Options {
                    addresses: *addresses,
                    days: *days,
                    seed: *seed.start(),
                    attacks: *attacks,
                    speed,
                    traffic: *traffic,
                },
                seeds: seed.clone(),
                keep: keep.clone(),
            },
        };
        EvaluateRequest {
            data,
            every: self.every.clone(),
            rules: self.rules.clone(),
            mistakes: self.mistakes,
            format: (&self.format).into(),
        }
    }
}

#[derive(Clone, Copy, ValueEnum)]
enum StatsName {
    Table,
    Json,
}

impl From<StatsName> for StatsFormat {
    fn from(name: StatsName) -> Self {
        match name {
            StatsName::Table => Self::Table,
            StatsName::Json => Self::Json,
        }
    }
}

#[derive(Clone, Copy, ValueEnum)]
enum LogFormatName {
    /// The kernel's packet log
    #[value(aliases = ["iptables", "nftables", "ufw"])]
    Netfilter,
    /// UniFi gateways
    Unifi,
    /// filterlog of pfSense and OPNsense
    #[value(aliases = ["pfsense", "opnsense", "filterlog"])]
    Pf,
    /// RouterOS
    #[value(alias = "routeros")]
    Mikrotik,
    /// eve.json: alerts, drops and flows
    #[value(alias = "eve")]
    Suricata,
    /// conn.log, tab-separated or JSON
    Zeek,
    /// A table with a header
    Csv,
    /// JSON lines
    #[value(alias = "jsonl")]
    Ndjson,
}

impl ImportArgs {
    /// What the files are read as.
    fn from(&self) -> Result<ReadAs, UsageError> {
        let twice = |column: TableColumn| UsageError(format!("--map: `{}` is named twice", column.name()));
        let mapping = Mapping::new(self.map.clone()).map_err(twice)?;
        let format = match self.from {
            None if self.map.is_empty() => return Ok(ReadAs::Detected),
            None => return Ok(ReadAs::Table(mapping)),
            Some(LogFormatName::Csv) => return Ok(ReadAs::Csv(mapping)),
            Some(LogFormatName::Ndjson) => return Ok(ReadAs::Ndjson(mapping)),
            Some(LogFormatName::Netfilter) => LogFormat::Netfilter,
            Some(LogFormatName::Unifi) => LogFormat::Unifi,
            Some(LogFormatName::Pf) => LogFormat::Pf,
            Some(LogFormatName::Mikrotik) => LogFormat::Mikrotik,
            Some(LogFormatName::Suricata) => LogFormat::Suricata,
            Some(LogFormatName::Zeek) => LogFormat::Zeek,
        };
        if self.map.is_empty() {
            Ok(ReadAs::Format(format))
        } else {
            Err(UsageError(format!("--map is for csv and ndjson; the values of {format} are known")))
        }
    }
}

#[derive(Clone, Copy, ValueEnum)]
enum Verdict {
    Drop,
    Accept,
    None,
}

#[derive(Args)]
#[command(after_help = "Examples:\n  net-scout enrich --limit 50\n  net-scout enrich --alert-id 7 --only rdns,asn --refresh")]
struct EnrichArgs {
    /// At most so many alerts, the newest without enrichment
    #[arg(long, value_name = "N", default_value = "10")]
    limit: u32,
    /// Only this alert
    #[arg(long, value_name = "ID")]
    alert_id: Option<i64>,
    /// Only with these enrichers
    #[arg(long, value_name = "NAME,...", value_delimiter = ',')]
    only: Vec<String>,
    /// Ask again, whatever is kept; also for alerts that are enriched
    #[arg(long)]
    refresh: bool,
    /// Look up, but write nothing
    #[arg(long)]
    dry_run: bool,
    /// Fail when a plugin is not the one in plugins.lock, or one of these is missing
    #[arg(long)]
    locked: bool,
    #[command(flatten)]
    plugins: PluginArgs,
}

#[derive(Args)]
#[command(after_help = "Examples:\n  net-scout lookup 1.1.1.1\n  net-scout lookup example.com --only dnsbl")]
struct LookupArgs {
    /// An IP address or a domain name
    #[arg(value_name = "IP|DOMAIN")]
    observable: String,
    /// Only with these enrichers
    #[arg(long, value_name = "NAME,...", value_delimiter = ',')]
    only: Vec<String>,
    /// Ask again, whatever is kept
    #[arg(long)]
    refresh: bool,
    #[command(flatten)]
    plugins: PluginArgs,
}

#[derive(Args)]
struct PluginArgs {
    #[command(flatten)]
    folder: FolderArg,
    /// Set a parameter of a plugin
    #[arg(long, value_name = "PLUGIN.PARAMETER=VALUE", value_parser = parameter)]
    set: Vec<(String, String, String)>,
}

#[derive(Args)]
struct CacheArgs {
    /// What to do
    #[arg(value_enum, value_name = "ACTION", default_value = "list")]
    action: CacheActionName,
    /// Only what this enricher found
    #[arg(long, value_name = "NAME")]
    kind: Option<String>,
    #[command(flatten)]
    plugins: PluginArgs,
    #[command(flatten)]
    format: FormatArg,
}

#[derive(Clone, Copy, ValueEnum)]
enum CacheActionName {
    /// Show what is kept
    List,
    /// Remove what is older than its time
    Expire,
    /// Remove everything
    Clear,
}

#[derive(Subcommand)]
enum AllowCommand {
    /// Add an entry, and say which stored alerts it would close
    Add(AllowAddArgs),
    /// Show all entries: those of the database, of the configuration file, and what is built in
    List {
        #[command(flatten)]
        format: FormatArg,
    },
    /// Remove entries of the database, by their numbers
    Remove {
        #[arg(required = true, value_name = "ID")]
        ids: Vec<i64>,
    },
    /// Close the stored alerts that entries fit
    Apply {
        /// Only say which these are
        #[arg(long)]
        dry_run: bool,
    },
}

#[derive(Args)]
#[command(after_help = "Examples:\n  net-scout allow add 192.0.2.7 --reason 'the vulnerability scanner'\n  \
        net-scout allow add 198.51.100.0/24 --rule brute_force --port 22 --direction inbound --until '30 days' --reason 'a penetration test'")]
struct AllowAddArgs {
    /// An address, or a network: 192.0.2.7, 192.0.2.0/24, 2001:db8::/64
    #[arg(value_name = "NETWORK")]
    network: Network,
    /// It is where the packets go, not where they come from
    #[arg(long)]
    destination: bool,
    /// Only alerts of this rule; may be given several times
    #[arg(long = "rule", value_name = "RULE")]
    rules: Vec<String>,
    /// Only alerts that name their ports, all of them among these: 22,8000-8100
    #[arg(long = "port", value_name = "PORTS")]
    ports: Option<String>,
    /// Only in this direction: from outside, or from one of your own networks
    #[arg(long)]
    direction: Option<DirectionName>,
    /// Why, for whoever reads the list later
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// When it ends: a duration from now (30 days), a date, or a date and time [default: never]
    #[arg(long, value_name = "WHEN")]
    until: Option<String>,
    /// Close the stored alerts that it fits
    #[arg(long)]
    close: bool,
    /// Add nothing, only say which stored alerts it would close
    #[arg(long, conflicts_with = "close")]
    dry_run: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum DirectionName {
    Inbound,
    Outbound,
}

#[derive(Subcommand)]
enum PluginCommand {
    /// List the plugins of the folder, and how they stand with plugins.lock
    List(ListArgs),
    /// Show what a plugin is, imports and asks for; runs nothing of it with any capability
    Inspect(InspectArgs),
    /// Show what plugins are and ask for, and grant it on consent
    Approve(ApproveArgs),
    /// Take approvals back
    Revoke(RevokeArgs),
    /// Show what plugins used in past runs
    Stats(StatsArgs),
    /// Try a plugin on scenarios: what it is shown, and what it must say
    Test(TestArgs),
    /// Hold a plugin against the contract that every plugin has to keep
    Conform(ConformArgs),
    /// Make a folder with a plugin to begin with, in the language of your choice
    New(NewArgs),
}

#[derive(Args)]
#[command(after_help = "Example:\n  net-scout plugin test telnet.wasm scenarios/*.toml")]
struct TestArgs {
    /// The component
    #[arg(value_name = "FILE")]
    plugin: PathBuf,
    /// The scenarios
    #[arg(required = true, value_name = "SCENARIO")]
    scenarios: Vec<PathBuf>,
}

#[derive(Args)]
struct ConformArgs {
    /// The component
    #[arg(value_name = "FILE")]
    plugin: PathBuf,
    /// How many very many events are
    #[arg(long, value_name = "N", default_value = "10000000")]
    events: u64,
}

#[derive(Args)]
struct ListArgs {
    #[command(flatten)]
    folder: FolderArg,
    #[command(flatten)]
    format: FormatArg,
}

#[derive(Args)]
struct InspectArgs {
    /// The plugin, by file or by name
    #[arg(value_name = "PLUGIN")]
    name: String,
    #[command(flatten)]
    folder: FolderArg,
}

#[derive(Args)]
struct RevokeArgs {
    /// The plugins, by name
    #[arg(required = true, value_name = "NAME")]
    names: Vec<String>,
    #[command(flatten)]
    folder: FolderArg,
}

#[derive(Args)]
#[command(after_help = "Examples:\n  net-scout plugin stats --since '7 days'\n  net-scout plugin stats whois --format csv")]
struct StatsArgs {
    /// Only these plugins
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// Only runs since then
    #[arg(long, value_name = "WHEN", default_value = "90 days")]
    since: String,
    #[command(flatten)]
    format: FormatArg,
}

#[derive(Args)]
struct FolderArg {
    /// The folder of the plugins [default: plugins]
    #[arg(long, value_name = "DIR")]
    plugins: Option<String>,
}

#[derive(Args)]
#[command(after_help = "Examples:\n  \
    net-scout plugin new night_watch --kind rule --lang python\n  \
    net-scout plugin new whois_mirror --kind enricher --lang rust --dir ~/src")]
struct NewArgs {
    /// The plugin's name: lower-case letters, digits and underscores, a letter first, at most 64
    #[arg(value_name = "NAME")]
    name: String,
    /// What it is to be
    #[arg(long, value_enum, value_name = "KIND")]
    kind: RoleName,
    /// What it is to be written in
    #[arg(long, value_enum, value_name = "LANGUAGE")]
    lang: LanguageName,
    /// The folder in which the plugin's own is made
    #[arg(long, value_name = "DIR", default_value = ".")]
    dir: PathBuf,
}

#[derive(Clone, Copy, ValueEnum)]
enum RoleName {
    Rule,
    Enricher,
}

#[derive(Clone, Copy, ValueEnum)]
enum LanguageName {
    Rust,
    C,
    Js,
    Python,
}

impl NewArgs {
    fn role(&self) -> Role {
        match self.kind {
            RoleName::Rule => Role::Rule,
            RoleName::Enricher => Role::Enricher,
        }
    }

    fn language(&self) -> Language {
        match self.lang {
            LanguageName::Rust => Language::Rust,
            LanguageName::C => Language::C,
            LanguageName::Js => Language::JavaScript,
            LanguageName::Python => Language::Python,
        }
    }
}

#[derive(Args)]
struct ApproveArgs {
    /// The plugins, by file or by name; none for all in the folder
    #[arg(value_name = "PLUGIN")]
    names: Vec<String>,
    /// Set a limit of theirs, such as cpu_seconds=60
    #[arg(long = "limit", value_name = "LIMIT=VALUE", value_parser = limit)]
    limits: Vec<(String, String)>,
    /// Consent without being asked
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    folder: FolderArg,
}

#[derive(Args)]
struct MigrateArgs {
    /// Also add the column event_hash with a unique index to the event tables, and fill it
    #[arg(long)]
    event_hash: bool,
}

#[derive(Args)]
struct ConfigArgs {
    #[command(flatten)]
    format: FormatArg,
}

#[derive(Args)]
struct FormatArg {
    /// How results are written
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "table")]
    format: FormatName,
}

#[derive(Clone, Copy, ValueEnum)]
enum FormatName {
    Table,
    Json,
    Ndjson,
    Csv,
}

impl From<&FormatArg> for Format {
    fn from(arg: &FormatArg) -> Self {
        match arg.format {
            FormatName::Table => Self::Table,
            FormatName::Json => Self::Json,
            FormatName::Ndjson => Self::Ndjson,
            FormatName::Csv => Self::Csv,
        }
    }
}

fn parameter(text: &str) -> Result<(String, String, String), String> {
    let parts =
        text.split_once('=').and_then(|(name, value)| name.split_once('.').map(|(rule, parameter)| (rule, parameter, value)));
    let (rule, parameter, value) = parts.ok_or("write RULE.PARAMETER=VALUE, such as vertical_scan.ports_threshold=20")?;
    Ok((rule.trim().to_owned(), parameter.trim().to_owned(), value.to_owned()))
}

fn limit(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write LIMIT=VALUE, such as cpu_seconds=60")?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

/// `7`, or `1..10` with both ends.
fn seeds(text: &str) -> Result<RangeInclusive<u64>, String> {
    let number = |text: &str| text.parse::<u64>().map_err(|_| "write a number, or several as 1..10".to_owned());
    let (first, last) = text.split_once("..").unwrap_or((text, text));
    let (first, last) = (number(first)?, number(last)?);
    if first <= last && last - first < 1_000 {
        Ok(first..=last)
    } else {
        Err("write at most 1000 seeds, the lower first".to_owned())
    }
}

/// Seconds east of UTC.
fn utc_offset(text: &str) -> Result<i32, String> {
    let error = || "write an offset such as +02:00 or -05:30, at most 15 hours".to_owned();
    let (sign, clock) = match text.split_at_checked(1).ok_or_else(error)? {
        ("+", clock) => (1, clock),
        ("-", clock) => (-1, clock),
        _ => return Err(error()),
    };
    let (hours, minutes) = clock.split_once(':').ok_or_else(error)?;
    let number =
        |text: &str, most: i32| text.parse().ok().filter(|value| text.len() == 2 && (0..=most).contains(value)).ok_or_else(error);
    Ok(sign * (number(hours, 15)? * 3_600 + number(minutes, 59)? * 60))
}

/// Runs the program and says how it ended.
#[must_use]
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version go to standard output and are no error.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { exit::USAGE } else { exit::SUCCESS });
        }
    };
    // Before anything is read of the configuration: this process is only a compiler.
    if let Command::Compile(CompileArgs { memory, seconds }) = cli.command {
        return ExitCode::from(compile_component(memory, seconds));
    }
    match execute(&cli) {
        Ok(code) => ExitCode::from(code),
        // The reader of a pipe went away: it has what it wanted.
        Err(error) if is_broken_pipe(&error) => ExitCode::from(exit::SUCCESS),
        Err(error) => {
            output::error(&format_args!("{error:#}"));
            ExitCode::from(if error.is::<UsageError>() { exit::USAGE } else { exit::FAILURE })
        }
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .any(|cause| cause.downcast_ref::<std::io::Error>().is_some_and(|io| io.kind() == std::io::ErrorKind::BrokenPipe))
}

fn execute(cli: &Cli) -> anyhow::Result<u8> {
    let layers = Layers {
        flags: flags(cli),
        environment: std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.to_string_lossy().into_owned())))
            .filter(|(name, _)| name.starts_with("NET_SCOUT_") || name.starts_with("PDNS_"))
            .collect(),
        file: ConfigFile::find(cli.global.config.as_deref())?,
    };
    let config = Config::resolve(&layers)?;
    output::start_log(&config.log_level, config.log_file.as_deref()).map_err(|error| {
        UsageError(format!("log_file: {} cannot be opened: {error}", config.log_file.clone().unwrap_or_default().display()))
    })?;
    let clock: Box<dyn Clock> = match config.now {
        Some(now) => Box::new(FixedClock(now)),
        None => Box::new(SystemClock),
    };
    // Whole seconds: what is stored and shown of it has no more.
    let now = clock.now();
    let now = now.plus(-now.0.rem_euclid(1_000_000));
    match &cli.command {
        Command::Scan(args) => {
            if let Some(recording) = &args.replay {
                return replay::run(&config, recording, args.stats.map(Into::into), (&args.format).into());
            }
            let request = ScanRequest {
                until: args.until.clone(),
                dry_run: args.dry_run,
                enrich: args.enrich,
                locked: args.locked,
                explain: args.explain,
                stats: args.stats.map(Into::into),
                record: args.record.clone(),
                format: (&args.format).into(),
            };
            scan::run(&config, &request, now)
        }
        Command::Alerts(AlertsArgs { command: Some(AlertsCommand::Show { id, format }), .. }) => {
            alerts::show(&config, *id, format.into())
        }
        Command::Alerts(args) => {
            let request = AlertsRequest {
                alert_type: args.alert_type.clone(),
                src_ip: args.src.clone(),
                dst_ip: args.dst.clone(),
                minimum_score: args.min_score,
                status: args.status.clone(),
                since: args.since.clone(),
                limit: args.limit,
                format: (&args.format).into(),
            };
            alerts::run(&config, request, now)
        }
        Command::Import(args) => {
            let default_verdict = match args.default_verdict {
                Verdict::Drop => DefaultVerdict::Drop,
                Verdict::Accept => DefaultVerdict::Accept,
                Verdict::None => DefaultVerdict::Unknown,
            };
            let request = ImportRequest {
                files: args.files.clone(),
                from: args.from()?,
                default_verdict,
                utc_offset_seconds: args.utc_offset,
            };
            import::run(&config, &request, now)
        }
        Command::Evaluate(args) => evaluate::run(&config, &args.request()),
        Command::Explain(args) => {
            let request = ExplainRequest {
                address: args.address.clone(),
                until: args.until.clone(),
                rules: args.rules.clone(),
                format: (&args.format).into(),
            };
            explain::run(&config, &request, now)
        }
        Command::Enrich(args) => {
            let EnrichArgs { limit, alert_id, only, refresh, dry_run, locked, .. } = args;
            let request = EnrichRequest {
                limit: *limit,
                alert_id: *alert_id,
                only: only.clone(),
                refresh: *refresh,
                dry_run: *dry_run,
                locked: *locked,
                tape: Tape::Off,
            };
            enrich::run(&config, &request, now)
        }
        Command::Lookup(args) => enrich::lookup(&config, &args.observable, &args.only, args.refresh, now),
        Command::Cache(args) => {
            let action = match args.action {
                CacheActionName::List => CacheAction::List((&args.format).into()),
                CacheActionName::Expire => CacheAction::Expire,
                CacheActionName::Clear => CacheAction::Clear,
            };
            enrich::cache(&config, args.kind.as_deref(), &action, now)
        }
        Command::Allow(command) => allow_command(command, &config, now),
        Command::Plugin(command) => plugin(command, &config, now),
        Command::Migrate(args) => migrate::run(&config, args.event_hash, now),
        Command::Config(args) => config_command::run(&config, (&args.format).into()),
        Command::Compile(_) => unreachable!("answered before"),
    }
}

fn plugin(command: &PluginCommand, config: &Config, now: Timestamp) -> anyhow::Result<u8> {
    match command {
        PluginCommand::List(args) => inspect::list(config, (&args.format).into()),
        PluginCommand::Inspect(args) => inspect::inspect(config, &args.name),
        PluginCommand::Approve(args) => approve::run(config, &args.names, &args.limits, args.yes),
        PluginCommand::Revoke(args) => approve::revoke(config, &args.names),
        PluginCommand::New(args) => new::run(&args.name, args.role(), args.language(), &args.dir),
        PluginCommand::Test(args) => trial::test(config, &args.plugin, &args.scenarios),
        PluginCommand::Conform(args) => trial::conform(config, &args.plugin, args.events),
        PluginCommand::Stats(args) => stats::run(config, &args.names, &args.since, (&args.format).into(), now),
    }
}

/// The folder that a command about plugins names.
fn folder(command: &PluginCommand) -> Option<&FolderArg> {
    match command {
        PluginCommand::List(ListArgs { folder, .. })
        | PluginCommand::Inspect(InspectArgs { folder, .. })
        | PluginCommand::Approve(ApproveArgs { folder, .. })
        | PluginCommand::Revoke(RevokeArgs { folder, .. }) => Some(folder),
        PluginCommand::Stats(_) | PluginCommand::New(_) | PluginCommand::Test(_) | PluginCommand::Conform(_) => None,
    }
}

fn allow_command(command: &AllowCommand, config: &Config, now: Timestamp) -> anyhow::Result<u8> {
    match command {
        AllowCommand::Add(args) => {
            let request = AddRequest {
                network: args.network,
                destination: args.destination,
                rules: args.rules.clone(),
                ports: args.ports.clone(),
                direction: args.direction.map(|direction| match direction {
                    DirectionName::Inbound => Direction::Inbound,
                    DirectionName::Outbound => Direction::Outbound,
                }),
                reason: args.reason.clone(),
                until: args.until.clone(),
                close: args.close,
                dry_run: args.dry_run,
            };
            allow::add(config, request, now)
        }
        AllowCommand::List { format } => allow::list(config, format.into(), now),
        AllowCommand::Remove { ids } => allow::remove(config, ids),
        AllowCommand::Apply { dry_run } => allow::apply(config, *dry_run, now),
    }
}

fn flags(cli: &Cli) -> Flags {
    let Global { db_path, config: _, alert_table, busy_timeout, verbose, log_level, log_file } = &cli.global;
    let log_level = &log_level.clone().or(match verbose {
        0 => None,
        1 => Some("info".to_owned()),
        _ => Some("debug".to_owned()),
    });
    let mut values = vec![
        ("db_path", db_path),
        ("alert_table", alert_table),
        ("busy_timeout", busy_timeout),
        ("log_level", log_level),
        ("log_file", log_file),
    ];
    let mut parameters = Vec::new();
    let no_group = Some("false".to_owned());
    if let Command::Scan(ScanArgs { plugins, since, table, max_alerts, no_group: apart, set, .. }) = &cli.command {
        values.extend([("plugins", plugins), ("since", since), ("table", table), ("max_alerts_per_run", max_alerts)]);
        values.extend(apart.then_some(("group", &no_group)));
        parameters.clone_from(set);
    }
    if let Command::Evaluate(EvaluateArgs { since, table, max_alerts, .. }) = &cli.command {
        values.extend([("since", since), ("table", table), ("max_alerts_per_run", max_alerts)]);
    }
    if let Command::Explain(ExplainArgs { since, table, .. }) = &cli.command {
        values.extend([("since", since), ("table", table)]);
    }
    let plugins = match &cli.command {
        Command::Explain(args) => Some(&args.plugins),
        Command::Enrich(args) => Some(&args.plugins),
        Command::Lookup(args) => Some(&args.plugins),
        Command::Cache(args) => Some(&args.plugins),
        Command::Evaluate(args) => Some(&args.plugins),
        _ => None,
    };
    if let Command::Plugin(command) = &cli.command {
        values.extend(folder(command).map(|folder| ("plugins", &folder.plugins)));
    }
    if let Some(PluginArgs { folder, set }) = plugins {
        values.push(("plugins", &folder.plugins));
        parameters.clone_from(set);
    }
    Flags { values: values.into_iter().filter_map(|(key, value)| Some((key, value.clone()?))).collect(), parameters }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn offsets_and_parameters() {
        assert_eq!(utc_offset("+02:00"), Ok(7_200));
        assert_eq!(utc_offset("-05:30"), Ok(-19_800));
        for text in ["", "02:00", "+2:00", "+16:00", "+02:60", "+02", "é"] {
            assert!(utc_offset(text).is_err(), "{text}");
        }
        assert_eq!(parameter("a.b=c=d"), Ok(("a".into(), "b".into(), "c=d".into())));
        assert!(parameter("a=b").is_err());
        assert_eq!((seeds("7"), seeds("1..10")), (Ok(7..=7), Ok(1..=10)));
        for text in ["", "..", "10..1", "1..", "1..2000", "-1"] {
            assert!(seeds(text).is_err(), "{text}");
        }
    }
}
