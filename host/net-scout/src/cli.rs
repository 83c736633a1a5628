//! The command line: the only part of the program that knows clap. It turns arguments into a configuration and calls one command.

mod alerts;
mod allow;
mod arguments;
mod enrich;
mod evaluate;
mod explain;
mod import;
mod plugin;
mod scan;
mod serve;
mod view;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anstream::ColorChoice;
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::commands::{config as config_command, maintain, migrate, serve as serve_command, status};
use crate::config::{Config, ConfigFile, Flags, Layers, Setting};
use crate::exit::UsageError;
use crate::{exit, output};
use alerts::AlertsArgs;
use allow::AllowCommand;
use arguments::{FormatArg, WindowArgs};
use enrich::{CacheArgs, EnrichArgs, LookupArgs};
use evaluate::EvaluateArgs;
use explain::ExplainArgs;
use import::ImportArgs;
use net_scout_model::clock::{Clock, FixedClock, SystemClock};
use net_scout_plugin_host::{COMPILE, compile_component};
use plugin::PluginCommand;
use scan::ScanArgs;
use serve::{MaintainArgs, ServeArgs, StatusArgs};

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
        Exit status: 0 done, 1 failed, 2 wrong command line or configuration, 3 done but a plugin failed or was refused, 4 as `scan\n\
        --fail-on` says."
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
    /// How the log and messages are written: text, or json, an object a line [default: text]
    #[arg(long, global = true, value_name = "FORMAT")]
    log_format: Option<String>,
    /// Whether colours are used: auto is on a terminal, unless NO_COLOR is set
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value = "auto", hide_possible_values = true)]
    color: Color,
}

#[derive(Clone, Copy, ValueEnum)]
enum Color {
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

#[derive(Subcommand)]
enum Command {
    /// Evaluate the rules over a window of events, and store their alerts
    Scan(ScanArgs),
    /// List the stored alerts, newest first
    Alerts(AlertsArgs),
    /// Show what is known about one address: its alerts, what each rule finds, and how far the other rules are from an alert
    Explain(ExplainArgs),
    /// Look up the addresses of stored alerts: names, owners, routes and more
    Enrich(EnrichArgs),
    /// Look up one address or domain name now
    Lookup(LookupArgs),
    /// List, expire or clear what lookups found
    Cache(CacheArgs),
    /// Manage the allowlist: entries that suppress alerts
    #[command(subcommand)]
    Allow(AllowCommand),
    /// List, inspect, approve, make and test plugins
    #[command(subcommand)]
    Plugin(PluginCommand),
    /// Turn the log of a firewall or a sensor into a database
    Import(ImportArgs),
    /// Measure how well the rules do, on events whose truth is known
    Evaluate(EvaluateArgs),
    /// Run as a service: scan again and again, and record which time was scanned
    Serve(ServeArgs),
    /// Show what the service does, which time was scanned, and what is wrong
    Status(StatusArgs),
    /// Remove rows of net-scout's own tables that were kept for long enough
    Maintain(MaintainArgs),
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

/// Runs the program and says how it ended.
#[must_use]
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            if error.use_stderr() {
                arguments::log_format(std::env::args_os()).iter().for_each(|format| output::expect_log_format(format));
            }
            if error.use_stderr() && output::is_json() {
                let text = error.render().to_string();
                output::error(&text.trim_start_matches("error: ").trim_end());
                return ExitCode::from(exit::USAGE);
            }
            // Help and version go to standard output and are no error. A closed stream is no reason to stop.
            let text = error.render().ansi().to_string();
            let _ = if error.use_stderr() {
                output::stderr().write_all(text.as_bytes())
            } else {
                output::stdout().write_all(text.as_bytes())
            };
            return ExitCode::from(if error.use_stderr() { exit::USAGE } else { exit::SUCCESS });
        }
    };
    // Before anything is read of the configuration: this process is only a compiler.
    if let Command::Compile(CompileArgs { memory, seconds }) = cli.command {
        return ExitCode::from(compile_component(memory, seconds));
    }
    ColorChoice::from(cli.global.color).write_global();
    match execute(&cli) {
        Ok(code) => ExitCode::from(code),
        // The reader of a pipe went away: it has what it wanted.
        Err(error) if is_broken_pipe(&error) => ExitCode::from(exit::SUCCESS),
        Err(error) => {
            output::error(&format_args!("{error:#}"));
            ExitCode::from(if exit::is_usage(&error) { exit::USAGE } else { exit::FAILURE })
        }
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .any(|cause| cause.downcast_ref::<std::io::Error>().is_some_and(|io| io.kind() == std::io::ErrorKind::BrokenPipe))
}

fn execute(cli: &Cli) -> anyhow::Result<u8> {
    // For what is wrong with the configuration itself.
    let format = cli.global.log_format.clone().or_else(|| std::env::var("NET_SCOUT_LOG_FORMAT").ok());
    format.iter().for_each(|format| output::expect_log_format(format));
    let (config, wrong) = match (configuration(cli), &cli.command) {
        // What is wrong is one of the things that it shows.
        (Err(error), Command::Status(_)) => (usable_configuration(cli).map_err(|_| anyhow::anyhow!("{error:#}"))?, Some(error)),
        (config, _) => (config?, None),
    };
    if let Some(file) = &config.log_file {
        crate::commands::not_the_database(&config, "log_file", file)?;
    }
    output::start_log(config.log_level, config.log_format, config.log_file.as_deref()).map_err(|error| {
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
        Command::Scan(args) => args.run(&config, now),
        Command::Alerts(args) => args.run(&config, now),
        Command::Explain(args) => args.run(&config, now),
        Command::Enrich(args) => args.run(&config, now),
        Command::Lookup(args) => args.run(&config, now),
        Command::Cache(args) => args.run(&config, now),
        Command::Allow(command) => command.run(&config, now),
        Command::Plugin(command) => command.run(&config, now),
        Command::Import(args) => args.run(&config, now),
        Command::Evaluate(args) => args.run(&config),
        Command::Serve(args) => serve_command::run(&config, args.once, &|| configuration_again(cli, config.file.as_deref())),
        Command::Status(args) => status::run(&config, wrong.as_ref(), (&args.format).into(), now),
        Command::Maintain(args) => maintain::run(&config, args.dry_run, (&args.format).into(), now),
        Command::Migrate(args) => migrate::run(&config, args.event_hash, now),
        Command::Config(args) => config_command::run(&config, (&args.format).into()),
        Command::Compile(_) => unreachable!("answered before"),
    }
}

/// The configuration as it is now.
fn configuration(cli: &Cli) -> anyhow::Result<Config> {
    Ok(Config::resolve(&layers(cli, ConfigFile::find(cli.global.config.as_deref())?))?)
}

/// As much of it as can be used, where its file is wrong.
fn usable_configuration(cli: &Cli) -> Result<Config, UsageError> {
    Config::resolve(&layers(cli, ConfigFile::find_usable(cli.global.config.as_deref())))
}

fn layers(cli: &Cli, file: Option<ConfigFile>) -> Layers {
    Layers {
        flags: flags(cli),
        environment: std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.to_string_lossy().into_owned())))
            .filter(|(name, _)| name.starts_with("NET_SCOUT_") || name.starts_with("PDNS_"))
            .collect(),
        file,
    }
}

/// The same while the program runs. A file that was read and is gone is an error, not a reason to take the defaults.
fn configuration_again(cli: &Cli, before: Option<&Path>) -> anyhow::Result<Config> {
    let config = configuration(cli)?;
    match before {
        Some(before) if config.file.as_deref() != Some(before) => Err(UsageError(format!(
            "the configuration file {} is not there any more; put it back, or start the service again to go on without it",
            before.display()
        ))
        .into()),
        _ => Ok(config),
    }
}

/// What the command line sets.
fn flags(cli: &Cli) -> Flags {
    let Global { db_path, config: _, alert_table, busy_timeout, verbose, log_level, log_file, log_format, color: _ } =
        &cli.global;
    let said = |name: &'static str, text: &Option<String>| text.as_ref().map(|text| Setting::flag(name, text));
    let loud = match verbose {
        0 => None,
        1 => Some(Setting::flag("--verbose", "info")),
        _ => Some(Setting::flag("--verbose", "debug")),
    };
    let mut flags = Flags {
        db_path: said("--db-path", db_path),
        alert_table: said("--alert-table", alert_table),
        busy_timeout: said("--busy-timeout", busy_timeout),
        log_level: said("--log-level", log_level).or(loud),
        log_file: said("--log-file", log_file),
        log_format: said("--log-format", log_format),
        ..Flags::default()
    };
    if let Command::Scan(ScanArgs { max_alerts, .. }) | Command::Evaluate(EvaluateArgs { max_alerts, .. }) = &cli.command {
        flags.max_alerts = said("--max-alerts", max_alerts);
    }
    match &cli.command {
        Command::Scan(ScanArgs { window: WindowArgs { since, table, .. }, .. })
        | Command::Explain(ExplainArgs { window: WindowArgs { since, table, .. }, .. })
        | Command::Evaluate(EvaluateArgs { since, table, .. }) => {
            flags.since = said("--since", since);
            flags.table = said("--table", table);
        }
        _ => {}
    }
    let set: &[_] = match &cli.command {
        Command::Scan(args) => {
            flags.plugins = said("--plugins", &args.plugins);
            flags.group = args.no_group.then(|| Setting::flag("--no-group", "false"));
            &args.set
        }
        Command::Serve(args) => {
            flags.plugins = said("--plugins", &args.plugins);
            flags.since = said("--since", &args.since);
            flags.schedule_scan = said("--every", &args.every);
            flags.listen = said("--listen", &args.listen);
            &args.set
        }
        Command::Explain(ExplainArgs { plugins, .. })
        | Command::Enrich(EnrichArgs { plugins, .. })
        | Command::Lookup(LookupArgs { plugins, .. })
        | Command::Cache(CacheArgs { plugins, .. })
        | Command::Evaluate(EvaluateArgs { plugins, .. }) => {
            flags.plugins = said("--plugins", &plugins.folder.plugins);
            &plugins.set
        }
        Command::Plugin(command) => {
            flags.plugins = command.folder().and_then(|folder| said("--plugins", &folder.plugins));
            &[]
        }
        _ => &[],
    };
    flags.parameters = set.to_vec();
    flags
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }
}
