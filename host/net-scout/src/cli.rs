//! The command line: the only part of the program that knows clap. It turns arguments into a configuration and calls one command.

mod accounts;
mod alerts;
mod allow;
mod arguments;
mod complete;
mod doctor;
mod enrich;
mod evaluate;
mod explain;
mod flags;
mod import;
mod man;
mod missing;
mod notify;
mod plugin;
mod report;
mod scan;
mod serve;
mod view;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anstream::ColorChoice;
use clap::{Args, CommandFactory as _, Parser, Subcommand};

use crate::commands::{config as config_command, maintain, migrate, serve as serve_command, standard, status, template};
use crate::config::{Config, ConfigFile, Flags, Layers, Setting};
use crate::exit::UsageError;
use crate::{exit, output};
use accounts::{TokenCommand, UserCommand};
use alerts::AlertsArgs;
use allow::AllowCommand;
use arguments::{FormatArg, WindowArgs, negated};
use complete::Shell;
use doctor::{DoctorArgs, SetupArgs, SupportArgs};
use enrich::{CacheArgs, EnrichArgs, LookupArgs};
use evaluate::EvaluateArgs;
use explain::ExplainArgs;
use flags::flags;
use import::ImportArgs;
use net_scout_model::clock::{Clock, FixedClock, SystemClock};
use net_scout_plugin_host::{COMPILE, compile_component};
use notify::{NotifyCommand, OutboxCommand};
use plugin::PluginCommand;
use report::{BlocklistArgs, ReportArgs, SummaryArgs};
use scan::ScanArgs;
use serve::{MaintainArgs, ServeArgs, StatusArgs};
use view::Color;

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
#[command(next_help_heading = "Options of every command")]
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
    /// Send messages about alerts, try the way to a receiver, see what would be sent
    #[command(subcommand)]
    Notify(NotifyCommand),
    /// List, retry or drop messages that are not sent yet
    #[command(subcommand)]
    Outbox(OutboxCommand),
    /// Add and remove users of the web page, and set their passwords
    #[command(subcommand)]
    User(UserCommand),
    /// Make, list and revoke tokens of the HTTP API
    #[command(subcommand)]
    Token(TokenCommand),
    /// Run as a service: scan again and again, and record which time was scanned
    Serve(ServeArgs),
    /// Show what the service does, which time was scanned, and what is wrong
    Status(StatusArgs),
    /// Check the installation: what is wrong, and the command that mends it
    Doctor(DoctorArgs),
    /// Look around on this machine, and write a first configuration file
    Setup(SetupArgs),
    /// Write an archive for whoever is asked for help: no secret, no alert, no real address
    Support(SupportArgs),
    /// Show what is open, what is new, and how far the scans are
    Summary(SummaryArgs),
    /// Report over a period: alerts, traffic, what is new, what was not scanned
    Report(ReportArgs),
    /// Write the sources of alerts as a block list for a firewall
    Blocklist(BlocklistArgs),
    /// Remove rows of net-scout's own tables that were kept for long enough
    Maintain(MaintainArgs),
    /// Make or update the tables of net-scout in the database
    Migrate(MigrateArgs),
    /// Show every setting, its value and where it came from
    Config(ConfigArgs),
    /// Write what a shell needs to complete commands, plugins and alerts when Tab is pressed
    Completions(CompletionsArgs),
    /// Write the manual pages into a folder
    Man(ManArgs),
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
    /// Write a configuration file to begin with: every key with its default, as comments
    #[arg(long, conflicts_with = "format")]
    template: bool,
    #[command(flatten)]
    format: FormatArg,
}

#[derive(Args)]
#[command(
    after_help = "Examples:\n  source <(net-scout completions bash)            in ~/.bashrc\n  source <(net-scout completions zsh)             in ~/.zshrc\n  \
        net-scout completions fish > ~/.config/fish/completions/net-scout.fish"
)]
struct CompletionsArgs {
    /// The shell
    #[arg(value_enum, value_name = "SHELL")]
    shell: Shell,
}

#[derive(Args)]
struct ManArgs {
    /// The folder; it is made where it is not there
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

/// Runs the program and says how it ended.
#[must_use]
pub fn run() -> ExitCode {
    complete::answer(Cli::command);
    let words: Vec<std::ffi::OsString> = std::env::args_os().map(negated).collect();
    let cli = match Cli::try_parse_from(&words) {
        Ok(cli) => cli,
        Err(error) => {
            if error.use_stderr() {
                arguments::log_format(std::env::args_os()).iter().for_each(|format| output::expect_log_format(format));
            }
            if error.use_stderr() && output::is_json() {
                let text = error.render().to_string();
                output::error(&text.trim_start_matches("error: ").trim_end());
                missing::command(&error, &words).iter().for_each(|hint| output::note(hint));
                return ExitCode::from(exit::USAGE);
            }
            // Help and version go to standard output and are no error. A closed stream is no reason to stop.
            let text = error.render().ansi().to_string();
            let _ = if error.use_stderr() {
                output::stderr().write_all(text.as_bytes())
            } else {
                output::stdout().write_all(text.as_bytes())
            };
            missing::command(&error, &words).iter().for_each(|hint| output::note(hint));
            return ExitCode::from(if error.use_stderr() { exit::USAGE } else { exit::SUCCESS });
        }
    };
    // Before anything is read of the configuration: this process is only a compiler.
    if let Command::Compile(CompileArgs { memory, seconds }) = cli.command {
        return ExitCode::from(compile_component(memory, seconds));
    }
    ColorChoice::from(cli.global.color).write_global();
    match without_configuration(&cli).unwrap_or_else(|| execute(&cli)) {
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

/// What needs none: it works where the configuration is wrong, too.
fn without_configuration(cli: &Cli) -> Option<anyhow::Result<u8>> {
    match &cli.command {
        Command::Completions(args) => Some(complete::script(args.shell)),
        Command::Man(args) => Some(man::write(Cli::command(), &args.folder)),
        Command::Config(ConfigArgs { template: true, .. }) => Some(template::run()),
        _ => None,
    }
}

fn execute(cli: &Cli) -> anyhow::Result<u8> {
    // For what is wrong with the configuration itself.
    let format = cli.global.log_format.clone().or_else(|| std::env::var("NET_SCOUT_LOG_FORMAT").ok());
    format.iter().for_each(|format| output::expect_log_format(format));
    let (config, wrong) = match (configuration(cli), &cli.command) {
        // What is wrong is one of the things that it shows.
        (Err(error), Command::Status(_) | Command::Doctor(_) | Command::Support(_) | Command::Setup(_)) => {
            (usable_configuration(cli).map_err(|_| anyhow::anyhow!("{error:#}"))?, Some(error))
        }
        (config, _) => (config?, None),
    };
    if let Some(file) = &config.log_file {
        crate::commands::not_the_database(&config, "log_file", file)?;
    }
    output::start_log(config.log_level, config.log_format, config.log_file.as_deref()).map_err(|error| {
        UsageError(format!("log_file: {} cannot be opened: {error}", config.log_file.clone().unwrap_or_default().display()))
    })?;
    for unset in &config.unset {
        output::warning(&format_args!("the variable {} is not a setting of net-scout and changes nothing", unset.name));
    }
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
        Command::Notify(command) => command.run(&config, now),
        Command::Outbox(command) => command.run(&config, now),
        Command::User(command) => command.run(&config, now),
        Command::Token(command) => command.run(&config, now),
        Command::Serve(args) => {
            serve_command::run(&config, args.once, args.open, &|| configuration_again(cli, config.file.as_deref()))
        }
        Command::Status(args) => status::run(&config, wrong.as_ref(), (&args.format).into(), now),
        Command::Doctor(args) => args.run(&config, wrong.as_ref(), now),
        Command::Setup(args) => args.run(&config, now),
        Command::Support(args) => args.run(&config, wrong.as_ref(), now),
        Command::Summary(args) => args.run(&config, now),
        Command::Report(args) => args.run(&config, now),
        Command::Blocklist(args) => args.run(&config, now),
        Command::Maintain(args) => maintain::run(&config, args.dry_run, (&args.format).into(), now),
        Command::Migrate(args) => migrate::run(&config, args.event_hash, now),
        Command::Config(args) => config_command::run(&config, (&args.format).into()),
        Command::Completions(_) | Command::Man(_) | Command::Compile(_) => unreachable!("answered before"),
    }
}

/// The configuration as it is now.
fn configuration(cli: &Cli) -> anyhow::Result<Config> {
    let file = ConfigFile::find(cli.global.config.as_deref())?;
    let layers = Layers::around(flags(cli), file);
    layers.check_variables()?;
    let config = Config::resolve(&layers)?;
    if runs_plugins(&cli.command) { standard::or_standard(config) } else { Ok(with_plugins(&cli.command, config)) }
}

/// As much of it as can be used, where its file is wrong.
fn usable_configuration(cli: &Cli) -> Result<Config, UsageError> {
    let config = Config::resolve(&Layers::around(flags(cli), ConfigFile::find_usable(cli.global.config.as_deref())))?;
    Ok(with_plugins(&cli.command, config))
}

/// The configuration of a command that does without plugins where there are none.
fn with_plugins(command: &Command, config: Config) -> Config {
    match command {
        // Why they cannot be had is one of the things that it shows.
        Command::Doctor(_) | Command::Support(_) => standard::or_standard(config.clone()).unwrap_or(config),
        _ => standard::if_there(config),
    }
}

/// Whether a command runs plugins, or shows what they are.
fn runs_plugins(command: &Command) -> bool {
    matches!(
        command,
        Command::Scan(_)
            | Command::Serve(_)
            | Command::Explain(_)
            | Command::Enrich(_)
            | Command::Lookup(_)
            | Command::Evaluate(_)
            | Command::Plugin(PluginCommand::List(_) | PluginCommand::Inspect(_))
    )
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }
}
